"""An HTTP client with limits, for plug-ins. Signing and JSON shapes belong to each plug-in.

One request in, one `Answer` out: no redirects, no retries, no cookies, no environment proxies.
Whatever goes wrong becomes a `SourceError` that names the host and never a header or a secret.
"""

import asyncio
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from yunwei.base.core.errors import (
    SourceBabbled,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)

MAX_RESPONSE_BYTES = 32 * 1024 * 1024
EXCERPT_CHARACTERS = 300
DEFAULT_RETRY_AFTER_S = 30.0
MAX_RETRY_AFTER_S = 3600.0

# Servers drop idle connections after 5 s or more; a request sent at that moment would be lost.
_KEEP_ALIVE_S = 2.0

# A secret shorter than this would blank out ordinary words of an excerpt.
_MIN_SECRET_CHARACTERS = 6
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_HIDDEN = "***"

type Method = Literal["GET", "POST", "PUT", "DELETE"]


class AnswerNotFound(SourceBabbled):
    """The source says that there is no such thing (404), or that it is gone (410)."""


class AnswerRejected(SourceBabbled):
    """The source understood the request and did not take it (400, 405, 409, 413, 415, 422)."""


class TlsTrust:
    """How a server's certificate is judged.

    mode: "verify" (public authorities), "own_ca" (only `ca`) or "off" (any certificate).
    ca: PEM text, or the path of a PEM file. Raises SourceUnreachable when `ca` holds none.
    """

    __slots__ = ("context",)

    def __init__(self, mode: str = "verify", *, ca: str = "") -> None:
        self.context: ssl.SSLContext | None = None
        if mode == "own_ca":
            self.context = _trust_only(ca)
        elif mode == "off":
            self.context = httpx.create_ssl_context(verify=False)
        elif mode != "verify":
            raise SourceUnreachable(f"there is no TLS mode {mode!r}")


def _trust_only(ca: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        pem = ca if "-----BEGIN" in ca else Path(ca).read_text("ascii")
        context.load_verify_locations(cadata=pem)
    except (OSError, ValueError) as error:
        # ssl.SSLError is an OSError; the file's content is not repeated here on purpose.
        raise SourceUnreachable("the certificate authority is not a readable PEM") from error
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """timeout_s covers one whole exchange, the body included, not the wait for one's turn.

    max_requests_per_s: requests begin evenly spaced, no faster than that; 0 sets no limit.
    """

    timeout_s: float = 20.0
    max_response_bytes: int = MAX_RESPONSE_BYTES
    max_concurrency: int = 8
    max_requests_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. headers: names in lower case. where: host and path, for error texts."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def excerpt(self) -> str:
        """Return the start of the body as one harmless line."""
        return scrub(self.body[: EXCERPT_CHARACTERS * 4].decode("utf-8", "replace"), self.secrets)

    def decode[T](self, shape: type[T]) -> T:
        """Return the JSON body as `shape` (a msgspec.Struct or a plain type).

        Raises SourceBabbled, saying where the body leaves the shape.
        """
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = scrub(str(error), self.secrets)
            raise SourceBabbled(
                f"{self.where} answered off its documented shape: {why}", excerpt=self.excerpt
            ) from error

    def retry_after_s(self) -> float | None:
        """Return what `Retry-After` asks for (seconds or HTTP date), 1 to 3,600; None without."""
        value = self.headers.get("retry-after", "").strip()
        seconds = float(value) if value.isdigit() else self._seconds_until(value)
        return None if seconds is None else min(max(seconds, 1.0), MAX_RETRY_AFTER_S)

    def _seconds_until(self, http_date: str) -> float | None:
        # Both instants are the server's, so that our clock's error does not count.
        until, now = _parse_http_date(http_date), _parse_http_date(self.headers.get("date", ""))
        return None if until is None or now is None else (until - now).total_seconds()


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return at most 300 characters of `text` on one line, known secrets replaced."""
    for secret in secrets:
        if len(secret) >= _MIN_SECRET_CHARACTERS:
            text = text.replace(secret, _HIDDEN)
    return _BLANK.sub(" ", text).strip()[:EXCERPT_CHARACTERS]


def _parse_http_date(text: str) -> datetime | None:
    try:
        value = parsedate_to_datetime(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class _Pace:
    """Gives each request its instant to begin."""

    def __init__(self, max_per_s: float) -> None:
        self._gap_s = 1 / max_per_s if max_per_s > 0 else 0.0
        self._next_s = 0.0

    async def wait_for_turn(self) -> None:
        now_s = asyncio.get_running_loop().time()
        begin_s = max(now_s, self._next_s)
        self._next_s = begin_s + self._gap_s
        if begin_s > now_s:
            await asyncio.sleep(begin_s - now_s)


class HttpClient:
    """Sends requests to one base address. Close it when done.

    base_url: scheme, host, optional path. secrets: values never to appear in an error text.
    names_path: False where the path itself is a secret; then errors name the host alone. proxy:
    address of an HTTP proxy, "" for none. transport: another way to reach the server, for tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        limits: HttpLimits | None = None,
        trust: TlsTrust | None = None,
        secrets: Iterable[str] = (),
        names_path: bool = True,
        proxy: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._names_path = names_path
        self._limits = limits or HttpLimits()
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._secrets = tuple(secrets)
        self._slots = asyncio.Semaphore(self._limits.max_concurrency)
        self._pace = _Pace(self._limits.max_requests_per_s)
        context = (trust or TlsTrust()).context
        self._client = httpx.AsyncClient(
            verify=True if context is None else context,
            timeout=self._limits.timeout_s,
            limits=httpx.Limits(
                max_connections=self._limits.max_concurrency,
                keepalive_expiry=_KEEP_ALIVE_S,
            ),
            follow_redirects=False,
            trust_env=False,
            proxy=proxy or None,
            transport=transport,
        )

    @property
    def host(self) -> str:
        """Host and port as the `Host` header says them."""
        return self._host

    async def close(self) -> None:
        await self._client.aclose()

    async def send(
        self,
        method: Method,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Return the answer, whatever its status. path: already percent-encoded, with its query.

        Raises SourceUnreachable when none comes in time, SourceBabbled when it is too large or
        not HTTP.
        """
        where = self._host + (path.partition("?")[0] if self._names_path else "")
        async with self._slots:
            await self._pace.wait_for_turn()
            try:
                async with asyncio.timeout(self._limits.timeout_s):
                    return await self._exchange(method, path, where, headers or {}, body)
            except (TimeoutError, httpx.TimeoutException) as error:
                seconds = self._limits.timeout_s
                raise SourceUnreachable(f"{where} gave no answer in {seconds:g} s") from error
            except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
                why = scrub(str(error), self._secrets)
                raise SourceBabbled(f"{where} answered no valid HTTP: {why}") from error
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                why = scrub(str(error) or type(error).__name__, self._secrets)
                raise SourceUnreachable(f"{where} can not be reached: {why}") from error

    async def get_json[T](self, path: str, shape: type[T], headers: Mapping[str, str]) -> T:
        """Return a GET's JSON as `shape`; raises whatever `check_status` and `decode` raise."""
        answer = await self.send("GET", path, headers=headers)
        check_status(answer)
        return answer.decode(shape)

    async def _exchange(
        self, method: Method, path: str, where: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        request = self._client.build_request(
            method, self._base_url + path, headers=dict(headers), content=body or None
        )
        response = await self._client.send(request, stream=True)
        try:
            content = await self._read_body(response, where)
        finally:
            await response.aclose()
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
            where=where,
            secrets=self._secrets,
        )

    async def _read_body(self, response: httpx.Response, where: str) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._limits.max_response_bytes:
                limit = self._limits.max_response_bytes
                raise SourceBabbled(f"{where} answered with more than {limit:,} bytes")
        return bytes(content)


def check_status(answer: Answer) -> None:
    """Return for a success; else raise the SourceError that the status stands for.

    401, 403: SourceRefused. 429, and 503 with Retry-After: SourceThrottled. 408:
    SourceUnreachable. 404, 410: AnswerNotFound. Others that mean that it was not taken:
    AnswerRejected. Everything else, redirects too: SourceBabbled.
    """
    if answer.is_success:
        return
    said = f"{answer.where} answered {answer.status}: {answer.excerpt}"
    retry_after_s = answer.retry_after_s()
    if answer.status in (401, 403):
        raise SourceRefused(said)
    if answer.status == 429 or (answer.status == 503 and retry_after_s is not None):
        raise SourceThrottled(said, retry_after_s=retry_after_s or DEFAULT_RETRY_AFTER_S)
    if answer.status == 408:
        raise SourceUnreachable(said)
    if answer.status in (404, 410):
        raise AnswerNotFound(said, excerpt=answer.excerpt)
    if answer.status in (400, 405, 409, 413, 415, 422):
        raise AnswerRejected(said, excerpt=answer.excerpt)
    raise SourceBabbled(said, excerpt=answer.excerpt)
