"""Questions about people: who may be on duty, and when oneself is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from yunwei.base.core.ids import ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_reachable
from yunwei.base.people.rules import require
from yunwei.monitor.duty.facts.plans import Candidate, PlannedShift
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.facts.shifts import Shift, Snapshot
from yunwei.monitor.duty.queries.plans import (
    AROUND,
    check_length,
    from_plan,
    from_record,
)
from yunwei.monitor.duty.queries.snapshots import name_of, system_candidates, system_snapshot
from yunwei.monitor.duty.rules.handoffs import join_shifts
from yunwei.monitor.duty.rules.resolve import Resolver
from yunwei.monitor.duty.store import schedules as schedule_store
from yunwei.monitor.duty.store import shifts as shift_store


def fetch_my_shifts(viewer: Viewer, within: Span, *, now: datetime) -> tuple[PlannedShift, ...]:
    """Return the viewer's own shifts in all schedules: the record, and what is to come."""
    require(viewer, Permission.SEE_MONITORING)
    check_length(within)
    if viewer.user_id is None:
        return ()
    with transaction() as conn:
        snapshot = system_snapshot(conn, now=now)
        found = shifts_of(conn, snapshot, viewer.user_id, within)
    return tuple(
        shift for shift in found if snapshot.schedules[shift.schedule].tenant in viewer.tenants
    )


def shifts_of(
    conn: Connection, snapshot: Snapshot, user: UserId, within: Span
) -> tuple[PlannedShift, ...]:
    """Return somebody's shifts in all schedules in use that touch a time, each whole."""
    now = snapshot.as_of
    past = [
        shift
        for row in shift_store.recorded_of_user(conn, user, Span(within.start, now))
        if row.schedule in snapshot.schedules
        and (shift := from_record(row, Span(row.starts_at, now), now)) is not None
    ]
    coming = [
        from_plan(schedule, shift, snapshot)
        for schedule in snapshot.schedules.values()
        for shift in _coming(schedule, snapshot, Span(now, max(now, within.end)))
        if shift.user == user
    ]
    by_place = groupby(sorted([*past, *coming], key=_place), key=_place)
    joined = [shift for _where, own in by_place for shift in _join(own)]
    return tuple(
        sorted((each for each in joined if each.span.cut(within)), key=lambda each: each.span)
    )


def _join(shifts: Iterable[PlannedShift]) -> list[PlannedShift]:
    """Return one person's shifts in one role, each without a break; its reason is the first's."""
    joined: list[PlannedShift] = []
    for shift in sorted(shifts, key=lambda each: each.span):
        if joined and joined[-1].span.end == shift.span.start:
            joined[-1] = replace(joined[-1], span=Span(joined[-1].span.start, shift.span.end))
        else:
            joined.append(shift)
    return joined


def _coming(schedule: Schedule, snapshot: Snapshot, within: Span) -> tuple[Shift, ...]:
    around = Span(within.start, within.end + AROUND)
    shifts = join_shifts(Resolver(schedule, snapshot).shifts(around))
    return tuple(shift for shift in shifts if shift.span.start < within.end)


def _place(shift: PlannedShift) -> tuple[int, str]:
    return shift.schedule, shift.role.value


def fetch_candidates(viewer: Viewer, tenant: TenantId) -> tuple[Candidate, ...]:
    """Return who may be on duty for a tenant, by name."""
    require(viewer, Permission.SEE_MONITORING, tenant)
    with transaction() as conn:
        found = system_candidates(conn, tenant)
        reachable = system_reachable(conn)
    listed = (
        Candidate(
            id=person.id,
            name=name_of(person),
            has_contact=bool(reachable(person).addresses),
        )
        for person in found
    )
    return tuple(sorted(listed, key=lambda each: each.name))


def fetch_names(viewer: Viewer) -> Mapping[UserId, str]:
    """Return the names of everybody whom the viewer's schedules may mention."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return {
            person.id: name_of(person)
            for tenant in viewer.tenants
            for person in system_candidates(conn, tenant)
        }


def fetch_schedule_names(viewer: Viewer) -> Mapping[ScheduleId, str]:
    """Return the viewer's schedules by name, for choices; who is on duty is not worked out."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        known = schedule_store.current_schedules(conn)
    mine = (each for each in known.values() if each.tenant in viewer.tenants)
    return {each.id: each.name for each in sorted(mine, key=lambda each: each.name)}
