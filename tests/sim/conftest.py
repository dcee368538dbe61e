"""Fixtures of the simulated cloud's tests: one running cloud whose clock stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huaweicloudsdkworkspace.v2 import WorkspaceClient

from tests.sim.support import MONDAY_AT, Control, sdk_client
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Huawei's SDK use the deprecated clock of Python that it uses."""
    mark = pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(mark)


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatorThread]:
    """Serve 700 desktops with 10 days of history, at 10:30 on a Monday, the clock held still."""
    options = Options(desktops=700, days=10, start_at=MONDAY_AT, speed=0)
    with start_in_thread(options) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def client(running: SimulatorThread) -> WorkspaceClient:
    """Return Huawei's SDK with the right keys."""
    return sdk_client(running)


@pytest.fixture(scope="module")
def control(running: SimulatorThread) -> Control:
    """Return a client of the control face."""
    return Control(running.control_url)
