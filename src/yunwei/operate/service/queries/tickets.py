"""Questions about tickets: lists, one with its log and its clocks, who may work on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId, TicketId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Person, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.tickets import RelatedTicket, Ticket, WholeTicket
from yunwei.operate.service.rules.tickets import read_clocks
from yunwei.operate.service.store import tickets as store


def fetch_tickets(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Ticket]:
    """Return tickets of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TICKETS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_ticket, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_ticket(viewer: Viewer, ticket: TicketId, *, now: datetime) -> WholeTicket:
    """Return one ticket with its log and its clocks; what one side notes for itself is not in the
    log of the other. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        whole = system_ticket(conn, ticket, viewer.tenants, now=now)
    side = side_of(viewer, whole.ticket.tenant)
    entries = tuple(each for each in whole.entries if each.is_public or each.side is side)
    return WholeTicket(ticket=whole.ticket, entries=entries, terms=whole.terms, clocks=whole.clocks)


def fetch_merged(viewer: Viewer, ticket: TicketId) -> tuple[RelatedTicket, ...]:
    """Return the tickets that went on in one, and those that had gone on in these, each with what
    the viewer's side reads of its log. Raises Refused. Cost: three statements, one without any."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        ids = store.merged_into(conn, ticket)
        if not ids:
            return ()
        found = fetch_page(
            conn,
            store.TICKETS,
            tenants=viewer.tenants,
            filters={"ids": list(ids)},
            request=PageRequest(limit=200, sort="opened_at"),
        )
        logs = store.fetch_logs(conn, ids)
    known = [store.build_ticket(row) for row in found.items]
    return tuple(
        RelatedTicket(
            ticket=each,
            entries=tuple(
                line
                for line in logs.get(each.id, ())
                if line.is_public or line.side is side_of(viewer, each.tenant)
            ),
        )
        for each in known
    )


def fetch_open_beside(viewer: Viewer, ticket: Ticket) -> tuple[Ticket, ...]:
    """Return the customer's other open tickets, the newest first, at most 100. Raises Refused."""
    filters = {"tenant": ticket.tenant, "is_open": True}
    found = fetch_tickets(viewer, filters, PageRequest(limit=101)).items
    return tuple(each for each in found if each.id != ticket.id)[:100]


def system_ticket(
    conn: Connection, ticket: TicketId, tenants: tuple[TenantId, ...], *, now: datetime
) -> WholeTicket:
    """Return one ticket of some tenants with all of its log; raises Refused."""
    asked = PageRequest(limit=1)
    found = fetch_page(
        conn, store.TICKETS, tenants=tenants, filters={"id": ticket}, request=asked
    ).items
    if not found:
        raise Refused()
    known = store.build_ticket(found[0])
    terms, first = store.read_terms(found[0])
    entries = store.fetch_entries(conn, ticket)
    calendar = system_calendars(conn).of(known.tenant)
    return WholeTicket(
        ticket=known,
        entries=entries,
        terms=terms,
        clocks=read_clocks(entries, (known.type, first), terms, calendar, now=now),
    )


def side_of(viewer: Viewer, tenant: TenantId) -> ContractSide:
    """Return for whom a viewer writes: whoever may work on tickets writes for the provider."""
    if may(viewer, Permission.WORK_REQUESTS, tenant):
        return ContractSide.PROVIDER
    return ContractSide.CUSTOMER


def fetch_workers(viewer: Viewer, tenant: TenantId) -> tuple[Person, ...]:
    """Return who may be given a customer's tickets: those who may be on duty for them. Raises
    Refused."""
    require(viewer, Permission.WORK_REQUESTS, tenant)
    with transaction() as conn:
        return tuple(system_candidates(conn, tenant))
