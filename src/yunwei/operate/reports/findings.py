"""Plain sentences worked out from numbers: what changed, why it matters, what to do. Pure.

Each rule looks at the numbers and says one thing or nothing. It never compares what was hardly
measured, and never calls a difference a change that chance makes.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.operate.reports.content import Finding, FindingTone
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.matters import WHY
from yunwei.operate.reports.numbers import Filling, Numbers
from yunwei.operate.reports.service_findings import find_service
from yunwei.operate.reports.work_findings import find_work

WHOLE, COMPARABLE = 0.98, 0.8
"""Coverage from which a time counts as measured, and from which two of them are compared."""

_CHANGED, _FEW_PEOPLE = 0.05, 5
_FAILED_MUCH, _FAILED_TOO_MUCH, _FEW_ATTEMPTS = 0.02, 0.05, 50
_SLOW_S, _SLOWER = 60.0, 0.2
_GOOD_SCORE, _POOR_SCORE, _SCORE_CHANGED = 80.0, 60.0, 3.0
_SCARCE, _SOON_DAYS, _LATER_DAYS = 0.9, 30, 90
_ENDING_DAYS, _ENDING_AT_ONCE_DAYS = 30, 7
_MANY_IDLE = 0.05
_TALKS_MUCH, _FEW_ALARMS = 0.2, 20
_SLOW_ACKNOWLEDGEMENT_S = 1800.0

type Rule = Callable[[Numbers], Finding | None]
_GOOD, _NEUTRAL = FindingTone.GOOD, FindingTone.NEUTRAL
_WARNING, _CRITICAL = FindingTone.WARNING, FindingTone.CRITICAL


def find(numbers: Numbers) -> tuple[Finding, ...]:
    """Return what there is to say, what presses most first. The active language is the reader's."""
    said = [finding for rule in RULES if (finding := rule(numbers))]
    said += [*_licences(numbers), *_quotas(numbers), *_ending(numbers)]
    said += find_service(numbers.service) if numbers.service else ()
    said += find_work(numbers.work) if numbers.work else ()
    if not said:
        text = _("Nothing in this time needs anybody's attention.")
        return (Finding(code="calm", tone=_GOOD, text=text),)
    order = list(reversed(FindingTone))
    return _with_reasons(sorted(said, key=lambda each: (each.rank, order.index(each.tone))))


def _with_reasons(said: list[Finding]) -> tuple[Finding, ...]:
    """Return findings with why they matter; what is the same of several is said of the first."""
    known: set[str] = set()
    told = []
    for each in said:
        why = str(WHY.get(each.code, ""))
        told.append(each if why in known else replace(each, why=why))
        known.add(why)
    return tuple(told)


def _write(value: float | None, formatter: Formatter = Formatter.COUNT) -> str:
    return format_value(formatter, value)


def _share(value: float) -> str:
    return _write(value, Formatter.PERCENT)


def _may_compare(numbers: Numbers) -> bool:
    return (numbers.coverage or 0.0) >= COMPARABLE and (
        numbers.coverage_before or 0.0
    ) >= COMPARABLE


def _tone_rank(tone: FindingTone) -> int:
    return {_CRITICAL: 10, _WARNING: 20, _NEUTRAL: 30, _GOOD: 40}[tone]


def _finding(code: str, tone: FindingTone, text: str, advice: str = "") -> Finding:
    return Finding(code=code, tone=tone, text=text, advice=advice, rank=_tone_rank(tone))


def _coverage(numbers: Numbers) -> Finding | None:
    share = numbers.coverage
    if share is None or share >= WHOLE:
        return None
    if share <= 0:
        return Finding(
            code="nothing_measured",
            tone=_CRITICAL,
            rank=0,
            text=_("No source told of connections in this time: its use is not known."),
            advice=_("Look whether the sources are read."),
        )
    return Finding(
        code="half_measured",
        tone=_WARNING if share >= COMPARABLE else _CRITICAL,
        rank=1,
        text=_("Only %(share)s of this time was measured; what follows is of that part.")
        % {"share": _share(share)},
        advice=""
        if share >= COMPARABLE
        else _("Do not compare these figures with those of other times."),
    )


def _users(numbers: Numbers) -> Finding | None:
    if numbers.users is None or not numbers.coverage:
        return None
    now, before = numbers.users, numbers.users_before
    if now == 0:
        advice = _("Ask whether these desktops are still needed.")
        return _finding("nobody", _WARNING, _("Nobody was connected in this time."), advice)
    count = {"count": _write(now)}
    if before is None or not before or not _may_compare(numbers):
        text = ngettext("%(count)s user was active.", "%(count)s users were active.", now) % count
        return _finding("users", _NEUTRAL, text)
    change = now / before - 1
    told = count | {"before": _write(before), "change": _share(abs(change))}
    if abs(change) < _CHANGED or abs(now - before) < _FEW_PEOPLE:
        text = (
            _("%(count)s users were active, about as many as a year before (%(before)s).")
            if numbers.is_last_year
            else _("%(count)s users were active, about as many as in the time before (%(before)s).")
        )
        return _finding("users_steady", _NEUTRAL, text % told)
    if change > 0:
        text = (
            _("%(count)s users were active, %(change)s more than a year before (%(before)s).")
            if numbers.is_last_year
            else _(
                "%(count)s users were active, %(change)s more than in the time before (%(before)s)."
            )
        )
        return _finding("users_more", _NEUTRAL, text % told)
    text = (
        _("%(count)s users were active, %(change)s fewer than a year before (%(before)s).")
        if numbers.is_last_year
        else _(
            "%(count)s users were active, %(change)s fewer than in the time before (%(before)s)."
        )
    )
    return _finding("users_fewer", _NEUTRAL, text % told)


def _peak(numbers: Numbers) -> Finding | None:
    if not numbers.peak or numbers.peak_at is None:
        return None
    told = {"count": _write(numbers.peak), "at": f"{numbers.peak_at:%Y-%m-%d %H:%M}"}
    text = ngettext(
        "At most %(count)s user was connected at once, on %(at)s.",
        "At most %(count)s users were connected at once, on %(at)s.",
        numbers.peak,
    )
    return _finding("peak", _NEUTRAL, text % told)


def _failures(numbers: Numbers) -> Finding | None:
    attempts, failures = numbers.attempts, numbers.failures
    if not attempts or failures is None or attempts < _FEW_ATTEMPTS:
        return None
    share = failures / attempts
    told = {
        "share": _share(share),
        "failures": _write(failures),
        "attempts": _write(attempts),
        "reason": numbers.top_failure,
    }
    if share < _FAILED_MUCH:
        text = _("Connecting worked: %(share)s of %(attempts)s attempts failed.")
        return _finding("failures_few", _GOOD, text % told)
    tone = _CRITICAL if share >= _FAILED_TOO_MUCH else _WARNING
    if numbers.top_failure and numbers.top_failures * 2 >= failures:
        text = _(
            "%(share)s of attempts to connect failed (%(failures)s of %(attempts)s), most of them "
            "for one reason: %(reason)s."
        )
        advice = _("Remove this one reason first.")
        return _finding("failures_one_reason", tone, text % told, advice)
    text = _("%(share)s of attempts to connect failed (%(failures)s of %(attempts)s).")
    advice = _("Go through the table of reasons, from its top.")
    return _finding("failures", tone, text % told, advice)


def _logons(numbers: Numbers) -> Finding | None:
    now, before = numbers.logon_p95_s, numbers.logon_p95_before_s
    if now is None:
        return None
    told = {
        "time": _write(now, Formatter.DURATION),
        "before": _write(before, Formatter.DURATION),
        "stage": numbers.slowest_stage,
    }
    has_slowed = bool(before and _may_compare(numbers) and now > before * (1 + _SLOWER))
    advice = (
        _("Most of that time goes into “%(stage)s”: look there first.") % told
        if numbers.slowest_stage and (numbers.slowest_stage_share or 0.0) >= 1 / 3
        else _("See which pools, clients and hours are slow.")
    )
    if has_slowed:
        text = _("Logons became slower: 95 of 100 took at most %(time)s, before %(before)s.")
        tone = _CRITICAL if now >= 2 * _SLOW_S else _WARNING
        return _finding("logons_slower", tone, text % told, advice)
    if now >= _SLOW_S:
        text = _("Logons are slow: 95 of 100 took at most %(time)s, the others longer.")
        return _finding("logons_slow", _WARNING, text % told, advice)
    text = _("Logons are quick: 95 of 100 took at most %(time)s.")
    return _finding("logons_quick", _GOOD, text % told)


def _experience(numbers: Numbers) -> Finding | None:
    score, before = numbers.score, numbers.score_before
    if score is None:
        return None
    told = {
        "score": _write(score, Formatter.DECIMAL),
        "before": _write(before, Formatter.DECIMAL),
        "poor": _write(numbers.poor_users),
        "cause": numbers.worst_cause,
        "points": _write(numbers.worst_points, Formatter.DECIMAL),
    }
    advice = (
        _("Most points are lost to %(cause)s (%(points)s).") % told if numbers.worst_cause else ""
    )
    has_changed = before is not None and abs(score - before) >= _SCORE_CHANGED
    if has_changed and _may_compare(numbers) and before is not None and score < before:
        text = _("The experience score fell to %(score)s of 100, from %(before)s.")
        tone = _CRITICAL if score < _POOR_SCORE else _WARNING
        return _finding("experience_fell", tone, text % told, advice)
    if score < _GOOD_SCORE:
        text = _("The experience score is %(score)s of 100; %(poor)s users work poorly.")
        tone = _CRITICAL if score < _POOR_SCORE else _WARNING
        return _finding("experience_poor", tone, text % told, advice)
    text = _("People work well: the experience score is %(score)s of 100.")
    return _finding("experience_good", _GOOD, text % told)


def _refused(numbers: Numbers) -> Finding | None:
    if not numbers.refused:
        return None
    text = ngettext(
        "%(count)s logon was refused for want of a licence.",
        "%(count)s logons were refused for want of a licence.",
        numbers.refused,
    ) % {"count": _write(numbers.refused)}
    return _finding("refused", _CRITICAL, text, _("Buy licences, or give back unused ones."))


def _give_back(numbers: Numbers) -> Finding | None:
    accounts, could = numbers.accounts, numbers.give_back
    if not accounts or not could or could / accounts < _MANY_IDLE:
        return None
    told = {"count": _write(could), "share": _share(could / accounts)}
    text = _("%(count)s accounts (%(share)s) hold licences or desktops that they do not use.")
    advice = _("Ask their departments and give them back before buying more.")
    return _finding("give_back", _WARNING, text % told, advice)


def _hosts(numbers: Numbers) -> Finding | None:
    if not numbers.hosts or not numbers.hosts_unwell:
        return None
    told = {"count": _write(numbers.hosts_unwell), "hosts": _write(numbers.hosts)}
    text = ngettext(
        "%(count)s of %(hosts)s hosts is not well.",
        "%(count)s of %(hosts)s hosts are not well.",
        numbers.hosts_unwell,
    )
    return _finding("hosts_unwell", _CRITICAL, text % told, _("Mend them, or move their desktops."))


def _headroom(numbers: Numbers) -> Finding | None:
    if numbers.after_loss is None or numbers.after_loss >= 0:
        return None
    text = ngettext(
        "Were the fullest host lost, %(count)s desktop would find no place.",
        "Were the fullest host lost, %(count)s desktops would find no place.",
        -numbers.after_loss,
    ) % {"count": _write(-numbers.after_loss)}
    return _finding("no_headroom", _WARNING, text, _("Add a host, or give back idle desktops."))


def _failing(numbers: Numbers) -> Finding | None:
    if not numbers.desktops or not numbers.failing:
        return None
    share = numbers.failing / numbers.desktops
    told = {"count": _write(numbers.failing), "share": _share(share)}
    text = ngettext(
        "%(count)s desktop (%(share)s) is faulty or does not answer.",
        "%(count)s desktops (%(share)s) are faulty or do not answer.",
        numbers.failing,
    )
    tone = _CRITICAL if share >= _FAILED_TOO_MUCH else _WARNING
    return _finding("failing", tone, text % told, _("Repair them, or give their users others."))


def _idle(numbers: Numbers) -> Finding | None:
    if not numbers.desktops or not numbers.idle_returnable:
        return None
    share = numbers.idle_returnable / numbers.desktops
    if share < _MANY_IDLE:
        return None
    told = {"count": _write(numbers.idle_returnable), "share": _share(share)}
    text = _("%(count)s desktops (%(share)s) are used by nobody and could be given back.")
    return _finding("idle", _WARNING, text % told, _("See the list of idle desktops."))


def _alarms(numbers: Numbers) -> Finding | None:
    now, before = numbers.occurrences, numbers.occurrences_before
    if now is None:
        return None
    told = {"count": _write(now), "before": _write(before), "told": _write(numbers.told)}
    if now == 0:
        return _finding("no_alarms", _GOOD, _("There was no alarm."))
    if before and now >= _FEW_ALARMS and now > before * 1.2:
        told["change"] = _share(now / before - 1)
        text = _(
            "There were %(count)s alarms, %(change)s more than in the time before (%(before)s)."
        )
        if numbers.is_last_year:
            text = _(
                "There were %(count)s alarms, %(change)s more than a year before (%(before)s)."
            )
        advice = _("Begin with what came most often.")
        return _finding("alarms_more", _WARNING, text % told, advice)
    if before and before >= _FEW_ALARMS and now < before * 0.8:
        told["change"] = _share(1 - now / before)
        text = _(
            "There were %(count)s alarms, %(change)s fewer than in the time before (%(before)s)."
        )
        if numbers.is_last_year:
            text = _(
                "There were %(count)s alarms, %(change)s fewer than a year before (%(before)s)."
            )
        return _finding("alarms_fewer", _GOOD, text % told)
    text = ngettext(
        "There was %(count)s alarm; people were told of %(told)s.",
        "There were %(count)s alarms; people were told of %(told)s of them.",
        now,
    )
    return _finding("alarms", _NEUTRAL, text % told)


def _noise(numbers: Numbers) -> Finding | None:
    # of a time in which nobody was told of anything it says nothing that all was kept from people
    if not numbers.told or numbers.noise_reduction is None:
        return None
    if (numbers.occurrences or 0) < _FEW_ALARMS:
        return None
    text = _("%(share)s of what sources reported needed nobody and was kept from people.")
    share = {"share": _share(numbers.noise_reduction)}
    return _finding("noise", _NEUTRAL, text % share)


def _acknowledged(numbers: Numbers) -> Finding | None:
    taken_s = numbers.acknowledged_s
    if not numbers.acknowledged or taken_s is None or taken_s < _SLOW_ACKNOWLEDGEMENT_S:
        return None
    text = _("Half of the alarms that somebody took up waited longer than %(time)s for it.")
    told = {"time": _write(taken_s, Formatter.DURATION)}
    advice = _("Look at who is on duty, and at escalation.")
    return _finding("taken_up_late", _WARNING, text % told, advice)


def _standing(numbers: Numbers) -> Finding | None:
    if not numbers.standing:
        return None
    text = ngettext(
        "%(count)s alarm has stood for more than a day.",
        "%(count)s alarms have stood for more than a day.",
        numbers.standing,
    ) % {"count": _write(numbers.standing)}
    advice = _("Clear what is over, mend what is not, shelve what is known.")
    return _finding("standing", _WARNING, text, advice)


def _talker(numbers: Numbers) -> Finding | None:
    share = numbers.talker_share
    if not numbers.talker or share is None or share < _TALKS_MUCH:
        return None
    if (numbers.occurrences or 0) < _FEW_ALARMS:
        return None
    told = {"share": _share(share), "alarm": numbers.talker}
    text = _("One alarm makes up %(share)s of all: %(alarm)s.")
    return _finding("talker", _WARNING, text % told, _("Mend its cause; a quieter list follows."))


def _licences(numbers: Numbers) -> Iterator[Finding]:
    for each in numbers.licences:
        yield from _filling("licence", each)


def _quotas(numbers: Numbers) -> Iterator[Finding]:
    told = {each.name for each in numbers.licences}
    for each in numbers.quotas:
        if each.name not in told:  # most clouds sell by what they call a licence elsewhere
            yield from _filling("quota", each)


def _filling(code: str, each: Filling) -> Iterator[Finding]:
    told = {
        "name": each.name,
        "share": _share(each.used / each.total) if each.total else "",
        "used": _write(each.used),
        "total": _write(each.total),
        "day": each.full_on.isoformat() if each.full_on else "",
    }
    advice = _("Order more, or give back what is not used.")
    if each.total and each.used >= each.total:
        text = _("“%(name)s” is used up: %(used)s of %(total)s.")
        yield _finding(f"{code}_spent", _CRITICAL, text % told, advice)
    elif each.days_until_full is not None and each.days_until_full <= _LATER_DAYS:
        text = _("“%(name)s” is likely to be used up on %(day)s (now %(used)s of %(total)s).")
        tone = _CRITICAL if each.days_until_full <= _SOON_DAYS else _WARNING
        yield _finding(f"{code}_soon", tone, text % told, advice)
    elif each.total and each.used / each.total >= _SCARCE:
        text = _("“%(name)s” is scarce: %(share)s is used (%(used)s of %(total)s).")
        yield _finding(f"{code}_scarce", _WARNING, text % told, advice)


def _ending(numbers: Numbers) -> Iterator[Finding]:
    for each in numbers.ending:
        if each.days_left > _ENDING_DAYS:
            continue
        if each.days_left < 0:
            text = _("“%(name)s” has ended.") % {"name": each.name}
        else:
            text = ngettext(
                "“%(name)s” ends in %(days)s day.",
                "“%(name)s” ends in %(days)s days.",
                each.days_left,
            ) % {"name": each.name, "days": each.days_left}
        tone = _CRITICAL if each.days_left <= _ENDING_AT_ONCE_DAYS else _WARNING
        yield _finding("ending", tone, text, _("Renew it."))


RULES: tuple[Rule, ...] = (
    _coverage,
    _users,
    _peak,
    _failures,
    _logons,
    _experience,
    _refused,
    _give_back,
    _hosts,
    _headroom,
    _failing,
    _idle,
    _alarms,
    _noise,
    _acknowledged,
    _standing,
    _talker,
)
