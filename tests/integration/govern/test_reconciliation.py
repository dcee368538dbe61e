"""Reports of the simulated cloud are lost on their way on purpose; its own list heals it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import msgspec
import pytest

from tests.integration.collect.support import eventually
from tests.support import snmp_packets as packets
from tests.support.governed import World
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm, AlarmView, ClearCause
from yunwei.monitor.collect.actions.reconciliation import reconcile_soon
from yunwei.monitor.collect.facts import Reconciliation
from yunwei.monitor.collect.hands import Hands
from yunwei.monitor.collect.publish import RawAlarmPublisher
from yunwei.monitor.collect.queries.reconciliation import fetch_reconciliation
from yunwei.monitor.collect.runner import SourceRunner
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, get_manifest, load
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei.run.reconciler import build_compare
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

FULL = "huawei.ces.disk_util_inband"


@dataclass
class Cloud:
    """A simulated cloud, read into a world by a real runner. loses: its reports do not arrive.

    broken: the desktop whose disk filled up; other things happen by themselves, as in any cloud.
    """

    world: World
    sim: SimulatorThread
    source: SourceId
    loses: bool = False
    broken: str = ""

    def breaks(self) -> str:
        answer = httpx.post(f"{self.sim.control_url}/sim/faults", json={"name": "disk_full"})
        fault = answer.raise_for_status().json()
        self.broken = fault["target"]["name"]
        return str(fault["id"])

    def is_mended(self, fault: str) -> None:
        httpx.delete(f"{self.sim.control_url}/sim/faults/{fault}").raise_for_status()

    async def append(self, batch: IntakeBatch) -> None:
        if not self.loses:
            self.world.stream.messages.append(encode(batch))

    def alarms(self, view: AlarmView | None = None) -> list[Alarm]:
        filters = {"source": self.source}
        found = alarm_queries.fetch_alarms(self.world.viewer, view=view, filters=filters)
        wanted = (FULL, f"/desktop/{self.broken}")
        alarms = [row.alarm for row in found.items]
        return [each for each in alarms if (each.alarm_type, each.managed_object) == wanted]

    def last(self) -> Reconciliation:
        found = fetch_reconciliation(self.world.viewer, self.source)
        assert found is not None
        return found

    async def until(self, condition: Callable[[], object]) -> None:
        """Govern until the condition holds."""

        async def wait_and_govern() -> None:
            while True:
                await self.world.governor.step(wait_s=0)
                await asyncio.sleep(0.05)

        governing = asyncio.create_task(wait_and_govern())
        try:
            await eventually(condition)
        finally:
            governing.cancel()
            await asyncio.wait([governing])


@pytest.fixture
def cloud(world: World) -> Iterator[Cloud]:
    with start_in_thread(Options(desktops=60, days=1)) as sim, transaction() as conn:
        access = Access()
        source = store.add_source(
            conn,
            tenant=world.installation.tenant,
            connector="huawei_workspace",
            name="Cloud",
            settings={"endpoint": sim.url, "project_id": access.project_id},
            secrets={"ak": access.access_key, "sk": access.secret_key},
            history_days=1,
        )
        conn.commit()
        assert source is not None
        yield Cloud(world=world, sim=sim, source=source)


def often(slug: str) -> Manifest:
    """Only alarms are read, and everything many times a second."""
    manifest = get_manifest(CONNECTORS, slug)
    return msgspec.structs.replace(
        manifest, reads=("alarms",), every_s={"alarms": 0.1}, reconcile_every_s=0.2
    )


@asynccontextmanager
async def reading(cloud: Cloud) -> AsyncIterator[None]:
    hands = Hands(
        publishers=(RawAlarmPublisher(cloud.append),),
        compare=build_compare(SystemClock()),
        manifest_of=often,
    )
    runner = SourceRunner("copy-1", hands)
    task = asyncio.create_task(runner.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await runner.close()


async def test_a_raise_that_was_lost_heals_and_says_how(cloud: Cloud) -> None:
    cloud.loses = True
    async with reading(cloud):
        await cloud.until(lambda: cloud.last().at)
        cloud.breaks()
        await cloud.until(lambda: cloud.last().raised_total >= 1)
        assert cloud.alarms() == []
        cloud.loses = False
        await cloud.until(cloud.alarms)

    (alarm,) = cloud.alarms()
    assert not alarm.is_cleared
    changes = alarm_queries.fetch_changes(cloud.world.viewer, alarm.id)
    assert "found by reconciliation" in {change.note for change in changes}


async def test_a_clear_that_was_lost_heals_and_says_how(cloud: Cloud) -> None:
    async with reading(cloud):
        fault = cloud.breaks()
        await cloud.until(lambda: cloud.alarms(AlarmView.OPEN))
        cloud.loses = True
        cloud.is_mended(fault)
        await cloud.until(lambda: cloud.last().cleared_total >= 1)
        cloud.loses = False
        await cloud.until(lambda: not cloud.alarms(AlarmView.OPEN))

    (alarm,) = cloud.alarms(AlarmView.HISTORY)
    assert alarm.clear_cause is ClearCause.RECONCILED
    counted = cloud.world.governor.take_heard().counts
    assert counted[cloud.source, "healed.clear"] >= 1


async def test_nothing_heals_where_nothing_was_lost(cloud: Cloud) -> None:
    async with reading(cloud):
        fault = cloud.breaks()
        await cloud.until(lambda: cloud.alarms(AlarmView.OPEN))
        cloud.is_mended(fault)
        await cloud.until(lambda: cloud.alarms(AlarmView.HISTORY))
        before = cloud.last().at
        await cloud.until(lambda: cloud.last().at != before)

    assert (cloud.last().raised_total, cloud.last().cleared_total) == (0, 0)
    assert cloud.alarms()[0].clear_cause is ClearCause.SOURCE


async def test_a_source_that_has_no_list_is_not_compared(cloud: Cloud) -> None:
    here = cloud.world.installation
    assert fetch_reconciliation(cloud.world.viewer, here.source) is None
    with pytest.raises(Conflict):
        reconcile_soon(cloud.world.viewer, here.source, now=SystemClock().now())


def test_the_running_numbers_of_raised_traps_are_heard_in_their_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world.installation
    context = make_context({}, StillClock(world.clock.now()))
    connector = load(CONNECTORS, "snmp_trap")(
        replace(context, source=here.source, tenant=here.tenant)
    )
    monkeypatch.setattr(world.governor, "_connectors", lambda source: connector)
    pairs = (
        packets.imap_pairs(csn="5"),
        packets.imap_pairs(csn="9"),
        packets.imap_pairs(csn="5", category="2", restore=1),
    )
    datagrams = tuple(
        ReceivedDatagram(
            tenant=here.tenant,
            source=here.source,
            received_at=world.clock.now(),
            address="192.0.2.7",
            data=packets.build_trap_v2c(f"{packets.IMAP}.0.1", each),
        )
        for each in pairs
    )
    world.stream.messages.append(encode(IntakeBatch(batch_id="t", datagrams=datagrams)))
    world.governs()

    heard = world.governor.take_heard()
    assert [each.serial for each in heard.serials] == [5, 9]
    assert world.governor.take_heard().serials == ()
