"""What the runner works with: sinks, publishers, its voice, its clock; and how it waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import SourceBabbled, YunweiError
from yunwei.base.core.ids import SourceId
from yunwei.base.core.readings import Reading, ReadingPage
from yunwei.base.infra.announce import announce_live, held_back
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.collect import health
from yunwei.monitor.collect.facts import Poll, SourceHealth
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import CurrentAlarms
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, get_manifest, load

logger = logging.getLogger(__name__)

type Sink = Callable[[Connection, Poll, ReadingPage], tuple[Reading, ...]]
"""Stores what it wants of a page in the given transaction; returns readings that follow from it."""
type Publisher = Callable[[Poll, ReadingPage], Awaitable[None]]
"""Hands what it wants of a page to the bus; returns once that is durable."""
type Compare = Callable[
    [SourceId, CurrentAlarms, frozenset[str], datetime], tuple[tuple[RawAlarm, ...], frozenset[str]]
]
"""(source, its list, what differed at the comparison before, when it was asked) → what heals the
difference, and what differs now and is not believed yet."""
type Say = Callable[[SourceHealth, SourceHealth, datetime], Awaitable[None]]
"""Tells of a change of a source's state (before, after, at); returns once that is durable."""


def _manifest_of(slug: str) -> Manifest:
    return get_manifest(CONNECTORS, slug)


def _connector_of(slug: str) -> type:
    return load(CONNECTORS, slug)


def _compare_nothing(
    source: SourceId, listed: CurrentAlarms, waiting: frozenset[str], read_at: datetime
) -> tuple[tuple[RawAlarm, ...], frozenset[str]]:
    """For tests in which nothing stands."""
    return (), frozenset()


async def _say_nothing(before: SourceHealth, after: SourceHealth, at: datetime) -> None:
    """For installations (and tests) without alarms on themselves."""


@dataclass(frozen=True, kw_only=True)
class Hands:
    """All that the runner hands things to, and asks. Made by `run`.

    choose_desktops: native ids whose metrics the next METRICS poll shall ask for.
    """

    sinks: tuple[Sink, ...] = ()
    publishers: tuple[Publisher, ...] = ()
    say: Say = _say_nothing
    compare: Compare = _compare_nothing
    choose_desktops: Callable[[SourceId], tuple[str, ...]] = lambda source: ()
    clock: Clock = field(default_factory=SystemClock)
    manifest_of: Callable[[str], Manifest] = _manifest_of
    connector_of: Callable[[str], type] = _connector_of
    page_timeout_s: float = 120.0


async def in_thread[T](call: Callable[..., T], *args: object) -> T:
    """Run a blocking call in a thread; when cancelled, first see it end."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def wait_for(call: Awaitable[None], loop: asyncio.AbstractEventLoop) -> None:
    """From a thread, wait for something that the loop does."""

    async def run() -> None:
        await call

    done: Future[None] = asyncio.run_coroutine_threadsafe(run(), loop)
    done.result()


async def settle(source: SourceId, hands: Hands) -> None:
    """Bring a source's state in line with its reads; tell of a change exactly once."""
    changed = await in_thread(_settle, source, hands, asyncio.get_running_loop())
    if changed is not None:
        before, after = changed
        level = logging.WARNING if after.state.is_trouble else logging.INFO
        detail = f": {after.text}" if after.text else ""
        logger.log(
            level, "source %s is %s (was %s)%s", after.name, after.state, before.state, detail
        )


def _settle(
    source: SourceId, hands: Hands, loop: asyncio.AbstractEventLoop
) -> tuple[SourceHealth, SourceHealth] | None:
    at = hands.clock.now()
    with held_back(), transaction() as conn:
        before = store.lock_health(conn, source)
        if before is None:
            return None
        after = health.next_health(before, store.fetch_records(conn, source))
        if after == before:
            return None
        if after.state is not before.state:
            # first said, then noted: after a crash between the two it is said again under the
            # same id, and kept once
            wait_for(hands.say(before, after, at), loop)
        store.save_health(conn, before, after, at)
        announce_live("sources", after.tenant)
    return (before, after) if after.state is not before.state else None


class PlugInCode:
    """Guards a call of a plug-in: its defects become the source's trouble, and only its own."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, YunweiError | TimeoutError):
            text = f"defect in the connector: {type(error).__name__}: {error}"
            raise SourceBabbled(text[:300]) from error
