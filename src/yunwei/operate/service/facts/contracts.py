"""Contracts with customers as plain data: their terms, by version, and who speaks for whom."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, TenantId, UserId
from yunwei.operate.service.facts.clocks import Metric, Priority


class ServiceType(StrEnum):
    """What is done for a customer: support from afar, on site, inspections, emergency response,
    support of great events, standard changes."""

    REMOTE = "remote"
    ON_SITE = "on_site"
    INSPECTION = "inspection"
    EMERGENCY = "emergency"
    EVENT = "event"
    CHANGE = "change"


class ContractSide(StrEnum):
    PROVIDER = "provider"
    CUSTOMER = "customer"


class TermsState(StrEnum):
    """Of one version of the terms. offered: the customer is asked. returned: not so, with a reason.
    agreed: both sides have signed. replaced: another version was agreed since."""

    DRAFT = "draft"
    OFFERED = "offered"
    RETURNED = "returned"
    AGREED = "agreed"
    REPLACED = "replaced"


class ContractState(StrEnum):
    """Of a contract on a day. drafted: nothing was agreed yet. coming: agreed, not begun. over: its
    last day is past. ended: before that, by a person. accepted: the customer signed that it is
    fulfilled."""

    DRAFTED = "drafted"
    OFFERED = "offered"
    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"
    ENDED = "ended"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceItem:
    """One type of service. quota: so many in a year of the contract, None: as many as are asked."""

    type: ServiceType
    in_scope: str = ""
    out_of_scope: str = ""
    quota: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """What is owed for a priority, in minutes of the hours (a calendar expression)."""

    priority: Priority
    hours: str
    response_minutes: int
    resolution_minutes: int
    arrival_minutes: int | None = None

    def minutes(self, metric: Metric) -> int | None:
        return {
            Metric.RESPONSE: self.response_minutes,
            Metric.ARRIVAL: self.arrival_minutes,
            Metric.RESOLUTION: self.resolution_minutes,
        }[metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed. covers: which desktops, as a condition; "" all. availability: a ratio.
    notice_days: working days ahead of a change of staff."""

    starts_on: date
    ends_on: date
    time_zone: str
    services: tuple[ServiceItem, ...]
    levels: tuple[ServiceLevel, ...]
    covers: str = ""
    availability: float | None = None
    prices: str = ""
    payment: str = ""
    notice_days: int = 1
    note: str = ""

    def service(self, type: ServiceType) -> ServiceItem | None:
        return next((each for each in self.services if each.type is type), None)

    def level(self, priority: Priority) -> ServiceLevel | None:
        return next((each for each in self.levels if each.priority is priority), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDraft:
    number: str
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsVersion:
    """A version of the terms and what became of it. sha256: of its canonical form, which is what
    was agreed. paper: where the signed paper is, when it was agreed on paper. note: why it was
    returned."""

    contract: ContractId
    number: int
    terms: Terms
    sha256: str
    state: TermsState
    by: str
    at: datetime
    offered_by: str
    offered_at: datetime | None
    judged_by: str
    judged_at: datetime | None
    paper: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract's head. latest, agreed: numbers of versions; None: nothing was agreed yet."""

    id: ContractId
    tenant: TenantId
    tenant_name: str
    number: str
    name: str
    latest: int
    latest_state: TermsState
    agreed: int | None
    starts_on: date
    ends_on: date
    time_zone: str
    ended_at: datetime | None
    ended_by: str
    end_note: str
    is_accepted: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfacePerson:
    """Who speaks for a side of a contract, from an instant until another. user: their account,
    where they have one. announced_at: when the other side was told, and late_reason: why that was
    later than agreed."""

    id: int
    contract: ContractId
    side: ContractSide
    name: str
    phone: str
    email: str
    user: UserId | None
    is_deputy: bool
    from_at: datetime
    until_at: datetime | None
    announced_at: datetime
    announced_by: str
    notice_until: datetime | None
    late_reason: str
    seen_by: str
    seen_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """Somebody who is to speak for a side. replaces: who does so until then. from_at: None from
    now on. late_reason: needed when it is announced too late."""

    side: ContractSide
    name: str
    phone: str = ""
    email: str = ""
    user: UserId | None = None
    is_deputy: bool = False
    replaces: int | None = None
    from_at: datetime | None = None
    late_reason: str = ""
