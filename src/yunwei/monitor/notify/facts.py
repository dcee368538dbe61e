"""Channels, routes and messages: who is told of what, by which way, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import (
    AlarmId,
    ChannelId,
    MessageId,
    OccurrenceId,
    RouteId,
    TenantId,
    UserId,
)


class MessageKind(StrEnum):
    RAISE = "raise"
    CLEAR = "clear"
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
class Channel:
    """A configured way to reach people. secrets_set: keys of secrets that hold a value.

    language: of messages that go to nobody in particular (a group, a webhook).
    """

    id: ChannelId
    tenant: TenantId
    kind: str
    name: str
    settings: Mapping[str, str]
    secrets_set: tuple[str, ...]
    language: str
    is_enabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDraft:
    kind: str
    name: str
    settings: Mapping[str, str]
    language: str = "zh-hans"
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route as a person writes it. condition: JSON form.

    channels: ids; personal ones send to each person, others once. people: user ids. roles: role
    names; everybody of the route's tenant with that role. on_screen: also "my messages".
    goes_on: later routes are asked too.
    """

    name: str
    condition: object
    channels: tuple[ChannelId, ...] = ()
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    on_screen: bool = True
    tells_clear: bool = True
    goes_on: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of a tenant's ordered route table; the first match counts."""

    id: RouteId
    tenant: TenantId
    position: int
    name: str
    condition: Condition
    channels: tuple[ChannelId, ...]
    people: tuple[UserId, ...]
    roles: tuple[str, ...]
    on_screen: bool
    tells_clear: bool
    goes_on: bool
    is_enabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as routing sees them. tenants: those whose alarms they may be told of."""

    user: UserId
    name: str
    email: str
    phone: str
    tenant: TenantId
    role: str
    language: str
    time_zone: str
    customers: tuple[TenantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """What a channel's manifest says of it, as far as routing cares."""

    slug: str
    is_personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that routing needs to know besides the alarm. Swapped whole, never edited.

    provider: the tenant whose routes also see every customer's alarms.
    """

    routes: tuple[Route, ...]
    channels: Mapping[ChannelId, Channel]
    contacts: tuple[Contact, ...]
    kinds: Mapping[str, ChannelKind]
    provider: TenantId
    tenant_names: Mapping[TenantId, str]
    public_url: str = ""
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One message to be made: by which route, by which way, to whom. channel None: on screen."""

    route: Route
    channel: Channel | None
    contact: Contact | None

    @property
    def language(self) -> str:
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a message, in one language."""

    subject: str
    body: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A message for the outbox. dedupe: the same one is never made twice."""

    dedupe: str
    tenant: TenantId
    alarm: AlarmId
    occurrence: OccurrenceId
    kind: MessageKind
    route: RouteId | None
    route_name: str
    channel: ChannelId | None
    user: UserId | None
    recipient: str
    address: str
    content: Content
    severity: str
    data: Mapping[str, object]
    at: datetime


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
