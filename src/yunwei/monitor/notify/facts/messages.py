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
    merged: told by a digest. replaced: told by the fallback channel instead. cancelled: no longer
    worth sending. dead: given up; a person can try again."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    MERGED = "merged"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    DEAD = "dead"


class Hold(StrEnum):
    """Why a message is told together with others, when it is due."""

    NONE = ""
    DIGEST = "digest"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a message, in one language."""

    subject: str
    body: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A message for the outbox. dedupe: the same one is never made twice. escalation: whose step
    it is. link: path of the page to look at, "" for the alarm's. due_at: not to be sent before,
    None for at once. reason: a code, why it can not be sent at all; it stands in the log only."""

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
    language: str = ""
    hold: Hold = Hold.NONE
    due_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """A message whose turn has come. attempts: begun so far, this one included. channel: 0 is the
    screen.

    The last flags are how things stand now: is_over, its alarm's occurrence has ended;
    is_suppressed, something keeps the alarm quiet; is_acknowledged, since it was written;
    is_superseded, a newer message tells the same people more; is_raise_told, of a clear, its
    raise got through.
    """

    id: MessageId
    tenant: TenantId
    alarm: AlarmId | None
    dedupe: str
    kind: MessageKind
    channel: ChannelId
    user: UserId | None
    recipient: str
    address: str
    content: Content
    severity: str
    data: Mapping[str, object]
    attempts: int
    created_at: datetime
    link: str = ""
    language: str = ""
    hold: Hold = Hold.NONE
    is_doubtful: bool = False
    is_over: bool = False
    is_suppressed: bool = False
    is_acknowledged: bool = False
    is_superseded: bool = False
    is_raise_told: bool = False

    @property
    def alarm_type(self) -> str:
        return str(self.data.get("alarm_type", ""))

    @property
    def queue(self) -> str:
        """Whose queue it stands in: the person and address, or the group."""
        return f"{self.user or 0} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMember:
    """A message that a digest tells of."""

    id: MessageId
    kind: MessageKind
    severity: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message as people see it, with why it was made and what became of it.

    reason: a code, why it was not sent after all. digest: the one that tells of it. replaces: the
    one that did not get through and that it takes the place of. receipt: what its receiver says
    became of it, "" where none says; receipt_at: when we heard, receipt_said_at: by its clock;
    native_id: its number there.
    """

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
    reason: str = ""
    digest: MessageId | None = None
    hold: Hold = Hold.NONE
    is_doubtful: bool = False
    channel: ChannelId | None = None
    replaces: MessageId | None = None
    receipt: str = ""
    receipt_at: datetime | None = None
    receipt_said_at: datetime | None = None
    receipt_reason: str = ""
    native_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one message, for who had it written. channel_name: "" is the screen."""

    key: str
    recipient: str
    channel_name: str
    state: MessageState
    sent_at: datetime | None
    error: str


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
    is_doubtful: bool = False
