"""What a receipt changes, when it is asked for, and what its address holds. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.monitor.notify.facts.receipts import About, MessageReceipt, ReceiptAddress
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptState

PURPOSE = "delivery receipt"
LONGEST_WAIT = timedelta(hours=72)
"""Carriers say within three days what became of a message, or never."""

_VERSION = 1
_RANKS = {
    ReceiptState.AWAITED: 0,
    ReceiptState.UNDELIVERED: 1,
    ReceiptState.DELIVERED: 2,
    ReceiptState.READ: 3,
}
_WAITS = (
    timedelta(seconds=20),
    timedelta(seconds=40),
    timedelta(minutes=1),
    timedelta(minutes=3),
    timedelta(minutes=10),
    timedelta(minutes=45),
    timedelta(hours=3),
)
_SECOND_WAIT = timedelta(hours=12)


def after_receipt(
    before: MessageReceipt, said: LaterReceipt, *, now: datetime
) -> MessageReceipt | None:
    """Return how a message's receipt stands after another word of its receiver; None when that is
    nothing new.

    What arrived stays arrived, whatever is said of another part of it; what did not may yet.
    """
    if _RANKS[said.state] <= _RANKS[before.state]:
        return None
    return replace(before, state=said.state, reason=said.reason, at=now, said_at=said.at)


def next_question(asked: int, sent_at: datetime, now: datetime) -> datetime | None:
    """Return when to ask next, later each time; None when no answer is to be hoped for."""
    wait = _WAITS[asked] if asked < len(_WAITS) else _SECOND_WAIT
    at = now + wait
    return at if at - sent_at <= LONGEST_WAIT else None


def pack_address(address: ReceiptAddress) -> bytes:
    return msgspec.msgpack.encode([_VERSION, address.about.value, address.id])


def unpack_address(payload: bytes) -> ReceiptAddress:
    """Return what an address is of whose signature is right; raises Invalid."""
    try:
        version, about, id = msgspec.msgpack.decode(payload, type=tuple[int, str, int])
        if version != _VERSION:
            raise Invalid("token", "this was not signed here")
        return ReceiptAddress(about=About(about), id=id)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError) as error:
        raise Invalid("token", "this was not signed here") from error
