"""Writes down who is on duty, while it happens: `duty_shift`, which is never changed afterwards."""

from datetime import datetime

from yunwei.base.core.ids import ScheduleId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.facts.shifts import Shift, Snapshot
from yunwei.monitor.duty.queries.snapshots import system_snapshot
from yunwei.monitor.duty.rules.reasons import say_because
from yunwei.monitor.duty.rules.resolve import Resolver
from yunwei.monitor.duty.store import schedules, shifts


def record_all(conn: Connection, *, now: datetime) -> Snapshot:
    """Write down who was on duty in all schedules up to now; returns the plan it was read from.

    In the transaction of a change, before it, so that the record ends with the old plan.
    """
    schedules.lock_duty(conn)
    snapshot = system_snapshot(conn, now=now)
    until = schedules.recorded_until(conn)
    for schedule in snapshot.schedules.values():
        since = until.get(schedule.id, now)
        if since < now and _record(conn, schedule, snapshot, Span(since, now)):
            announce_live("duty", schedule.tenant)
    return snapshot


def _record(conn: Connection, schedule: Schedule, snapshot: Snapshot, span: Span) -> bool:
    """Return whether somebody came or went."""
    going_on = {
        (user, role, because): row
        for row, (user, role, because) in shifts.open_shifts(conn, schedule.id).items()
    }
    is_changed = False
    for shift in Resolver(schedule, snapshot).shifts(span):
        ends_at = None if shift.span.end == span.end else shift.span.end
        row = (
            going_on.pop((shift.user, shift.role.value, shift.because), None)
            if shift.span.start == span.start
            else None
        )
        if row is None:
            _add(conn, schedule.id, shift, snapshot, ends_at)
        elif ends_at is not None:
            shifts.close_shift(conn, row, ends_at)
        is_changed = is_changed or row is None or ends_at is not None
    for row in going_on.values():
        shifts.close_shift(conn, row, span.start)
    schedules.note_recorded(conn, schedule.id, span.end)
    return is_changed or bool(going_on)


def close_record(conn: Connection, schedule: ScheduleId, *, now: datetime) -> None:
    """Nobody is on duty in a schedule any more."""
    for row in shifts.open_shifts(conn, schedule):
        shifts.close_shift(conn, row, now)


def _add(
    conn: Connection,
    schedule: ScheduleId,
    shift: Shift,
    snapshot: Snapshot,
    ends_at: datetime | None,
) -> None:
    names = snapshot.names
    said = (say_because(shift.because, names, "zh"), say_because(shift.because, names, "en"))
    shifts.add_shift(
        conn,
        schedule,
        shift,
        name=names.get(shift.user, str(shift.user)),
        said=said,
        ends_at=ends_at,
    )
