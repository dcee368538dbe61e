"""A trap receiver on loopback, and a durable stream in memory that is slow or away at will."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, Rejection
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.collect.facts import TrapSource, TrapUser
from yunwei.monitor.collect.receive import (
    ReceiveLimits,
    TrapReceiver,
    TrapSources,
    open_trap_socket,
)
from yunwei.monitor.collect.receive_engines import OwnEngine


class MemoryStream:
    """Stores batches once by batch_id, as JetStream does.

    is_away: nothing is stored, EngineAway. loses_answers: it is stored, and EngineAway all the
    same. gate: closed, appends neither succeed nor fail.
    """

    def __init__(self) -> None:
        self.batches: dict[str, IntakeBatch] = {}
        self.begun: list[str] = []
        self.is_away = False
        self.loses_answers = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Condition()

    async def append(self, batch: IntakeBatch) -> None:
        self.begun.append(batch.batch_id)
        async with self.changed:
            self.changed.notify_all()
        await self.gate.wait()
        if self.is_away:
            raise EngineAway("away, as the test wishes")
        self.batches.setdefault(batch.batch_id, batch)
        async with self.changed:
            self.changed.notify_all()
        if self.loses_answers:
            self.loses_answers -= 1
            raise EngineAway("stored, but the answer is lost")

    @property
    def datagrams(self) -> list[ReceivedDatagram]:
        return [each for batch in self.batches.values() for each in batch.datagrams]

    @property
    def rejections(self) -> list[Rejection]:
        return [each for batch in self.batches.values() for each in batch.rejections]

    async def holds(self, count: int, *, timeout_s: float = 10.0) -> list[ReceivedDatagram]:
        """Wait until `count` datagrams are stored."""
        async with asyncio.timeout(timeout_s), self.changed:
            await self.changed.wait_for(lambda: len(self.datagrams) >= count)
        return self.datagrams

    async def tells(self, count: int = 1, *, timeout_s: float = 10.0) -> list[Rejection]:
        """Wait until `count` rejections are stored."""
        async with asyncio.timeout(timeout_s), self.changed:
            await self.changed.wait_for(lambda: len(self.rejections) >= count)
        return self.rejections

    async def was_asked(self, times: int, *, timeout_s: float = 10.0) -> None:
        """Wait until append was begun `times` times."""
        async with asyncio.timeout(timeout_s), self.changed:
            await self.changed.wait_for(lambda: len(self.begun) >= times)


ENGINE_ID = bytes.fromhex("80000000050102030405060708")


def own_engine(*, boots: int = 3, age_s: float = 0.0) -> OwnEngine:
    """Who the receiver of a test is; age_s: since when it runs, as it believes."""
    started_s = asyncio.get_running_loop().time() - age_s
    return OwnEngine(engine_id=ENGINE_ID, boots=boots, started_s=started_s)


def source(
    number: int = 1,
    *,
    communities: Sequence[str] = ("public",),
    networks: Sequence[str] = (),
    users: Sequence[TrapUser] = (),
) -> TrapSource:
    return TrapSource(
        source=SourceId(number),
        tenant=TenantId(number),
        communities=tuple(communities),
        networks=tuple(networks),
        users=tuple(users),
    )


@dataclass(kw_only=True)
class Receiving:
    """What a test holds: the receiver, its stream, its address, a socket that sends to it."""

    receiver: TrapReceiver
    stream: MemoryStream
    host: str
    port: int
    sender: socket.socket = field(repr=False)

    @property
    def target(self) -> str:
        return f"udp6:[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def send(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.sender.sendto(data, (self.host, self.port))

    async def answer(self, *, timeout_s: float = 10.0) -> bytes:
        """Return the next datagram that comes back to the sender."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout_s):
            return await loop.sock_recv(self.sender, 65_535)


@asynccontextmanager
async def receiving(
    *sources: TrapSource,
    limits: ReceiveLimits | None = None,
    host: str = "127.0.0.1",
    own: OwnEngine | None = None,
    append: Callable[[IntakeBatch], Awaitable[None]] | None = None,
) -> AsyncIterator[Receiving]:
    """Run a receiver for `sources` (by default one that takes `public` from anywhere).

    append: where it stores instead of the stream in memory.
    """
    stream = MemoryStream()
    called = "::1" if host == "::1" else "127.0.0.1"
    family = socket.AF_INET6 if called == "::1" else socket.AF_INET
    with open_trap_socket(host, 0) as bound, socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.bind((called, 0))
        receiver = TrapReceiver(
            bound,
            sources=TrapSources(sources or (source(),)),
            own=own or own_engine(),
            append=append or stream.append,
            clock=SystemClock(),
            limits=limits,
        )
        running = asyncio.create_task(receiver.run())
        await asyncio.sleep(0)
        try:
            yield Receiving(
                receiver=receiver,
                stream=stream,
                host=called,
                port=bound.getsockname()[1],
                sender=sender,
            )
        finally:
            stream.is_away = False
            stream.gate.set()
            await receiver.close()
            await running
