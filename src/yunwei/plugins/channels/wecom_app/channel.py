"""Sends to members through an app of WeCom, and keeps its access token.

Source: WeCom 获取access_token, 发送应用消息, 全局错误码.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled, SourceError
from yunwei.plugins.channels.wecom_app.card import build_content
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import check_delivery, deliver, open_delivery
from yunwei.plugins.sdk.http import Answer, scrub

PUBLIC_ENDPOINT = "https://qyapi.weixin.qq.com"

THROTTLED_FOR_S = 60.0
_TOO_OFTEN = 45009
_PASSING = frozenset({-1, 45033})
# The token is not, or no longer, good: a fresh one may be.
_STALE_TOKEN = frozenset({40014, 42001})
# A token is renewed before its end, so that none ends on its way.
_EARLY = timedelta(minutes=5)


class _Token(msgspec.Struct):
    errcode: int = 0
    errmsg: str = ""
    access_token: str = ""
    expires_in: int = 0


class _Said(msgspec.Struct):
    errcode: int
    errmsg: str = ""
    invaliduser: str = ""
    unlicenseduser: str = ""
    msgid: str = ""


def _now() -> datetime:
    return datetime.now(UTC)  # rule: a token ends by the real time


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
        self._base = address.path.rstrip("/")
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(settings["secret"],),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send to the member whose user id the address is; the receipt is WeCom's message id.

        Raises SendError: after 60 s when called too often (45009), else permanent when WeCom
        refuses the secret, the member or the message.
        """
        if not recipient.address.strip():
            raise SendError("there is no WeCom user id", permanent=True)
        content = build_content(
            message, user=recipient.address.strip(), agent=int(float(self._settings["agent_id"]))
        )
        said = await self._post(content)
        if said.errcode in _STALE_TOKEN:
            self._until = None
            said = await self._post(content)
        if said.errcode != 0:
            raise self._failure(said.errcode, said.errmsg)
        refused = said.invaliduser or said.unlicenseduser
        if refused:
            raise SendError(f"WeCom knows no such member: {scrub(refused)}", permanent=True)
        return Receipt(detail=f"0 ok {scrub(said.msgid)}".strip())

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, content: Mapping[str, object]) -> _Said:
        token = await self._fetch_token()
        answer = await deliver(
            self._client,
            f"{self._base}/cgi-bin/message/send?{urlencode({'access_token': token})}",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(content),
        )
        return self._decode(answer, _Said)

    async def _fetch_token(self) -> str:
        if self._until is not None and self._now() < self._until:
            return self._token
        query = {"corpid": self._settings["corp_id"], "corpsecret": self._settings["secret"]}
        try:
            answer = await self._client.send(
                "GET", f"{self._base}/cgi-bin/gettoken?{urlencode(query)}", headers={}
            )
        except SourceError as error:
            raise SendError(error.message) from error
        check_delivery(answer)
        found = self._decode(answer, _Token)
        if found.errcode != 0 or not found.access_token:
            raise self._failure(found.errcode, found.errmsg)
        self._token = found.access_token
        self._until = self._now() + max(timedelta(seconds=found.expires_in) - _EARLY, timedelta())
        return self._token

    def _decode[T](self, answer: Answer, shape: type[T]) -> T:
        try:
            return answer.decode(shape)
        except SourceBabbled as error:
            raise SendError(scrub(error.message, self._hidden)) from error

    @property
    def _hidden(self) -> tuple[str, ...]:
        return (self._settings["secret"], self._token)

    def _failure(self, code: int, said: str) -> SendError:
        text = f"WeCom answered {code}: {scrub(said, self._hidden)}"
        if code == _TOO_OFTEN:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        return SendError(text, permanent=code not in _PASSING)
