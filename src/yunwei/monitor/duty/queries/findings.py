"""Questions about what is wrong with schedules, and about who comes and goes."""

from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ScheduleId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.facts.shifts import Finding, Handoff, Snapshot
from yunwei.monitor.duty.queries.plans import AHEAD, AROUND
from yunwei.monitor.duty.queries.snapshots import system_reach, system_snapshot
from yunwei.monitor.duty.rules.findings import find_findings, find_gaps
from yunwei.monitor.duty.rules.handoffs import find_handoffs, join_shifts
from yunwei.monitor.duty.rules.resolve import Resolver


def fetch_findings(
    viewer: Viewer, schedule: ScheduleId | None = None, *, now: datetime
) -> tuple[Finding, ...]:
    """Return what is wrong in the next four weeks with one schedule, or with all of them."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        snapshot = system_snapshot(conn, now=now)
        wanted = [
            each
            for each in snapshot.schedules.values()
            if each.tenant in viewer.tenants and schedule in {None, each.id}
        ]
        if schedule is not None and not wanted:
            raise Refused()
        return tuple(find for each in wanted for find in system_findings(conn, each, snapshot, now))


def system_findings(
    conn: Connection, schedule: Schedule, snapshot: Snapshot, now: datetime
) -> tuple[Finding, ...]:
    """Return what is wrong with one schedule in the next four weeks."""
    within = Span(now, now + AHEAD)
    shifts = Resolver(schedule, snapshot).shifts(within)
    reach = system_reach(conn, schedule.tenant)
    return find_findings(schedule, shifts, within, snapshot, reach)


def system_handoffs(snapshot: Snapshot, schedule: Schedule, within: Span) -> tuple[Handoff, ...]:
    """Return who begins and ends in a schedule within a time."""
    around = Span(within.start - AROUND, within.end + AROUND)
    shifts = join_shifts(Resolver(schedule, snapshot).shifts(around))
    return find_handoffs(schedule.id, shifts, within)


def system_gaps(snapshot: Snapshot, schedule: Schedule, within: Span) -> tuple[Span, ...]:
    """Return when nobody is on duty in a schedule though somebody ought to be."""
    shifts = Resolver(schedule, snapshot).shifts(within)
    return find_gaps(schedule, shifts, within, snapshot) if schedule.layers else ()
