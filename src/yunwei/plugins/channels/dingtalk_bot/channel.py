"""Posts to a DingTalk group bot and reads its answer.

Source: DingTalk 自定义机器人接入, 自定义机器人安全设置, and its table of error codes.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled
from yunwei.plugins.channels.dingtalk_bot.markdown import find_mentions, render_message
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import deliver, open_delivery
from yunwei.plugins.sdk.http import scrub

PUBLIC_ENDPOINT = "https://oapi.dingtalk.com"

# A bot that sent more than 20 messages in a minute is not heard for ten minutes.
THROTTLED_FOR_S = 600.0
_TOO_OFTEN = frozenset({130101, 410100})

# DingTalk's own trouble; everything else but 0 says that this message or this bot is wrong.
_PASSING = frozenset({-1})


class _Said(msgspec.Struct):
    errcode: int
    errmsg: str = ""


def _now() -> datetime:
    return datetime.now(UTC)  # rule: DingTalk judges a signature's age by the real time


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
        self._secrets = (settings["access_token"], settings.get("secret", ""))
        self._now = now
        address = urlsplit(settings.get("endpoint") or PUBLIC_ENDPOINT)
        self._path = f"{address.path.rstrip('/')}/robot/send"
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=self._secrets,
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Post the message to the bot's group; a recipient has no meaning there.

        Raises SendError: after 10 min when sent too often, else permanent when DingTalk refuses
        the signature (310000), the token or the message.
        """
        mobiles = find_mentions(message, self._settings.get("at_mobiles", ""))
        text = render_message(message, keyword=self._settings.get("keyword", ""), mobiles=mobiles)
        content = {
            "msgtype": "markdown",
            "markdown": {"title": text.title, "text": text.body},
            "at": {"atMobiles": list(mobiles), "isAtAll": False},
        }
        answer = await deliver(
            self._client,
            f"{self._path}?{urlencode(self._query())}",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(content),
        )
        try:
            said = answer.decode(_Said)
        except SourceBabbled as error:
            raise SendError(error.message) from error
        if said.errcode != 0:
            raise self._failure(said)
        return Receipt(detail="0 ok")

    async def close(self) -> None:
        await self._client.close()

    def _query(self) -> dict[str, str]:
        query = {"access_token": self._settings["access_token"]}
        secret = self._settings.get("secret", "")
        return query | (sign(secret, self._now()) if secret else {})

    def _failure(self, said: _Said) -> SendError:
        text = f"DingTalk answered {said.errcode}: {scrub(said.errmsg, self._secrets)}"
        if said.errcode in _TOO_OFTEN:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        return SendError(text, permanent=said.errcode not in _PASSING)


def sign(secret: str, at: datetime) -> dict[str, str]:
    """Return the two query parameters of the signature: over `<milliseconds>\\n<secret>`."""
    timestamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
