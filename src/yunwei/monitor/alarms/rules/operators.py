"""What people do about an alarm: take it up, put it aside, end it by hand, comment on it. Pure."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.times import to_rfc3339
from yunwei.monitor.alarms.facts import Alarm, Axis, Change, ClearCause, Occurrence, OperatorState

_NOTE_LIMIT = 4000


def acknowledge(
    alarm: Alarm, *, by: str, note: str, now: datetime, until: datetime | None = None
) -> tuple[Alarm, Change]:
    """Return the acknowledged alarm; raises Conflict unless it is open and not shelved.

    until: when it ends by itself. The same person may give it another end; whoever else joins
    can only make it last longer.
    """
    if until is not None:
        _check_end(until, now)
    if alarm.is_cleared:
        raise Conflict("the alarm is cleared already")
    is_joined = alarm.operator_state is OperatorState.ACKNOWLEDGED
    is_same = (alarm.operator, alarm.acknowledged_until) == (by, until)
    if alarm.operator_state is OperatorState.SHELVED or (is_joined and is_same):
        raise Conflict(f"the alarm is already {alarm.operator_state.value}")
    after, change = _operate(
        alarm, OperatorState.ACKNOWLEDGED, "acknowledged", by=by, note=note, now=now
    )
    if is_joined and by != alarm.operator:
        ends = (alarm.acknowledged_until, until)
        until = None if None in ends else max(each for each in ends if each)
        after = replace(alarm, changed_at=now)
    elif is_joined:
        after = replace(after, operator_at=alarm.operator_at)
    return replace(after, acknowledged_until=until), change


def end_acknowledgement(alarm: Alarm, *, now: datetime) -> tuple[Alarm, Change]:
    """Return the alarm whose acknowledgement has run out: nobody looks after it any more."""
    return _operate(
        alarm, OperatorState.NONE, "acknowledgement_ended", by="", note=alarm.operator, now=now
    )


def unacknowledge(alarm: Alarm, *, by: str, note: str, now: datetime) -> tuple[Alarm, Change]:
    if alarm.operator_state is not OperatorState.ACKNOWLEDGED:
        raise Conflict("the alarm is not acknowledged")
    return _operate(alarm, OperatorState.NONE, "unacknowledged", by=by, note=note, now=now)


def shelve(
    alarm: Alarm, *, until: datetime, by: str, note: str, now: datetime
) -> tuple[Alarm, Change]:
    """Return the alarm put aside until a time, with a reason; both are required."""
    if not note.strip():
        raise Invalid("note", "shelving needs a reason")
    _check_end(until, now)
    if alarm.is_cleared:
        raise Conflict("the alarm is cleared already")
    if alarm.operator_state is OperatorState.SHELVED:
        raise Conflict("the alarm is shelved already")
    after, change = _operate(alarm, OperatorState.SHELVED, "shelved", by=by, note=note, now=now)
    return replace(after, shelved_until=until), change


def _check_end(until: datetime, now: datetime) -> None:
    if until <= now:
        raise Invalid("until", "the end must be in the future")
    if (until - now).days > 30:
        raise Invalid("until", "at most 30 days")


def unshelve(alarm: Alarm, *, by: str, note: str, now: datetime) -> tuple[Alarm, Change]:
    if alarm.operator_state is not OperatorState.SHELVED:
        raise Conflict("the alarm is not shelved")
    return _operate(alarm, OperatorState.NONE, "unshelved", by=by, note=note, now=now)


def clear_by_hand(
    alarm: Alarm, current: Occurrence, *, by: str, note: str, now: datetime
) -> tuple[Alarm, Occurrence, Change]:
    """Return the alarm cleared by a person. Its next news from the source opens it again."""
    if alarm.is_cleared:
        raise Conflict("the alarm is cleared already")
    cause = ClearCause.OPERATOR
    after = replace(alarm, is_cleared=True, cleared_at=now, clear_cause=cause, changed_at=now)
    occurrence = replace(current, cleared_at=now, clear_cause=cause)
    change = Change(
        alarm=alarm.id,
        tenant=alarm.tenant,
        at=now,
        axis=Axis.RESOURCE,
        verb="cleared",
        before=alarm.severity.value,
        by=by,
        note=note,
    )
    return after, occurrence, change


def build_comment(alarm: Alarm, by: str, note: str, now: datetime) -> Change:
    state = alarm.operator_state.value
    return Change(
        alarm=alarm.id,
        tenant=alarm.tenant,
        at=now,
        axis=Axis.OPERATOR,
        verb="commented",
        before=state,
        after=state,
        by=by,
        note=note,
    )


def build_placement(alarm: Alarm, named: str, *, by: str, note: str, now: datetime) -> Change:
    """Return the entry of a place that a person gave an alarm. named: the situation's title."""
    is_attached = alarm.situation is not None
    return Change(
        alarm=alarm.id,
        tenant=alarm.tenant,
        at=now,
        axis=Axis.OPERATOR,
        verb="attached" if is_attached else "detached",
        by=by,
        note=f"{named}\n{note}" if note else named,
    )


def _operate(
    alarm: Alarm, state: OperatorState, verb: str, *, by: str, note: str, now: datetime
) -> tuple[Alarm, Change]:
    change = Change(
        alarm=alarm.id,
        tenant=alarm.tenant,
        at=now,
        axis=Axis.OPERATOR,
        verb=verb,
        before=alarm.operator_state.value,
        after=state.value,
        by=by,
        note=note,
    )
    if state is OperatorState.NONE:
        return replace(alarm.left_alone(), changed_at=now), change
    after = replace(
        alarm,
        operator_state=state,
        operator=by,
        operator_at=now,
        operator_note=note,
        acknowledged_until=None,
        shelved_until=None,
        changed_at=now,
    )
    return after, change


def has_run_out(alarm: Alarm, now: datetime) -> bool:
    """Say whether an acknowledgement is over by itself."""
    until = alarm.acknowledged_until
    return not alarm.is_cleared and until is not None and until <= now


def summarize(alarm: Alarm) -> dict[str, str]:
    """Return what of an alarm stands in the audit log."""
    until = alarm.acknowledged_until
    return {
        "operator_state": alarm.operator_state.value,
        "is_cleared": "yes" if alarm.is_cleared else "no",
        **({"until": to_rfc3339(until)} if until else {}),
    }


def checked_note(note: str) -> str:
    """Return a note without blanks around it; raises Invalid when it is too long."""
    if len(note) > _NOTE_LIMIT:
        raise Invalid("note", f"at most {_NOTE_LIMIT} characters")
    return note.strip()
