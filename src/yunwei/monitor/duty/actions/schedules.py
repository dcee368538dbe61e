"""Schedules: made, changed, removed."""

from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import ScheduleId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.actions.recording import close_record, record_all
from yunwei.monitor.duty.facts.schedules import Schedule, ScheduleDraft
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.monitor.duty.rules.checks import build_schedule
from yunwei.monitor.duty.store import schedules as store


def add_schedule(
    viewer: Viewer, tenant: TenantId, draft: ScheduleDraft, *, now: datetime
) -> ScheduleId:
    """Add a schedule. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_DUTY, tenant)
    with transaction() as conn:
        store.lock_duty(conn)
        schedule = build_schedule(draft, id=ScheduleId(0), tenant=tenant, now=now)
        _check_people(conn, schedule)
        id = store.add_schedule(conn, schedule)
        _record(conn, viewer, "duty.add_schedule", (id, schedule), after=schedule)
    return id


def change_schedule(
    viewer: Viewer, schedule: ScheduleId, draft: ScheduleDraft, *, now: datetime
) -> None:
    """Change a schedule from now on; what was until now stands. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_DUTY)
    with transaction() as conn:
        tenant = access_locked(conn, viewer, schedule)
        before = record_all(conn, now=now).schedules.get(schedule)
        after = build_schedule(draft, id=schedule, tenant=tenant, now=now)
        _check_people(conn, after, before)
        store.change_schedule(conn, after)
        _record(conn, viewer, "duty.change_schedule", (schedule, after), before=before, after=after)


def remove_schedule(viewer: Viewer, schedule: ScheduleId, *, now: datetime) -> None:
    """Take a schedule out of use; its record stays. Raises Refused."""
    require(viewer, Permission.MANAGE_DUTY)
    with transaction() as conn:
        access_locked(conn, viewer, schedule)
        before = record_all(conn, now=now).schedules.get(schedule)
        if before is None:
            raise Refused()
        close_record(conn, schedule, now=now)
        store.remove_schedule(conn, schedule, now)
        _record(conn, viewer, "duty.remove_schedule", (schedule, before), before=before)


def access_locked(conn: Connection, viewer: Viewer, schedule: ScheduleId) -> TenantId:
    """Return whose schedule this is, locked; raises Refused when it is not the viewer's."""
    store.lock_duty(conn)
    tenant = store.fetch_tenant(conn, schedule, viewer.tenants)
    if tenant is None:
        raise Refused()
    return tenant


def _check_people(conn: Connection, schedule: Schedule, before: Schedule | None = None) -> None:
    """Raise Invalid for a person who may not be on duty here; who was there already may stay, and
    is told of by the findings."""
    allowed = {person.id for person in system_candidates(conn, schedule.tenant)}
    allowed |= before.people if before else frozenset()
    for place, layer in enumerate(schedule.layers):
        if any(user not in allowed for group in layer.groups for user in group):
            raise Invalid(f"layers.{place}.groups", "there is no such person")


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    named: tuple[ScheduleId, Schedule],
    *,
    before: Schedule | None = None,
    after: Schedule | None = None,
) -> None:
    id, schedule = named
    record(
        conn,
        viewer,
        verb,
        object_kind="schedule",
        object_id=id,
        object_name=schedule.name,
        tenant=schedule.tenant,
        before=_summary(before),
        after=_summary(after),
    )
    announce_config("duty")
    announce_live("duty", schedule.tenant)


def _summary(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    shown: dict[str, Any] = msgspec.to_builtins(schedule)
    return {name: shown[name] for name in shown if name not in {"id", "tenant", "changed_at"}}
