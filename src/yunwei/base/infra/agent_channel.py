"""The door to the agents: the platform's own connection to their NATS servers.

An agent is known by the subject it speaks on, which its NATS server lets nobody else use.
"""

import asyncio
import base64
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra.agent_certificates import render_authority
from yunwei.base.infra.agent_keys import AgentKeys, SigningKey
from yunwei.base.infra.settings import Settings
from yunwei_wire import subjects

logger = logging.getLogger(__name__)

_AWAY = (nats.errors.Error, OSError, asyncio.TimeoutError)
_CLAIMS = "$SYS.REQ.CLAIMS.UPDATE"
_QUEUE = "dispatch"

type Heard = Callable[[str, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Question:
    """What an agent asks. place: where its answer goes; nobody but the agent hears there."""

    agent: str
    data: bytes
    place: str


type Asked = Callable[[Question], None]


def read_authority(settings: Settings, keys: AgentKeys) -> str:
    """Return the certificate (PEM) by which agents and we know the servers. Raises Misconfigured
    when the file of the settings can not be read."""
    if settings.agent_ca_file is None:
        return render_authority(keys.authority)
    try:
        return settings.agent_ca_file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"agent_ca_file: {error}") from error


def server_addresses(settings: Settings) -> list[str]:
    """Return where we reach the agents' servers; raises Misconfigured where there are none."""
    if not settings.agent_nats_url:
        raise Misconfigured("no NATS for agents runs: start `yunwei up`, or set agent_nats_url")
    return [url.strip() for url in settings.agent_nats_url.split(",") if url.strip()]


class AgentChannel:
    """Connected for good: it finds back by itself. Copies share the work."""

    def __init__(self, settings: Settings, keys: AgentKeys, *, name: str) -> None:
        self._urls = server_addresses(settings)
        self._authority = read_authority(settings, keys)
        self._keys = keys
        self._name = name
        self._client = Client()
        self._system = Client()
        self.returns = 0

    @property
    def is_connected(self) -> bool:
        return bool(self._client.is_connected)

    async def connect(self) -> None:
        """Connect; raises EngineAway when no server lets us in."""
        keys = self._keys
        self._client = await self._open(keys.platform, keys.platform_jwt())
        self._system = await self._open(keys.system, keys.system_jwt())

    async def _open(self, key: SigningKey, jwt: str) -> Client:
        client = Client()

        async def on_return() -> None:
            self.returns += 1
            logger.info("NATS for agents is back")

        async def on_error(error: Exception) -> None:
            logger.debug("NATS for agents: %s", error)

        options: dict[str, Any] = {
            "user_jwt_cb": jwt.encode,
            "signature_cb": lambda nonce: base64.b64encode(key.sign(nonce.encode())),
            "reconnected_cb": on_return,
            "error_cb": on_error,
        }
        if any(url.startswith(("tls:", "wss:")) for url in self._urls):
            options["tls"] = ssl.create_default_context(cadata=self._authority)
        try:
            async with asyncio.timeout(10):
                await client.connect(
                    self._urls,
                    name=self._name,
                    connect_timeout=3,
                    max_reconnect_attempts=-1,
                    # slept, so a part of a second works
                    reconnect_time_wait=0.25,  # type: ignore[arg-type]
                    ping_interval=10,
                    pending_size=64 * 1024 * 1024,
                    **options,
                )
        except _AWAY as error:
            with contextlib.suppress(*_AWAY):
                await client.close()
            raise EngineAway(f"NATS for agents: {type(error).__name__}") from error
        return client

    async def tell(self, commands: Iterable[tuple[str, bytes]]) -> None:
        """Say commands to agents, many at once; each may be missed. Raises EngineAway when nothing
        more is sent."""
        if not self._client.is_connected:
            raise EngineAway("NATS for agents is away")
        try:
            for agent, data in commands:
                await self._client.publish(subjects.command(agent), data)
        except _AWAY as error:
            raise EngineAway(f"NATS for agents: {type(error).__name__}") from error

    async def listen(self, heard: Heard) -> None:
        """Call heard(agent, data) for each heartbeat."""

        async def on_message(msg: Msg) -> None:
            await heard(subjects.agent_of(msg.subject), msg.data)

        await self._subscribe(subjects.EVERY_HEARTBEAT, on_message)

    async def answer(self, asked: Asked) -> None:
        """Call asked(question) for each question of an agent; it may not wait. Whoever answers
        does so with `reply`, many at once."""

        async def on_message(msg: Msg) -> None:
            agent = subjects.agent_of(msg.subject)
            # NATS lets an agent name any place for the answer: only its own is answered
            if not msg.reply.startswith(f"{subjects.inbox(agent)}."):
                logger.warning("agent %s wants an answer to go elsewhere", agent)
                return
            asked(Question(agent, msg.data, msg.reply))

        await self._subscribe(subjects.EVERY_QUESTION, on_message)

    async def reply(self, answers: Iterable[tuple[Question, bytes]]) -> None:
        """Answer questions. What is not sent is asked again."""
        with contextlib.suppress(*_AWAY):
            for question, data in answers:
                await self._client.publish(question.place, data)

    async def _subscribe(self, subject: str, call: Callable[[Msg], Awaitable[None]]) -> None:
        try:
            await self._client.subscribe(
                subject,
                queue=_QUEUE,
                cb=call,
                pending_msgs_limit=400_000,
                pending_bytes_limit=512 * 1024**2,
            )
        except _AWAY as error:
            raise EngineAway(f"NATS for agents: {type(error).__name__}") from error

    async def cut_off(self, revoked: Mapping[str, datetime], *, now: datetime) -> None:
        """Have all servers refuse these public keys where they were let in before those times;
        their connections end at once. Raises EngineAway."""
        claims = self._keys.account_jwt(revoked, now=now).encode()
        try:
            await self._system.request(_CLAIMS, claims, timeout=5)
        except _AWAY as error:
            raise EngineAway(f"NATS for agents: {type(error).__name__}") from error

    async def close(self) -> None:
        for client in (self._client, self._system):
            with contextlib.suppress(*_AWAY):
                await client.close()
