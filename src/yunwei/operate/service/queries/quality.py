"""Questions about how service was in a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType, Terms
from yunwei.operate.service.facts.quality import ClockLine, Quality, TicketLine
from yunwei.operate.service.facts.tickets import TicketState
from yunwei.operate.service.rules.contracts import is_in_force
from yunwei.operate.service.rules.quality import (
    clock_lines,
    find_outages,
    ticket_line,
    time_down,
)
from yunwei.operate.service.rules.tickets import read_clocks
from yunwei.operate.service.store import authorisations as gate_store
from yunwei.operate.service.store import contracts as contract_store
from yunwei.operate.service.store import tickets as store


def fetch_quality(viewer: Viewer, tenant: TenantId, from_at: datetime, to_at: datetime) -> Quality:
    """Return how a tenant was served between two instants, as it stood at the second. Raises
    Refused. Cost: two statements and one for each contract; linear in the tickets of the time."""
    require(viewer, Permission.SEE_SERVICE, tenant)
    within = Span(from_at, to_at)
    with transaction() as conn:
        rows = store.read_quality(conn, tenant, from_at, to_at)
        terms = _terms(conn, {ContractId(row["contract"]) for row, _entries in rows})
        agreed = _agreed(conn, tenant, to_at)
        calendar = system_calendars(conn).of(tenant)
    tickets, clocks, presumed = _read(rows, terms, calendar, within)
    outages = find_outages(tickets, within)
    return Quality(
        from_at=from_at,
        to_at=to_at,
        tickets=tickets,
        clocks=clocks,
        outages=outages,
        down=time_down(outages),
        agreed=agreed,
        presumed=presumed,
    )


def _read(
    rows: Iterable[tuple[dict[str, Any], Any]],
    terms: Mapping[tuple[int, int], Terms],
    calendar: Calendar,
    within: Span,
) -> tuple[tuple[TicketLine, ...], tuple[ClockLine, ...], tuple[int, ...]]:
    tickets: list[TicketLine] = []
    clocks: list[ClockLine] = []
    presumed: set[int] = set()
    for row, entries in rows:
        ticket = ticket_line(row, entries, within)
        tickets.append(ticket)
        if ticket.state == TicketState.CANCELLED:
            continue
        about = ServiceType(row["type"]), Priority(row["first_priority"])
        by = terms[row["contract"], row["terms"]]
        views = read_clocks(entries, about, by, calendar, now=within.end)
        clocks += clock_lines(ticket, views, entries, within)
        presumed.update(year for view in views.values() for year in view.presumed)
    return tuple(tickets), tuple(clocks), tuple(sorted(presumed))


def _terms(conn: Connection, contracts: Iterable[ContractId]) -> dict[tuple[int, int], Terms]:
    return {
        (contract, version.number): version.terms
        for contract in contracts
        for version in contract_store.fetch_versions(conn, contract)
    }


def _agreed(conn: Connection, tenant: TenantId, at: datetime) -> float | None:
    """Return the highest availability that contracts in force at an instant agree."""
    found = [
        each.terms.availability
        for each in gate_store.fetch_gate_contracts(conn, tenant)
        if each.terms.availability is not None
        and not each.is_ended
        and is_in_force(each.terms, now=at)
    ]
    return max(found, default=None)
