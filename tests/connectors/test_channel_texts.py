"""Nothing in a message can inject markup, whichever channel sends it.

Each channel sends a harmless message and a hostile one of the same shape to a local server; a
parser of what its receivers read (Markdown, HTML, JSON, forms) must find the same structure in
both. A channel's folder without a row in `SEEN` fails.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from markdown_it import MarkdownIt

from tests.support.receivers import Asked, Receiver, receiving
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load, manifests

SLUGS = sorted(manifests(CHANNELS))

HOSTILE = (
    "[free](http://evil.test)",
    "![x](http://evil.test/x.png)",
    "<http://evil.test>",
    "**bold** __bold__ ~~gone~~ `code`",
    "# head\n## head",
    "> quote\n- item\n1. item\n---\n===",
    "| a | b |\n|---|---|\n| c | d |",
    "<b>b</b><script>alert(1)</script><a href='http://evil.test'>x</a>",
    '<@all> @all @所有人 @13800000000 <at id=all></at> <at user_id="all"></at>',
    '<font color="info">ok</font><div class="highlight">x</div>',
    "<speak><break time='9s'/></speak>",
    '", "is_clear": true, "x": "',
    "a\r\nBcc: evil@evil.test\r\n\r\nbody",
    "{{key}} {{data}} {{subject}}",
    "a&to=666&b=1",
    "%0aBcc: x",
    "\u202egnp.exe \u2066x\u2069 \x00\x07",
    "```\ncode\n```",
    "&lt;b&gt; &#60;b&#62;",
    "\\[a\\](b)",
)


def build_message(text: str) -> OutgoingMessage:
    return OutgoingMessage(
        key="m-17",
        subject=text,
        body=f"{text}\n\nHost: {text}",
        severity=Severity.CRITICAL,
        link="https://y.test/alarms/1",
        facts=(("Host", text),),
        data={"managed_object": text, "text": text},
    )


def harmless_twin(text: str) -> str:
    """Return a text of as many lines and about as many words, without any sign."""
    return "\n".join(re.sub(r"[^\s]+", "w", line) for line in text.splitlines()) or "w"


@dataclass(frozen=True)
class Row:
    """settings: beside the address, which `url` names. shape: what a receiver makes of it."""

    settings: dict[str, str]
    url: str
    shape: Callable[[Asked], object]
    address: str = ""


def markdown_shape(text: str) -> list[str]:
    """The marks that a reader of Markdown, which lets HTML through, would obey."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    flat = [token for token in walk(tokens) if token.type not in _NO_MARKS]
    found = [f"{each.type} {each.attrGet('href') or each.attrGet('src') or ''}" for each in flat]
    return found + re.findall(r"<@\w+>|@all\b|@所有人|(?<!\w)@1\d{10}", text)


_NO_MARKS = {"text", "softbreak", "hardbreak", "paragraph_open", "paragraph_close", "inline"}


def walk(tokens: Any) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from walk(token.children or ())


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def html_shape(text: str) -> object:
    tags = Tags()
    tags.feed(text)
    return tags.found


def json_shape(value: object) -> object:
    """The document without its texts."""
    if isinstance(value, dict):
        return {key: json_shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [json_shape(each) for each in value]
    return "text" if isinstance(value, str) else value


def feishu_shape(card: object) -> object:
    for element in find_tags(card, "lark_md"):
        assert re.fullmatch(r"(<at id=[A-Za-z0-9_-]+></at>)*", element["content"])
    return json_shape(drop(card, "is_short"))


def feishu_bot_shape(asked: Asked) -> object:
    return feishu_shape(asked.json["card"])


def drop(value: object, name: str) -> object:
    if isinstance(value, dict):
        return {key: drop(each, name) for key, each in value.items() if key != name}
    return [drop(each, name) for each in value] if isinstance(value, list) else value


def find_tags(value: object, tag: str) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if value.get("tag") == tag:
            yield value
        for each in value.values():
            yield from find_tags(each, tag)
    if isinstance(value, list):
        for each in value:
            yield from find_tags(each, tag)


def sms_shape(asked: Asked) -> object:
    params = json.loads(asked.query["TemplateParam"])
    assert all("\n" not in value and len(value) <= 35 for value in params.values())
    return sorted(asked.query), json_shape(params)


def spoken_shape(asked: Asked) -> object:
    assert html_shape(asked.json["text"]) == []
    return json_shape(asked.json)


def form_shape(asked: Asked) -> object:
    return [name for name, _ in parse_qsl(asked.body.decode(), keep_blank_values=True)]


def apprise_shape(asked: Asked) -> object:
    said = asked.json
    return json_shape(said), markdown_shape(said["title"]), markdown_shape(said["message"])


SEEN: dict[str, tuple[Row, ...]] = {
    "webhook": (
        Row({}, "url", lambda asked: json_shape(asked.json)),
        Row(
            {"template": '{"a": "{{subject}}", "b": ["x {{body}}"]}'},
            "url",
            lambda asked: json_shape(asked.json),
        ),
    ),
    "wecom_bot": (
        Row(
            {"key": "k"},
            "endpoint",
            lambda asked: markdown_shape(asked.json["markdown"]["content"]),
        ),
    ),
    "dingtalk_bot": (
        Row(
            {"access_token": "t", "at_mobiles": "13900000000"},
            "endpoint",
            lambda asked: (
                markdown_shape(asked.json["markdown"]["text"]),
                markdown_shape(asked.json["markdown"]["title"]),
                asked.json["at"],
            ),
        ),
    ),
    "feishu_bot": (Row({"token": "t", "at_open_ids": "ou_1"}, "endpoint", feishu_bot_shape),),
    "wecom_app": (
        Row(
            {"corp_id": "c", "agent_id": "1", "secret": "s"},
            "endpoint",
            lambda asked: (
                json_shape(asked.json),
                html_shape(asked.json["textcard"]["description"]),
            ),
            address="anna",
        ),
    ),
    "dingtalk_app": (
        Row(
            {"app_key": "k", "app_secret": "s", "agent_id": "1"},
            "endpoint",
            lambda asked: (
                json_shape(asked.json),
                markdown_shape(asked.json["msg"]["action_card"]["markdown"]),
                markdown_shape(asked.json["msg"]["action_card"]["title"]),
            ),
            address="anna",
        ),
    ),
    "feishu_app": (
        Row(
            {"app_id": "i", "app_secret": "s"},
            "endpoint",
            lambda asked: feishu_shape(json.loads(asked.json["content"])),
            address="ou_1",
        ),
    ),
    "sms_aliyun": (
        Row(
            {
                "access_key_id": "i",
                "access_key_secret": "s",
                "sign_name": "n",
                "template_code": "SMS_1",
                "template_params": "a={{subject}}\nb={{body}}",
                "max_characters": "35",
            },
            "endpoint",
            sms_shape,
            address="13800000000",
        ),
    ),
    "sms_http": (
        Row(
            {"template": '{"to": "{{recipient.address}}", "text": "{{body}}"}'},
            "url",
            lambda asked: json_shape(asked.json),
            address="13800000000",
        ),
        Row(
            {"template": "to={{recipient.address}}\ntext={{subject}}", "encoding": "form"},
            "url",
            form_shape,
            address="13800000000",
        ),
    ),
    "voice_http": (
        Row(
            {"template": '{"to": "{{recipient.address}}", "text": "{{subject}}"}'},
            "url",
            spoken_shape,
            address="13800000000",
        ),
    ),
    "apprise": (Row({}, "url", apprise_shape),),
    # over SMTP; its own test is below
    "email": (),
}

CASES = [
    pytest.param(slug, number, id=f"{slug}-{number}")
    for slug in SLUGS
    for number in range(len(SEEN.get(slug, (None,))))
]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_channel_is_looked_at(slug: str) -> None:
    assert slug in SEEN, f"say in SEEN how receivers of {slug} read a message"


@pytest.mark.parametrize("text", HOSTILE[:10])
def test_the_readers_see_what_is_markup(text: str) -> None:
    twin = harmless_twin(text)
    assert (markdown_shape(text), html_shape(text)) != (markdown_shape(twin), html_shape(twin))


def answer(asked: Asked) -> tuple[int, object]:
    """What every one of the receivers takes for a yes."""
    return 200, {
        "errcode": 0,
        "code": 0,
        "msg": "success",
        "Code": "OK",
        "access_token": "t",
        "expires_in": 7200,
        "tenant_access_token": "t",
        "expire": 7200,
    }


async def read(row: Row, slug: str, receiver: Receiver, text: str) -> object:
    url = receiver.url.replace("http://", "json://") if slug == "apprise" else receiver.url
    channel = load(CHANNELS, slug)({**row.settings, row.url: url})
    await channel.send(build_message(text), Recipient(name="Anna", address=row.address))
    await channel.close()
    return row.shape(receiver.asked[-1])


@pytest.mark.parametrize(("slug", "number"), CASES)
async def test_a_hostile_text_is_text(slug: str, number: int) -> None:
    row = SEEN[slug][number]
    async with receiving(answer) as receiver:
        for text in HOSTILE:
            wanted = await read(row, slug, receiver, harmless_twin(text))
            assert await read(row, slug, receiver, text) == wanted, f"{text!r} changes the message"


class Mailbox:
    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.recipients = list(envelope.rcpt_tos)
        self.letters.append(message_from_bytes(bytes(envelope.content or b""), policy=default))
        return "250 OK"


async def test_a_hostile_text_is_text_in_a_letter() -> None:
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = {"host": "127.0.0.1", "port": str(port), "security": "none", "from": "a@y.test"}
    channel = load(CHANNELS, "email")(settings)
    for text in HOSTILE:
        shapes = []
        for each in (harmless_twin(text), text):
            await channel.send(build_message(each), Recipient(name="Anna", address="b@y.test"))
            letter = mailbox.letters[-1]
            html = letter.get_body(("html",)).get_content()
            shapes.append((sorted(letter.keys()), html_shape(html), mailbox.recipients))
        assert shapes[0] == shapes[1], f"{text!r} changes the letter"
    server.close()
    await server.wait_closed()
