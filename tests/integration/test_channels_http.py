"""The webhook and the WeCom bot against a real HTTP server on loopback."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.connectors.support import http_answer, says, serving
from yunwei.base.core.errors import SendError
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load

SECRET = "receiver-secret-0123456789"
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
MESSAGE = OutgoingMessage(key="m-17", subject="主机宕机", body="主机 H-03 宕机", link="https://y/1")
NOBODY = Recipient(name="")


@dataclass
class Sink:
    """A receiver that keeps what it got and says what it is told to say."""

    status: str = "200 OK"
    reply: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    headers: tuple[str, ...] = ()
    url: str = ""
    lines: list[str] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        line, *rest = head.decode("latin-1").split("\r\n")
        pairs = (each.split(": ", 1) for each in rest if ": " in each)
        self.lines.append(line)
        self.sent.append({name.lower(): value for name, value in pairs})
        self.bodies.append(body)
        writer.write(http_answer(self.status, self.reply, *self.headers))


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    found = Sink()
    async with serving(found.take) as url:
        found.url = url
        yield found


async def send(kind: str, settings: dict[str, str], **options: Any) -> str:
    channel = load(CHANNELS, kind)(settings, **options)
    try:
        receipt = await channel.send(MESSAGE, NOBODY)
        return str(receipt.detail)
    finally:
        await channel.close()


async def fail(kind: str, settings: dict[str, str], **options: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(kind, settings, **options)
    return caught.value


async def test_a_webhook_gets_a_signed_document(sink: Sink) -> None:
    sink.reply = b"thanks"
    detail = await send("webhook", {"url": f"{sink.url}/in/T0?a=%20b", "secret": SECRET})
    assert detail == "200 thanks"
    assert sink.lines == ["POST /in/T0?a=%20b HTTP/1.1"]
    headers, body = sink.sent[0], sink.bodies[0]
    assert headers["idempotency-key"] == "m-17"
    assert json.loads(body)["subject"] == "主机宕机"
    signed = headers["x-yunwei-timestamp"].encode() + b"." + body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-yunwei-signature"] == f"v1={digest}"


async def test_without_a_secret_nothing_is_signed(sink: Sink) -> None:
    await send("webhook", {"url": sink.url, "secret": ""})
    assert "x-yunwei-signature" not in sink.sent[0]
    assert sink.lines == ["POST / HTTP/1.1"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("301 Moved Permanently", True),
        ("400 Bad Request", True),
        ("401 Unauthorized", True),
        ("404 Not Found", True),
        ("410 Gone", True),
        ("413 Content Too Large", True),
        ("408 Request Timeout", False),
        ("425 Too Early", False),
        ("429 Too Many Requests", False),
        ("500 Internal Server Error", False),
        ("503 Service Unavailable", False),
    ],
)
@pytest.mark.parametrize("kind", ["webhook", "wecom_bot"])
async def test_each_status_is_permanent_or_not(
    sink: Sink, kind: str, status: str, permanent: bool
) -> None:
    sink.status, sink.headers = status, ("Retry-After: 9", "Location: /elsewhere")
    sink.reply = f"no {SECRET} {KEY}".encode()
    settings = {"url": f"{sink.url}/T0KEN", "secret": SECRET, "endpoint": sink.url, "key": KEY}
    error = await fail(kind, settings)
    assert error.permanent is permanent
    assert error.retry_after_s == (None if permanent else 9.0)
    hidden = {"webhook": SECRET, "wecom_bot": KEY}[kind]
    assert hidden not in error.message
    assert "T0KEN" not in error.message
    assert len(sink.lines) == 1


@pytest.mark.parametrize("kind", ["webhook", "wecom_bot"])
async def test_a_receiver_that_is_away_is_tried_again(kind: str) -> None:
    async with serving(says(b"")) as url:
        pass
    error = await fail(kind, {"url": url, "endpoint": url, "key": KEY})
    assert not error.permanent


@pytest.mark.parametrize("kind", ["webhook", "wecom_bot"])
async def test_a_receiver_that_says_nothing_is_tried_again(kind: str) -> None:
    async def hang(_head: bytes, _body: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with serving(hang) as url:
        error = await fail(kind, {"url": url, "endpoint": url, "key": KEY}, timeout_s=0.1)
    assert not error.permanent
    assert "no answer in 0.1 s" in error.message


async def test_wecom_gets_markdown_with_its_key(sink: Sink) -> None:
    assert await send("wecom_bot", {"key": KEY, "endpoint": sink.url}) == "0 ok"
    assert sink.lines == [f"POST /cgi-bin/webhook/send?key={KEY} HTTP/1.1"]
    assert json.loads(sink.bodies[0]) == {
        "msgtype": "markdown",
        "markdown": {"content": "**主机宕机**\n> 主机 H-03 宕机\n[https://y/1](https://y/1)"},
    }


@pytest.mark.parametrize(
    ("code", "permanent", "retry_after_s"),
    [
        (45009, False, 60.0),
        (-1, False, None),
        (45033, False, None),
        (93000, True, None),
        (40058, True, None),
    ],
)
async def test_wecom_says_what_went_wrong_in_its_answer(
    sink: Sink, code: int, permanent: bool, retry_after_s: float | None
) -> None:
    sink.reply = json.dumps({"errcode": code, "errmsg": f"bad key {KEY}"}).encode()
    error = await fail("wecom_bot", {"key": KEY, "endpoint": sink.url})
    assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)
    assert KEY not in error.message
    assert str(code) in error.message


@pytest.mark.parametrize("reply", [b"", b"<html>", b'{"errmsg": "ok"}'])
async def test_what_is_no_answer_of_wecom_is_tried_again(sink: Sink, reply: bytes) -> None:
    sink.reply = reply
    error = await fail("wecom_bot", {"key": KEY, "endpoint": sink.url})
    assert not error.permanent
