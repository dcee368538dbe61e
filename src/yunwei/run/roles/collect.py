"""The role `collect`: reads the sources that this copy has leases for."""

import asyncio
from functools import partial

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect import facts
from yunwei.monitor.collect.hands import Hands
from yunwei.monitor.collect.publish import RawAlarmPublisher, SelfAlarms
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.runner import SourceRunner
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.run.doors import Doors, patiently
from yunwei.run.reconciler import build_compare
from yunwei.run.roles.receive import append_intake


async def run(doors: Doors) -> None:
    """Read sources until cancelled; gives its leases back then."""
    internal = await patiently(lambda: asyncio.to_thread(internal_source))
    append = partial(append_intake, doors.bus)
    hands = Hands(
        sinks=(inventory_actions.apply_page,),
        publishers=(RawAlarmPublisher(append), TelemetryPublisher(doors.bus.append)),
        say=SelfAlarms(append, internal),
        compare=build_compare(doors.clock),
        choose_desktops=inventory_actions.system_choose_desktops,
        clock=doors.clock,
    )
    runner = SourceRunner(doors.name, hands)

    async def wake(subject: str, data: bytes) -> None:
        runner.wake()

    stop = await doors.bus.listen(facts.SOURCES_CHANGED, wake)
    try:
        await runner.run()
    finally:
        await stop()
        await runner.close()


def internal_source() -> SourceId:
    """Return the platform's own source. Raises Refused before `bootstrap`."""
    with transaction() as conn:
        return queries.system_internal_source(conn).id
