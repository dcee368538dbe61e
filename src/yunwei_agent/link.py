"""An agent's connection to the platform's NATS: outbound, and known by its certificate.

It does not come back by itself: whoever opened it learns that it closed, and decides when.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from yunwei_agent.identity import Identity
from yunwei_wire import subjects
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack, unpack

_LOOK_EVERY_S = 5.0

AWAY = (nats.errors.Error, OSError, asyncio.TimeoutError, ssl.SSLError)


class Refusal(Exception):
    """NATS does not let this agent in."""


class LinkAway(Exception):
    """There is no connection, or nobody answers."""


class Link:
    """One connection, from `open` to `closed`."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._client = Client()
        self._refused = False
        self.closed = asyncio.Event()

    async def open(self, told: Callable[[bytes], Awaitable[None]]) -> None:
        """Connect, and hear commands from then on. Raises Refusal, LinkAway."""
        identity = self._identity

        async def on_command(msg: Msg) -> None:
            await told(msg.data)

        options: dict[str, Any] = {}
        if any(url.startswith(("tls:", "wss:")) for url in identity.urls):
            options["tls"] = ssl.create_default_context(cadata=identity.authority)
        try:
            async with asyncio.timeout(15):
                await self._client.connect(
                    list(identity.urls),
                    name=identity.agent,
                    user_jwt_cb=identity.jwt.encode,
                    signature_cb=identity.sign_nonce,
                    inbox_prefix=subjects.inbox(identity.agent).encode(),
                    allow_reconnect=False,
                    connect_timeout=5,
                    ping_interval=60,
                    error_cb=self._on_error,
                    closed_cb=self._on_closed,
                    **options,
                )
                await self._client.subscribe(subjects.command(identity.agent), cb=on_command)
                await self._client.flush()
        except AWAY as error:
            await self.close()
            if self._refused or "authorization" in str(error).lower():
                raise Refusal(str(error)) from error
            raise LinkAway(f"{type(error).__name__}: {error}") from error

    async def _on_error(self, error: Exception) -> None:
        if "authorization" in str(error).lower():
            self._refused = True

    async def _on_closed(self) -> None:
        self.closed.set()

    async def wait_closed(self, look_every_s: float = _LOOK_EVERY_S) -> None:
        """Wait until the connection ended. The client tells so, save where what it still had to
        send can not be sent: then it is closed, and has told nobody."""
        while not self._client.is_closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(look_every_s):
                    await self.closed.wait()
                    return
        self.closed.set()

    async def ask(self, question: Mapping[str, Any], *, timeout_s: float = 15.0) -> dict[str, Any]:
        """Return the platform's answer; raises LinkAway, and WireError for an answer that says
        no, its reason the platform's."""
        subject = subjects.asked(self._identity.agent)
        asked = {"machine": self._identity.machine, **question}
        try:
            answer = await self._client.request(subject, pack(asked), timeout=timeout_s)
        except AWAY as error:
            raise LinkAway(f"{type(error).__name__}") from error
        message = unpack(answer.data)
        if "error" in message:
            raise WireError("the platform says no", reason=str(message["error"]))
        return message

    async def say_alive(self, data: bytes) -> None:
        with contextlib.suppress(*AWAY):
            await self._client.publish(subjects.heartbeat(self._identity.agent), data)

    async def close(self) -> None:
        with contextlib.suppress(*AWAY):
            await self._client.close()
        self.closed.set()
