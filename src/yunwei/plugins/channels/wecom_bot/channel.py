"""Posts to a WeCom group bot and reads its answer. Source: WeCom 群机器人 documentation."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled
from yunwei.plugins.channels.wecom_bot.markdown import render_message
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import deliver, open_delivery
from yunwei.plugins.sdk.http import scrub

PUBLIC_ENDPOINT = "https://qyapi.weixin.qq.com"

# A bot may send 20 messages a minute; told so, it is left alone for that long.
THROTTLED_FOR_S = 60.0
_TOO_OFTEN = 45009

# WeCom's own trouble; everything else but 0 says that this message or this bot is wrong.
_PASSING = frozenset({-1, 45033})


class _Said(msgspec.Struct):
    errcode: int
    errmsg: str = ""


class Channel:
    """See `plugins.sdk.contract.Channel`. The key is the bot's whole authority."""

    def __init__(self, settings: Mapping[str, str], *, timeout_s: float = 15.0) -> None:
        self._key = settings["key"]
        address = urlsplit(settings.get("endpoint") or PUBLIC_ENDPOINT)
        self._path = (
            f"{address.path.rstrip('/')}/cgi-bin/webhook/send?key={quote(self._key, safe='')}"
        )
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(self._key,),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Post the message to the bot's group; a recipient has no meaning there.

        Raises SendError: after 60 s when sent too often (45009), else permanent when WeCom
        refuses the key (93000) or the message.
        """
        content = {"msgtype": "markdown", "markdown": {"content": render_message(message)}}
        answer = await deliver(
            self._client,
            self._path,
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

    def _failure(self, said: _Said) -> SendError:
        text = f"WeCom answered {said.errcode}: {scrub(said.errmsg, (self._key,))}"
        if said.errcode == _TOO_OFTEN:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        return SendError(text, permanent=said.errcode not in _PASSING)
