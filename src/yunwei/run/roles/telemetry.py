"""The role `telemetry`: the durable stream of measurements to ClickHouse, and what judges by it:
threshold rules, the guards of runs, what is asked back and perhaps used. In embedded mode no other
process can ask it."""

import asyncio
import re
from functools import partial

from yunwei.base.core.errors import Misconfigured, YunweiError
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.health import Health, register
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.operate.reclaim.jobs import Reclaims
from yunwei.operate.runs.jobs.watching import Guard
from yunwei.run.doors import Doors, patiently
from yunwei.run.names import EXPORT_TELEMETRY, EXPORTS
from yunwei.run.roles.collect import internal_source
from yunwei.run.roles.receive import append_intake
from yunwei.run.schema import wait_for_schema
from yunwei.run.telemetry_files import export_tables
from yunwei.run.threshold_watch import ThresholdWatch

_PLAIN_NAME = re.compile(rb"[a-z0-9-]{1,64}")


async def run(doors: Doors) -> None:
    clickhouse = await doors.clickhouse()
    writer = TelemetryWriter(doors.bus, clickhouse, doors.settings.data_dir / "dead-letters")
    forget = register("telemetry", lambda: Health(is_ok=True))

    async def export(name: bytes) -> bytes:
        try:
            return await asyncio.to_thread(_export, doors, clickhouse, name)
        except (YunweiError, OSError) as error:
            return f"failed: {error}".encode()

    stop = await doors.bus.answer(EXPORT_TELEMETRY, export)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(writer.run())
            group.create_task(_watch_thresholds(doors))
            group.create_task(_watch_canaries(doors))
            group.create_task(_watch_reclaims(doors))
    finally:
        await stop()
        forget()


async def _watch_thresholds(doors: Doors) -> None:
    await wait_for_schema()
    internal = await patiently(lambda: asyncio.to_thread(internal_source))
    watch = ThresholdWatch(
        append=partial(append_intake, doors.bus), internal=internal, clock=doors.clock
    )
    await run_for_ever("evaluate threshold rules", watch.step)


async def _watch_reclaims(doors: Doors) -> None:
    await wait_for_schema()
    reclaims = Reclaims(doors.clock, time_zone=doors.settings.time_zone)
    await run_for_ever("move reclaims on", reclaims.step)


async def _watch_canaries(doors: Doors) -> None:
    await wait_for_schema()
    await run_for_ever("watch canaries", Guard(doors.clock).step)


def _export(doors: Doors, clickhouse: ClickHouse, name: bytes) -> bytes:
    # a name, not a path: who reaches the bus must not write where they like
    if not _PLAIN_NAME.fullmatch(name):
        raise Misconfigured("an export needs a plain name")
    folder = doors.settings.data_dir / EXPORTS / name.decode()
    return ",".join(export_tables(clickhouse, folder)).encode()
