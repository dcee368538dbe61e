"""A whole month of a simulated cloud, read every third morning, against its own truth; see `month`.

The table of the comparison is printed (`-s`). The same of 2,000 desktops stands in tests/bench.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.usage.month import FIRST, cloud_of, live_through
from tests.integration.usage.month_lines import compare_month
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.plugins.sdk.testkit import StillClock
from yunwei_sim.serve import SimulatorThread

DESKTOPS = 120

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(FIRST)


@pytest.fixture
def cloud(clock: StillClock) -> Iterator[SimulatorThread]:
    yield from cloud_of(DESKTOPS, clock)


async def test_every_figure_of_a_month_is_the_cloud_s_own(
    cloud: SimulatorThread,
    clock: StillClock,
    bus: Bus,
    clickhouse: ClickHouse,
    database_pool: str,
    tmp_path: Path,
) -> None:
    every = timedelta(days=3)
    month = await live_through(cloud, clock, bus, clickhouse, tmp_path, every=every)
    assert len(month.changed) >= 4
    compare_month(month)
