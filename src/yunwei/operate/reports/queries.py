"""Questions about reports, their content, schedules and deliveries."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.notify.facts.messages import Told
from yunwei.monitor.notify.queries import messages
from yunwei.operate.reports import store
from yunwei.operate.reports.archive import (
    Delivery,
    Report,
    ReportFile,
    ReportState,
    Schedule,
)
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.letters import ReportSettings
from yunwei.operate.reports.render.formats import FORMATS, FileKind

type Filters = Mapping[str, Any]
_SEE, _MANAGE = Permission.SEE_MONITORING, Permission.MANAGE_REPORTS


def check_may_see(viewer: Viewer) -> None:
    """Raise Refused for who sees no reports at all."""
    require(viewer, _SEE)


def fetch_reports(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Report]:
    """Return reports of the viewer's tenants, the newest first; who may not make any sees those
    that were released. Raises Refused, Invalid."""
    require(viewer, _SEE)
    asked = dict(filters or {})
    if not may(viewer, _MANAGE):
        asked["released"] = True
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.REPORTS,
            tenants=viewer.tenants,
            filters=asked,
            request=page or PageRequest(),
        )
    items = tuple(store.build_report(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_report(viewer: Viewer, report: int) -> Report:
    """Return one report; raises Refused."""
    found = fetch_reports(viewer, {"id": report}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_content(viewer: Viewer, report: int) -> Content:
    """Return what stands in a report, as it was frozen. Raises Refused; Conflict while there is
    nothing in it."""
    known = access_report(viewer, report)
    if known.state is not ReportState.READY:
        raise Conflict("this report is not made yet")
    with transaction() as conn:
        data = store.fetch_content(conn, known.id)
    if data is None:
        raise Conflict("this report is not made yet")
    return store.unpack(data)


def fetch_deliveries(viewer: Viewer, report: int) -> tuple[Delivery, ...]:
    """Return how a report was delivered, the newest first. Raises Refused."""
    require(viewer, _MANAGE)
    known = access_report(viewer, report)
    with transaction() as conn:
        found = store.rows(conn, "deliveries_of", {"id": known.id})
    return tuple(map(store.build_delivery, found))


def system_file(report: int, kind: FileKind) -> ReportFile:
    """Return a report as a file, for who sends it to its recipients. Raises Refused for one that is
    gone, Conflict for one that is not made."""
    with transaction() as conn:
        known = store.find_report(conn, report)
        data = store.fetch_content(conn, report) if known else None
    if known is None:
        raise Refused()
    if data is None:
        raise Conflict("this report is not made yet")
    return build_file(known, store.unpack(data), kind)


def build_file(report: Report, content: Content, kind: FileKind) -> ReportFile:
    """Return a report's content as a file with its name."""
    name = f"{report.definition}-{report.first_day:%Y%m%d}-{report.language[:2]}.{kind.value}"
    format = FORMATS[kind]
    return ReportFile(name=name, content_type=format.content_type, data=format.render(content))


def fetch_told(viewer: Viewer, report: int) -> tuple[tuple[Delivery, tuple[Told, ...]], ...]:
    """Return how a report was delivered, the newest first, with what became of each message.
    Raises Refused."""
    found = fetch_deliveries(viewer, report)
    with transaction() as conn:
        told = messages.system_told(conn, [key for each in found for key in each.told])
    return tuple((each, tuple(told[key] for key in each.told if key in told)) for each in found)


def fetch_settings(viewer: Viewer, tenant: TenantId) -> ReportSettings:
    """Return what a tenant wants of its reports. Raises Refused."""
    require(viewer, _MANAGE, tenant)
    with transaction() as conn:
        return store.fetch_settings(conn, tenant)


def fetch_schedules(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Schedule]:
    """Return schedules of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _MANAGE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.SCHEDULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(store.build_schedule(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_schedule(viewer: Viewer, schedule: int) -> Schedule:
    """Return one schedule; raises Refused."""
    found = fetch_schedules(viewer, {"id": schedule}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]
