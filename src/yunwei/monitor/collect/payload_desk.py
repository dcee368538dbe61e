"""Takes what other systems post: found by token, stored durably, answered then. No HTTP, no Django.

Posts that come within some milliseconds share one append. What could not be stored in time is not
taken: its sender is told so, and sends it again.
"""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import NoReturn

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.intake import IntakeBatch, ReceivedPayload
from yunwei.monitor.collect.facts import PayloadSource
from yunwei.monitor.collect.payload_sources import Allowances, PayloadSources, is_signed
from yunwei.monitor.collect.receive_tally import RejectionTally, RejectReason
from yunwei.plugins.sdk.contract import NowClock

type Append = Callable[[IntakeBatch], Awaitable[None]]

LARGEST_PAYLOAD_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLimits:
    """linger_s: how long a post waits for others of its batch. waiting: posts at a time that are
    not stored yet. patience_s: how long storing is tried."""

    payload_bytes: int = LARGEST_PAYLOAD_BYTES
    batch_items: int = 64
    batch_bytes: int = 2 * 1024 * 1024
    linger_s: float = 0.005
    waiting: int = 500
    patience_s: float = 8.0
    again_after_s: float = 0.3
    tell_every_s: float = 5.0


class NotTaken(Exception):
    """A post is refused. reason: as it is counted and told."""

    def __init__(self, reason: RejectReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(slots=True)
class _Batch:
    payloads: list[ReceivedPayload]
    size_bytes: int
    stored: asyncio.Future[None]


class PayloadDesk:
    """One process's desk, in one event loop. taken, refused: counts since the start.

    append: returns when the batch is durable; raises EngineAway when that is not certain.
    """

    def __init__(
        self,
        *,
        sources: PayloadSources,
        append: Append,
        clock: NowClock,
        limits: DeskLimits | None = None,
    ) -> None:
        self._sources = sources
        self._append = append
        self._clock = clock
        self._limits = limits or DeskLimits()
        self._allowances = Allowances()
        self._tally = RejectionTally()
        self._open: _Batch | None = None
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._tell_task: asyncio.Task[None] | None = None
        self.taken = 0
        self.refused: Counter[RejectReason] = Counter()

    def replace(self, sources: PayloadSources) -> None:
        """Take a newer snapshot, from the next post on."""
        self._sources = sources

    async def take(
        self, token: str, body: bytes, *, address: str, header: Callable[[str], str]
    ) -> None:
        """Store a post; returns when it is durable.

        header: gives a header of the request by its name. Raises NotTaken, or EngineAway when it
        could not be stored in time.
        """
        source = self._sources.find(token)
        if source is None:
            # neither the token nor the body is kept: it may be the key to another door
            self._refuse(RejectReason.UNKNOWN_TOKEN, address)
        if len(body) > self._limits.payload_bytes:
            self._refuse(RejectReason.TOO_LARGE, address, source)
        if not is_signed(source, body, header(source.signature_header)):
            self._refuse(RejectReason.WRONG_SIGNATURE, address, source)
        if not self._allowances.take(source, asyncio.get_running_loop().time()):
            self._refuse(RejectReason.TOO_OFTEN, address, source)
        await self._store(
            ReceivedPayload(
                tenant=source.tenant,
                source=source.source,
                received_at=self._clock.now(),
                address=address,
                data=body,
            )
        )
        self.taken += 1

    async def close(self) -> None:
        """Store what was taken and tell of what was refused; take nothing afterwards."""
        self._sources = PayloadSources()
        if self._open is not None:
            self._seal(self._open)
        if self._tell_task is not None:
            self._tell_task.cancel()
        await self._tell()
        while self._tasks:
            await asyncio.wait(self._tasks)

    # Batches

    async def _store(self, payload: ReceivedPayload) -> None:
        if self._waiting >= self._limits.waiting:
            raise EngineAway("too many posts wait to be stored")
        self._waiting += 1
        try:
            # what one sender gives up on is another's too: nobody cancels the batch
            await asyncio.shield(self._join(payload).stored)
        finally:
            self._waiting -= 1

    def _join(self, payload: ReceivedPayload) -> _Batch:
        limits = self._limits
        loop = asyncio.get_running_loop()
        batch = self._open
        if batch is not None and batch.size_bytes + len(payload.data) > limits.batch_bytes:
            self._seal(batch)
            batch = None
        if batch is None:
            batch = self._open = _Batch([], 0, loop.create_future())
            loop.call_later(limits.linger_s, self._seal, batch)
        batch.payloads.append(payload)
        batch.size_bytes += len(payload.data)
        if len(batch.payloads) >= limits.batch_items:
            self._seal(batch)
        return batch

    def _seal(self, batch: _Batch) -> None:
        if self._open is not batch:
            return  # it was full before its time was over
        self._open = None
        self._start(self._flush(batch))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self, batch: _Batch) -> None:
        stored = IntakeBatch(batch_id=uuid.uuid4().hex, payloads=tuple(batch.payloads))
        try:
            async with asyncio.timeout(self._limits.patience_s):
                await self._append_until_stored(stored)
        except TimeoutError:
            batch.stored.set_exception(EngineAway("the post could not be stored in time"))
            # a sender that went away asks for no answer
            batch.stored.exception()
        else:
            batch.stored.set_result(None)

    async def _append_until_stored(self, batch: IntakeBatch) -> None:
        while True:
            with contextlib.suppress(EngineAway):
                return await self._append(batch)
            await asyncio.sleep(self._limits.again_after_s)

    # Refusals

    def _refuse(
        self, reason: RejectReason, address: str, source: PayloadSource | None = None
    ) -> NoReturn:
        self.refused[reason] += 1
        whose = None if source is None else (source.tenant, source.source)
        self._tally.add(reason, address, self._clock.now(), whose=whose)
        if self._tell_task is None or self._tell_task.done():
            loop = asyncio.get_running_loop()
            self._tell_task = loop.create_task(self._tell_later())
        raise NotTaken(reason)

    async def _tell_later(self) -> None:
        await asyncio.sleep(self._limits.linger_s)
        await self._tell()
        # the next are told together
        await asyncio.sleep(self._limits.tell_every_s)
        while self._tally:
            await self._tell()
            await asyncio.sleep(self._limits.tell_every_s)

    async def _tell(self) -> None:
        rejections = self._tally.take()
        if rejections:
            batch = IntakeBatch(batch_id=uuid.uuid4().hex, rejections=rejections)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.patience_s):
                    await self._append_until_stored(batch)
