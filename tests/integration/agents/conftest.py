"""A NATS server for agents, and connections to it as agents and others have them."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import nats.errors
import pytest
from nats.aio.client import Client

from tests.support.folders import open_folder
from yunwei.base.infra.agent_channel import AgentChannel, read_authority
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.engines.agent_nats import EmbeddedAgentNats
from yunwei.base.infra.settings import Settings
from yunwei_wire import ed25519, subjects


@dataclass(kw_only=True)
class Server:
    settings: Settings
    keys: AgentKeys
    engine: EmbeddedAgentNats

    def jwt(self, number: int, *, life: timedelta = timedelta(hours=1)) -> str:
        now = datetime.now(UTC)
        public = ed25519.public_key(seed_of(number))
        return self.keys.agent_jwt(public, f"a{number}", now=now, ends_at=now + life)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AgentChannel]:
        made = AgentChannel(self.settings, self.keys, name="test")
        await made.connect()
        try:
            yield made
        finally:
            await made.close()

    async def connect(self, number: int, *, jwt: str = "", seed: bytes = b"") -> "Connection":
        """Come in as an agent; raises what nats-py raises."""
        connection = Connection(client=Client())
        jwt, seed = jwt or self.jwt(number), seed or seed_of(number)
        authority = read_authority(self.settings, self.keys)

        async def note(error: Exception) -> None:
            connection.errors.append(str(error).lower())

        async def end() -> None:
            connection.closed.set()

        coming_in = connection.client.connect(
            self.engine.url,
            user_jwt_cb=jwt.encode,
            signature_cb=lambda nonce: base64.b64encode(ed25519.sign(seed, nonce.encode())),
            inbox_prefix=subjects.inbox(f"a{number}").encode(),
            tls=ssl.create_default_context(cadata=authority),
            allow_reconnect=False,
            error_cb=note,
            closed_cb=end,
            connect_timeout=5,
        )
        try:
            await coming_in
        except nats.errors.Error:
            # nats-py leaves open what was refused
            transport = connection.client._transport
            if transport is not None:
                transport.close()
                with contextlib.suppress(OSError):
                    await transport.wait_closed()
            raise
        return connection


@dataclass
class Connection:
    client: Client
    errors: list[str] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


def seed_of(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.fixture
def server() -> Iterator[Server]:
    with open_folder() as folder:
        (folder / "logs").mkdir()
        settings = Settings(data_dir=folder)
        engine = EmbeddedAgentNats(settings, now=datetime.now(UTC))
        engine.start()
        try:
            known = replace(settings, agent_nats_url=engine.url)
            yield Server(settings=known, keys=open_agent_keys(settings), engine=engine)
        finally:
            engine.stop()
