"""Questions about schedules: who was on duty, who is, who will be."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import ScheduleId, TenantId, UserId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.facts.plans import Plan, PlannedShift, Presence, ScheduleRow
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule, ScheduleDraft
from yunwei.monitor.duty.facts.shifts import (
    Cause,
    RecordedShift,
    Shift,
    Snapshot,
)
from yunwei.monitor.duty.queries.snapshots import (
    system_snapshot,
)
from yunwei.monitor.duty.rules.checks import build_schedule
from yunwei.monitor.duty.rules.findings import find_gaps
from yunwei.monitor.duty.rules.handoffs import find_handoffs, join_shifts
from yunwei.monitor.duty.rules.reasons import say_because
from yunwei.monitor.duty.rules.resolve import Resolver
from yunwei.monitor.duty.store import schedules as schedule_store
from yunwei.monitor.duty.store import shifts as shift_store

type Planned = tuple[tuple[Shift, ...], tuple[Span, ...]]

AHEAD = timedelta(days=28)
"""How far ahead findings and previews look."""
_LONGEST = timedelta(days=400)
AROUND = timedelta(days=40)
"""How far beyond a time shifts are looked at, to have those at its edges whole."""
_BY_HAND = frozenset({Cause.TEMPORARY, Cause.ADDED, Cause.REPLACED})


def fetch_schedules(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
    *,
    now: datetime,
) -> Page[ScheduleRow]:
    """Return schedules with who is on duty now.

    Filters: search, tenant. Sorts: name, changed_at.
    """
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            schedule_store.SCHEDULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
        snapshot = system_snapshot(conn, now=now)
    known = (snapshot.schedules.get(row["id"]) for row in found.items)
    rows = tuple(_row(schedule, snapshot, now) for schedule in known if schedule is not None)
    return Page(items=rows, next=found.next, total=found.total)


def access_schedule(viewer: Viewer, schedule: ScheduleId) -> Schedule:
    """Return one schedule; raises Refused when it is not there or not the viewer's."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = schedule_store.current_schedules(conn).get(schedule)
    if found is None or found.tenant not in viewer.tenants:
        raise Refused()
    return found


def fetch_plan(viewer: Viewer, schedule: ScheduleId, within: Span, *, now: datetime) -> Plan:
    """Return a schedule in a stretch of time. Raises Refused, Invalid (too long)."""
    require(viewer, Permission.SEE_MONITORING)
    check_length(within)
    with transaction() as conn:
        snapshot = system_snapshot(conn, now=now)
        found = _access(viewer, snapshot, schedule)
        recorded_until = schedule_store.recorded_until(conn)[schedule]
        recorded = shift_store.fetch_recorded(conn, schedule, within)
    past = [from_record(each, within, recorded_until) for each in recorded]
    coming = within.cut(Span(recorded_until, within.end)) if recorded_until < within.end else None
    shifts, gaps = _resolve(found, snapshot, coming)
    planned = [from_plan(found, each, snapshot) for each in shifts]
    return Plan(
        schedule=found,
        within=within,
        shifts=put_together([*(each for each in past if each is not None), *planned]),
        gaps=gaps,
    )


def preview_plan(
    viewer: Viewer, tenant: TenantId, draft: ScheduleDraft, within: Span, *, now: datetime
) -> Plan:
    """Return what a schedule that is not saved yet would say. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_DUTY, tenant)
    check_length(within)
    schedule = build_schedule(draft, id=ScheduleId(0), tenant=tenant, now=now)
    with transaction() as conn:
        snapshot = system_snapshot(conn, now=now)
    shifts, gaps = _resolve(schedule, snapshot, within)
    planned = put_together(from_plan(schedule, each, snapshot) for each in shifts)
    return Plan(schedule=schedule, within=within, shifts=planned, gaps=gaps)


def fetch_on_duty(viewer: Viewer, *, now: datetime) -> tuple[PlannedShift, ...]:
    """Return everybody who is on duty now in the viewer's schedules, primaries first."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        snapshot = system_snapshot(conn, now=now)
    found = [
        shift
        for schedule in snapshot.schedules.values()
        if schedule.tenant in viewer.tenants
        for shift in _now(schedule, snapshot, now)
    ]
    return tuple(sorted(found, key=lambda each: (each.schedule_name, each.role.value != "primary")))


def fetch_present(viewer: Viewer) -> tuple[Presence, ...]:
    """Return each schedule of the viewer with who is on duty, by the record, primaries first.

    Cost: one small statement, unlike `fetch_on_duty`, which knows until when and why.
    """
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return shift_store.fetch_present(conn, viewer.tenants)


def fetch_record(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[RecordedShift]:
    """Return who was on duty when, newest first.

    Filters: schedule, user, role, since, until, at. Sorts: starts_at, user_name, schedule_name.
    """
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            shift_store.SHIFTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(
        items=tuple(map(shift_store.build_recorded, found.items)),
        next=found.next,
        total=found.total,
    )


def _access(viewer: Viewer, snapshot: Snapshot, schedule: ScheduleId) -> Schedule:
    found = snapshot.schedules.get(schedule)
    if found is None or found.tenant not in viewer.tenants:
        raise Refused()
    return found


def check_length(within: Span) -> None:
    """Raise Invalid when a stretch of time is none, or too long."""
    if not within.start < within.end <= within.start + _LONGEST:
        raise Invalid("until", f"at most {_LONGEST.days} days at once")


def _resolve(schedule: Schedule, snapshot: Snapshot, within: Span | None) -> Planned:
    if within is None:
        return (), ()
    shifts = Resolver(schedule, snapshot).shifts(within)
    gaps = find_gaps(schedule, shifts, within, snapshot) if schedule.layers else ()
    return shifts, gaps


def _row(schedule: Schedule, snapshot: Snapshot, now: datetime) -> ScheduleRow:
    shifts, gaps = _resolve(schedule, snapshot, Span(now, now + AHEAD))
    handoffs = find_handoffs(schedule.id, join_shifts(shifts), Span(now, now + AHEAD))
    return ScheduleRow(
        schedule=schedule,
        now=_now(schedule, snapshot, now),
        gaps=len(gaps),
        next_at=next((each.at for each in handoffs if each.at > now), None),
    )


def _now(schedule: Schedule, snapshot: Snapshot, now: datetime) -> tuple[PlannedShift, ...]:
    """Return who is on duty, each from when to when whatever the reasons, with the present one."""
    shifts = Resolver(schedule, snapshot).shifts(Span(now - AROUND, now + AROUND))
    whole = {
        (each.user, each.role): each.span for each in join_shifts(shifts) if each.span.holds(now)
    }
    return tuple(
        from_plan(schedule, replace(each, span=whole[each.user, each.role]), snapshot)
        for each in shifts
        if each.span.holds(now)
    )


def from_plan(schedule: Schedule, shift: Shift, snapshot: Snapshot) -> PlannedShift:
    """Return a shift to come with its words."""
    return PlannedShift(
        schedule=schedule.id,
        schedule_name=schedule.name,
        user=shift.user,
        user_name=snapshot.names.get(shift.user, str(shift.user)),
        role=shift.role,
        span=shift.span,
        because_zh=say_because(shift.because, snapshot.names, "zh"),
        because_en=say_because(shift.because, snapshot.names, "en"),
        is_recorded=False,
        is_by_hand=shift.because.cause in _BY_HAND,
    )


def from_record(row: RecordedShift, within: Span, until: datetime) -> PlannedShift | None:
    """Return a shift of the record, cut to a time; None when it does not touch it.

    until: up to when it is recorded, for one that lasts.
    """
    span = Span(row.starts_at, row.ends_at or max(until, row.starts_at)).cut(within)
    if span is None:
        return None
    return PlannedShift(
        schedule=row.schedule,
        schedule_name=row.schedule_name,
        user=row.user,
        user_name=row.user_name,
        role=row.role,
        span=span,
        because_zh=row.because_zh,
        because_en=row.because_en,
        is_recorded=True,
    )


def put_together(shifts: Iterable[PlannedShift]) -> tuple[PlannedShift, ...]:
    """Return shifts of which those that go on for the same person, in the same role and for the
    same reason, are one: the record, and the plan that continues it."""
    joined: dict[tuple[UserId, DutyRole], list[PlannedShift]] = {}
    for shift in sorted(shifts, key=_order):
        own = joined.setdefault((shift.user, shift.role), [])
        if own and own[-1].goes_on_as(shift):
            own[-1] = replace(shift, span=Span(own[-1].span.start, shift.span.end))
        else:
            own.append(shift)
    return tuple(sorted((each for own in joined.values() for each in own), key=_order))


def _order(shift: PlannedShift) -> tuple[Span, str]:
    return shift.span, shift.role.value
