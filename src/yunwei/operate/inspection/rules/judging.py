"""What a check comes to: each thing that a measure tells of is held against a criterion. Pure."""

from yunwei.operate.inspection.facts.inspections import (
    Found,
    Level,
    Measured,
    Result,
    Sample,
)
from yunwei.operate.inspection.facts.templates import CheckSpec, Criterion
from yunwei.operate.inspection.rules.measures import MEASURES

MOST_FOUND = 200
_RANK = {Level.PASSED: 0, Level.WARNED: 1, Level.FAILED: 2}


def judge_check(check: CheckSpec, measured: Measured) -> Result:
    """Return what a check says. Nothing that tells of it: not measured, which is never well. No
    things to tell of, from somebody who would: passed."""
    unit = MEASURES[check.measure].unit
    if measured.samples is None:
        return Result(check=check, unit=unit, level=Level.NOT_MEASURED, missing=measured.missing)
    criterion = check.criterion
    found = [
        Found(sample=each, level=level)
        for each in measured.samples
        if (level := judge_value(criterion, each.value)).is_found
    ]
    found.sort(key=lambda each: (-_RANK[each.level], _order(criterion, each.sample)))
    level = max((each.level for each in found), key=lambda each: _RANK[each], default=Level.PASSED)
    values = [each.value for each in measured.samples]
    worst = (min if criterion.is_low_bad else max)(values) if values else None
    return Result(
        check=check,
        unit=unit,
        level=level,
        considered=len(measured.samples),
        found=tuple(found[:MOST_FOUND]),
        total=len(found),
        worst=worst,
        seen=tuple(each.key for each in measured.samples) if measured.tells_all else None,
    )


def judge_value(criterion: Criterion, value: float) -> Level:
    if _is_past(criterion, criterion.fail, value):
        return Level.FAILED
    return Level.WARNED if _is_past(criterion, criterion.warn, value) else Level.PASSED


def _is_past(criterion: Criterion, limit: float | None, value: float) -> bool:
    if limit is None:
        return False
    return value < limit if criterion.is_low_bad else value >= limit


def _order(criterion: Criterion, sample: Sample) -> tuple[float, str]:
    return sample.value if criterion.is_low_bad else -sample.value, sample.name
