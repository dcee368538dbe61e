"""Questions about templates and schedules of inspections."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.inspection.facts.inspections import Schedule
from yunwei.operate.inspection.facts.templates import BUILT_IN, Measure, Template, TemplateRow
from yunwei.operate.inspection.rules.measures import MEASURES
from yunwei.operate.inspection.rules.rhythm import next_at
from yunwei.operate.inspection.rules.templates import parse_template
from yunwei.operate.inspection.store import plans as store

_SEE = Permission.WORK_REQUESTS


@cache
def built_in_text() -> str:
    """Return the built-in template as it is written."""
    return files("yunwei.operate.inspection").joinpath(f"{BUILT_IN}.toml").read_text("utf-8")


@cache
def built_in() -> Template:
    return parse_template(built_in_text())


def fetch_templates(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[TemplateRow]:
    """Return the templates of the viewer's tenants' own. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TEMPLATES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_template, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_template(viewer: Viewer, template: int) -> TemplateRow:
    """Return one template of a tenant's own; raises Refused."""
    found = fetch_templates(viewer, {"id": template}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def list_measures(viewer: Viewer) -> tuple[Measure, ...]:
    """Return all that a check may ask for."""
    require(viewer, _SEE)
    return tuple(MEASURES.values())


def fetch_schedules(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
    *,
    now: datetime,
) -> Page[Schedule]:
    """Return the schedules of the viewer's tenants, each with when it is due next. Raises Refused,
    Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.SCHEDULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(_dated(store.build_schedule(row), now) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_schedule(viewer: Viewer, schedule: int, *, now: datetime) -> Schedule:
    """Return one schedule; raises Refused."""
    found = fetch_schedules(viewer, {"id": schedule}, PageRequest(limit=1), now=now).items
    if not found:
        raise Refused()
    return found[0]


def _dated(schedule: Schedule, now: datetime) -> Schedule:
    is_on = schedule.draft.is_enabled
    return replace(schedule, next_at=next_at(schedule.draft, now=now) if is_on else None)
