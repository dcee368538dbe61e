"""What makes a threshold rule acceptable. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yunwei.base.core.condition import NOTHING, BadText, Condition, parse_text
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.monitor.thresholds.facts import Level, Side, ThresholdContent, ThresholdDraft
from yunwei.monitor.thresholds.rules.measures import MEASURES
from yunwei.monitor.thresholds.rules.targets import TARGET_FIELDS

STEPS_S = (60, 300, 600, 900, 1800, 3600)
SEVERITIES = (Severity.WARNING, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
"""From mild to severe."""
_NAME_LENGTH = 200
_RANGES = {
    "needed": (1, 60),
    "of": (1, 60),
    "hold_steps": (0, 288),
    "clear_steps": (1, 288),
    "missing_steps": (1, 288),
    "grace_s": (0, 86_400),
    "weeks": (2, 8),
}


def check_draft(draft: ThresholdDraft) -> None:
    """Raise Invalid naming the first field that is wrong."""
    if not draft.name.strip():
        raise Invalid("name", "a rule needs a name")
    if len(draft.name) > _NAME_LENGTH:
        raise Invalid("name", f"at most {_NAME_LENGTH} characters")
    check_content(draft.content)


def check_content(content: ThresholdContent) -> None:
    """Raise Invalid naming the first field that is wrong."""
    measure = MEASURES.get(content.measure)
    if measure is None or content.at not in measure.at:
        raise Invalid("measure", "this is not one of the choices")
    read_condition(content.condition)
    if content.step_s not in STEPS_S:
        raise Invalid("step_s", "this is not one of the choices")
    for name, (least, most) in _RANGES.items():
        _check_range(name, getattr(content, name), least, most)
    if content.needed > content.of:
        raise Invalid("needed", "not more than there are")
    if content.side is Side.BOTH and not content.is_usual:
        raise Invalid("side", "both sides are judged by the usual only")
    if not isfinite(content.least_spread) or content.least_spread < 0:
        raise Invalid("least_spread", "it can not be negative")
    _check_levels(content)
    _check_zone(content.time_zone)


def read_condition(text: str) -> Condition:
    """Return the condition of a text; raises Invalid at `condition`."""
    try:
        return parse_text(text.strip() or "true", fields=TARGET_FIELDS)
    except BadText:
        raise
    except Invalid as error:
        raise Invalid("condition", error.why) from error


def stored_condition(text: str) -> Condition:
    """Return the condition of a text; what can not be read matches nothing."""
    try:
        return read_condition(text)
    except Invalid:
        return NOTHING


def sort_levels(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Return levels from mild to severe."""
    return tuple(sorted(levels, key=lambda level: SEVERITIES.index(level.severity)))


def _check_levels(content: ThresholdContent) -> None:
    if not content.levels:
        raise Invalid("levels", "name at least one level")
    severities = [level.severity for level in content.levels]
    if any(severity not in SEVERITIES for severity in severities):
        raise Invalid("levels", "this is not one of the choices")
    if len(set(severities)) < len(severities) or sort_levels(content.levels) != content.levels:
        raise Invalid("levels", "each severity once, from mild to severe")
    _check_order(content.levels, -1 if content.side is Side.BELOW else 1)


def _check_order(levels: Iterable[Level], sign: int) -> None:
    listed = tuple(levels)
    for level in listed:
        if not isfinite(level.raise_at) or not isfinite(level.clear_at):
            raise Invalid("levels", "this is not a number")
        if sign * level.clear_at > sign * level.raise_at:
            raise Invalid("levels", "a level must be over on its good side, not beyond")
    for mild, severe in pairwise(listed):
        is_apart = sign * mild.raise_at < sign * severe.raise_at
        if not is_apart or sign * mild.clear_at > sign * severe.clear_at:
            raise Invalid("levels", "a severe level must lie further out than a mild one")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("time_zone", "there is no such time zone") from error


def _check_range(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise Invalid(field, f"between {least:g} and {most:g}")
