"""Opens the desk for what other systems post, in the process that serves REST."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.collect.actions import dead_letters
from yunwei.monitor.collect.facts import SOURCES_CHANGED
from yunwei.monitor.collect.payload_desk import Append, PayloadDesk
from yunwei.monitor.collect.payload_sources import PayloadSources
from yunwei.monitor.collect.queries import sources as queries
from yunwei.run import figures
from yunwei.run.doors import Doors, patiently

_LOOK_AGAIN_S = 5.0
_PATIENCE_S = 8.0


@asynccontextmanager
async def receiving_posts(doors: Doors, append: Append) -> AsyncIterator[None]:
    """Take posts within the block; those under way at its end are stored first."""
    from yunwei.faces.api.intake import Door  # it needs Django set up

    sources = await patiently(lambda: asyncio.to_thread(_fetch_sources))
    desk = PayloadDesk(sources=sources, append=append, clock=doors.clock)
    figures.show_desk(desk)
    following = asyncio.create_task(_follow_sources(doors, desk))
    Door.desk = desk
    dead_letters.Way.append = _from_threads(append)
    try:
        yield
    finally:
        Door.desk = None
        dead_letters.Way.append = None
        following.cancel()
        await desk.close()


def _from_threads(append: Append) -> dead_letters.Append:
    """Return `append` for the threads in which pages and REST are served."""
    loop = asyncio.get_running_loop()

    def store(batch: IntakeBatch) -> None:
        stored = asyncio.run_coroutine_threadsafe(_store(append, batch), loop)
        try:
            stored.result(timeout=_PATIENCE_S)
        except TimeoutError as error:
            stored.cancel()
            raise EngineAway("it could not be stored in time") from error

    return store


async def _store(append: Append, batch: IntakeBatch) -> None:
    await append(batch)


async def _follow_sources(doors: Doors, desk: PayloadDesk) -> None:
    changed = asyncio.Event()

    async def hear(subject: str, data: bytes) -> None:
        changed.set()

    async def look() -> float:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await changed.wait()
        changed.clear()
        desk.replace(await asyncio.to_thread(_fetch_sources))
        return 0.0

    stop = await doors.bus.listen(SOURCES_CHANGED, hear)
    try:
        await run_for_ever("follow sources of posts", look)
    finally:
        await stop()


def _fetch_sources() -> PayloadSources:
    return PayloadSources(queries.system_payload_sources())
