"""The document and its signature, as a receiver reads them."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.webhook import Channel
from yunwei.plugins.channels.webhook.channel import build_body, clean_key, sign_body
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

AT = datetime(2026, 11, 23, 6, 50, 0, 900_000, tzinfo=UTC)
MESSAGE = OutgoingMessage(
    key="m-17",
    subject="【严重】主机 H-03 宕机",
    body="主机 H-03 宕机\n\n对象：/host/H-03",
    severity=Severity.CRITICAL,
    link="https://yunwei.test/alarms/17",
    facts=(("对象", "/host/H-03"), ("次数", "3")),
    data={"alarm": 17, "raised_at": "2026-11-23T06:30:00.000Z"},
)


def test_the_document_has_the_documented_fields() -> None:
    document = json.loads(build_body(MESSAGE, Recipient(name="Anna", address="a-1")))
    assert document == {
        "version": 1,
        "key": "m-17",
        "subject": "【严重】主机 H-03 宕机",
        "body": "主机 H-03 宕机\n\n对象：/host/H-03",
        "severity": "critical",
        "is_clear": False,
        "link": "https://yunwei.test/alarms/17",
        "acknowledge_link": "",
        "facts": [
            {"label": "对象", "value": "/host/H-03"},
            {"label": "次数", "value": "3"},
        ],
        "recipient": {"name": "Anna", "address": "a-1"},
        "data": {"alarm": 17, "raised_at": "2026-11-23T06:30:00.000Z"},
    }


def test_a_message_without_severity_says_null() -> None:
    message = OutgoingMessage(key="k", subject="s", body="b")
    assert json.loads(build_body(message, Recipient(name="")))["severity"] is None


def test_the_signature_is_the_documented_one() -> None:
    body = b'{"a": 1}'
    headers = sign_body("s3cret-of-receiver", body, at=AT)
    stamp = headers["X-Yunwei-Timestamp"]
    assert int(stamp) == int(AT.timestamp())
    wanted = hmac.new(b"s3cret-of-receiver", stamp.encode() + b"." + body, hashlib.sha256)
    assert headers["X-Yunwei-Signature"] == f"v1={wanted.hexdigest()}"


@pytest.mark.parametrize("key", ["m-17", "a b", "x" * 300])
def test_a_plain_key_is_sent_as_it_is(key: str) -> None:
    assert clean_key(key) == key


@pytest.mark.parametrize("key", ["告警", "a\r\nX-Evil: 1", " a", "a\x00"])
def test_a_key_that_no_header_carries_becomes_its_digest(key: str) -> None:
    assert clean_key(key) == hashlib.sha256(key.encode()).hexdigest()


def test_an_authority_that_is_none_is_permanent() -> None:
    settings = {"url": "https://sink.test/", "tls": "own_ca", "ca": "nothing"}
    with pytest.raises(SendError) as caught:
        Channel(settings)
    assert caught.value.permanent
