"""What decisions leave behind on alarms: who keeps them quiet or softens them, since when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import WAITING_KINDS, Alarm, Silence, Suppression
from yunwei.monitor.governance.facts.decisions import Judgement
from yunwei.monitor.governance.store import judgements as store

_MASKING_KINDS = frozenset({"mask", "maintenance"})


def build_silence(alarm: Alarm, judgement: Judgement) -> Silence:
    """Return what a judgement leaves behind. alarm: as it is stored."""
    return Silence(
        alarm=alarm,
        suppressed_by=judgement.suppressed_by,
        softened_by=judgement.softened_by,
        severity=judgement.case.alarm.severity,
        due_at=judgement.due_at,
        affected=judgement.case.alarm.affected,
    )


def keep_silence(alarm: Alarm, judgement: Judgement) -> Silence:
    """Return what the judgement of a clear leaves behind: the alarm keeps saying who hid it."""
    return Silence(
        alarm=alarm,
        suppressed_by=alarm.suppressed_by,
        softened_by=alarm.softened_by,
        severity=alarm.severity,
        due_at=judgement.due_at,
        affected=alarm.affected,
    )


def apply_silences(conn: Connection, wanted: Sequence[Silence], now: datetime) -> None:
    """Write what changed, with its audit rows. What only waits for a moment gets one when it is
    over in time, see `end_silences`."""
    ended = [
        _suppression_row(each.alarm, reason)
        for each in wanted
        for reason in _lasting(each.alarm)
        if reason not in _lasting(each)
    ]
    begun = [
        _suppression_row(each.alarm, reason)
        for each in wanted
        for reason in _lasting(each)
        if reason not in _lasting(each.alarm)
    ]
    store.end_suppressions(conn, ended, now)
    store.add_suppressions(conn, begun)
    alarm_actions.set_silence(conn, wanted, now=now)


def end_silences(
    conn: Connection,
    cleared: Iterable[Alarm],
    wanted: Mapping[AlarmId, Silence],
    *,
    news: Collection[AlarmId],
    now: datetime,
) -> None:
    """Close the audit rows of alarms that are over.

    news: those of which it was not known before; what had only been waiting is written for them.
    """
    ended: list[dict[str, Any]] = []
    waited: list[dict[str, Any]] = []
    for alarm in cleared:
        holder = wanted.get(alarm.id, alarm)
        ended.extend(_suppression_row(alarm, reason) for reason in _lasting(holder))
        if alarm.id in news:
            waited.extend(
                _suppression_row(alarm, reason) | {"until": now} for reason in _waiting(holder)
            )
    store.end_suppressions(conn, ended, now)
    store.add_suppressions(conn, waited)


def _lasting(holder: Alarm | Silence) -> list[Suppression]:
    reasons = (*holder.suppressed_by, *holder.softened_by)
    return [each for each in reasons if each.kind not in WAITING_KINDS]


def _waiting(holder: Alarm | Silence) -> list[Suppression]:
    return [each for each in holder.suppressed_by if each.kind in WAITING_KINDS]


def _suppression_row(alarm: Alarm, reason: Suppression) -> dict[str, Any]:
    is_mask = reason.kind in _MASKING_KINDS
    return {
        "tenant": alarm.tenant,
        "alarm": alarm.id,
        "occurrence": alarm.occurrence,
        "kind": reason.kind,
        "effect": reason.effect,
        "rule_id": reason.rule_id if is_mask else None,
        "noise_rule_id": None if is_mask else reason.rule_id,
        "rule_version": reason.rule_version,
        "rule_name": reason.rule_name,
        "since": reason.since,
    }
