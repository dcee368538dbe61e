"""Questions about reports of one's own: which there are, their versions, their logos, and how one
would look."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import queries as people
from yunwei.base.people.facts import SYSTEM, Language, Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.reports import own_store
from yunwei.operate.reports.branding import Brand, Logo
from yunwei.operate.reports.composing import Progress, compose
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.own import (
    ComparedWith,
    OwnContent,
    OwnDefinition,
    OwnVersion,
    build_definition,
    check_content,
    own_id,
)
from yunwei.operate.reports.periods import Period, PeriodKind, custom_period, last_whole
from yunwei.operate.reports.sections.asking import Asking, limited
from yunwei.operate.usage.queries.ground import choose_zone
from yunwei.operate.usage.rules.choosing import read_connection_condition

type Filters = Mapping[str, Any]
_MANAGE = Permission.MANAGE_REPORTS
_MANY = PageRequest(limit=200)


def fetch_own(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[OwnDefinition]:
    """Return reports of one's own: the viewer's, and those that others of their tenants share.
    Those that were put away only where that is asked. Raises Refused, Invalid."""
    require(viewer, _MANAGE)
    asked = {"removed": False} | dict(filters or {}) | {"visible_to": viewer.user_id or 0}
    with transaction() as conn:
        found = fetch_page(
            conn,
            own_store.OWN,
            tenants=viewer.tenants,
            filters=asked,
            request=page or PageRequest(),
        )
    items = tuple(own_store.build_definition(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_own(viewer: Viewer, definition: int, *, removed: bool = False) -> OwnDefinition:
    """Return one report of one's own. removed: one that was put away, too. Raises Refused."""
    for is_removed in (False, True) if removed else (False,):
        found = fetch_own(viewer, {"id": definition, "removed": is_removed}, PageRequest(limit=1))
        if found.items:
            require(viewer, _MANAGE, found.items[0].tenant)
            return found.items[0]
    raise Refused()


def fetch_versions(viewer: Viewer, definition: int) -> tuple[OwnVersion, ...]:
    """Return all versions of a report of one's own, the newest first. Raises Refused."""
    known = access_own(viewer, definition, removed=True)
    with transaction() as conn:
        return own_store.fetch_versions(conn, known.id)


def access_version(viewer: Viewer, definition: int, number: int) -> OwnVersion:
    """Return one version; raises Refused."""
    found = {each.number: each for each in fetch_versions(viewer, definition)}
    if number not in found:
        raise Refused()
    return found[number]


def list_choices(viewer: Viewer, tenant: TenantId | None = None) -> tuple[OwnDefinition, ...]:
    """Return the reports of one's own that the viewer may have made, () for who makes none."""
    if not may(viewer, _MANAGE):
        return ()
    asked = {} if tenant is None else {"tenant": tenant}
    return fetch_own(viewer, asked, _MANY).items


def find_version(conn: Connection, viewer: Viewer, tenant: TenantId, key: str) -> OwnVersion:
    """Return the newest version of a report of one's own that the viewer may have made for a
    tenant. Raises Invalid (definition)."""
    number = own_id(key)
    found = own_store.find_latest(conn, tenant, number) if number else None
    if number is None or found is None:
        raise Invalid("definition", "this is not one of the choices")
    try:
        access_own(viewer, number)
    except Refused as error:
        raise Invalid("definition", "this is not one of the choices") from error
    return found


def access_logo(viewer: Viewer, tenant: TenantId, sha256: str) -> Logo:
    """Return a logo that a tenant gave; raises Refused."""
    require(viewer, _MANAGE, tenant)
    with transaction() as conn:
        found = own_store.find_logo(conn, tenant, sha256)
    if found is None:
        raise Refused()
    return found


def system_brand(conn: Connection, tenant: TenantId, content: OwnContent) -> Brand | None:
    """Return what stands on the cover, None where that is the usual."""
    logo = own_store.find_logo(conn, tenant, content.logo) if content.logo else None
    return Brand(colour=content.colour, logo=logo) if content.colour or logo else None


def compose_own(
    version: OwnVersion,
    asking: Asking,
    *,
    tenant_name: str,
    brand: Brand | None,
    made_by: str,
    progress: Progress,
) -> Content:
    """Return a report of one's own with its figures. Raises what its questions raise."""
    content = version.content
    if content.condition:
        asking = replace(asking, condition=read_connection_condition(content.condition))
    return compose(
        build_definition(f"own-{version.definition}", content, asking.viewer.language.value),
        asking,
        tenant_name=tenant_name,
        made_by=made_by,
        progress=progress,
        own_number=version.number,
        brand=brand,
    )


def preview(
    viewer: Viewer, tenant: TenantId, content: OwnContent, *, language: Language, clock: Clock
) -> Content:
    """Return how a report would look for the latest time that is over; nothing is kept. Raises
    Refused, Invalid, and what its questions raise."""
    require(viewer, _MANAGE, tenant)
    content = check_content(content)
    zone = choose_zone(viewer, tenant)
    asking = Asking(
        viewer=limited(SYSTEM, tenant, language.value, zone),
        tenant=tenant,
        period=_latest(content.period, clock.now(), zone),
        clock=clock,
        is_compared=content.compared_with is not ComparedWith.NOTHING,
        is_last_year=content.compared_with is ComparedWith.LAST_YEAR,
    )
    version = OwnVersion(
        id=0, definition=0, number=0, content=content, at=clock.now(), by=viewer.name
    )
    with transaction() as conn:
        brand = system_brand(conn, tenant, content)
    return compose_own(
        version,
        asking,
        tenant_name=people.access_tenant(viewer, tenant).name,
        brand=brand,
        made_by=viewer.name,
        progress=lambda _done, _of: None,
    )


def _latest(kind: PeriodKind, now: datetime, zone: str) -> Period:
    if kind is not PeriodKind.CUSTOM:
        return last_whole(kind, now, zone)
    month = last_whole(PeriodKind.MONTH, now, zone)
    return custom_period(month.first, month.last, zone)
