"""One read of one source: polls it on schedule, stores each page whole, notes how it went."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta

from prometheus_client import Counter

from yunwei.base.core.errors import (
    SourceError,
    SourceHeld,
    SourceThrottled,
    SourceUnreachable,
    YunweiError,
)
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.base.infra.announce import announce_live, held_back
from yunwei.base.infra.loop import LOOPS, run_for_ever
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect import health, leases
from yunwei.monitor.collect.asking import pass_reading
from yunwei.monitor.collect.facts import Poll, ReadRecord, SourceConfig
from yunwei.monitor.collect.hands import Hands, PlugInCode, in_thread, settle, wait_for
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import Connector, Read, Wanted

logger = logging.getLogger(__name__)

POLLS = Counter("yunwei_collect_polls", "Polls of sources.", ["read", "outcome"])
READINGS = Counter("yunwei_collect_readings", "Readings stored.", ["read"])

# Polls of many sources shall not fall into step with each other.
_JITTER = 0.03
_MIN_WAIT_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What the read loops of one source share.

    is_known: set once the inventory was read; who asks for each desktop waits for it.
    """

    config: SourceConfig
    connector: Connector
    holder: str
    hands: Hands
    is_known: asyncio.Event = field(default_factory=asyncio.Event)


class ReadLoop:
    """Polls one read until cancelled. A failed poll writes no reading: gaps stay gaps."""

    def __init__(self, of: Reads, record: ReadRecord, every_s: float) -> None:
        self._of = of
        self._hands = of.hands
        self._record = record
        self._every_s = every_s

    async def run(self) -> None:
        name = f"collect source {self._of.config.id} {self._record.read}"
        if self._record.read == Read.METRICS:
            await self._of.is_known.wait()
        try:
            await run_for_ever(name, self._poll, max_backoff_s=60)
        finally:
            LOOPS.pop(name, None)

    async def _poll(self) -> float:
        config, clock = self._of.config, self._hands.clock
        poll = Poll(
            source=config.id,
            tenant=config.tenant,
            source_name=config.name,
            connector=config.connector,
            read=Read(self._record.read),
            started_at=clock.now(),
        )
        began_s = clock.monotonic_s()
        try:
            wanted = await in_thread(self._begin, poll)
            await in_thread(pass_reading, config, poll.started_at)
            items = await self._read(poll, wanted)
        except SourceError as error:
            return await self._note_failure(poll, error)
        return await self._note_success(poll, items, clock.monotonic_s() - began_s)

    def _begin(self, poll: Poll) -> Wanted:
        with transaction() as conn:
            watermark = store.start_read(conn, poll)
        measures = poll.read is Read.METRICS
        return Wanted(
            watermark=watermark,
            history_from=poll.started_at - timedelta(days=self._of.config.history_days),
            desktops=self._hands.choose_desktops(poll.source) if measures else (),
        )

    async def _read(self, poll: Poll, wanted: Wanted) -> int:
        items = 0
        loop = asyncio.get_running_loop()
        async with aclosing(self._pages(poll.read, wanted)) as pages:
            async for page in pages:
                await in_thread(self._store_page, poll, page, loop)
                poll = replace(poll, given=poll.gives(page))
                items += len(page.readings)
        return items

    async def _pages(self, read: Read, wanted: Wanted) -> AsyncGenerator[ReadingPage]:
        """Yield the connector's pages, each awaited for a limited time only."""
        limit_s = self._hands.page_timeout_s
        with PlugInCode():
            pages = self._of.connector.read(read, wanted)
        try:
            while True:
                try:
                    with PlugInCode():
                        async with asyncio.timeout(limit_s):
                            page = await anext(pages, None)
                except TimeoutError as error:
                    raise SourceUnreachable(f"no answer within {limit_s:.0f} s") from error
                if page is None:
                    return
                yield page
        finally:
            if hasattr(pages, "aclose"):
                await pages.aclose()

    def _store_page(self, poll: Poll, page: ReadingPage, loop: asyncio.AbstractEventLoop) -> None:
        with held_back(), transaction() as conn:
            leases.hold_lease(conn, poll.source, self._of.holder)
            derived = tuple(
                reading for sink in self._hands.sinks for reading in sink(conn, poll, page)
            )
            whole = replace(page, readings=page.readings + derived)
            for publish in self._hands.publishers:
                wait_for(publish(poll, whole), loop)
            if page.watermark is not None:
                store.save_watermark(conn, poll, page.watermark, page.read_at)
            announce_live(poll.read.value, poll.tenant)
        READINGS.labels(poll.read.value).inc(len(whole.readings))

    async def _note_success(self, poll: Poll, items: int, duration_s: float) -> float:
        wait_s = max(_MIN_WAIT_S, self._every_s * _spread() - duration_s)
        self._record = health.note_success(self._record)
        if poll.read is Read.INVENTORY:
            self._of.is_known.set()
        await in_thread(self._finish, poll, wait_s, duration_s, items)
        POLLS.labels(poll.read.value, "ok").inc()
        await settle(poll.source, self._hands)
        took = Observation(
            metric="poll.seconds",
            object_kind=At.SOURCE,
            object_id=poll.read.value,
            at=poll.started_at,
            value=duration_s,
        )
        for publish in self._hands.publishers:
            await publish(poll, ReadingPage(readings=(took,), read_at=self._hands.clock.now()))
        return wait_s

    async def _note_failure(self, poll: Poll, error: SourceError) -> float:
        state = health.classify_error(error)
        asked_s = error.retry_after_s if isinstance(error, SourceThrottled) else 0.0
        if self._record.failures == 0 and not isinstance(error.__cause__, YunweiError | None):
            logger.debug("%s of source %s", poll.read, poll.source_name, exc_info=error)
        self._record = health.note_failure(self._record, state, error.message)
        wait_s = health.backoff_s(self._record, state, retry_after_s=asked_s)
        if isinstance(error, SourceHeld):
            wait_s = health.HELD_BACKOFF_S
        wait_s *= _spread()
        await in_thread(self._finish, poll, wait_s, None, None)
        POLLS.labels(poll.read.value, state.value).inc()
        await settle(poll.source, self._hands)
        return wait_s

    def _finish(
        self, poll: Poll, wait_s: float, duration_s: float | None, items: int | None
    ) -> None:
        now = self._hands.clock.now()
        is_ok = duration_s is not None
        with transaction() as conn:
            leases.hold_lease(conn, poll.source, self._of.holder)
            # the source before its reads, as whoever changes it: the other way round they
            # could wait for each other
            if is_ok:
                store.note_ok(conn, poll.source, now)
            store.finish_read(
                conn,
                poll.source,
                self._record,
                next_at=now + timedelta(seconds=wait_s),
                ok_at=poll.started_at if is_ok else None,
                duration_s=duration_s,
                items=items,
            )


def _spread() -> float:
    return random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  no secret depends on it
