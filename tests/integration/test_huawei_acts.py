"""Acts on desktops over sockets; Huawei's own SDK is the witness of what they did."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from huaweicloudsdkworkspace.v2 import model

from tests.sim.support import sdk_client
from yunwei.base.core.errors import Refused
from yunwei.plugins.sdk.contract import ControlsDesktops, DesktopAct, FarState
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

# The SDK's signer asks for the time in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ACCESS = Access()


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    """A cloud whose clock stands still."""
    with start_in_thread(Options(desktops=60, days=2, speed=0)) as running:
        yield running


@pytest.fixture
async def connector(sim: SimulatorThread) -> AsyncIterator[ControlsDesktops]:
    settings = {
        "endpoint": sim.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
    }
    # requests are signed in real time, whatever the cloud's clock says
    clock = StillClock(datetime.now(UTC))
    opened = load(CONNECTORS, "huawei_workspace")(make_context(settings, clock))
    yield opened
    await opened.close()


def passes(sim: SimulatorThread, seconds: float) -> None:
    sim.call(lambda each: each.cloud.clock.step(seconds))


def some_desktop(sim: SimulatorThread, place: int) -> str:
    return str(sim.call(lambda each: each.cloud.world.fleet.ids[place]))


def seen_by_the_sdk(sim: SimulatorThread, desktop: str) -> tuple[str, str]:
    found = (
        sdk_client(sim)
        .show_desktop_detail(model.ShowDesktopDetailRequest(desktop_id=desktop))
        .desktop
    )
    return found.status, found.login_status


def tell(sim: SimulatorThread, path: str, **body: object) -> dict[str, object]:
    return dict(httpx.post(f"{sim.control_url}{path}", json=body).json())


def asked_of(sim: SimulatorThread, desktop: str) -> list[str]:
    answer = httpx.post(f"{sim.control_url}/sim/jobs", json={}).json()
    return [each["type"] for each in answer["items"] if each["desktop_id"] == desktop]


@pytest.mark.parametrize(
    ("act", "place", "after"),
    [
        (DesktopAct.STOP, 1, "SHUTOFF"),
        (DesktopAct.RESTART, 2, "ACTIVE"),
        (DesktopAct.FORCE_RESTART, 3, "ACTIVE"),
        (DesktopAct.REBUILD, 4, "ACTIVE"),
    ],
)
async def test_an_act_is_followed_to_its_end(
    sim: SimulatorThread, connector: ControlsDesktops, act: DesktopAct, place: int, after: str
) -> None:
    desktop = some_desktop(sim, place)
    if after == "ACTIVE":
        user = sim.call(lambda each: _owner(each, place))
        tell(sim, "/sim/login", user=user)
    number = await connector.begin_act(act, desktop)
    assert (await connector.read_act(act, desktop, number)).state is FarState.RUNNING
    # the SDK sees the same job
    told = sdk_client(sim).show_job(model.ShowJobRequest(job_id=number))
    assert told.status == "RUNNING"
    assert told.sub_jobs[0].entities.desktop_id == desktop
    passes(sim, 300)
    assert (await connector.read_act(act, desktop, number)).state is FarState.SUCCEEDED
    assert sdk_client(sim).show_job(model.ShowJobRequest(job_id=number)).status == "SUCCESS"
    assert seen_by_the_sdk(sim, desktop)[0] in {after, "SHUTOFF", "HIBERNATED"}


def _owner(simulation: object, place: int) -> str:
    world = simulation.cloud.world  # type: ignore[attr-defined]
    return str(world.people.logins[max(0, int(world.fleet.owner[place]))])


async def test_a_session_that_is_logged_off_is_gone(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    user = sim.call(lambda each: _owner(each, 6))
    visit = tell(sim, "/sim/login", user=user)
    desktop = str(visit["desktop_id"])
    assert seen_by_the_sdk(sim, desktop)[1] == "CONNECTED"
    number = await connector.begin_act(DesktopAct.LOG_OFF, desktop)
    assert number == ""
    passes(sim, 30)
    told = await connector.read_act(DesktopAct.LOG_OFF, desktop, number)
    assert told.state is FarState.SUCCEEDED
    assert seen_by_the_sdk(sim, desktop)[1] not in {"CONNECTED", "DISCONNECTED"}


async def test_a_snapshot_is_there_for_the_sdk(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    desktop = some_desktop(sim, 7)
    number = await connector.begin_act(DesktopAct.SNAPSHOT, desktop)
    passes(sim, 90)
    assert (await connector.read_act(DesktopAct.SNAPSHOT, desktop, number)).state.is_over
    request = model.ListDesktopSnapshotRequest(desktop_id=desktop, limit=10, offset=0)
    assert sdk_client(sim).list_desktop_snapshot(request).total_count == 1


async def test_the_newest_snapshot_is_restored_and_without_one_nothing_is_told(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    desktop = some_desktop(sim, 10)
    with pytest.raises(Refused, match="no snapshot"):
        await connector.begin_act(DesktopAct.RESTORE, desktop)
    assert asked_of(sim, desktop) == []
    for _each in range(2):
        await connector.begin_act(DesktopAct.SNAPSHOT, desktop)
        passes(sim, 90)
    tell(sim, "/sim/login", user=sim.call(lambda each: _owner(each, 10)))
    number = await connector.begin_act(DesktopAct.RESTORE, desktop)
    assert (await connector.read_act(DesktopAct.RESTORE, desktop, number)).state is FarState.RUNNING
    passes(sim, 120)
    told = sdk_client(sim).show_job(model.ShowJobRequest(job_id=number))
    assert (told.job_type, told.status) == ("RESTORE_DESKTOP_SNAPSHOT", "SUCCESS")
    request = model.ListDesktopSnapshotRequest(desktop_id=desktop, limit=10, offset=0)
    known = sdk_client(sim).list_desktop_snapshot(request).desktop_snapshots
    assert len({each.snapshot_id for each in known}) == 2
    assert seen_by_the_sdk(sim, desktop)[1] != "CONNECTED"


async def test_what_the_cloud_could_not_do_has_failed_with_its_reason(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    desktop = some_desktop(sim, 8)
    tell(sim, "/sim/jobs", fail=1)
    number = await connector.begin_act(DesktopAct.RESTART, desktop)
    passes(sim, 90)
    told = await connector.read_act(DesktopAct.RESTART, desktop, number)
    assert told.state is FarState.FAILED
    assert told.reason


async def test_a_desktop_that_is_not_there_is_refused(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    with pytest.raises(Refused):
        await connector.begin_act(DesktopAct.RESTART, "no-such-desktop")


async def test_an_act_whose_answer_was_lost_is_found_again(
    sim: SimulatorThread, connector: ControlsDesktops
) -> None:
    desktop = some_desktop(sim, 9)
    now = sim.call(lambda each: each.cloud.clock.now_at())
    assert await connector.find_act(DesktopAct.RESTART, desktop, now) is None
    number = await connector.begin_act(DesktopAct.RESTART, desktop)
    assert await connector.find_act(DesktopAct.RESTART, desktop, now) == number
    later = now + timedelta(minutes=1)
    assert await connector.find_act(DesktopAct.RESTART, desktop, later) is None
    assert asked_of(sim, desktop) == ["REBOOT_DESKTOP"]
