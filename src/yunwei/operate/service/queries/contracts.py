"""Questions about contracts: lists, one with all versions of its terms and who speaks for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.contracts import (
    Contract,
    ContractSide,
    ContractState,
    InterfacePerson,
    TermsState,
    TermsVersion,
)
from yunwei.operate.service.rules.contracts import goal_of, state_of
from yunwei.operate.service.rules.hours import presumed_years, reach
from yunwei.operate.service.store import contracts as store


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeContract:
    """A contract with all versions of its terms, the newest first, and its interface persons."""

    contract: Contract
    state: ContractState
    versions: tuple[TermsVersion, ...]
    people: tuple[InterfacePerson, ...]

    @property
    def latest(self) -> TermsVersion:
        return self.versions[0]

    @property
    def agreed(self) -> TermsVersion | None:
        found = (each for each in self.versions if each.state is TermsState.AGREED)
        return next(found, None)

    @property
    def holding(self) -> TermsVersion:
        """What is agreed, else what is being talked about."""
        return self.agreed or self.latest

    def version(self, number: int | None) -> TermsVersion:
        """Return one version, for None the one that holds; raises Refused."""
        if number is None:
            return self.holding
        found = next((each for each in self.versions if each.number == number), None)
        if found is None:
            raise Refused()
        return found

    def owner(self, side: ContractSide, at: datetime) -> InterfacePerson | None:
        """Return who speaks for a side, deputies aside."""
        found = (
            each
            for each in self.people
            if each.side is side and not each.is_deputy and each.holds(at)
        )
        return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a level comes to for something that is told now."""

    metric: Metric
    minutes: int
    due_at: datetime | None
    presumed: tuple[int, ...]


def fetch_contracts(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
    *,
    now: datetime,
) -> Page[tuple[Contract, ContractState]]:
    """Return contracts with the viewer's tenants, each with what it is now. The provider's drafts
    are nothing for customers. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    asked = {**(filters or {}), "now": now}
    if is_customer(viewer):
        asked["is_said"] = True
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.CONTRACTS,
            tenants=viewer.tenants,
            filters=asked,
            request=page or PageRequest(),
        )
    built = [store.build_contract(row) for row in found.items]
    items = tuple((each, state_of(each, now=now)) for each in built)
    return Page(items=items, next=found.next, total=found.total)


def access_contract(viewer: Viewer, contract: ContractId, *, now: datetime) -> WholeContract:
    """Return one contract; raises Refused."""
    found = fetch_contracts(viewer, {"id": contract}, PageRequest(limit=1), now=now).items
    if not found:
        raise Refused()
    with transaction() as conn:
        versions = store.fetch_versions(conn, contract)
        people = store.fetch_people(conn, contract)
    if is_customer(viewer):
        versions = tuple(each for each in versions if each.state is not TermsState.DRAFT)
    head, state = found[0]
    return WholeContract(contract=head, state=state, versions=versions, people=people)


def system_speakers(
    conn: Connection, contract: ContractId, side: ContractSide, *, now: datetime
) -> tuple[InterfacePerson, ...]:
    """Return who speaks for a side of a contract now, deputies as well."""
    return tuple(
        each
        for each in store.fetch_people(conn, contract)
        if each.side is side
        and each.from_at <= now
        and (each.until_at is None or now < each.until_at)
    )


def is_customer(viewer: Viewer) -> bool:
    """Say whether a viewer speaks for a customer only."""
    return may(viewer, Permission.USE_SERVICE) and not may(viewer, Permission.WORK_REQUESTS)


def fetch_calendar(viewer: Viewer, tenant: TenantId) -> Calendar:
    """Return the calendar by which a tenant goes. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE, tenant)
    with transaction() as conn:
        return system_calendars(conn).of(tenant)


def explain_levels(
    viewer: Viewer, version: TermsVersion, tenant: TenantId, *, now: datetime
) -> dict[Priority, tuple[Example, ...]]:
    """Return for each priority by when something told now would be answered, arrived at, solved."""
    calendar = fetch_calendar(viewer, tenant)
    return {
        priority: tuple(
            Example(
                metric=metric,
                minutes=int(goal.time.total_seconds() // 60),
                due_at=(due := reach(goal.hours, calendar, now, goal.time)),
                presumed=presumed_years(goal.hours, calendar, Span(now, due or now)),
            )
            for metric in Metric
            if (goal := goal_of(version.terms, priority, metric)) is not None
        )
        for priority in Priority
    }
