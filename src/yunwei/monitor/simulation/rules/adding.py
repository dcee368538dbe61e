"""What the answers of history add up to. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from yunwei.monitor.simulation.facts import (
    Count,
    DayCount,
    Deed,
    Messages,
    Regret,
    ToldOccurrence,
    Wakeup,
)
from yunwei.monitor.simulation.rules.matching import WouldTreat

MOST_REGRETS = 200
_MOST_PEOPLE = 20


def build_days(
    first: date, last: date, hidden: Mapping[date, int], total: Mapping[date, int]
) -> tuple[DayCount, ...]:
    """Return every day from the first to the last, those without alarms too."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(
        DayCount(day=day, hidden=hidden.get(day, 0), total=total.get(day, 0)) for day in days
    )


def count_messages(
    told: Iterable[ToldOccurrence], wakeups: Iterable[Wakeup], would_treat: WouldTreat
) -> Messages:
    """Return what people would not have been told, and when they would have slept on."""
    total = saved = 0
    quiet: set[int] = set()
    for each in told:
        total += each.messages
        if would_treat(each.row, each.at):
            saved += each.messages
            quiet.add(each.occurrence)
    nights: dict[tuple[int, int], bool] = {}
    names: dict[int, str] = {}
    for woken in wakeups:
        key = woken.user, woken.quarter
        # woken all the same when one message of that quarter stays
        nights[key] = nights.get(key, True) and woken.occurrence in quiet
        names[woken.user] = woken.name
    slept = Counter(user for (user, _quarter), is_saved in nights.items() if is_saved)
    return Messages(
        total=total,
        saved=saved,
        wakeups=len(nights),
        wakeups_saved=slept.total(),
        people=tuple(
            Count(word=names[user], count=count) for user, count in slept.most_common(_MOST_PEOPLE)
        ),
    )


def find_regrets(deeds: Iterable[Deed], would_treat: WouldTreat) -> tuple[tuple[Regret, ...], int]:
    """Return what people cared about and the rule would have hidden, newest first and each
    occurrence once, and how many these are."""
    found: dict[int, Regret] = {}
    for deed in deeds:
        if would_treat(deed.row, deed.raised_at):
            found.setdefault(deed.regret.occurrence, deed.regret)
    regrets = sorted(found.values(), key=lambda each: each.at, reverse=True)
    return tuple(regrets[:MOST_REGRETS]), len(regrets)
