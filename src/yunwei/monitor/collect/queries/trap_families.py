"""Questions about trap definitions that people imported."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from yunwei.base.core.errors import Bug, Refused
from yunwei.base.core.ids import TenantId, TrapFamilyId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import TrapFamily
from yunwei.monitor.collect.store import trap_families as store
from yunwei.plugins.sdk.manifest import CONNECTORS, load, manifests
from yunwei.plugins.sdk.traps import FamilyFile, TrapDefiner

_DEFINES = "definitions"


@cache
def trap_definer() -> TrapDefiner:
    """Return the connector that knows families of trap definitions; it is found, not named."""
    for slug, manifest in manifests(CONNECTORS).items():
        if _DEFINES in manifest.supports:
            return cast("TrapDefiner", load(CONNECTORS, slug))
    raise Bug("no connector defines traps")


def fetch_trap_families(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[TrapFamily]:
    """Return a page of families of the viewer's tenants. filters: id, is_enabled, search (in names,
    identifiers and texts). Raises Invalid for unknown ones."""
    require(viewer, Permission.SEE_SOURCES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TRAP_FAMILIES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    rows = tuple(map(store.build_trap_family, found.items))
    return Page(items=rows, next=found.next, total=found.total)


def access_trap_family(viewer: Viewer, family: TrapFamilyId) -> TrapFamily:
    """Return one family; raises Refused when it is not there or not the viewer's."""
    found = fetch_trap_families(viewer, {"id": family}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def read_family(family: TrapFamily) -> FamilyFile:
    """Return what a stored family says; raises Invalid when this version can not read it."""
    return trap_definer().parse_family(family.content)


def system_trap_families(tenant: TenantId) -> tuple[str, ...]:
    """Return the enabled families that serve a tenant's sources, in the order in which they
    count: a later one replaces an earlier one's trap."""
    with transaction() as conn:
        return store.trap_families_for(conn, tenant)
