"""When timetables are due, and what is done about it. Pure: no clock, no tables.

Wall clocks and days are those of `base.core`: a time that is skipped in spring is the instant of
the change, one that comes twice in autumn its first coming. `tests/property` holds the rest.
"""

import calendar as months
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from yunwei.base.core.calendar import RESTING, WORKING, Calendar
from yunwei.base.core.calendar_times import Clause
from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import DAY_MINUTES, find_zone, instant_at, local_day
from yunwei.operate.timetables.facts import (
    Due,
    Missed,
    OnDays,
    Rhythm,
    StartState,
    Times,
    Timetable,
    TimetableDraft,
    Verdict,
)

_LONGEST_NAME = 100
_LONGEST_NOTE = 400
_LEAST_WINDOW = 10
_LOOK_AHEAD = timedelta(days=800)
_ONE_DAY = timedelta(days=1)
_KINDS = {OnDays.ANY: (), OnDays.WORKDAYS: tuple(WORKING), OnDays.REST_DAYS: tuple(RESTING)}


def check_draft(draft: TimetableDraft, now: datetime) -> TimetableDraft:
    """Return a timetable in its one form; raises Invalid naming the field."""
    name = draft.name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise Invalid("name", "between 1 and 100 characters")
    if len(draft.note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    if draft.choice.retry_of is not None or draft.choice.follows is not None:
        raise Invalid("targets", "say which desktops are meant")
    times = check_times(draft.times)
    at = _once_at(times)
    if draft.is_enabled and at is not None and at <= now:
        raise Invalid("day", "this is in the past")
    return replace(draft, name=name, note=draft.note.strip(), times=times)


def check_times(times: Times) -> Times:
    """Return times in their one form: what their rhythm does not ask is not in them. Raises
    Invalid naming the field."""
    find_zone(times.time_zone)
    if not 0 <= times.at_minute < DAY_MINUTES:
        raise Invalid("at", "this is not a time of day")
    if not _LEAST_WINDOW <= times.window_minutes <= DAY_MINUTES:
        raise Invalid("window_minutes", "between 10 minutes and a day")
    plain = replace(times, weekdays=(), month_day=1, day=None)
    match times.rhythm:
        case Rhythm.ONCE:
            if times.day is None:
                raise Invalid("day", "this is required")
            return replace(plain, day=times.day, on_days=OnDays.ANY)
        case Rhythm.WEEKLY:
            return replace(plain, weekdays=_check_weekdays(times.weekdays))
        case Rhythm.MONTHLY:
            if not 1 <= times.month_day <= 31:
                raise Invalid("month_day", "between 1 and 31")
            return replace(plain, month_day=times.month_day)
        case _:
            return plain


def _check_weekdays(weekdays: tuple[int, ...]) -> tuple[int, ...]:
    if not weekdays or any(not 0 <= each <= 6 for each in weekdays):
        raise Invalid("weekdays", "choose at least one")
    return tuple(sorted(set(weekdays)))


def list_due(
    times: Times, calendar: Calendar, *, after: datetime, until: datetime
) -> Iterator[Due]:
    """Yield what is due after an instant and not after another, the oldest first. Cost: linear in
    the days between them."""
    zone = find_zone(times.time_zone)
    day, last = local_day(after, zone), local_day(until, zone)
    if times.day is not None:
        day, last = max(day, times.day), min(last, times.day)
    while day <= last:
        at = instant_at(day, times.at_minute, zone)
        has_day = _has_day(times, day, calendar)
        if has_day is not False and after < at <= until:
            ends = at + timedelta(minutes=times.window_minutes)
            yield Due(at=at, until=ends, is_known=has_day is True)
        day += _ONE_DAY


def next_due(
    times: Times, calendar: Calendar, *, after: datetime, count: int = 5
) -> tuple[Due, ...]:
    """Return the next times that are due after an instant, at most so many; within 800 days."""
    until = after + _LOOK_AHEAD
    return tuple(islice(list_due(times, calendar, after=after, until=until), count))


def _has_day(times: Times, day: date, calendar: Calendar) -> bool | None:
    if times.rhythm is Rhythm.MONTHLY:
        length = months.monthrange(day.year, day.month)[1]
        if day.day != min(times.month_day, length):
            return False
    clause = Clause(weekdays=times.weekdays, kinds=_KINDS[times.on_days])
    return clause.has_day(day, calendar)


def settle(
    due: Sequence[Due], missed: Missed, *, is_last_open: bool, now: datetime
) -> tuple[Verdict, ...]:
    """Return what is done about each time that is due, in order. Only the last of them is started,
    in its window, or caught up after it; never two."""
    return tuple(
        _settle_one(each, missed, is_latest=each == due[-1], is_last_open=is_last_open, now=now)
        for each in due
    )


def _settle_one(
    due: Due, missed: Missed, *, is_latest: bool, is_last_open: bool, now: datetime
) -> Verdict:
    if not due.is_known:
        return Verdict(due=due, state=StartState.SKIPPED, reason="unknown_day")
    is_late = now >= due.until
    if not is_latest or (is_late and missed is Missed.SKIP):
        return Verdict(due=due, state=StartState.MISSED, reason="window")
    if is_last_open:
        return Verdict(due=due, state=StartState.SKIPPED, reason="overlap")
    reason = "caught_up" if is_late else ""
    until = now + (due.until - due.at) if is_late else due.until
    return Verdict(due=replace(due, until=until), state=StartState.INTENDED, reason=reason)


def is_over(timetable: Timetable, now: datetime) -> bool:
    """Say whether nothing is to come of it: it was for once, and that is behind us."""
    at = _once_at(timetable.times)
    return at is not None and at <= now


def _once_at(times: Times) -> datetime | None:
    if times.rhythm is not Rhythm.ONCE or times.day is None:
        return None
    return instant_at(times.day, times.at_minute, find_zone(times.time_zone))
