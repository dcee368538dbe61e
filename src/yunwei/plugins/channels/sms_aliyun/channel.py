"""Sends short messages through Aliyun: SendSms of Dysmsapi, 2017-05-25, signed ACS3-HMAC-SHA256.

Source: Aliyun 短信服务 SendSms and its error codes; V3版本请求体&签名机制.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from yunwei.base.core.errors import Invalid, SendError, SourceBabbled, SourceError
from yunwei.plugins.channels.sms_aliyun.signature import Request, encode_query, sign_request
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import open_delivery
from yunwei.plugins.sdk.http import Answer, scrub
from yunwei.plugins.sdk.numbers import parse_number
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
        request = Request(
            host=self._host,
            action="SendSms",
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
            answer = await self._client.send("POST", f"/?{encode_query(query)}", headers=headers)
        except SourceError as error:
            raise SendError(error.message) from error
        return self._read(answer)

    async def close(self) -> None:
        await self._client.close()

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

    def _read(self, answer: Answer) -> Receipt:
        try:
            said = answer.decode(_Said)
        except SourceBabbled as error:
            # no answer of the service itself: a gateway before it, worth another try
            raise SendError(error.message) from error
        if said.code == "OK":
            return Receipt(detail=f"OK {scrub(said.biz_id)}".strip())
        hidden = (self._settings["access_key_secret"], self._settings["access_key_id"])
        text = f"Aliyun answered {scrub(said.code)}: {scrub(said.message, hidden)}"
        if said.code in _ABOUT_NUMBER:
            wait_s = next((wait for word, wait in _LIMIT_WORDS if word in said.message), 60.0)
            raise SendError(text, retry_after_s=wait_s, is_about_address=True)
        if said.code in _BUSY:
            raise SendError(text, retry_after_s=_BUSY[said.code])
        raise SendError(text, permanent=said.code not in _PASSING)
