"""Which targets of open tickets are about to be missed, or were."""

from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.ids import ContractId, TenantId, UserId
from yunwei.base.infra.postgres import Connection
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType, Terms
from yunwei.operate.service.rules.quality import priority_of
from yunwei.operate.service.rules.tickets import read_clocks
from yunwei.operate.service.rules.warnings import TargetWarning, Watched, find_warnings
from yunwei.operate.service.store import contracts as contract_store
from yunwei.operate.service.store import tickets as store

_MOST = 2000


def system_warnings(
    conn: Connection, *, now: datetime, until: datetime
) -> tuple[TargetWarning, ...]:
    """Return what is to be told of all tenants' tickets that are due until an instant, what is due
    first before the others. Cost: linear in these tickets, at most 2,000."""
    rows = store.read_due(conn, until, _MOST)
    calendars = system_calendars(conn)
    terms: dict[ContractId, dict[int, Terms]] = {}
    speakers: dict[ContractId, tuple[UserId, ...]] = {}
    found: list[TargetWarning] = []
    for row, entries in rows:
        contract = ContractId(row["contract"])
        if contract not in terms:
            versions = contract_store.fetch_versions(conn, contract)
            terms[contract] = {each.number: each.terms for each in versions}
            speakers[contract] = _speakers(conn, contract, now)
        agreed, first = terms[contract][row["terms"]], Priority(row["first_priority"])
        calendar = calendars.of(TenantId(row["tenant"]))
        about = ServiceType(row["type"]), first
        clocks = read_clocks(entries, about, agreed, calendar, now=now)
        ticket = _watched(row, priority_of(first, entries), agreed, speakers[contract])
        found += find_warnings(ticket, clocks, now=now)
    return tuple(found)


def _watched(
    row: dict[str, Any], priority: Priority, terms: Terms, speakers: tuple[UserId, ...]
) -> Watched:
    assignee = row["assignee"]
    return Watched(
        id=row["id"],
        tenant=TenantId(row["tenant"]),
        tenant_name=row["tenant_name"],
        title=row["title"],
        priority=priority,
        time_zone=terms.time_zone,
        assignee=None if assignee is None else UserId(assignee),
        speakers=speakers,
    )


def _speakers(conn: Connection, contract: ContractId, now: datetime) -> tuple[UserId, ...]:
    """Return who speaks for the provider now and can sign in, deputies as well."""
    return tuple(
        each.user
        for each in contract_store.fetch_people(conn, contract)
        if each.side is ContractSide.PROVIDER
        and each.user is not None
        and each.from_at <= now
        and (each.until_at is None or now < each.until_at)
    )
