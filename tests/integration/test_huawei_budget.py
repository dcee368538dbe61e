"""What reading 1,000 desktops costs: requests per read, held to the figures of the doc page."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from yunwei.base.core.readings import DesktopSeen, Observation
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context, take_pages
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

ACCESS = Access()

# Processor time of one read of 1,000 desktops, measured (0.2 to 3 s) with room to spare; the
# simulated cloud works in a thread of its own and is not in it.
MOST_CPU_S = 10.0


class Counting(httpx.AsyncHTTPTransport):
    """A real transport that counts its requests."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        return await super().handle_async_request(request)


class Meter:
    """A connector that says what each read cost."""

    def __init__(self, sim: SimulatorThread) -> None:
        self.sim = sim
        self.transport = Counting()
        self.clock = StillClock(sim.call(lambda each: each.cloud.clock.now_at()))
        settings = {
            "endpoint": sim.url,
            "project_id": ACCESS.project_id,
            "ak": ACCESS.access_key,
            "sk": ACCESS.secret_key,
            # The simulated cloud throttles at 200 a second.
            "requests_per_s": "150",
        }
        context = make_context(settings, self.clock)
        self.connector = load(CONNECTORS, "huawei_workspace")(context, transport=self.transport)
        self.watermark: str | None = None

    async def read(self, what: Read, **wanted: Any) -> tuple[int, list[Any]]:
        """Return the number of requests and the readings; hold the processor time to its limit."""
        self.transport.count = 0
        history_from = self.clock.now() - timedelta(hours=1)
        want = Wanted(watermark=self.watermark, history_from=history_from, **wanted)
        begin = time.thread_time()
        pages = await take_pages(self.connector.read(what, want))
        assert time.thread_time() - begin < MOST_CPU_S
        self.watermark = next((p.watermark for p in reversed(pages) if p.watermark), None)
        return self.transport.count, [each for page in pages for each in page.readings]


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    with start_in_thread(Options(desktops=1000, days=3)) as running:
        running.call(lambda each: each.cloud.clock.set_speed(0))
        yield running


@pytest.fixture
async def meter(sim: SimulatorThread) -> AsyncIterator[Meter]:
    found = Meter(sim)
    yield found
    await found.connector.close()


async def test_inventory(meter: Meter) -> None:
    requests, readings = await meter.read(Read.INVENTORY)
    assert sum(isinstance(each, DesktopSeen) for each in readings) == 1000
    pools = len(meter.sim.call(lambda each: each.cloud.world.fleet.pools))
    assert requests <= 10 + pools


async def test_sessions(meter: Meter) -> None:
    requests, _ = await meter.read(Read.SESSIONS)
    assert requests == 3


async def test_activity_of_a_minute(meter: Meter) -> None:
    await meter.read(Read.ACTIVITY)
    meter.sim.call(lambda each: each.cloud.clock.step(60))
    meter.clock.move(by=timedelta(minutes=1))
    requests, _ = await meter.read(Read.ACTIVITY)
    assert requests <= 60


async def test_alarms(meter: Meter) -> None:
    await meter.read(Read.ALARMS)
    requests, _ = await meter.read(Read.ALARMS)
    assert requests <= 2


async def test_metrics_of_all(meter: Meter) -> None:
    ids = tuple(meter.sim.call(lambda each: each.cloud.world.fleet.ids))
    requests, readings = await meter.read(Read.METRICS, desktops=ids)
    assert requests == 1000
    assert sum(isinstance(each, Observation) for each in readings) > 1000
