"""Sends short messages through Aliyun and asks what became of them: SendSms and QuerySendDetails of
Dysmsapi, 2017-05-25, signed ACS3-HMAC-SHA256.

Source: Aliyun 短信服务 SendSms and its error codes; V3版本请求体&签名机制.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from yunwei.base.core.errors import Invalid, SendError, SourceBabbled, SourceError
from yunwei.plugins.channels.sms_aliyun.reports import (
    Asked,
    build_query,
    read_details,
    read_reports,
)
from yunwei.plugins.channels.sms_aliyun.signature import Request, encode_query, sign_request
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import open_delivery
from yunwei.plugins.sdk.http import Answer, scrub
from yunwei.plugins.sdk.numbers import parse_number
from yunwei.plugins.sdk.receipts import LaterReceipt, ReceiptPost, TakenMessage
from yunwei.plugins.sdk.templates import build_values, render_form
from yunwei.plugins.sdk.texts import cut_characters, one_line

PUBLIC_ENDPOINT = "https://dysmsapi.aliyuncs.com"
_VERSION = "2017-05-25"

# Aliyun's words for a number that got too many: 触发分钟级流控, 小时级, 天级.
_LIMIT_WORDS = (("天级", 6 * 3600.0), ("小时级", 3600.0), ("分钟级", 60.0))
_ABOUT_NUMBER = frozenset({"isv.BUSINESS_LIMIT_CONTROL"})
_BUSY = {
    "Throttling": 10.0,
    "Throttling.User": 10.0,
    "Throttling.Api": 10.0,
    "isv.DAY_LIMIT_CONTROL": 3600.0,
    "isv.MONTH_LIMIT_CONTROL": 3600.0,
}
_PASSING = frozenset(
    {"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "InternalError", "ServiceUnavailable", "SystemError"}
)


class _Said(msgspec.Struct, rename="pascal"):
    code: str
    message: str = ""
    biz_id: str = ""


def _now() -> datetime:
    return datetime.now(UTC)  # rule: Aliyun judges a signature's age by the real time


class Channel:
    """See `plugins.sdk.contract.Channel`. now, nonce: read for the signature."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        timeout_s: float = 15.0,
        now: Callable[[], datetime] = _now,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._settings = settings
        self._now, self._nonce = now, nonce
        address = urlsplit(settings.get("endpoint") or PUBLIC_ENDPOINT)
        self._host = address.netloc
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(settings["access_key_secret"], settings["access_key_id"]),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send to a mobile number; the receipt is Aliyun's BizId.

        Raises SendError: after a while, for this number alone, when it got too many; permanent
        when Aliyun refuses the key, the signature name, the template or the number.
        """
        query = {
            "PhoneNumbers": parse_number(recipient.address),
            "SignName": self._settings["sign_name"],
            "TemplateCode": self._settings["template_code"],
            "TemplateParam": msgspec.json.encode(self._fill(message, recipient)).decode(),
        }
        said = _decode(await self._call("SendSms", query), _Said)
        if said.code != "OK":
            raise self._failure(said.code, said.message)
        biz_id = scrub(said.biz_id)
        return Receipt(detail=f"OK {biz_id}".strip(), native_id=biz_id)

    async def ask_receipt(self, taken: TakenMessage) -> LaterReceipt | None:
        """Ask whether a message arrived (QuerySendDetails)."""
        asked = _decode(await self._call("QuerySendDetails", build_query(taken)), Asked)
        if asked.code != "OK":
            raise self._failure(asked.code, asked.message)
        return read_details(asked, taken.native_id)

    @staticmethod
    def is_to_be_asked(settings: Mapping[str, str]) -> bool:
        # channels from before there was a choice lack the right to ask
        return settings.get("receipts") == "ask"

    @staticmethod
    def read_receipts(settings: Mapping[str, str], post: ReceiptPost) -> tuple[LaterReceipt, ...]:
        """Read a push (SmsReport). Aliyun does not sign it: its address is the secret."""
        return read_reports(post.body)

    @staticmethod
    def answer_receipts() -> Mapping[str, object]:
        return {"code": 0, "msg": "接收成功"}

    async def close(self) -> None:
        await self._client.close()

    async def _call(self, action: str, query: Mapping[str, str]) -> Answer:
        request = Request(
            host=self._host,
            action=action,
            version=_VERSION,
            query=query,
            at=self._now(),
            nonce=self._nonce(),
        )
        headers = sign_request(
            request,
            key_id=self._settings["access_key_id"],
            key_secret=self._settings["access_key_secret"],
        )
        try:
            return await self._client.send("POST", f"/?{encode_query(query)}", headers=headers)
        except SourceError as error:
            raise SendError(error.message) from error

    def _fill(self, message: OutgoingMessage, recipient: Recipient) -> dict[str, str]:
        """Return the template's variables: each one line, as short as Aliyun takes it."""
        longest = int(float(self._settings.get("max_characters") or 35))
        try:
            fields = render_form(
                self._settings["template_params"], build_values(message, recipient)
            )
        except Invalid as error:
            raise SendError(f"the variables are damaged: {error.why}", permanent=True) from error
        return {name: cut_characters(one_line(value), longest) for name, value in fields.items()}

    def _failure(self, code: str, message: str) -> SendError:
        hidden = (self._settings["access_key_secret"], self._settings["access_key_id"])
        text = f"Aliyun answered {scrub(code)}: {scrub(message, hidden)}"
        if code in _ABOUT_NUMBER:
            wait_s = next((wait for word, wait in _LIMIT_WORDS if word in message), 60.0)
            return SendError(text, retry_after_s=wait_s, is_about_address=True)
        if code in _BUSY:
            return SendError(text, retry_after_s=_BUSY[code])
        return SendError(text, permanent=code not in _PASSING)


def _decode[T](answer: Answer, shape: type[T]) -> T:
    try:
        return answer.decode(shape)
    except SourceBabbled as error:
        # no answer of the service itself: a gateway before it, worth another try
        raise SendError(error.message) from error
