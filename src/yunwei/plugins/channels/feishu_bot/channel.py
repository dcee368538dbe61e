"""Posts to a Feishu group bot and reads its answer.

Source: Feishu 自定义机器人使用指南 (signature, limits, error codes) and its card structure, v1.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled
from yunwei.plugins.channels.feishu_bot.card import build_card
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import deliver, open_delivery
from yunwei.plugins.sdk.http import Answer, scrub

PUBLIC_ENDPOINT = "https://open.feishu.cn"

THROTTLED_FOR_S = 60.0
_TOO_OFTEN = frozenset({11232})
_PASSING = frozenset({2200})
# 9499 stands for a body that is wrong and, elsewhere, for too many requests: the text tells.
_AMBIGUOUS = 9499


class _Said(msgspec.Struct):
    code: int = -1
    msg: str = ""


def _now() -> datetime:
    return datetime.now(UTC)  # rule: Feishu judges a signature's age by the real time


class Channel:
    """See `plugins.sdk.contract.Channel`. now: read for the signature's timestamp."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        timeout_s: float = 15.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._secrets = (settings["token"], settings.get("secret", ""))
        self._now = now
        address = urlsplit(settings.get("endpoint") or PUBLIC_ENDPOINT)
        token = quote(settings["token"], safe="")
        self._path = f"{address.path.rstrip('/')}/open-apis/bot/v2/hook/{token}"
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=self._secrets,
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Post the message to the bot's group; a recipient has no meaning there.

        Raises SendError: after 60 s when sent too often (11232), else permanent when Feishu
        refuses the signature (19021), the token or the message.
        """
        card = build_card(
            message,
            keyword=self._settings.get("keyword", ""),
            open_ids=self._settings.get("at_open_ids", ""),
        )
        secret = self._settings.get("secret", "")
        content = {"msg_type": "interactive", "card": card}
        signed = (sign(secret, self._now()) if secret else {}) | content
        answer = await deliver(
            self._client,
            self._path,
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=msgspec.json.encode(signed),
        )
        said = _read(answer)
        if said.code != 0:
            raise self._failure(said)
        return Receipt(detail="0 success")

    async def close(self) -> None:
        await self._client.close()

    def _failure(self, said: _Said) -> SendError:
        text = f"Feishu answered {said.code}: {scrub(said.msg, self._secrets)}"
        is_flood = said.code == _AMBIGUOUS and "too many" in said.msg.lower()
        if said.code in _TOO_OFTEN or is_flood:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        return SendError(text, permanent=said.code not in _PASSING)


def _read(answer: Answer) -> _Said:
    try:
        said = answer.decode(_Said)
    except SourceBabbled as error:
        raise SendError(error.message) from error
    if said.code == -1 and not said.msg:
        raise SendError(f"{answer.where} answered without a code: {answer.excerpt}")
    return said


def sign(secret: str, at: datetime) -> dict[str, str]:
    """Return the two fields of the signature: of nothing, keyed by `<seconds>\\n<secret>`."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
