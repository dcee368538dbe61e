"""What goes before the layers: overrides and temporary shifts by managers, leave by everybody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.duty.actions.recording import record_all
from yunwei.monitor.duty.actions.schedules import access_locked
from yunwei.monitor.duty.facts.changes import (
    LeaveDraft,
    Override,
    OverrideDraft,
    TemporaryDraft,
    TemporaryShift,
)
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.queries.changes import (
    access_leave,
    access_override,
    access_temporary,
)
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.monitor.duty.rules.checks import (
    build_span,
    check_no_conflict,
    check_note,
    check_people,
)
from yunwei.monitor.duty.store import changes as store
from yunwei.monitor.duty.store import schedules as schedule_store


def add_override(
    viewer: Viewer, schedule: ScheduleId, draft: OverrideDraft, *, now: datetime
) -> int:
    """Let an override go before the layers. Raises Refused, Invalid, and Conflict with another
    override about the same person."""
    require(viewer, Permission.MANAGE_DUTY)
    check_people(draft)
    span = build_span(draft.starts_at, draft.ends_at, now=now)
    with transaction() as conn:
        tenant = access_locked(conn, viewer, schedule)
        snapshot = record_all(conn, now=now)
        override = Override(
            id=0,
            schedule=schedule,
            kind=draft.kind,
            user=draft.user,
            stand_in=draft.stand_in,
            role=draft.role,
            span=span,
            note=check_note(draft.note),
            by=viewer.name,
        )
        _check_allowed(conn, tenant, stand_in=draft.stand_in)
        _check_known(snapshot, draft.user)
        id = save_override(conn, override, snapshot, now=now)
        summary = _override_summary(override, snapshot)
        _record(conn, viewer, "duty.add_override", (schedule, tenant), id, after=summary)
    return id


def save_override(
    conn: Connection, override: Override, snapshot: Snapshot, *, now: datetime
) -> int:
    """Add an override within a transaction that has recorded. Raises Conflict."""
    others = [each for each in snapshot.overrides if each.schedule == override.schedule]
    check_no_conflict(override, others, dict(snapshot.names))
    id = store.add_override(conn, override, now)
    schedule_store.touch_schedule(conn, override.schedule, now)
    return id


def end_override(viewer: Viewer, override: int, *, now: datetime) -> None:
    """End an override now, or take it back. Raises Refused, Conflict (it is over)."""
    require(viewer, Permission.MANAGE_DUTY)
    found = access_override(viewer, override)
    _end(viewer, "duty.end_override", (found.schedule, override), store.end_override, now=now)


def add_temporary(
    viewer: Viewer, schedule: ScheduleId, draft: TemporaryDraft, *, now: datetime
) -> int:
    """Let a temporary shift pre-empt the layers. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_DUTY)
    span = build_span(draft.starts_at, draft.ends_at, now=now)
    with transaction() as conn:
        tenant = access_locked(conn, viewer, schedule)
        snapshot = record_all(conn, now=now)
        _check_allowed(conn, tenant, user=draft.user)
        shift = TemporaryShift(
            id=0,
            schedule=schedule,
            user=draft.user,
            role=draft.role,
            span=span,
            note=check_note(draft.note),
            by=viewer.name,
        )
        _check_free(shift, snapshot)
        id = store.add_temporary(conn, shift, now)
        schedule_store.touch_schedule(conn, schedule, now)
        after = {"user": snapshot.names.get(draft.user, ""), **_span_summary(span)}
        _record(conn, viewer, "duty.add_temporary", (schedule, tenant), id, after=after)
    return id


def end_temporary(viewer: Viewer, shift: int, *, now: datetime) -> None:
    """End a temporary shift now, or take it back. Raises Refused, Conflict (it is over)."""
    require(viewer, Permission.MANAGE_DUTY)
    found = access_temporary(viewer, shift)
    _end(viewer, "duty.end_temporary", (found.schedule, shift), store.end_temporary, now=now)


def add_leave(viewer: Viewer, draft: LeaveDraft, *, now: datetime) -> int:
    """Note that somebody is away: oneself, or whom the viewer manages. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_MONITORING)
    span = build_span(draft.starts_at, draft.ends_at, now=now)
    with transaction() as conn:
        snapshot = record_all(conn, now=now)
        tenant = _leave_tenant(conn, viewer, draft.user)
        own = [each for each in snapshot.leaves if each.user == draft.user]
        if any(each.span.cut(span) for each in own):
            raise Conflict("there is leave at that time already")
        note = check_note(draft.note)
        id = store.add_leave(conn, draft.user, span, note=note, by=viewer.name, now=now)
        after = {"user": snapshot.names.get(draft.user, ""), **_span_summary(span)}
        _record(conn, viewer, "duty.add_leave", (None, tenant), id, after=after)
    return id


def end_leave(viewer: Viewer, leave: int, *, now: datetime) -> None:
    """End somebody's leave now, or take it back. Raises Refused, Conflict (it is over)."""
    found = access_leave(viewer, leave)
    with transaction() as conn:
        record_all(conn, now=now)
        tenant = _leave_tenant(conn, viewer, found.user)
        if not store.end_leave(conn, leave, now):
            raise Conflict("it is over already")
        _record(
            conn,
            viewer,
            "duty.end_leave",
            (None, tenant),
            leave,
            before={"user": found.user_name, **_span_summary(found.span)},
        )


def _leave_tenant(conn: Connection, viewer: Viewer, user: UserId) -> TenantId:
    """Return a person's tenant when the viewer may say when they are away; raises Refused."""
    if user == viewer.user_id:
        return viewer.tenant
    for tenant in viewer.tenants:
        if not may(viewer, Permission.MANAGE_DUTY, tenant):
            continue
        for person in system_candidates(conn, tenant):
            if person.id == user and person.tenant == tenant:
                return tenant
    raise Refused()


def _end(
    viewer: Viewer,
    verb: str,
    what: tuple[ScheduleId, int],
    end: Callable[[Connection, int, datetime], bool],
    *,
    now: datetime,
) -> None:
    schedule, id = what
    with transaction() as conn:
        tenant = access_locked(conn, viewer, schedule)
        record_all(conn, now=now)
        if not end(conn, id, now):
            raise Conflict("it is over already")
        schedule_store.touch_schedule(conn, schedule, now)
        _record(conn, viewer, verb, (schedule, tenant), id)


def _check_allowed(conn: Connection, tenant: TenantId, **people: UserId | None) -> None:
    allowed = {person.id for person in system_candidates(conn, tenant)}
    for field, person in people.items():
        if person is not None and person not in allowed:
            raise Invalid(field, "there is no such person")


def _check_known(snapshot: Snapshot, user: UserId | None) -> None:
    if user is not None and user not in snapshot.names:
        raise Invalid("user", "there is no such person")


def _check_free(shift: TemporaryShift, snapshot: Snapshot) -> None:
    """Raise Conflict when somebody else has the role by a temporary shift at that time."""
    for other in snapshot.temporaries:
        is_same = other.schedule == shift.schedule and other.role is shift.role
        if is_same and other.span.cut(shift.span) is not None:
            raise Conflict("there is another temporary shift at that time")


def _override_summary(override: Override, snapshot: Snapshot) -> dict[str, Any]:
    named = {
        name: snapshot.names.get(user, "")
        for name, user in (("user", override.user), ("stand_in", override.stand_in))
        if user is not None
    }
    return {"kind": override.kind.value, **named, **_span_summary(override.span)}


def _span_summary(span: Span) -> dict[str, Any]:
    return {"starts_at": span.start, "ends_at": span.end}


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    whose: tuple[ScheduleId | None, TenantId],
    id: int,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    schedule, tenant = whose
    record(
        conn,
        viewer,
        verb,
        object_kind="schedule" if schedule is not None else "leave",
        object_id=schedule if schedule is not None else id,
        tenant=tenant,
        before=before,
        after=after,
    )
    announce_config("duty")
    announce_live("duty", tenant)
