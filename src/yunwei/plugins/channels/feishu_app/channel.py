"""Sends to persons through the bot of a Feishu app, and keeps its access token.

Source: Feishu 自建应用获取tenant_access_token, 发送消息 (im/v1/messages), their error codes, and
频控策略.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled, SourceError
from yunwei.plugins.channels.feishu_app.card import build_card
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import check_delivery, open_delivery
from yunwei.plugins.sdk.http import Answer, scrub

PUBLIC_ENDPOINT = "https://open.feishu.cn"

THROTTLED_FOR_S = 60.0
_TOO_OFTEN = frozenset({99991400, 11232})
_TOO_OFTEN_FOR_ONE = frozenset({230020})
_PASSING = frozenset({-1, 2200, 230049, 230050})
# The token is not, or no longer, good: a fresh one may be.
_STALE_TOKEN = frozenset({99991661, 99991663, 99991664, 99991668})
# A token is renewed before its end, so that none ends on its way.
_EARLY = timedelta(minutes=5)
_REPEATS = uuid.UUID("c4d3c4a5-3f5d-4f0e-8f0b-6b3b9d6e8a11")


class _Token(msgspec.Struct):
    code: int = -1
    msg: str = ""
    tenant_access_token: str = ""
    expire: int = 0


class _Message(msgspec.Struct):
    message_id: str = ""


class _Said(msgspec.Struct):
    code: int
    msg: str = ""
    data: _Message | None = None


def _now() -> datetime:
    return datetime.now(UTC)  # rule: a token ends by the real time


def find_kind(address: str) -> str:
    """Return what an address is, as Feishu calls it: `receive_id_type`."""
    if "@" in address:
        return "email"
    prefixes = {"ou_": "open_id", "on_": "union_id"}
    return next((kind for begin, kind in prefixes.items() if address.startswith(begin)), "user_id")


class Channel:
    """See `plugins.sdk.contract.Channel`. now: read for the token's end."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        timeout_s: float = 15.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._now = now
        self._token = ""
        self._until: datetime | None = None
        address = urlsplit(settings.get("endpoint") or PUBLIC_ENDPOINT)
        self._base = f"{address.path.rstrip('/')}/open-apis"
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(settings["app_secret"],),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send to the person; the receipt is Feishu's message id. Within an hour, tries of the
        same message reach them once.

        Raises SendError: after a while when called too often, for this person alone when they got
        too many; permanent when Feishu refuses the secret, the person or the message.
        """
        address = recipient.address.strip()
        if not re.fullmatch(r"[\w.@+-]{1,254}", address):
            raise SendError("there is no Feishu user", permanent=True)
        content = {
            "receive_id": address,
            "msg_type": "interactive",
            "content": json.dumps(build_card(message), ensure_ascii=False),
            "uuid": str(uuid.uuid5(_REPEATS, f"{message.key} {address}")),
        }
        query = urlencode({"receive_id_type": find_kind(address)})
        said = await self._post(f"/im/v1/messages?{query}", content)
        if said.code in _STALE_TOKEN:
            self._until = None
            said = await self._post(f"/im/v1/messages?{query}", content)
        if said.code != 0:
            raise self._failure(said.code, said.msg)
        number = scrub(said.data.message_id) if said.data else ""
        return Receipt(detail=f"0 ok {number}".strip())

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, path: str, content: Mapping[str, object]) -> _Said:
        headers = {"Authorization": f"Bearer {await self._fetch_token()}"}
        return await self._call(path, content, headers, _Said)

    async def _fetch_token(self) -> str:
        if self._until is not None and self._now() < self._until:
            return self._token
        content = {"app_id": self._settings["app_id"], "app_secret": self._settings["app_secret"]}
        found = await self._call("/auth/v3/tenant_access_token/internal", content, {}, _Token)
        if found.code != 0 or not found.tenant_access_token:
            raise self._failure(found.code, found.msg)
        self._token = found.tenant_access_token
        self._until = self._now() + max(timedelta(seconds=found.expire) - _EARLY, timedelta())
        return self._token

    async def _call[T](
        self, path: str, content: Mapping[str, object], headers: Mapping[str, str], shape: type[T]
    ) -> T:
        """Return what Feishu says: its errors are JSON of the same shape under 4xx."""
        headers = {**headers, "Content-Type": "application/json; charset=utf-8"}
        body = msgspec.json.encode(content)
        try:
            answer = await self._client.send("POST", self._base + path, headers=headers, body=body)
        except SourceError as error:
            raise SendError(error.message) from error
        return self._decode(answer, shape)

    def _decode[T](self, answer: Answer, shape: type[T]) -> T:
        try:
            return answer.decode(shape)
        except SourceBabbled as error:
            check_delivery(answer)
            raise SendError(scrub(error.message, self._hidden)) from error

    @property
    def _hidden(self) -> tuple[str, ...]:
        return (self._settings["app_secret"], self._token)

    def _failure(self, code: int, said: str) -> SendError:
        text = f"Feishu answered {code}: {scrub(said, self._hidden)}"
        if code in _TOO_OFTEN:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        if code in _TOO_OFTEN_FOR_ONE:
            return SendError(text, retry_after_s=THROTTLED_FOR_S, is_about_address=True)
        return SendError(text, permanent=code not in _PASSING)
