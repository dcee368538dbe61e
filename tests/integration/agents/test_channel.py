"""An agent hears and says only what is its own; who is cut off is gone at once."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import nats.errors
import pytest

from tests.integration.agents.conftest import Connection, Server, seed_of
from yunwei.base.infra.agent_channel import AgentChannel, Question
from yunwei_wire import ed25519
from yunwei_wire.nkeys import Kind, write_public


@asynccontextmanager
async def echoing(channel: AgentChannel) -> AsyncIterator[None]:
    """Every question is answered with what it was."""
    heard: asyncio.Queue[Question] = asyncio.Queue()

    async def echo() -> None:
        while True:
            question = await heard.get()
            await channel.reply([(question, question.agent.encode() + b" said " + question.data)])

    await channel.answer(heard.put_nowait)
    answering = asyncio.create_task(echo())
    try:
        yield
    finally:
        answering.cancel()


def shake_hands(server: Server) -> None:
    """Open TLS as NATS does it, believing what this machine believes anyway."""
    with socket.create_connection(("127.0.0.1", server.engine.port), timeout=5) as plain:
        plain.recv(4096)  # its greeting
        with ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1"):
            pass


async def settle(connection: Connection, count: int) -> None:
    """Wait until NATS has complained so often."""
    for _ in range(50):
        if len(connection.errors) >= count:
            return
        await connection.client.flush()
    raise AssertionError(connection.errors)


async def test_an_agent_asks_and_is_answered(server: Server) -> None:
    async with server.channel() as channel, echoing(channel):
        agent = await server.connect(7)
        answer = await agent.client.request("ask.a7", b"hello", timeout=5)
        assert answer.data == b"a7 said hello"
        await agent.client.close()


@pytest.mark.parametrize(
    "subject", ["cmd.a8", "cmd.*", ">", "ask.*", "_INBOX.>", "_INBOX_a8.>", "hb.>", "$SYS.>"]
)
async def test_an_agent_can_not_listen_to_others(server: Server, subject: str) -> None:
    agent = await server.connect(7)

    async def hear(msg: object) -> None:
        raise AssertionError

    await agent.client.subscribe(subject, cb=hear)
    await settle(agent, 1)
    assert "permissions violation for subscription" in agent.errors[0]
    await agent.client.close()


@pytest.mark.parametrize("subject", ["ask.a8", "hb.a8", "cmd.a8", "cmd.a7", "$SYS.REQ.x"])
async def test_an_agent_can_not_speak_for_others(server: Server, subject: str) -> None:
    agent = await server.connect(7)
    await agent.client.publish(subject, b"result of another")
    await settle(agent, 1)
    assert "permissions violation for publish" in agent.errors[0]
    await agent.client.close()


async def test_an_agent_can_not_have_answers_go_to_others(server: Server) -> None:
    heard: list[bytes] = []
    async with server.channel() as channel, echoing(channel):
        victim, agent = await server.connect(8), await server.connect(7)

        async def hear(msg: object) -> None:
            heard.append(msg.data)  # type: ignore[attr-defined]

        await victim.client.subscribe("cmd.a8", cb=hear)
        await victim.client.flush()
        await agent.client.publish("ask.a7", b"x", reply="cmd.a8")
        # asked after it, and answered: so that one is over
        await agent.client.request("ask.a7", b"y", timeout=5)
        await victim.client.flush()
        assert not heard
        await victim.client.close()
        await agent.client.close()


async def test_a_stolen_jwt_is_worth_nothing_without_its_key(server: Server) -> None:
    with pytest.raises(nats.errors.Error):
        await server.connect(7, jwt=server.jwt(7), seed=seed_of(9))


async def test_a_jwt_that_ended_lets_nobody_in(server: Server) -> None:
    with pytest.raises(nats.errors.Error):
        await server.connect(7, jwt=server.jwt(7, life=timedelta(seconds=-1)))


async def test_a_server_with_another_authority_is_not_believed(server: Server) -> None:
    with pytest.raises(ssl.SSLError):
        await asyncio.to_thread(shake_hands, server)


async def test_who_is_cut_off_is_gone_at_once_and_others_stay(server: Server) -> None:
    now = datetime.now(UTC)
    async with server.channel() as channel, echoing(channel):
        agent, other = await server.connect(7), await server.connect(8)
        key = write_public(Kind.USER, ed25519.public_key(seed_of(7)))
        await channel.cut_off({key: now + timedelta(seconds=1)}, now=now)
        await asyncio.wait_for(agent.closed.wait(), 2)
        with pytest.raises(nats.errors.Error):
            await server.connect(7)
        answer = await other.client.request("ask.a8", b"still here", timeout=5)
        assert answer.data == b"a8 said still here"
        await other.client.close()


async def test_who_is_cut_off_stays_so_when_the_server_starts_again(server: Server) -> None:
    now = datetime.now(UTC)
    async with server.channel() as channel:
        key = write_public(Kind.USER, ed25519.public_key(seed_of(7)))
        await channel.cut_off({key: now + timedelta(seconds=1)}, now=now)
    server.engine.stop()
    server.engine.start()
    with pytest.raises(nats.errors.Error):
        await server.connect(7)
    await (await server.connect(8)).client.close()
