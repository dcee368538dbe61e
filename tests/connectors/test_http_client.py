"""The plug-ins' HTTP client against servers that misbehave, over real sockets."""

import asyncio
import gzip
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.connectors.support import http_answer, make_authority, says, serving
from yunwei.base.core.errors import (
    SourceBabbled,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)
from yunwei.plugins.sdk.http import (
    Answer,
    AnswerNotFound,
    AnswerRejected,
    HttpClient,
    HttpLimits,
    TlsTrust,
    check_status,
    scrub,
)

SECRET = "sk-0123456789abcdef"


class Shape(msgspec.Struct):
    number: int


async def ask(base_url: str, **options: object) -> Shape:
    client = HttpClient(base_url, **options)  # type: ignore[arg-type]
    try:
        return await client.get_json("/v2/things?a=1", Shape, {"Authorization": SECRET})
    finally:
        await client.close()


async def ask_server_that_says(answer: bytes, **options: object) -> Shape:
    async with serving(says(answer)) as base_url:
        return await ask(base_url, secrets=(SECRET,), **options)


async def test_a_good_answer_becomes_its_shape() -> None:
    shape = await ask_server_that_says(http_answer("200 OK", b'{"number": 7, "more": 1}'))
    assert shape == Shape(number=7)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("401 Unauthorized", SourceRefused),
        ("403 Forbidden", SourceRefused),
        ("404 Not Found", AnswerNotFound),
        ("410 Gone", AnswerNotFound),
        ("408 Request Timeout", SourceUnreachable),
        ("429 Too Many Requests", SourceThrottled),
        ("400 Bad Request", AnswerRejected),
        ("409 Conflict", AnswerRejected),
        ("500 Internal Server Error", SourceBabbled),
        ("503 Service Unavailable", SourceBabbled),
        ("302 Found", SourceBabbled),
        ("204 No Content", SourceBabbled),
    ],
)
async def test_each_status_has_its_error(status: str, wanted: type[SourceError]) -> None:
    body = b"" if status.startswith("204") else f'{{"error_msg": "no {SECRET}"}}'.encode()
    with pytest.raises(wanted) as caught:
        await ask_server_that_says(http_answer(status, body))
    assert caught.type is wanted
    assert SECRET not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>login</html>",
        b'{"number": ',
        b'{"number": "many"}',
        b"[1]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
async def test_garbage_is_babble_with_an_excerpt(body: bytes) -> None:
    with pytest.raises(SourceBabbled) as caught:
        await ask_server_that_says(http_answer("200 OK", body))
    assert len(caught.value.excerpt) <= 300
    assert "\n" not in caught.value.excerpt


async def test_redirects_are_not_followed() -> None:
    async with serving(says(http_answer("200 OK", b'{"number": 1}'))) as elsewhere:
        answer = http_answer("307 Temporary Redirect", b"", f"Location: {elsewhere}/x")
        with pytest.raises(SourceBabbled, match="answered 307"):
            await ask_server_that_says(answer)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_too_large_an_answer_is_cut_off(encoding: str) -> None:
    body = b" " * 200_000
    sent = gzip.compress(body) if encoding == "gzip" else body
    limits = HttpLimits(max_response_bytes=100_000)
    with pytest.raises(SourceBabbled, match="more than 100,000 bytes"):
        await ask_server_that_says(
            http_answer("200 OK", sent, f"Content-Encoding: {encoding}"), limits=limits
        )


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        http_answer("200 OK", b"not gzip", "Content-Encoding: gzip"),
        b"",
    ],
)
async def test_what_is_no_http_is_babble(answer: bytes) -> None:
    with pytest.raises(SourceBabbled, match="no valid HTTP"):
        await ask_server_that_says(answer)


async def test_a_closed_port_is_unreachable() -> None:
    async with serving(says(b"")) as base_url:
        pass
    with pytest.raises(SourceUnreachable, match="can not be reached"):
        await ask(base_url)


async def test_an_answer_that_drips_is_not_waited_for() -> None:
    gave_up = asyncio.Event()

    async def drip(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not gave_up.is_set():
            writer.write(b" ")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(gave_up.wait(), 0.02)

    async with serving(drip) as base_url:
        with pytest.raises(SourceUnreachable, match=r"no answer in 0\.2 s"):
            await ask(base_url, limits=HttpLimits(timeout_s=0.2))
        gave_up.set()


async def test_no_more_requests_at_a_time_than_allowed() -> None:
    under_way = most = 0
    three_at_once = asyncio.Barrier(3)

    async def count(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await three_at_once.wait()
        under_way -= 1
        writer.write(http_answer("200 OK"))

    async with serving(count) as base_url:
        client = HttpClient(base_url, limits=HttpLimits(max_concurrency=3))
        await asyncio.gather(*(client.send("GET", "/") for _ in range(12)))
        await client.close()
    assert most == 3


async def test_requests_begin_no_faster_than_allowed() -> None:
    begins: list[float] = []
    loop = asyncio.get_running_loop()

    async def note(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http_answer("200 OK"))

    class Noting(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            begins.append(loop.time())
            return await super().handle_async_request(request)

    async with serving(note) as base_url:
        limits = HttpLimits(max_requests_per_s=100)
        client = HttpClient(base_url, limits=limits, transport=Noting())
        await asyncio.gather(*(client.send("GET", "/") for _ in range(20)))
        await client.close()
    # Timers may ring a little early; twenty requests at 100 a second take 0.19 s all the same.
    assert begins[-1] - begins[0] >= 0.18


async def test_a_request_can_be_cancelled() -> None:
    arrived = asyncio.Event()

    async def hang(_head: bytes, _body: bytes, _writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with serving(hang) as base_url:
        task = asyncio.create_task(ask(base_url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_tls_is_checked_unless_told_otherwise(tmp_path: Path) -> None:
    pem, context = make_authority(tmp_path)
    answer = http_answer("200 OK", b'{"number": 5}')
    async with serving(says(answer), tls=context) as base_url:
        with pytest.raises(SourceUnreachable, match=r"(?i)certificate"):
            await ask(base_url)
        assert (await ask(base_url, trust=TlsTrust("own_ca", ca=pem))).number == 5
        path = str(tmp_path / "certificate.pem")
        assert (await ask(base_url, trust=TlsTrust("own_ca", ca=path))).number == 5
        assert (await ask(base_url, trust=TlsTrust("off"))).number == 5


async def test_another_authority_is_not_trusted(tmp_path: Path) -> None:
    _, context = make_authority(tmp_path)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    other_pem, _ = make_authority(other_folder)
    async with serving(says(http_answer("200 OK")), tls=context) as base_url:
        with pytest.raises(SourceUnreachable, match=r"(?i)certificate"):
            await ask(base_url, trust=TlsTrust("own_ca", ca=other_pem))


@pytest.mark.parametrize("ca", ["", "/nowhere.pem", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_an_authority_that_is_none_is_said(ca: str) -> None:
    with pytest.raises(SourceUnreachable, match="not a readable PEM"):
        TlsTrust("own_ca", ca=ca)


def _answer(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=b"", where="h/p")


NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("999999", 3600.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 1.0),
        ("soon", 30.0),
        ("", 30.0),
    ],
)
def test_retry_after_is_obeyed(value: str, seconds: float) -> None:
    answer = _answer(429, retry_after=value, date=format_datetime(NOW, usegmt=True))
    with pytest.raises(SourceThrottled) as caught:
        check_status(answer)
    assert caught.value.retry_after_s == seconds


def test_a_503_that_says_when_to_come_back_is_throttling() -> None:
    with pytest.raises(SourceThrottled):
        check_status(_answer(503, retry_after="5"))


def test_scrubbed_text_is_one_short_line_without_secrets() -> None:
    text = f"a\r\nb\x00 {SECRET} {SECRET}" + "x" * 1000
    assert scrub(text, (SECRET,)).startswith("a b *** ***xxx")
    assert len(scrub(text, (SECRET,))) == 300


def test_a_short_secret_does_not_blank_out_words() -> None:
    assert scrub("no answer", ("a",)) == "no answer"
