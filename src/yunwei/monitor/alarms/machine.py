"""One alarm's life as moves: what a raw alarm does to it; people's are in `rules.operators`. Pure.

Rules worth knowing (RFC 8632, ISA-18.2):
- times of one source are compared with each other only, never with ours;
- a clear older than the latest raise, and a raise older than the latest clear, change nothing;
- worse severity takes an acknowledgement back; an acknowledgement never hides a clear;
- what a person cleared opens again only for news, not for the same report told again;
- nothing ever closes an uncleared alarm because of its age.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Bug
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.monitor.alarms.facts import (
    FOUND_BY_RECONCILIATION,
    WAITING_KINDS,
    Alarm,
    Axis,
    Change,
    ClearCause,
    FlapLimits,
    Occurrence,
    OperatorState,
    Silence,
    Step,
    Suppression,
    Verdict,
    stir,
)

USUAL_LIMITS = FlapLimits()


def build_key(raw: RawAlarm) -> str:
    """Return the identity of the alarm within its source, 32 hexadecimal digits."""
    return _build_key(raw.managed_object, raw.alarm_type, raw.qualifier)


@lru_cache(maxsize=8192)  # asked several times for each raw alarm of a batch
def _build_key(managed_object: str, alarm_type: str, qualifier: str) -> str:
    identity = "\0".join((managed_object, alarm_type, qualifier))
    return hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()


def is_orphan(before: Alarm | None, raw: RawAlarm) -> bool:
    return before is None and raw.act is AlarmAct.CLEAR


def needs_occurrence(before: Alarm | None, raw: RawAlarm) -> bool:
    """Say whether applying `raw` may open a new occurrence (so that ids can be reserved)."""
    if raw.act is AlarmAct.CLEAR:
        return False
    return before is None or before.is_cleared


def apply_raw(
    before: Alarm | None,
    raw: RawAlarm,
    *,
    now: datetime,
    alarm_id: AlarmId | None = None,
    occurrence_id: OccurrenceId | None = None,
    current: Occurrence | None = None,
    limits: FlapLimits = USUAL_LIMITS,
) -> Step:
    """Return what `raw` does.

    alarm_id, occurrence_id: reserved ids, required when `before` is None respectively when
    `needs_occurrence`. current: the present occurrence of `before`.
    """
    if before is None:
        if raw.act is AlarmAct.CLEAR:
            return Step(raw=raw, verdict=Verdict.ORPHAN_CLEAR, before=None, after=None)
        return _open(
            _blank(_given(alarm_id), raw, now), raw, now=now, id=occurrence_id, limits=limits
        )
    match raw.act:
        case AlarmAct.NOTICE if before.is_cleared:
            return _open(before, raw, now=now, id=occurrence_id, limits=limits)
        case AlarmAct.CLEAR:
            return _clear(before, raw, now=now, current=current, limits=limits)
        case AlarmAct.RAISE if before.is_cleared:
            return _raise_again(before, raw, now=now, id=occurrence_id, limits=limits)
        case AlarmAct.RAISE | AlarmAct.NOTICE:
            return _repeat(before, raw, now=now, current=current)


def _given[T](value: T | None) -> T:
    if value is None:
        raise Bug("a move lacks what the caller must give")
    return value


def _blank(alarm_id: AlarmId, raw: RawAlarm, now: datetime) -> Alarm:
    return Alarm(
        id=alarm_id,
        tenant=raw.tenant,
        source=raw.source,
        key=build_key(raw),
        managed_object=raw.managed_object,
        alarm_type=raw.alarm_type,
        qualifier=raw.qualifier,
        severity=raw.severity,
        reported_severity=raw.severity,
        text=raw.text,
        is_cleared=True,
        raised_at=raw.event_at,
        last_raised_at=raw.event_at,
        last_event_at=raw.event_at,
        changed_at=now,
        heard_at=now,
        occurrence=OccurrenceId(0),
    )


def _open(
    alarm: Alarm, raw: RawAlarm, *, now: datetime, id: OccurrenceId | None, limits: FlapLimits
) -> Step:
    """Start an occurrence, of a blank alarm the first; a notice ends it in the same moment."""
    is_notice = raw.act is AlarmAct.NOTICE
    cause = ClearCause.NOTICE if is_notice else ClearCause.NONE
    cleared_at = raw.event_at if is_notice else None
    is_shelved = alarm.operator_state is OperatorState.SHELVED
    after = replace(
        alarm,
        severity=raw.severity,
        reported_severity=raw.severity,
        text=raw.text,
        is_cleared=is_notice,
        raised_at=raw.event_at,
        last_raised_at=raw.event_at,
        last_event_at=max(raw.event_at, alarm.last_event_at),
        changed_at=now,
        cleared_at=cleared_at,
        clear_cause=cause,
        count=1,
        occurrence=_given(id),
        # a shelf has an end of its own; an acknowledgement was for the occurrence before
        operator_state=alarm.operator_state if is_shelved else OperatorState.NONE,
        operator=alarm.operator if is_shelved else "",
        operator_at=alarm.operator_at if is_shelved else None,
        operator_note=alarm.operator_note if is_shelved else "",
        acknowledged_until=None,
        heard_at=now,
        flapping=stir(alarm.flapping, event_at=raw.event_at, now=now, limits=limits),
        due_at=None,
        affected=0,
        suppressed_by=(),
        softened_by=(),
        raw=raw.raw,
    )
    occurrence = Occurrence(
        id=_given(id),
        alarm=alarm.id,
        tenant=alarm.tenant,
        raised_at=raw.event_at,
        cleared_at=cleared_at,
        clear_cause=cause,
        severity=raw.severity,
        count=1,
        text=raw.text,
        intake_id=raw.native_id,
    )
    verdict = Verdict.NOTICED if is_notice else Verdict.RAISED
    change = _change(after, raw, now, verb=verdict.value, after=raw.severity.value)
    return Step(
        raw=raw,
        verdict=verdict,
        before=alarm if alarm.occurrence else None,
        after=after,
        occurrence=occurrence,
        changes=(change,),
    )


def _raise_again(
    alarm: Alarm, raw: RawAlarm, *, now: datetime, id: OccurrenceId | None, limits: FlapLimits
) -> Step:
    by_person = alarm.clear_cause is ClearCause.OPERATOR
    # that it was over was our own conclusion: the list that it came from was wrong
    was_mistaken = raw.is_found and alarm.clear_cause is ClearCause.RECONCILED
    is_old = raw.event_at < alarm.last_event_at and not was_mistaken
    is_same_report = by_person and raw.event_at == alarm.last_event_at
    if is_old or is_same_report:
        return Step(raw=raw, verdict=Verdict.STALE, before=alarm, after=alarm)
    return _open(alarm, raw, now=now, id=id, limits=limits)


def _repeat(alarm: Alarm, raw: RawAlarm, *, now: datetime, current: Occurrence | None) -> Step:
    current = _given(current)
    if raw.native_id == current.intake_id:
        return Step(raw=raw, verdict=Verdict.DUPLICATE, before=alarm, after=alarm)
    if raw.event_at < alarm.last_event_at:
        # late, but it did happen while the alarm was open: counted, its words are outdated
        after = replace(alarm, count=alarm.count + 1, changed_at=now)
        occurrence = replace(current, count=current.count + 1)
        return Step(
            raw=raw, verdict=Verdict.REPEATED, before=alarm, after=after, occurrence=occurrence
        )
    verdict = _compare(alarm, raw)
    after = replace(
        alarm,
        # what a rule lowered stays so until the source says something else
        severity=alarm.severity if verdict is Verdict.REPEATED else raw.severity,
        reported_severity=raw.severity,
        text=raw.text,
        last_raised_at=raw.event_at,
        last_event_at=raw.event_at,
        changed_at=now,
        count=alarm.count + 1,
        raw=raw.raw,
    )
    worst = max(current.severity, raw.severity, key=lambda each: each.rank)
    occurrence = replace(current, count=current.count + 1, severity=worst)
    changes: tuple[Change, ...] = ()
    if verdict is not Verdict.REPEATED:
        changes = (
            _change(
                alarm,
                raw,
                now,
                verb=verdict.value,
                before=alarm.reported_severity.value,
                after=raw.severity.value,
            ),
        )
    if verdict is Verdict.WORSENED and alarm.operator_state is OperatorState.ACKNOWLEDGED:
        after = after.left_alone()
        changes += (
            Change(
                alarm=alarm.id,
                tenant=alarm.tenant,
                at=now,
                axis=Axis.OPERATOR,
                verb="reopened",
                before=alarm.operator_state.value,
                after=OperatorState.NONE.value,
            ),
        )
    return Step(
        raw=raw,
        verdict=verdict,
        before=alarm,
        after=after,
        occurrence=occurrence,
        changes=changes,
    )


def _compare(alarm: Alarm, raw: RawAlarm) -> Verdict:
    known = alarm.reported_severity
    if raw.severity.rank > known.rank:
        return Verdict.WORSENED
    return Verdict.EASED if raw.severity.rank < known.rank else Verdict.REPEATED


def _clear(
    alarm: Alarm,
    raw: RawAlarm,
    *,
    now: datetime,
    current: Occurrence | None,
    limits: FlapLimits,
) -> Step:
    if alarm.is_cleared:
        # it may have overtaken its raise, which then is older than the alarm's latest news
        latest = max(alarm.last_event_at, raw.event_at)
        known = alarm if latest == alarm.last_event_at else replace(alarm, last_event_at=latest)
        return Step(raw=raw, verdict=Verdict.DUPLICATE, before=alarm, after=known)
    if raw.event_at < alarm.last_event_at:
        return Step(raw=raw, verdict=Verdict.STALE, before=alarm, after=alarm)
    cause = ClearCause.RECONCILED if raw.is_found else ClearCause.SOURCE
    after = replace(
        alarm,
        is_cleared=True,
        cleared_at=raw.event_at,
        clear_cause=cause,
        last_event_at=raw.event_at,
        changed_at=now,
        flapping=stir(alarm.flapping, event_at=raw.event_at, now=now, limits=limits),
        due_at=None,
    )
    occurrence = replace(_given(current), cleared_at=raw.event_at, clear_cause=cause)
    change = _change(alarm, raw, now, verb="cleared", before=alarm.severity.value)
    return Step(
        raw=raw,
        verdict=Verdict.CLEARED,
        before=alarm,
        after=after,
        occurrence=occurrence,
        changes=(change,),
    )


def _change(
    alarm: Alarm, raw: RawAlarm, now: datetime, *, verb: str, before: str = "", after: str = ""
) -> Change:
    return Change(
        alarm=alarm.id,
        tenant=alarm.tenant,
        at=now,
        axis=Axis.RESOURCE,
        verb=verb,
        before=before,
        after=after,
        event_at=raw.event_at,
        cause=raw.native_id,
        note=FOUND_BY_RECONCILIATION if raw.is_found else "",
    )


def build_late_clear(raised: RawAlarm, ended_at: datetime, native_id: str) -> RawAlarm:
    """Return the clear that came before `raised`, as if it came after it."""
    return replace(raised, act=AlarmAct.CLEAR, event_at=ended_at, native_id=native_id, raw={})


def build_silence_changes(silence: Silence, now: datetime) -> list[Change]:
    """Return what the history says of new reasons for silence, and of softening. What only waits
    for a moment is not worth an entry: its decisions tell it."""
    alarm = silence.alarm
    told: list[tuple[str, str, str]] = []
    before, after = _lasting(alarm.suppressed_by), _lasting(silence.suppressed_by)
    if before != after:
        told.append(("suppressed" if after else "released", _name(before), _name(after)))
    if silence.softened_by != alarm.softened_by:
        verb = "softened" if silence.softened_by else "restored"
        told.append((verb, _name(alarm.softened_by), _name(silence.softened_by)))
    return [
        Change(
            alarm=alarm.id,
            tenant=alarm.tenant,
            at=now,
            axis=Axis.SUPPRESSION,
            verb=verb,
            before=before,
            after=after,
            note="" if silence.severity is alarm.severity else silence.severity.value,
        )
        for verb, before, after in told
    ]


def _lasting(reasons: tuple[Suppression, ...]) -> tuple[Suppression, ...]:
    return tuple(each for each in reasons if each.kind not in WAITING_KINDS)


def _name(reasons: tuple[Suppression, ...]) -> str:
    return ", ".join(each.rule_name or each.kind for each in reasons)
