"""The role `telemetry`: the durable stream of measurements to ClickHouse."""

from yunwei.base.infra.health import Health, register
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.run.doors import Doors


async def run(doors: Doors) -> None:
    clickhouse = await doors.clickhouse()
    writer = TelemetryWriter(doors.bus, clickhouse, doors.settings.data_dir / "dead-letters")
    forget = register("telemetry", lambda: Health(is_ok=True))
    try:
        await writer.run()
    finally:
        forget()
