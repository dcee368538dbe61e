"""What people do about templates and schedules of inspections."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import ScheduleDraft
from yunwei.operate.inspection.queries import plans as queries
from yunwei.operate.inspection.rules.templates import digest, parse_template
from yunwei.operate.inspection.store import plans as store

PART = "inspection"
_MANAGE = Permission.MANAGE_SERVICE
_DAY_MINUTES = 24 * 60


def add_template(viewer: Viewer, tenant: TenantId, text: str, *, now: datetime) -> int:
    """Write a template of a tenant's own, as TOML, and return its id. Raises Refused, Invalid."""
    require(viewer, _MANAGE, tenant)
    template = parse_template(text)
    with transaction() as conn:
        values = store.template_values(template, text, digest(text))
        told = {**values, "tenant": tenant, "now": now, "by": viewer.name}
        made = int(store.rows(conn, "add_template", told)[0]["id"])
        _tell(conn, viewer, "inspection.add_template", (made, template.title), tenant)
    return made


def change_template(
    viewer: Viewer, template: int, text: str, *, version: int, now: datetime
) -> None:
    """Let a template say something else; inspections that were made keep what they were made by.
    Raises Refused, Invalid; Conflict when somebody else changed it meanwhile."""
    known = queries.access_template(viewer, template)
    require(viewer, _MANAGE, known.tenant)
    parsed = parse_template(text)
    with transaction() as conn:
        values = store.template_values(parsed, text, digest(text))
        told = {**values, "id": template, "version": version, "now": now, "by": viewer.name}
        if not store.rows(conn, "change_template", told):
            raise Conflict("somebody changed it in the meantime")
        _tell(conn, viewer, "inspection.change_template", (template, parsed.title), known.tenant)


def remove_template(viewer: Viewer, template: int, *, now: datetime) -> None:
    """Inspect by a template no more; its schedules end, its inspections stay. Raises Refused."""
    known = queries.access_template(viewer, template)
    require(viewer, _MANAGE, known.tenant)
    with transaction() as conn:
        store.rows(conn, "remove_template", {"id": template, "now": now})
        store.change(conn, "end_schedules", {"id": template, "now": now})
        _tell(conn, viewer, "inspection.remove_template", (template, known.title), known.tenant)


def add_schedule(viewer: Viewer, draft: ScheduleDraft, *, now: datetime) -> int:
    """Have a tenant inspected again and again, and return the schedule's id. Raises Refused,
    Invalid."""
    require(viewer, _MANAGE, draft.tenant)
    title = _check_schedule(viewer, draft)
    with transaction() as conn:
        told = store.schedule_values(draft, title) | {"now": now, "by": viewer.name}
        made = int(store.rows(conn, "add_schedule", told)[0]["id"])
        # what was due before it was made is nobody's debt
        store.rows(conn, "claim_due", {"id": made, "at": now})
        _tell(conn, viewer, "inspection.add_schedule", (made, title), draft.tenant)
    announce_work(PART)
    return made


def remove_schedule(viewer: Viewer, schedule: int, *, now: datetime) -> None:
    """End a schedule; its inspections stay. Raises Refused."""
    known = queries.access_schedule(viewer, schedule, now=now)
    require(viewer, _MANAGE, known.draft.tenant)
    with transaction() as conn:
        store.rows(conn, "remove_schedule", {"id": schedule, "now": now})
        about = schedule, known.title
        _tell(conn, viewer, "inspection.remove_schedule", about, known.draft.tenant)


def _check_schedule(viewer: Viewer, draft: ScheduleDraft) -> Said:
    if draft.time_zone not in available_timezones():
        raise Invalid("time_zone", "there is no such time zone")
    if not 0 <= draft.minute < _DAY_MINUTES:
        raise Invalid("minute", "between 0 and 1439")
    if draft.template is None:
        return queries.built_in().title
    try:
        found = queries.access_template(viewer, draft.template)
    except Refused as error:
        raise Invalid("template", "this is not one of the choices") from error
    if found.tenant != draft.tenant:
        raise Invalid("template", "this is not one of the choices")
    return found.title


def _tell(
    conn: Connection, viewer: Viewer, verb: str, about: tuple[int, Said], tenant: TenantId
) -> None:
    known: dict[str, Any] = {"object_id": about[0], "object_name": about[1].zh}
    record(conn, viewer, verb, object_kind="inspection_plan", tenant=tenant, **known)
    announce_live(PART, tenant)
