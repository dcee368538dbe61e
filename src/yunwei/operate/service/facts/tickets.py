"""Tickets as plain data: what a customer asks of the provider, and all that happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, TenantId, TicketId, UserId
from yunwei.operate.service.facts.clocks import ClockView, Metric, Priority
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType, Terms


class TicketState(StrEnum):
    """new: nobody has it. assigned: somebody is to. working. waiting: for a reason, and its clock
    stands. resolved: the customer is to say whether it is. closed, cancelled: ends."""

    NEW = "new"
    ASSIGNED = "assigned"
    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self not in (TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED)


class WaitReason(StrEnum):
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    WINDOW = "window"
    PARTS = "parts"
    OBSERVATION = "observation"


class EntryKind(StrEnum):
    """What happened to a ticket. replied: said so that both sides read it. noted: for one's own
    side. arrived: somebody is on site."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    STARTED = "started"
    REPLIED = "replied"
    NOTED = "noted"
    ARRIVED = "arrived"
    WAITED = "waited"
    RESUMED = "resumed"
    PRIORITISED = "prioritised"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDraft:
    """What is asked. details: what its type asks for besides. alarm: what it is about, if it is
    about one. reported_at: when the customer said it; None: now."""

    contract: ContractId
    type: ServiceType
    priority: Priority
    title: str
    description: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    alarm: int | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What somebody writes into a ticket's log. minutes: of work that it took. reason: of waiting.
    assignee: who is to work on it."""

    kind: EntryKind
    text: str = ""
    minutes: int = 0
    reason: WaitReason | None = None
    priority: Priority | None = None
    assignee: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a ticket's log, never changed. by: the sign-in name."""

    id: int
    at: datetime
    by: str
    side: ContractSide
    kind: EntryKind
    text: str
    minutes: int
    reason: WaitReason | None
    priority: Priority | None
    assignee_name: str

    @property
    def is_public(self) -> bool:
        return self.kind is not EntryKind.NOTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """due_at: the next instant at which something that is owed is due, as it stood when it last
    changed; None when nothing is, or while it waits. minutes: of work, in all."""

    id: TicketId
    tenant: TenantId
    tenant_name: str
    contract: ContractId
    contract_name: str
    terms: int
    type: ServiceType
    priority: Priority
    state: TicketState
    title: str
    description: str
    details: Mapping[str, str]
    alarm: int | None
    assignee: UserId | None
    assignee_name: str
    opened_by: str
    opened_side: ContractSide
    opened_at: datetime
    reported_at: datetime
    changed_at: datetime
    due_at: datetime | None
    minutes: int

    @property
    def code(self) -> str:
        """How people call it."""
        return f"T-{self.id:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTicket:
    """A ticket with its log and its clocks, by the terms that held when it was opened."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    terms: Terms
    clocks: Mapping[Metric, ClockView]
