"""Makes reports and inspections beside the pages, in the process that has figures, inventory and
texts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from yunwei.base.infra.loop import run_for_ever
from yunwei.run.doors import Doors, patiently

_REPORTS = "yunwei.work.reports"
_INSPECTIONS = "yunwei.work.inspection"


@asynccontextmanager
async def making_reports(doors: Doors) -> AsyncIterator[None]:
    """Make reports within the block, when one is due and at once when somebody asks for one."""
    from yunwei.operate.reports.jobs import ReportMaker  # it needs Django set up

    zone = doors.settings.time_zone
    maker = ReportMaker(doors.clock, public_url=doors.public_url, time_zone=zone)
    async with _at_work(doors, "make reports", _REPORTS, maker.step):
        yield


@asynccontextmanager
async def making_inspections(doors: Doors) -> AsyncIterator[None]:
    """Make inspections within the block, when one is due and at once when somebody asks for one."""
    from yunwei.operate.inspection.jobs.making import InspectionMaker  # it needs Django set up

    maker = InspectionMaker(doors.clock, time_zone=doors.settings.time_zone)
    async with _at_work(doors, "make inspections", _INSPECTIONS, maker.step):
        yield


@asynccontextmanager
async def _at_work(
    doors: Doors, name: str, subject: str, step: Callable[[], Awaitable[float]]
) -> AsyncIterator[None]:
    """Go round after round within the block. step: returns the seconds to the next round, which
    begins at once when something is announced under the subject."""
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def go_round() -> float:
        rang.clear()
        wait_s = await step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    stop = await patiently(lambda: doors.bus.listen(subject, ring))
    work = asyncio.create_task(run_for_ever(name, go_round))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await stop()
