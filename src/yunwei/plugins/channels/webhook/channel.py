"""POSTs a message as JSON, signed when a secret is set. The schema is documented in doc.md."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from yunwei.base.core.errors import Invalid, SendError
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import deliver, open_delivery
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptPost, read_posted
from yunwei.plugins.sdk.templates import build_values, render_json

SCHEMA_VERSION = 1


def _now() -> datetime:
    return datetime.now(UTC)  # rule: receivers judge a signature's age by the real time


class Channel:
    """See `plugins.sdk.contract.Channel`. now: read for the signature's timestamp."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        timeout_s: float = 15.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        address = urlsplit(settings["url"])
        self._path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        self._secret = settings.get("secret", "")
        self._template = settings.get("template", "")
        self._now = now
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(self._secret,),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """POST the message; raises SendError as `deliver` does."""
        body = self._render(message, recipient)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Yunwei",
            "Idempotency-Key": clean_key(message.key),
        }
        if self._secret:
            headers |= sign_body(self._secret, body, at=self._now())
        answer = await deliver(self._client, self._path, headers=headers, body=body)
        return Receipt(detail=f"{answer.status} {answer.excerpt}".strip())

    async def close(self) -> None:
        await self._client.close()

    @staticmethod
    def read_receipts(settings: Mapping[str, str], post: ReceiptPost) -> tuple[LaterReceipt, ...]:
        """Read what the receiver posts later; see `sdk.receipts.read_posted`."""
        return read_posted(settings, post)

    @staticmethod
    def answer_receipts() -> Mapping[str, object]:
        return {"code": 0, "message": "ok"}

    def _render(self, message: OutgoingMessage, recipient: Recipient) -> bytes:
        if not self._template:
            return build_body(message, recipient)
        try:
            return render_json(self._template, build_values(message, recipient))
        except Invalid as error:
            raise SendError(f"the template is damaged: {error.why}", permanent=True) from error


def build_body(message: OutgoingMessage, recipient: Recipient) -> bytes:
    """Return the JSON document, keys in a fixed order, UTF-8."""
    document = {
        "version": SCHEMA_VERSION,
        "key": message.key,
        "subject": message.subject,
        "body": message.body,
        "severity": message.severity,
        "is_clear": message.is_clear,
        "link": message.link,
        "acknowledge_link": message.acknowledge_link,
        "facts": [{"label": label, "value": value} for label, value in message.facts],
        "recipient": {"name": recipient.name, "address": recipient.address},
        "data": message.data,
    }
    if message.may_be_repeat:
        document["may_be_repeat"] = True
    if message.receipt_url:
        document["receipt_url"] = message.receipt_url
    return msgspec.json.encode(document, order="deterministic")


def sign_body(secret: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Return the two headers of the signature: HMAC-SHA256 over `<timestamp>.<body>`, hex."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "X-Yunwei-Timestamp": timestamp,
        "X-Yunwei-Signature": f"v1={digest.hexdigest()}",
    }


def clean_key(key: str) -> str:
    """Return the key as a header can carry it; one that it can not is replaced by its digest."""
    if key.isascii() and key.isprintable() and key == key.strip():
        return key
    return hashlib.sha256(key.encode()).hexdigest()
