"""Plain sentences about scripts, inspections and the months of a year. Pure."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.operate.reports.content import Finding, FindingTone
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.work_numbers import (
    InspectionNumbers,
    MonthNumbers,
    RunNumbers,
    WorkNumbers,
)

_RANKS = {
    FindingTone.CRITICAL: 10,
    FindingTone.WARNING: 20,
    FindingTone.NEUTRAL: 30,
    FindingTone.GOOD: 40,
}
_GOOD, _NEUTRAL = FindingTone.GOOD, FindingTone.NEUTRAL
_WARNING, _CRITICAL = FindingTone.WARNING, FindingTone.CRITICAL
_FAILED_MUCH, _FAILED_TOO_MUCH, _WORSE = 0.05, 0.2, 0.05
_UNREACHED_MUCH = 0.1
_WATCH, _AT_RISK, _SCORE_CHANGED = 75.0, 60.0, 3.0
_MEASURED_ENOUGH = 0.8
_YEAR_CHANGED, _FEW_PEOPLE = 0.1, 5
_FEW_ALARMS, _ALARMS_CHANGED = 20, 0.25


def find_work(numbers: WorkNumbers) -> Iterator[Finding]:
    """Yield what there is to say of scripts, inspections and months."""
    if numbers.runs is not None:
        yield from filter(None, (rule(numbers.runs) for rule in _RUN_RULES))
    if numbers.inspections is not None:
        yield from filter(None, (rule(numbers.inspections) for rule in _INSPECTION_RULES))
    if numbers.months:
        yield from filter(None, (rule(numbers.months) for rule in _MONTH_RULES))


def _finding(code: str, tone: FindingTone, text: str, advice: str = "") -> Finding:
    return Finding(code=code, tone=tone, text=text, advice=advice, rank=_RANKS[tone])


def _count(value: float | None) -> str:
    return format_value(Formatter.COUNT, value)


def _share(value: float | None) -> str:
    return format_value(Formatter.PERCENT, value)


def _ran(runs: RunNumbers) -> Finding | None:
    if not runs.runs:
        return _finding("no_runs", _NEUTRAL, _("No script was run in this time."))
    told = {
        "runs": _count(runs.runs),
        "targets": _count(runs.targets),
        "success": _share(runs.success),
        "failed": _count(runs.failed),
        "before": _share(runs.success_before),
        "script": runs.worst_script,
    }
    if runs.success is None:
        text = _("%(runs)s runs were asked for; none of them has come to an end on a desktop.")
        return _finding("runs_open", _NEUTRAL, text % told)
    share = 1 - runs.success
    advice = _("Most failed of “%(script)s”: look there first.") % told if runs.failed else ""
    if runs.success_before is not None and runs.success < runs.success_before - _WORSE:
        text = _("Scripts succeeded less often: on %(success)s of desktops, before on %(before)s.")
        return _finding("runs_worse", _tone_of(share), text % told, advice)
    if share >= _FAILED_MUCH:
        text = _("Scripts failed on %(failed)s desktops; they succeeded on %(success)s.")
        return _finding("runs_failed", _tone_of(share), text % told, advice)
    text = ngettext(
        "%(runs)s run on %(targets)s desktops: it succeeded on %(success)s.",
        "%(runs)s runs on %(targets)s desktops: they succeeded on %(success)s.",
        runs.runs,
    )
    return _finding("runs_good", _GOOD, text % told)


def _tone_of(share: float) -> FindingTone:
    return _CRITICAL if share >= _FAILED_TOO_MUCH else _WARNING


def _cause(runs: RunNumbers) -> Finding | None:
    missed = runs.failed + runs.unreached
    if not runs.cause or runs.cause_targets < 2 or runs.cause_targets * 2 < missed:
        return None
    told = {"cause": runs.cause, "count": _count(runs.cause_targets), "all": _count(missed)}
    text = _("One cause stands behind %(count)s of %(all)s desktops without success: %(cause)s.")
    return _finding("runs_one_cause", _WARNING, text % told, _("Remove this one cause first."))


def _unreached(runs: RunNumbers) -> Finding | None:
    if not runs.targets or runs.unreached / runs.targets < _UNREACHED_MUCH:
        return None
    told = {"count": _count(runs.unreached), "share": _share(runs.unreached / runs.targets)}
    text = _(
        "%(count)s desktops (%(share)s) were never reached by a script that was meant for them."
    )
    advice = _("Look which desktops have no agent, or are off when scripts run.")
    return _finding("runs_unreached", _WARNING, text % told, advice)


def _stopped(runs: RunNumbers) -> Finding | None:
    if not runs.stopped:
        return None
    told = {"count": _count(runs.stopped), "guarded": _count(runs.guarded)}
    text = (
        ngettext(
            "%(count)s run was stopped before it reached everybody.",
            "%(count)s runs were stopped before they reached everybody.",
            runs.stopped,
        )
        % told
    )
    if not runs.guarded:
        advice = _("Mend the script before it is run again.")
        return _finding("runs_stopped", _WARNING, text, advice)
    advice = _("The guard stopped %(guarded)s, since desktops got worse or could not be measured.")
    return _finding("runs_guarded", _WARNING, text, advice % told)


def _refused(runs: RunNumbers) -> Finding | None:
    if not runs.refused:
        return None
    text = ngettext(
        "%(count)s run was not approved, or not in time.",
        "%(count)s runs were not approved, or not in time.",
        runs.refused,
    ) % {"count": _count(runs.refused)}
    return _finding("runs_refused", _NEUTRAL, text)


def _inspected(told: InspectionNumbers) -> Finding | None:
    if not told.inspections:
        text = _("Nothing was inspected in this time.")
        return _finding("no_inspection", _WARNING, text, _("Plan inspections for every month."))
    if told.score is None:
        text = _("The last inspection has no score: too little was measured.")
        return _finding(
            "inspection_unclear", _CRITICAL, text, _("Look whether the sources are read.")
        )
    values = {
        "score": format_value(Formatter.DECIMAL, round(told.score, 1)),
        "before": format_value(
            Formatter.DECIMAL, None if told.before is None else round(told.before, 1)
        ),
        "grade": told.grade,
    }
    advice = (
        _("What presses most: %(check)s.") % {"check": told.worst_check} if told.worst_check else ""
    )
    if told.before is not None and told.score <= told.before - _SCORE_CHANGED:
        text = _("The health score fell to %(score)s of 100, from %(before)s: %(grade)s.")
        tone = _CRITICAL if told.score < _AT_RISK else _WARNING
        return _finding("inspection_fell", tone, text % values, advice)
    if told.score < _WATCH:
        text = _("The health score is %(score)s of 100: %(grade)s.")
        tone = _CRITICAL if told.score < _AT_RISK else _WARNING
        return _finding("inspection_poor", tone, text % values, advice)
    if told.before is not None and told.score >= told.before + _SCORE_CHANGED:
        text = _("The health score rose to %(score)s of 100, from %(before)s: %(grade)s.")
        return _finding("inspection_rose", _GOOD, text % values)
    text = _("The health score is %(score)s of 100: %(grade)s.")
    return _finding("inspection_good", _GOOD, text % values)


def _found(told: InspectionNumbers) -> Finding | None:
    if not told.findings:
        return None
    values = {
        "count": _count(told.findings),
        "new": _count(told.new),
        "gone": _count(told.gone),
        "tickets": _count(told.tickets),
        "without": _count(told.findings - told.tickets),
    }
    text = ngettext(
        "The last inspection has %(count)s finding; since the one before %(new)s are new and "
        "%(gone)s are gone.",
        "The last inspection has %(count)s findings; since the one before %(new)s are new and "
        "%(gone)s are gone.",
        told.findings,
    )
    if told.tickets >= told.findings:
        return _finding("inspection_findings", _NEUTRAL, text % values)
    advice = _("%(without)s of them have no ticket: make one, or say why not.")
    return _finding("inspection_untracked", _WARNING, text % values, advice % values)


def _unmeasured(told: InspectionNumbers) -> Finding | None:
    if not told.inspections or told.coverage is None or told.coverage >= _MEASURED_ENOUGH:
        return None
    values = {"share": _share(told.coverage), "count": _count(told.unmeasured)}
    text = _(
        "The last inspection measured %(share)s of what it asks; %(count)s checks have no data."
    )
    advice = _("Connect what is missing, or take these checks out of the template.")
    return _finding("inspection_unmeasured", _WARNING, text % values, advice)


def _year_users(months: tuple[MonthNumbers, ...]) -> Finding | None:
    known = _measured(months)
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    most = max(known, key=lambda each: each.users or 0)
    told = {
        "first": _count(first.users),
        "last": _count(last.users),
        "from": first.label,
        "to": last.label,
        "most": _count(most.users),
        "in": most.label,
    }
    if not first.users or not last.users:
        return None
    change = last.users / first.users - 1
    if abs(change) < _YEAR_CHANGED or abs(last.users - first.users) < _FEW_PEOPLE:
        text = _("Use was steady: %(first)s users in %(from)s, %(last)s in %(to)s.")
        return _finding("year_steady", _NEUTRAL, text % told)
    told["change"] = _share(abs(change))
    if change > 0:
        text = _(
            "Use grew by %(change)s: %(first)s users in %(from)s, %(last)s in %(to)s; most in "
            "%(in)s (%(most)s)."
        )
        advice = _("Hold capacity and licences against this growth before the next year.")
        return _finding("year_grew", _NEUTRAL, text % told, advice)
    text = _(
        "Use shrank by %(change)s: %(first)s users in %(from)s, %(last)s in %(to)s; most in "
        "%(in)s (%(most)s)."
    )
    return _finding("year_shrank", _NEUTRAL, text % told, _("See what could be given back."))


def _measured(months: tuple[MonthNumbers, ...]) -> list[MonthNumbers]:
    """Return the months of which enough was measured to set them beside one another."""
    return [
        each
        for each in months
        if each.users is not None and (each.coverage or 0.0) >= _MEASURED_ENOUGH
    ]


def _year_known(months: tuple[MonthNumbers, ...]) -> Finding | None:
    known = _measured(months)
    if len(known) == len(months):
        return None
    told = {"count": _count(len(months) - len(known)), "all": _count(len(months))}
    text = _("Of %(all)s months, %(count)s were not measured well enough to be compared.")
    tone = _CRITICAL if not known else _WARNING
    return Finding(code="year_gaps", tone=tone, text=text % told, rank=1)


def _year_experience(months: tuple[MonthNumbers, ...]) -> Finding | None:
    known = [each for each in _measured(months) if each.score is not None]
    if len(known) < 2:
        return None
    best = max(known, key=lambda each: each.score or 0.0)
    worst = min(known, key=lambda each: each.score or 0.0)
    told = {
        "best": format_value(Formatter.DECIMAL, best.score),
        "in": best.label,
        "worst": format_value(Formatter.DECIMAL, worst.score),
        "at": worst.label,
    }
    if (best.score or 0.0) - (worst.score or 0.0) < _SCORE_CHANGED:
        text = _("The experience score was steady over the year, about %(best)s of 100.")
        return _finding("year_experience_steady", _GOOD, text % told)
    text = _("People worked best in %(in)s (%(best)s of 100) and worst in %(at)s (%(worst)s).")
    advice = _("Look what changed around %(at)s.") % told
    tone = _WARNING if (worst.score or 0.0) < _WATCH else _NEUTRAL
    return _finding("year_experience", tone, text % told, advice)


def _year_alarms(months: tuple[MonthNumbers, ...]) -> Finding | None:
    known = [each for each in months if each.alarms is not None]
    whole = sum(each.alarms or 0 for each in known)
    if whole < _FEW_ALARMS or len(known) < 2:
        return None
    most = max(known, key=lambda each: each.alarms or 0)
    told = {
        "count": _count(whole),
        "most": _count(most.alarms),
        "in": most.label,
        "share": _share((most.alarms or 0) / whole),
    }
    text = _(
        "There were %(count)s alarms in the year; most in %(in)s (%(most)s, %(share)s of all)."
    )
    is_peak = (most.alarms or 0) > whole / len(known) * (1 + _ALARMS_CHANGED)
    return _finding("year_alarms", _NEUTRAL if is_peak else _GOOD, text % told)


_RUN_RULES: tuple[Callable[[RunNumbers], Finding | None], ...] = (
    _ran,
    _cause,
    _unreached,
    _stopped,
    _refused,
)
_INSPECTION_RULES: tuple[Callable[[InspectionNumbers], Finding | None], ...] = (
    _inspected,
    _found,
    _unmeasured,
)
_MONTH_RULES: tuple[Callable[[tuple[MonthNumbers, ...]], Finding | None], ...] = (
    _year_known,
    _year_users,
    _year_experience,
    _year_alarms,
)
