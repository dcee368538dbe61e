"""Questions about requests: of operators, of those who approve, of those who ask."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.selfservice.facts.requests import (
    QuotaUse,
    RequestKind,
    RequestRow,
    RequestRule,
    RequestState,
    SpentBefore,
    WholeRequest,
)
from yunwei.operate.selfservice.rules.catalogue import CATALOGUE, WITHIN, default_rule
from yunwei.operate.selfservice.store import requests as store

_SEE = Permission.SEE_MONITORING

type Filters = Mapping[str, Any]


def fetch_requests(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[RequestRow]:
    """Return requests of the viewer's tenants, the newest first."""
    require(viewer, _SEE)
    return _fetch(viewer, filters or {}, page)


def access_request(viewer: Viewer, request: int) -> WholeRequest:
    """Return one of them with its steps and its story; raises Refused."""
    require(viewer, _SEE)
    return _access(viewer, {"id": request})


def fetch_my_requests(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[RequestRow]:
    """Return what the viewer has asked for in the portal, the newest first."""
    require(viewer, Permission.USE_PORTAL)
    return _fetch(_home(viewer), {**(filters or {}), "by": viewer.name}, page)


def access_my_request(viewer: Viewer, request: int) -> WholeRequest:
    """Return a request that the viewer made, or is to approve first; raises Refused."""
    require(viewer, Permission.USE_PORTAL)
    try:
        return _access(_home(viewer), {"id": request, "by": viewer.name})
    except Refused:
        return _access(_home(viewer), {"id": request, "approver": viewer.name})


def fetch_to_approve(viewer: Viewer) -> tuple[RequestRow, ...]:
    """Return the requests that wait for the viewer's approval as the first of two."""
    require(viewer, Permission.USE_PORTAL)
    wanted = {"approver": viewer.name, "state": RequestState.LINE.value}
    return _fetch(_home(viewer), wanted, PageRequest(limit=200, sort="asked_at")).items


def fetch_rules(viewer: Viewer, tenant: TenantId) -> tuple[RequestRule, ...]:
    """Return how every kind of request goes for a tenant of the viewer's."""
    require(viewer, _SEE, tenant)
    return _rules(tenant)


def fetch_offers(viewer: Viewer) -> tuple[RequestRule, ...]:
    """Return the kinds of request that the viewer's own tenant offers, with how they go."""
    require(viewer, Permission.USE_PORTAL)
    rules = _rules(viewer.tenant)
    return tuple(
        each for each in rules if each.is_offered and not CATALOGUE[each.kind].is_providers
    )


def fetch_quota_use(viewer: Viewer, rule: RequestRule, *, now: datetime) -> QuotaUse:
    """Return how much of a kind the viewer and their tenant have asked for, beside its limits."""
    require(viewer, Permission.USE_PORTAL)
    values = {
        "tenant": viewer.tenant,
        "kind": rule.kind.value,
        "by": viewer.name,
        "since": now - WITHIN,
    }
    with transaction() as conn:
        counted = store.count_asked(conn, values)
    return QuotaUse(
        **counted,
        most_open=rule.most_open,
        most_within=rule.most_within,
        most_of_tenant=rule.most_of_tenant,
    )


def fetch_spent_before(viewer: Viewer, request: RequestRow, *, now: datetime) -> SpentBefore:
    """Return what the viewer is to know who decides on a request: what they have agreed to within
    30 days, and what was agreed to for its department. Raises Refused."""
    if viewer.name not in request.approvers or viewer.tenant != request.tenant:
        require(viewer, Permission.OPERATE_DESKTOPS, request.tenant)
    values = {"tenant": request.tenant, "since": now - WITHIN, "by": "", "department": ""}
    with transaction() as conn:
        return SpentBefore(
            by_approver=store.sum_spent(conn, {**values, "by": viewer.name}),
            department=request.department,
            by_department=store.sum_spent(conn, {**values, "department": request.department})
            if request.department
            else (),
        )


def system_kept_until(conn: Connection, desktops: Sequence[int]) -> Mapping[int, datetime]:
    """Return until when desktops are left to their users, of those that somebody was granted more
    time for, past and to come."""
    return store.fetch_kept_until(conn, desktops)


def access_rule(tenant: TenantId, kind: RequestKind) -> RequestRule:
    """Return how a kind goes for a tenant. Whoever asks has to check the right to know."""
    return next(each for each in _rules(tenant) if each.kind is kind)


def system_request(conn: Connection, request: int) -> WholeRequest:
    """Return one that is known to be there, with its steps and its story."""
    return store.fetch_whole(conn, request)


def _rules(tenant: TenantId) -> tuple[RequestRule, ...]:
    with transaction() as conn:
        known = store.fetch_rules(conn, (tenant,))
    return tuple(known.get((tenant, kind)) or default_rule(kind) for kind in RequestKind)


def _home(viewer: Viewer) -> Viewer:
    return replace(viewer, tenants=(viewer.tenant,))


def _access(viewer: Viewer, filters: Filters) -> WholeRequest:
    found = _fetch(viewer, filters, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    with transaction() as conn:
        return store.complete(conn, found[0])


def _fetch(viewer: Viewer, filters: Filters, page: PageRequest | None) -> Page[RequestRow]:
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.REQUESTS,
            tenants=viewer.tenants,
            filters=filters,
            request=page or PageRequest(),
        )
    rows = tuple(map(store.build_request, found.items))
    return Page(items=rows, next=found.next, total=found.total)
