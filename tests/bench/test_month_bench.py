"""A whole month of 2,000 desktops, read twice a day, against the cloud's own truth; see
tests/integration/usage/month.py. Prints the table of the comparison (`-s`), and how long the whole
road took: connector, inventory, bus, writer."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bench.conftest import Figures
from tests.integration.usage.month import FIRST, cloud_of, live_through
from tests.integration.usage.month_lines import compare_month
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.plugins.sdk.testkit import StillClock
from yunwei_sim.serve import SimulatorThread

DESKTOPS = 2000

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(FIRST)


@pytest.fixture
def cloud(clock: StillClock) -> Iterator[SimulatorThread]:
    yield from cloud_of(DESKTOPS, clock)


async def test_every_figure_of_a_month_of_2000_desktops_is_the_cloud_s_own(
    figures: Figures,
    cloud: SimulatorThread,
    clock: StillClock,
    bus: Bus,
    clickhouse: ClickHouse,
    database_pool: str,
    tmp_path: Path,
) -> None:
    began_s = time.perf_counter()
    every = timedelta(hours=12)
    month = await live_through(cloud, clock, bus, clickhouse, tmp_path, every=every)
    figures.add("month.lived_through", time.perf_counter() - began_s, "s")
    began_s = time.perf_counter()
    compare_month(month)
    figures.add("month.compared", time.perf_counter() - began_s, "s")
