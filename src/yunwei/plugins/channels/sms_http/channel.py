"""Sends short messages through a gateway that an administrator describes."""

from collections.abc import Mapping
from dataclasses import replace

from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.http_call import HttpCall
from yunwei.plugins.sdk.numbers import parse_number
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptPost, read_posted
from yunwei.plugins.sdk.texts import cut_characters, one_line

_DEFAULT_CHARACTERS = 300


class Channel:
    """See `plugins.sdk.contract.Channel`."""

    def __init__(self, settings: Mapping[str, str], *, timeout_s: float = 15.0) -> None:
        self._longest = int(float(settings.get("max_characters") or _DEFAULT_CHARACTERS))
        self._call = HttpCall(settings, timeout_s=timeout_s)

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send subject and text to a mobile number; raises SendError as the gateway says."""
        number = parse_number(recipient.address)
        short = replace(
            message,
            subject=cut_characters(one_line(message.subject), self._longest),
            body=cut_characters(one_line(message.body), self._longest),
        )
        return await self._call.send(short, Recipient(name=recipient.name, address=number))

    async def close(self) -> None:
        await self._call.close()

    @staticmethod
    def read_receipts(settings: Mapping[str, str], post: ReceiptPost) -> tuple[LaterReceipt, ...]:
        """Read what the gateway posts later; see `sdk.receipts.read_posted`."""
        return read_posted(settings, post)

    @staticmethod
    def answer_receipts() -> Mapping[str, object]:
        return {"code": 0, "message": "ok"}
