"""The e-mail channel against a real SMTP server (aiosmtpd) on loopback: TLS, sign-in, refusals."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.connectors.support import make_authority, says, serving
from yunwei.base.core.errors import SendError
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load

USER, PASSWORD = "alarm", "p4ssw0rd-never-shown"
MESSAGE = OutgoingMessage(key="m-17", subject="【严重】主机宕机", body="主机 H-03 宕机\n对象：H-03")
ANNA = Recipient(name="王安娜", address="anna@example.com")


class Mailbox:
    """Takes mail, or answers RCPT and DATA with what it is told to."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.envelopes: list[Envelope] = []
        self.rcpt = self.data = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        assert envelope.content is not None
        content = envelope.content
        raw = content if isinstance(content, bytes) else content.encode()
        self.letters.append(message_from_bytes(raw, policy=default))
        self.envelopes.append(envelope)
        return "250 queued as 4711"


def authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


type Start = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def start(mailbox: Mailbox) -> AsyncIterator[Start]:
    """Start a server; returns the settings that reach it without encryption."""
    running: list[asyncio.Server] = []

    async def run(*, tls: ssl.SSLContext | None = None, **options: Any) -> dict[str, str]:
        loop = asyncio.get_running_loop()

        def make() -> SMTP:
            return SMTP(mailbox, loop=loop, hostname="mail.test", **options)

        server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
        running.append(server)
        return {
            "host": "127.0.0.1",
            "port": str(server.sockets[0].getsockname()[1]),
            "security": "none",
            "from": "云维告警 <alarm@example.com>",
        }

    yield run
    for server in running:
        server.close()
        await server.wait_closed()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    folder: Path = tmp_path_factory.mktemp("authority")
    return make_authority(folder)


async def send(settings: dict[str, str], recipient: Recipient = ANNA, **options: Any) -> str:
    channel = load(CHANNELS, "email")(settings, **options)
    receipt = await channel.send(MESSAGE, recipient)
    await channel.close()
    return str(receipt.detail)


async def fail(settings: dict[str, str], recipient: Recipient = ANNA, **options: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(settings, recipient, **options)
    assert PASSWORD not in caught.value.message
    return caught.value


async def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox, start: Start) -> None:
    assert "queued as 4711" in await send(await start())
    letter, envelope = mailbox.letters[0], mailbox.envelopes[0]
    assert str(letter["Subject"]) == "【严重】主机宕机"
    assert str(letter["To"]) == "王安娜 <anna@example.com>"
    assert letter.get_body(("plain",)).get_content().split() == [
        "主机",
        "H-03",
        "宕机",
        "对象：H-03",
    ]
    assert "主机 H-03 宕机" in letter.get_body(("html",)).get_content()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("alarm@example.com", ["anna@example.com"])


async def test_two_tries_have_one_message_id(mailbox: Mailbox, start: Start) -> None:
    settings = await start()
    await send(settings)
    await send(settings)
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 1


async def test_starttls_and_a_password(
    mailbox: Mailbox, start: Start, authority: tuple[str, ssl.SSLContext]
) -> None:
    pem, context = authority
    options = {"tls_context": context, "require_starttls": True}
    plain = await start(**options, authenticator=authenticate, auth_required=True)
    settings = {
        **plain,
        "security": "starttls",
        "user": USER,
        "password": PASSWORD,
        "tls": "own_ca",
        "ca": pem,
    }
    await send(settings)
    assert len(mailbox.letters) == 1
    error = await fail({**settings, "password": "wrong"})
    assert error.permanent
    assert "535" in error.message or "Authentication" in error.message
    await fail({**plain, "user": USER, "password": PASSWORD})
    error = await fail({**settings, "tls": "verify"})
    assert not error.permanent
    assert "certificate" in error.message.lower()
    assert len(mailbox.letters) == 1


async def test_tls_from_the_start(
    mailbox: Mailbox, start: Start, authority: tuple[str, ssl.SSLContext]
) -> None:
    pem, context = authority
    plain = await start(tls=context, authenticator=authenticate, auth_require_tls=False)
    behind = {**plain, "security": "tls", "user": USER, "password": PASSWORD}
    await send({**behind, "tls": "own_ca", "ca": pem})
    await send({**behind, "tls": "off"})
    assert [each["Subject"] for each in mailbox.letters] == [MESSAGE.subject] * 2
    # by an authority that did not sign it nothing is said, nor where TLS is not spoken at once
    error = await fail({**behind, "tls": "verify"})
    assert "certificate" in error.message.lower()
    assert not error.permanent
    await fail({**await start(), "security": "tls", "tls": "own_ca", "ca": pem})
    assert len(mailbox.letters) == 2


async def test_a_server_without_starttls_is_not_sent_a_letter(
    mailbox: Mailbox, start: Start
) -> None:
    error = await fail({**await start(), "security": "starttls"})
    assert "STARTTLS" in error.message
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        ("rcpt", "550 no such user", True),
        ("rcpt", "450 greylisted", False),
        ("data", "554 this is spam", True),
        ("data", "452 disk full", False),
    ],
)
async def test_refusals_are_permanent_or_not(
    mailbox: Mailbox, start: Start, stage: str, answer: str, permanent: bool
) -> None:
    setattr(mailbox, stage, answer)
    error = await fail(await start())
    assert error.permanent is permanent
    assert answer[4:] in error.message


async def test_an_address_that_is_none_asks_no_server(mailbox: Mailbox) -> None:
    settings = {"host": "127.0.0.1", "port": "1", "security": "none", "from": "a@example.com"}
    error = await fail(settings, Recipient(name="Anna", address="anna"))
    assert error.permanent


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with serving(says(b"")) as url:
        port = url.rpartition(":")[2]
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": "a@example.com"}
    error = await fail(settings)
    assert not error.permanent
    assert f"127.0.0.1:{port}" in error.message


async def test_a_server_that_says_nothing_is_tried_again() -> None:
    async with serving(says(b"")) as url:
        port = url.rpartition(":")[2]
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": "a@b.test"}
        error = await fail(settings, timeout_s=0.2)
    assert not error.permanent


async def test_what_is_no_smtp_is_tried_again() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": "a@b.test"}
    error = await fail(settings, timeout_s=1.0)
    server.close()
    await server.wait_closed()
    assert not error.permanent


def test_an_authority_that_is_none_is_permanent() -> None:
    settings = {"host": "h", "from": "a@example.com", "tls": "own_ca", "ca": "nothing"}
    with pytest.raises(SendError) as caught:
        load(CHANNELS, "email")(settings)
    assert caught.value.permanent
