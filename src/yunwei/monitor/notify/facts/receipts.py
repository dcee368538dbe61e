"""What receivers say later of messages that they took."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ChannelId, MessageId, TenantId
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.plugins.sdk.receipts import ReceiptState


class About(StrEnum):
    """What an address for receipts is of: one message, or a channel whose messages go by their
    native ids."""

    MESSAGE = "m"
    CHANNEL = "c"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAddress:
    about: About
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceipt:
    """How a message's receipt stands. at: when we heard of it. said_at: by the receiver's clock.
    is_settled: what follows from it has been done."""

    message: MessageId
    tenant: TenantId
    channel: ChannelId
    state: ReceiptState = ReceiptState.AWAITED
    native_id: str = ""
    reason: str = ""
    at: datetime | None = None
    said_at: datetime | None = None
    is_settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A receipt to ask for. asked: how often it was, this time included."""

    message: MessageId
    channel: ChannelId
    native_id: str
    address: str
    sent_at: datetime
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message that its receiver took and could not deliver. is_last: there is no other way."""

    message: DueMessage
    reason: str
    is_last: bool
