"""What receivers say later of messages that they took: the facts, and the words that all may use.

A channel whose receivers post reports of a form of their own reads them in `read_receipts`; one
that can be asked has `ask_receipt`. Whom a report is about, and what follows from it, belongs to
`monitor.notify`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.plugins.sdk.http import scrub

_LONGEST = 200
_MOST = 1000
_STATE_WORDS = {
    "delivered": "delivered",
    "undelivered": "undelivered",
    "read": "read",
    "acknowledged": "read",
}
_ACKNOWLEDGE_KEY = "1"


class ReceiptState(StrEnum):
    """What became of a message that a receiver took. awaited: it has not said so yet."""

    AWAITED = "awaited"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterReceipt:
    """One word of a receiver. native_id: the message as the receiver's answer named it, "" when
    the address that was posted to says which. reason: its own words. at: by its clock, None when
    it tells none. is_acknowledged: the reader pressed the key or button for it."""

    state: ReceiptState
    native_id: str = ""
    reason: str = ""
    at: datetime | None = None
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPost:
    """What a receiver posted. headers: names in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """A message that a receiver took. native_id: as its answer named it."""

    native_id: str
    address: str
    sent_at: datetime


class ReadsReceipts(Protocol):
    """What a channel also has whose manifest supports `receipts`. Pure: no network, no clock.

    Raises Invalid when the post can not be read, at `signature` when it is not signed as it must.
    """

    @staticmethod
    def read_receipts(
        settings: Mapping[str, str], post: ReceiptPost
    ) -> tuple[LaterReceipt, ...]: ...

    @staticmethod
    def answer_receipts() -> Mapping[str, object]:
        """Return the JSON that tells the receiver that its report arrived."""


class AsksReceipts(Protocol):
    """What a channel also has whose manifest supports `asks_receipts`."""

    async def ask_receipt(self, taken: TakenMessage) -> LaterReceipt | None:
        """Return what the receiver says of a message, None while it knows nothing. Raises
        SendError, permanent when asking again can not help."""
        ...

    @staticmethod
    def is_to_be_asked(settings: Mapping[str, str]) -> bool: ...

    async def close(self) -> None: ...


def read_posted(settings: Mapping[str, str], post: ReceiptPost) -> tuple[LaterReceipt, ...]:
    """Read reports of gateways that an administrator describes; see the channels' own pages.

    settings: receipt_secret, receipt_header (a signature that must be there), receipt_id_field,
    receipt_state_field, receipt_reason_field (paths), receipt_delivered, receipt_undelivered
    (values). Without them `{"id": …, "state": "delivered", "reason": …}` and `{"digits": "1"}`.
    """
    _check_signature(settings, post)
    found = (_read_item(settings, each) for each in parse_items(post.body))
    return tuple(each for each in found if each is not None)


def parse_items(body: bytes) -> tuple[dict[str, object], ...]:
    """Return the reports in a body: a JSON object, an array of them, or a form."""
    text = body.strip()
    if text[:1] in (b"{", b"["):
        try:
            found: object = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid("body", f"not JSON: {error}") from error
        items = found if isinstance(found, list) else [found]
        if len(items) > _MOST or not all(isinstance(each, dict) for each in items):
            raise Invalid("body", f"an object or a list of at most {_MOST} objects")
        return tuple(items)
    if not text:
        raise Invalid("body", "neither JSON nor a form")
    try:
        return (dict(parse_qsl(text.decode(), strict_parsing=True, max_num_fields=100)),)
    except (UnicodeDecodeError, ValueError) as error:
        raise Invalid("body", "neither JSON nor a form") from error


def find_text(item: Mapping[str, object], path: str) -> str:
    """Return what stands at a path such as `data.id`, "" when nothing does."""
    found: object = item
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        return ""
    return found if isinstance(found, str) else msgspec.json.encode(found).decode()


def shorten(text: str) -> str:
    """Return a receiver's words as one harmless line."""
    return scrub(text)[:_LONGEST]


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Return whether `signature` is the body's HMAC-SHA256 in hex, `sha256=` before it or not."""
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = signature.strip().lower().removeprefix("sha256=")
    return hmac.compare_digest(wanted, given.encode("ascii", "replace").decode())


def _check_signature(settings: Mapping[str, str], post: ReceiptPost) -> None:
    secret = settings.get("receipt_secret", "")
    name = (settings.get("receipt_header") or "X-Signature").lower()
    if secret and not is_signed(secret, post.body, post.headers.get(name, "")):
        raise Invalid("signature", "the signature is not the body's")


def _read_item(settings: Mapping[str, str], item: Mapping[str, object]) -> LaterReceipt | None:
    said = find_text(item, settings.get("receipt_state_field") or "state")
    digits = find_text(item, "digits")
    state = _find_state(settings, said) or (ReceiptState.READ if digits else None)
    if state is None:
        return None
    reason = find_text(item, settings.get("receipt_reason_field") or "reason")
    unsaid = said if state is ReceiptState.UNDELIVERED and said not in _STATE_WORDS else ""
    return LaterReceipt(
        state=state,
        native_id=find_text(item, settings.get("receipt_id_field") or "id"),
        reason=shorten(reason or unsaid),
        is_acknowledged=said == "acknowledged" or digits == _ACKNOWLEDGE_KEY,
    )


def _find_state(settings: Mapping[str, str], said: str) -> ReceiptState | None:
    """Return what a word means. What is neither a success nor, where they are listed, a failure is
    on its way still; where no failures are listed, everything but a success is one."""
    delivered = _values(settings.get("receipt_delivered", ""))
    if said in delivered:
        return ReceiptState.DELIVERED
    undelivered = _values(settings.get("receipt_undelivered", ""))
    if said in undelivered:
        return ReceiptState.UNDELIVERED
    if said in _STATE_WORDS:
        return ReceiptState(_STATE_WORDS[said])
    is_failure = said and delivered and not undelivered
    return ReceiptState.UNDELIVERED if is_failure else None


def _values(text: str) -> Iterable[str]:
    return frozenset(each.strip() for each in text.split(",") if each.strip())
