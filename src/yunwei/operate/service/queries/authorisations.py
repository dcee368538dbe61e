"""Questions about authorisations: what a customer allows, and what the gate was asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.acts import Act, Permit
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AuthorisationId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.authorisations import AskedAct, Authorisation, GateBook
from yunwei.operate.service.rules.gate import decide
from yunwei.operate.service.store import authorisations as store


def fetch_authorisations(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Authorisation]:
    """Return what the viewer's tenants were asked to authorise. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.AUTHORISATIONS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_authorisation, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_authorisation(viewer: Viewer, authorisation: AuthorisationId) -> Authorisation:
    """Return one authorisation; raises Refused."""
    found = fetch_authorisations(viewer, {"id": authorisation}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_acts(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[AskedAct]:
    """Return the acts on things of the viewer's tenants that the gate was asked about. Raises
    Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ACTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(store.build_act, found.items)), next=found.next, total=found.total)


def may_act(viewer: Viewer, act: Act, *, now: datetime) -> Permit:
    """Return whether an act would be allowed now; nothing is written down. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE, act.tenant)
    with transaction() as conn:
        return decide(act, system_gate_book(conn, act.tenant), now=now)


def system_gate_book(conn: Connection, tenant: TenantId) -> GateBook:
    """Return all that decides on acts upon a tenant's things. Cost: six small statements, two where
    no contract is kept."""
    contracts = store.fetch_gate_contracts(conn, tenant)
    if not contracts:
        return GateBook(contracts=(), authorisations=(), calendar=system_calendars(conn).of(tenant))
    return GateBook(
        contracts=contracts,
        authorisations=store.fetch_gate_authorisations(conn, tenant),
        calendar=system_calendars(conn).of(tenant),
    )
