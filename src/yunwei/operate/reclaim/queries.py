"""Questions about reclaims: of the provider, of a desktop's users; and the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.reclaim import store
from yunwei.operate.reclaim.facts import LedgerLine, ReclaimRow
from yunwei.operate.selfservice.facts.requests import WholeRequest
from yunwei.operate.selfservice.queries.requests import system_request

_SEE = Permission.SEE_MONITORING

type Filters = Mapping[str, Any]


def fetch_reclaims(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[ReclaimRow]:
    """Return reclaims of the viewer's tenants, the newest first."""
    require(viewer, _SEE)
    return _fetch(viewer, filters or {}, page)


def access_reclaim(viewer: Viewer, reclaim: int) -> tuple[ReclaimRow, WholeRequest | None]:
    """Return one of them and the request that came of it; raises Refused."""
    require(viewer, _SEE)
    return _access(viewer, {"id": reclaim})


def fetch_ledger(viewer: Viewer) -> tuple[LedgerLine, ...]:
    """Return what was given back, by month of the viewer's time zone and tenant, the newest
    first."""
    require(viewer, _SEE)
    with transaction() as conn:
        return store.fetch_ledger(conn, viewer.tenants, viewer.time_zone)


def fetch_my_reclaims(viewer: Viewer) -> tuple[ReclaimRow, ...]:
    """Return which desktops of the viewer's own are asked back now."""
    require(viewer, Permission.USE_PORTAL)
    if not viewer.desktop_login:
        return ()
    wanted = {"login": viewer.desktop_login, "is_open": True}
    return _fetch(_at_home(viewer), wanted, PageRequest(limit=50)).items


def access_my_reclaim(viewer: Viewer, reclaim: int) -> tuple[ReclaimRow, WholeRequest | None]:
    """Return one that is or was about a desktop of the viewer's own; raises Refused."""
    require(viewer, Permission.USE_PORTAL)
    if not viewer.desktop_login:
        raise Refused()
    return _access(_at_home(viewer), {"id": reclaim, "login": viewer.desktop_login})


def _at_home(viewer: Viewer) -> Viewer:
    return replace(viewer, tenants=(viewer.tenant,))


def _access(viewer: Viewer, filters: Filters) -> tuple[ReclaimRow, WholeRequest | None]:
    found = _fetch(viewer, filters, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    [row] = found
    if row.request is None:
        return row, None
    with transaction() as conn:
        return row, system_request(conn, row.request)


def _fetch(viewer: Viewer, filters: Filters, page: PageRequest | None) -> Page[ReclaimRow]:
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.RECLAIMS,
            tenants=viewer.tenants,
            filters=filters,
            request=page or PageRequest(),
        )
    rows = tuple(map(store.build_reclaim, found.items))
    return Page(items=rows, next=found.next, total=found.total)
