"""An HTTP request that an administrator describes: address, method, body template, what success is.

For gateways of short messages and calls, of which each has an interface of its own.
"""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from yunwei.base.core.errors import Invalid, SendError, SourceBabbled, SourceError
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.delivery import check_delivery, open_delivery
from yunwei.plugins.sdk.http import Answer, Method, scrub
from yunwei.plugins.sdk.receipts import find_text
from yunwei.plugins.sdk.templates import build_values, encode_form, render_form, render_json

_BUSY_FOR_S = 60.0


class HttpCall:
    """Settings: url, method (POST or GET), encoding (json or form), template, header and token
    (a header and its secret value), ok_field and ok_values (where the answer says that it was
    taken), busy_values (what it says when asked too often), id_field (where its number of the
    message stands)."""

    def __init__(self, settings: Mapping[str, str], *, timeout_s: float) -> None:
        self._settings = settings
        address = urlsplit(settings["url"])
        self._path = address.path or "/"
        self._query = address.query
        self._client = open_delivery(
            f"{address.scheme}://{address.netloc}",
            settings,
            timeout_s=timeout_s,
            secrets=(settings.get("token", ""), *settings.get("token", "").split()),
        )

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Make the call for one message. Raises SendError: after 60 s when the gateway says that it
        is asked too often; permanent when it says anything else but success."""
        path, headers, body = self._build(message, recipient)
        method: Method = "GET" if self._settings.get("method") == "GET" else "POST"
        try:
            answer = await self._client.send(method, path, headers=headers, body=body)
        except SourceError as error:
            raise SendError(error.message) from error
        check_delivery(answer)
        self._check(answer)
        detail = f"{answer.status} {answer.excerpt}".strip()
        return Receipt(detail=detail, native_id=self._find_id(answer))

    async def close(self) -> None:
        await self._client.close()

    def _build(
        self, message: OutgoingMessage, recipient: Recipient
    ) -> tuple[str, dict[str, str], bytes]:
        settings, values = self._settings, build_values(message, recipient)
        headers = {"User-Agent": "Yunwei"}
        if settings.get("header") and settings.get("token"):
            headers[settings["header"]] = settings["token"]
        try:
            if settings.get("method") == "GET":
                query = urlencode(render_form(settings["template"], values))
                joined = "&".join(each for each in (self._query, query) if each)
                return f"{self._path}?{joined}", headers, b""
            path = self._path + (f"?{self._query}" if self._query else "")
            if settings.get("encoding") == "form":
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                return path, headers, encode_form(render_form(settings["template"], values))
            headers["Content-Type"] = "application/json; charset=utf-8"
            return path, headers, render_json(settings["template"], values)
        except Invalid as error:
            raise SendError(f"the template is damaged: {error.why}", permanent=True) from error

    def _find_id(self, answer: Answer) -> str:
        field = self._settings.get("id_field", "")
        if not field:
            return ""
        try:
            return scrub(find_text(answer.decode(dict[str, object]), field))
        except SourceBabbled:
            # it was taken all the same; what becomes of it will not be known
            return ""

    def _check(self, answer: Answer) -> None:
        field = self._settings.get("ok_field", "")
        if not field:
            return
        said = _find(answer, field)
        if said in _words(self._settings.get("ok_values", "")):
            return
        text = f"the gateway answered {field} = {scrub(said)}: {answer.excerpt}"
        if said in _words(self._settings.get("busy_values", "")):
            raise SendError(text, retry_after_s=_BUSY_FOR_S)
        raise SendError(text, permanent=True)


def _find(answer: Answer, path: str) -> str:
    try:
        return find_text(answer.decode(dict[str, object]), path) or "null"
    except SourceBabbled as error:
        raise SendError(error.message) from error


def _words(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in text.split(",") if each.strip())
