"""Questions about timetables, when they are due next, and what became of their starts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import RunId, TenantId, TimetableId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.timetables import store
from yunwei.operate.timetables.facts import Due, Start, Times, Timetable
from yunwei.operate.timetables.rules import next_due

_SEE = Permission.SEE_SCRIPTS

type Filters = Mapping[str, Any]


def fetch_timetables(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Timetable]:
    """Return timetables of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TIMETABLES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_timetable, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_timetable(viewer: Viewer, timetable: TimetableId) -> Timetable:
    """Return one timetable; raises Refused."""
    found = fetch_timetables(viewer, {"id": timetable}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_starts(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Start]:
    """Return starts of timetables of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.STARTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_start, found.items))
    return Page(items=items, next=found.next, total=found.total)


def start_of_run(viewer: Viewer, run: RunId) -> Start | None:
    """Return the start that a run came of, None for one that a person started."""
    found = fetch_starts(viewer, {"run": run}, PageRequest(limit=1)).items
    return found[0] if found else None


def run_before(viewer: Viewer, run: RunId) -> RunId | None:
    """Return the run of the same timetable before this one. Raises Refused."""
    require(viewer, _SEE)
    with transaction() as conn:
        return store.run_before(conn, run)


def fetch_next(
    viewer: Viewer, tenant: TenantId, times: Times, *, now: datetime, count: int = 5
) -> tuple[Due, ...]:
    """Return when times are due next by a tenant's calendar. Raises Refused."""
    require(viewer, _SEE, tenant)
    with transaction() as conn:
        calendar = system_calendars(conn).of(tenant)
    return next_due(times, calendar, after=now, count=count)


def system_troubled_timetables() -> tuple[Timetable, ...]:
    """Return the timetables that are on and whose latest start could not be."""
    with transaction() as conn:
        return store.troubled_timetables(conn)
