"""What people do about escalations under way: let the next step come now."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import AlarmId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.notify.facts.escalation import Escalation, Move
from yunwei.monitor.notify.rules import escalation as machine
from yunwei.monitor.notify.store import escalation as escalation_store


def escalate_alarm(viewer: Viewer, alarm: AlarmId, *, now: datetime) -> Alarm:
    """Let the next step of the alarm's escalations come now. Raises Refused, Conflict."""
    require(viewer, Permission.OPERATE_ALARMS)
    found = alarm_queries.access_alarm(viewer, alarm).alarm
    with transaction() as conn:
        locked = escalation_store.lock_of_alarm(conn, alarm, viewer.tenants)
        moves = _hurry(locked, by=viewer.name, now=now)
        escalation_store.save_escalations(conn, [move.after for move in moves])
        escalation_store.add_entries(conn, [each for move in moves for each in move.entries])
        record(
            conn,
            viewer,
            "notify.escalate",
            object_kind="alarm",
            object_id=str(alarm),
            object_name=found.text[:200],
            tenant=found.tenant,
            after={"policies": [move.after.policy.name for move in moves]},
        )
        announce_work("escalation")
        announce_live("alarms", found.tenant)
    return found


def _hurry(found: Sequence[Escalation], *, by: str, now: datetime) -> list[Move]:
    """Hurry on what can be; raises Conflict when that is nothing."""
    if not found:
        raise Conflict("no escalation policy is at work on this alarm")
    moves: list[Move] = []
    refusal: Conflict | None = None
    for escalation in found:
        try:
            moves.append(machine.hurry(escalation, by=by, now=now))
        except Conflict as error:
            refusal = error
    if not moves and refusal is not None:
        raise refusal
    return moves
