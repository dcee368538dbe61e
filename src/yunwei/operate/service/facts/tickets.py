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
    stands. resolved: the customer is to say whether it is. closed, cancelled: ends. merged: it
    goes on in another ticket."""

    NEW = "new"
    ASSIGNED = "assigned"
    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        return self in _OPEN


_OPEN = (TicketState.NEW, TicketState.ASSIGNED, TicketState.WORKING, TicketState.WAITING)


class WaitReason(StrEnum):
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    WINDOW = "window"
    PARTS = "parts"
    OBSERVATION = "observation"


class EntryKind(StrEnum):
    """What happened to a ticket. replied: said so that both sides read it. noted: for one's own
    side. arrived: somebody is on site. merged, parted: it went on in another ticket, and does so no
    more. took_in, let_go: the same, of the other one. split: another ticket was made of a part."""

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
    MERGED = "merged"
    PARTED = "parted"
    TOOK_IN = "took_in"
    LET_GO = "let_go"
    SPLIT = "split"


TOLD = frozenset(
    {
        EntryKind.REPLIED,
        EntryKind.WAITED,
        EntryKind.RESOLVED,
        EntryKind.CANCELLED,
        EntryKind.MERGED,
        EntryKind.PARTED,
        EntryKind.SPLIT,
    }
)
"""What those are told of who asked, when the provider writes it."""


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
class SplitDraft:
    """A ticket to be made of a part of another. description: "" takes the words of the entry.
    entry: of whose log, None: of no certain one. type, priority: None takes the other's."""

    title: str
    description: str = ""
    entry: int | None = None
    type: ServiceType | None = None
    priority: Priority | None = None
    details: Mapping[str, str] = field(default_factory=dict)


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
    """merged_into: in which it goes on. split_from: of which it was a part. due_at: the next
    instant at which something that is owed is due, as it stood when it last
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
    merged_into: TicketId | None = None
    split_from: TicketId | None = None

    @property
    def code(self) -> str:
        """How people call it."""
        return code_of(self.id)

    @property
    def merged_code(self) -> str:
        return code_of(self.merged_into) if self.merged_into is not None else ""

    @property
    def split_code(self) -> str:
        return code_of(self.split_from) if self.split_from is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who is told of a ticket: whoever asked for it, or for one that went on in it. user: None when
    they have no account. ticket: the one they asked for."""

    ticket: TicketId
    user: UserId | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A line of a ticket's log of which its askers are still to be told."""

    entry: int
    ticket: TicketId
    tenant: TenantId
    title: str
    kind: EntryKind
    text: str
    at: datetime
    askers: tuple[Asker, ...]

    @property
    def code(self) -> str:
        return code_of(self.ticket)


def code_of(ticket: int) -> str:
    """Return how people call a ticket."""
    return f"T-{ticket:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTicket:
    """A ticket that went on in another, with its own log; or that is a part of one."""

    ticket: Ticket
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTicket:
    """A ticket with its log and its clocks, by the terms that held when it was opened."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    terms: Terms
    clocks: Mapping[Metric, ClockView]
