"""Makes inspections beside the pages, in the process that has both figures and inventory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from yunwei.base.infra.loop import run_for_ever
from yunwei.run.doors import Doors, patiently

_WORK = "yunwei.work.inspection"


@asynccontextmanager
async def making_inspections(doors: Doors) -> AsyncIterator[None]:
    """Make inspections within the block, when one is due and at once when somebody asks for one."""
    from yunwei.operate.inspection.jobs.making import InspectionMaker  # it needs Django set up

    maker = InspectionMaker(doors.clock, time_zone=doors.settings.time_zone)
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def go_round() -> float:
        rang.clear()
        wait_s = await maker.step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    stop = await patiently(lambda: doors.bus.listen(_WORK, ring))
    work = asyncio.create_task(run_for_ever("make inspections", go_round))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await stop()
