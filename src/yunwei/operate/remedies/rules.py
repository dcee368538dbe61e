"""Whether a remedy may be applied, what became of it, and when its breaker opens. Pure."""

from datetime import datetime

from yunwei.base.core import brakes
from yunwei.base.core.condition import ALARM_FIELDS, Condition, parse_text
from yunwei.base.core.errors import Invalid
from yunwei.base.core.managed_object import read_object
from yunwei.operate.remedies.facts import Attempt, AttemptState, Past, Remedy, RemedyDraft
from yunwei.operate.runs.facts.runs import Run, RunState

_LONGEST_NAME = 100
_BOUNDS = {**brakes.BOUNDS, "verify_s": (30, 86_400), "wait_s": (0, 86_400)}


def check_draft(draft: RemedyDraft) -> None:
    """Raise Invalid naming the field."""
    if not 1 <= len(draft.name.strip()) <= _LONGEST_NAME:
        raise Invalid("name", "between 1 and 100 characters")
    if not draft.condition.strip():
        raise Invalid("condition", "say which alarms are meant")
    read_condition(draft.condition)
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(draft, name) <= most:
            raise Invalid(name, f"between {least} and {most}")


def read_condition(text: str) -> Condition:
    """Return a condition on alarms; raises Invalid (condition), with the place."""
    return parse_text(text, fields=ALARM_FIELDS)


def desktop_of(managed_object: str) -> str:
    """Return the name of the desktop that an alarm is about, "" when it is about none."""
    parts = read_object(managed_object)
    return parts.name if parts.kind == "desktop" else ""


def why_not(remedy: Remedy, past: Past, now: datetime) -> str:
    """Return why a remedy is not to apply itself now, "" when nothing speaks against it."""
    if remedy.broken_at is not None:
        return "broken"
    if past.open_on_object:
        return "under_way"
    if not brakes.room(remedy, past.in_last_hour):
        return "too_often"
    return "cooling_down" if brakes.rests(remedy, past.on_object_at, now) else ""


def next_state(
    attempt: Attempt, run: Run | None, *, is_cleared: bool, now: datetime
) -> tuple[AttemptState, str]:
    """Return what an open attempt is by now, and why."""
    if attempt.state is AttemptState.VERIFYING:
        if is_cleared:
            return AttemptState.HEALED, ""
        is_late = attempt.verify_until is not None and now >= attempt.verify_until
        return (AttemptState.NOT_HEALED, "stands") if is_late else (attempt.state, "")
    if run is None or run.state.is_open:
        return attempt.state, ""
    if run.is_good:
        return AttemptState.VERIFYING, ""
    is_unstarted = run.state in (RunState.DECLINED, RunState.LAPSED)
    return AttemptState.FAILED, run.state.value if is_unstarted else "run_failed"


def count_miss(misses: int, state: AttemptState) -> int:
    """Return how many attempts in a row healed nothing, after one that ended so."""
    return brakes.count_miss(misses, is_good=state is AttemptState.HEALED)
