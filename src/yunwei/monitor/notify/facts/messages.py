"""Messages: who is told of what, by which way, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import (
    AlarmId,
    ChannelId,
    EscalationId,
    MessageId,
    OccurrenceId,
    RouteId,
    TenantId,
    UserId,
)


class MessageKind(StrEnum):
    """raise, clear: of one alarm. flapping: it comes and goes, and people hear no more of it until
    it has settled. settled: it no longer does, and is cleared. notice: of anything else. digest:
    several messages in one."""

    RAISE = "raise"
    CLEAR = "clear"
    FLAPPING = "flapping"
    SETTLED = "settled"
    NOTICE = "notice"
    DIGEST = "digest"
    TEST = "test"


class MessageState(StrEnum):
    """pending: waits for its turn or its next try. sending: a worker has it. sent: delivered.
    cancelled: no longer worth sending. dead: given up; a person can try again."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a message, in one language."""

    subject: str
    body: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A message for the outbox. dedupe: the same one is never made twice. escalation: whose step
    it is. link: path of the page to look at, "" for the alarm's."""

    dedupe: str
    tenant: TenantId
    alarm: AlarmId | None
    occurrence: OccurrenceId | None
    kind: MessageKind
    route: RouteId | None
    route_name: str
    channel: ChannelId | None
    user: UserId | None
    escalation: EscalationId | None = None
    recipient: str
    address: str
    content: Content
    severity: str
    data: Mapping[str, object]
    at: datetime
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """A message that a worker has claimed."""

    id: MessageId
    tenant: TenantId
    alarm: AlarmId | None
    dedupe: str
    kind: MessageKind
    channel: ChannelId
    recipient: str
    address: str
    content: Content
    severity: str
    data: Mapping[str, object]
    attempts: int
    created_at: datetime
    is_suppressed: bool
    user: UserId | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message as people see it, with why it was made and what became of it."""

    id: MessageId
    tenant: TenantId
    alarm: AlarmId | None
    kind: MessageKind
    state: MessageState
    route_name: str
    channel_name: str
    recipient: str
    address: str
    content: Content
    severity: str
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    next_at: datetime | None
    read_at: datetime | None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt."""

    at: datetime
    is_ok: bool
    detail: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a message after an attempt."""

    state: MessageState
    next_at: datetime | None = None
    error: str = ""
