"""Sends work notifications to persons through an app of DingTalk, keeps its access token, and asks
what became of them.

Source: DingTalk 获取企业内部应用的access_token (gettoken), 发送工作通知 (asyncsend_v2),
获取工作通知消息的发送结果 (getsendresult) and their error codes.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import msgspec

from yunwei.base.core.errors import SendError, SourceBabbled, SourceError
from yunwei.plugins.channels.dingtalk_app.card import build_content
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import check_delivery, deliver, open_delivery
from yunwei.plugins.sdk.http import Answer, scrub
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptState, TakenMessage

PUBLIC_ENDPOINT = "https://oapi.dingtalk.com"

THROTTLED_FOR_S = 60.0
_TOO_OFTEN = frozenset({90018, 90002, 143103, 143104, 143203, 143204, 1430003})
_TOO_MANY_FOR_ONE = frozenset({143105, 143205})
_DAY_S = 6 * 3600.0
_PASSING = frozenset({-1})
# The token is not, or no longer, good: a fresh one may be.
_STALE_TOKEN = frozenset({40014, 42001})
# A token is renewed before its end, so that none ends on its way.
_EARLY = timedelta(minutes=5)
_REFUSED = {
    "invalid_user_id_list": "there is no such user",
    "failed_user_id_list": "DingTalk could not deliver it",
    "forbidden_user_id_list": "DingTalk held it back: too many messages, or the same text again",
}


class _Token(msgspec.Struct):
    errcode: int = 0
    errmsg: str = ""
    access_token: str = ""
    expires_in: int = 0


class _Said(msgspec.Struct):
    errcode: int
    errmsg: str = ""
    sub_code: str = ""
    task_id: int = 0
    send_result: dict[str, object] = msgspec.field(default_factory=dict)

    @property
    def code(self) -> int:
        """The code itself: what an interface says stands below a general one."""
        return int(self.sub_code) if self.sub_code.isdigit() else self.errcode


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
            secrets=(settings["app_secret"],),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send to the person whose userid the address is; the receipt is DingTalk's task id.

        Raises SendError: after a while when called too often, for this person alone when they got
        too many; permanent when DingTalk refuses the secret, the person or the message.
        """
        user = recipient.address.strip().replace(",", "")
        if not user:
            raise SendError("there is no DingTalk userid", permanent=True)
        content = {
            "agent_id": int(float(self._settings["agent_id"])),
            "userid_list": user,
            "to_all_user": False,
            "msg": build_content(message),
        }
        said = await self._ask("asyncsend_v2", content)
        task = str(said.task_id or "")
        return Receipt(detail=f"0 ok {task}".strip(), native_id=task)

    async def ask_receipt(self, taken: TakenMessage) -> LaterReceipt | None:
        """Ask whether a person got the message and has read it (getsendresult)."""
        content = {
            "agent_id": int(float(self._settings["agent_id"])),
            "task_id": int(taken.native_id),
        }
        found = (await self._ask("getsendresult", content)).send_result
        if found.get("read_user_id_list"):
            return LaterReceipt(native_id=taken.native_id, state=ReceiptState.READ)
        if found.get("unread_user_id_list"):
            return LaterReceipt(native_id=taken.native_id, state=ReceiptState.DELIVERED)
        why = next((text for name, text in _REFUSED.items() if found.get(name)), "")
        if not why:
            return None
        return LaterReceipt(native_id=taken.native_id, state=ReceiptState.UNDELIVERED, reason=why)

    @staticmethod
    def is_to_be_asked(settings: Mapping[str, str]) -> bool:
        return True

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, verb: str, content: Mapping[str, object]) -> _Said:
        """Return a success; a stale token is fetched anew, once."""
        said = await self._post(verb, content)
        if said.code in _STALE_TOKEN:
            self._until = None
            said = await self._post(verb, content)
        if said.errcode != 0:
            raise self._failure(said.code, said.errmsg)
        return said

    async def _post(self, verb: str, content: Mapping[str, object]) -> _Said:
        query = urlencode({"access_token": await self._fetch_token()})
        answer = await deliver(
            self._client,
            f"{self._base}/topapi/message/corpconversation/{verb}?{query}",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(content),
        )
        return self._decode(answer, _Said)

    async def _fetch_token(self) -> str:
        if self._until is not None and self._now() < self._until:
            return self._token
        query = {"appkey": self._settings["app_key"], "appsecret": self._settings["app_secret"]}
        try:
            answer = await self._client.send(
                "GET", f"{self._base}/gettoken?{urlencode(query)}", headers={}
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
        return (self._settings["app_secret"], self._token)

    def _failure(self, code: int, said: str) -> SendError:
        text = f"DingTalk answered {code}: {scrub(said, self._hidden)}"
        if code in _TOO_OFTEN:
            return SendError(text, retry_after_s=THROTTLED_FOR_S)
        if code in _TOO_MANY_FOR_ONE:
            return SendError(text, retry_after_s=_DAY_S, is_about_address=True)
        return SendError(text, permanent=code not in _PASSING)
