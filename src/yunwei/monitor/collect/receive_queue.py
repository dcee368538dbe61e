"""Hands batches to the durable stream, again and again until each is stored. No sockets.

Order: appends are begun in the order of submission, several at a time. When one fails, none is
begun until all that are on their way have ended; then what was not stored is begun again, oldest
first and one alone until one succeeds. A batch keeps its batch_id, so that one which was stored
although its answer was lost is stored once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from yunwei.base.core.errors import Bug, EngineAway
from yunwei.base.core.intake import IntakeBatch

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0

type Append = Callable[[IntakeBatch], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A batch on its way. items, size_bytes: what it takes of the queue's room.

    on_stored: called once, when it is durable.
    """

    batch: IntakeBatch
    items: int
    size_bytes: int
    on_stored: Callable[[], None]


type _Flight = tuple[asyncio.Task[None], Pending]


class AppendQueue:
    """A queue without an end of its own; `items` and `size_bytes` tell who fills it when to stop.

    append: returns when the batch is durable; raises EngineAway when that is not certain.
    """

    def __init__(self, append: Append, *, in_flight: int = 8) -> None:
        self._append = append
        self._in_flight = in_flight
        self._waiting: deque[Pending] = deque()
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._is_finishing = False
        self._failures = 0
        self.items = 0
        self.size_bytes = 0
        self.retries = 0

    def submit(self, pending: Pending) -> None:
        self._waiting.append(pending)
        self.items += pending.items
        self.size_bytes += pending.size_bytes
        self._woken.set()

    async def run(self) -> None:
        """Append what is submitted; returns after `finish` when nothing is left.

        Whatever `append` raises besides EngineAway comes out of here with nothing lost: run again.
        """
        if not self._ended.is_set():
            raise Bug("two run one queue")
        self._ended.clear()
        try:
            while self._waiting or not self._is_finishing:
                await self._run_once()
        finally:
            self._ended.set()

    async def finish(self) -> None:
        """Return when all that was submitted is stored; runs the queue when nobody does."""
        self._is_finishing = True
        self._woken.set()
        while self.items or not self._ended.is_set():
            if self._ended.is_set():
                await self.run()
            else:
                await self._ended.wait()

    async def _run_once(self) -> None:
        if not self._waiting:
            self._woken.clear()
            await self._woken.wait()
            return
        try:
            await self._append_waiting()
        except EngineAway:
            self._failures += 1
            self.retries += 1
            await asyncio.sleep(min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._failures, 9)))

    async def _append_waiting(self) -> None:
        flights: deque[_Flight] = deque()
        try:
            while self._waiting or flights:
                self._launch(flights)
                self._woken.clear()
                if not flights[0][0].done():
                    await self._woken.wait()
                self._land(flights)
        except EngineAway:
            # what is on its way ends before anything is tried again
            await asyncio.wait([task for task, _ in flights])
            raise
        finally:
            self._take_back(flights)

    def _launch(self, flights: deque[_Flight]) -> None:
        room = 1 if self._failures else self._in_flight
        while self._waiting and len(flights) < room:
            pending = self._waiting.popleft()
            task = asyncio.ensure_future(self._append_one(pending.batch))
            task.add_done_callback(lambda _: self._woken.set())
            flights.append((task, pending))

    async def _append_one(self, batch: IntakeBatch) -> None:
        await self._append(batch)

    def _land(self, flights: deque[_Flight]) -> None:
        while flights and flights[0][0].done():
            task, pending = flights[0]
            task.result()
            flights.popleft()
            self._failures = 0
            self._note_stored(pending)

    def _take_back(self, flights: deque[_Flight]) -> None:
        """Put what did not succeed back to the front, in its order."""
        for task, pending in reversed(flights):
            is_stored = task.done() and not task.cancelled() and task.exception() is None
            if is_stored:
                self._note_stored(pending)
            else:
                task.cancel()
                self._waiting.appendleft(pending)

    def _note_stored(self, pending: Pending) -> None:
        self.items -= pending.items
        self.size_bytes -= pending.size_bytes
        pending.on_stored()
