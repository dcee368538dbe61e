"""Reads every configured source on schedule, and stores what comes with its watermark in one
transaction. What a page means is the sinks' business; what a failure means is `health`'s."""

import asyncio
import contextlib
from dataclasses import dataclass

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.collect import leases
from yunwei.monitor.collect.hands import Hands, in_thread, settle
from yunwei.monitor.collect.polling import SourcePoller

_ROUND_S = 1.0


@dataclass(kw_only=True)
class _Reading:
    """A source that this copy reads, at the revision it was started with."""

    revision: int
    task: asyncio.Task[None]
    poller: SourcePoller


class SourceRunner:
    """One copy of `collect`. Many copies share the sources by leases.

    name: unique among the copies for ever, e.g. host and process id. hands: what a page is given
    to. Run `run()` as a task; `wake()` when sources changed (it also looks every second);
    cancel the task, then `close()`.
    """

    def __init__(self, name: str, hands: Hands, *, lease_s: float = leases.LEASE_S) -> None:
        self._name = name
        self._hands = hands
        self._lease_s = lease_s
        self._readings: dict[SourceId, _Reading] = {}
        self._changed = asyncio.Event()

    @property
    def sources(self) -> tuple[SourceId, ...]:
        """The sources that this copy reads now."""
        return tuple(self._readings)

    async def run(self) -> None:
        try:
            await run_for_ever("collect sources", self._round, pause_s=_ROUND_S, max_backoff_s=5)
        finally:
            await self._stop(*self._readings)

    def wake(self) -> None:
        self._changed.set()

    async def close(self) -> None:
        await in_thread(leases.leave, self._name)

    async def _round(self) -> float:
        self._changed.clear()
        held = await in_thread(lambda: leases.share_out(self._name, lease_s=self._lease_s))
        old = [
            source
            for source, reading in self._readings.items()
            if held.revisions.get(source) != reading.revision or reading.task.done()
        ]
        await self._stop(*old)
        for source, revision in held.revisions.items():
            if source not in self._readings:
                self._start(source, revision)
        for source in held.unsettled:
            await settle(source, self._hands)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ROUND_S):
                await self._changed.wait()
        return 0.0

    def _start(self, source: SourceId, revision: int) -> None:
        poller = SourcePoller(source, self._name, self._hands)
        task = asyncio.create_task(poller.run(), name=f"collect source {source}")
        self._readings[source] = _Reading(revision=revision, task=task, poller=poller)

    async def _stop(self, *sources: SourceId) -> None:
        stopped = [self._readings.pop(source) for source in sources]
        for reading in stopped:
            reading.task.cancel()
        if stopped:
            await asyncio.wait([reading.task for reading in stopped])
