"""Desktop clouds that work, and all the ways in which they do not."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.clouds import add_cloud, control_of, simulated_cloud
from tests.support.world import World
from yunwei_sim.serve import SimulatorThread

WRONG_KEY = "das-falsche-geheimnis"


@pytest.fixture(scope="module")
def running_cloud() -> Iterator[SimulatorThread]:
    with simulated_cloud(desktops=40, days=1) as running:
        yield running


@pytest.fixture
def cloud(local_world: World, running_cloud: SimulatorThread) -> Iterator[SimulatorThread]:
    """A cloud that behaves, and whose sources are gone after the test."""
    yield running_cloud
    control_of(running_cloud).post("face", fault="none")
    for source in local_world.api.all("/sources", connector="huawei_workspace"):
        local_world.api.delete(f"/sources/{source['id']}")


def test_wrong_keys_are_said_once_without_the_keys(
    local_world: World, cloud: SimulatorThread
) -> None:
    source = add_cloud(local_world.platform, "cloud with wrong keys", cloud.url, secret=WRONG_KEY)
    row = source.gets("refused")
    local_world.sees_alarm(f"/source/{row['id']}", alarm_type="source.refused", is_cleared=False)
    told = local_world.platform.command("source", "test", source.name, expect=1)
    assert WRONG_KEY not in f"{row}{told}{local_world.platform.log}"
    assert len([line for line in source.lines() if "is refused" in line]) == 1
    assert local_world.platform.is_well()


def test_a_cloud_that_is_away_and_comes_back(local_world: World, cloud: SimulatorThread) -> None:
    control_of(cloud).post("face", fault="refuse")
    source = add_cloud(local_world.platform, "cloud that comes and goes", cloud.url)
    path = f"/source/{source.gets('unreachable')['id']}"
    local_world.sees_alarm(path, alarm_type="source.unreachable", is_cleared=False, count=1)
    control_of(cloud).post("face", fault="none")
    source.gets("ok")
    local_world.sees_alarm(path, alarm_type="source.unreachable", is_cleared=True, count=1)
    for state in ("is unreachable", "is ok (was unreachable)"):
        assert len([line for line in source.lines() if state in line]) == 1


@pytest.mark.parametrize("fault", ["garbage", "html", "wrong_types"])
def test_an_answer_out_of_shape_is_that_source_s_trouble_alone(
    local_world: World, cloud: SimulatorThread, fault: str
) -> None:
    control_of(cloud).post("face", fault=fault)
    source = add_cloud(local_world.platform, f"cloud that answers {fault}", cloud.url)
    path = f"/source/{source.gets('babbling')['id']}"
    local_world.sees_alarm(path, alarm_type="source.babbling", is_cleared=False)
    assert local_world.platform.is_well()


def test_an_address_where_nobody_listens(local_world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    source = add_cloud(local_world.platform, "cloud that never was", url)
    row = source.gets("unreachable")
    local_world.sees_alarm(f"/source/{row['id']}", alarm_type="source.unreachable", count=1)
    assert len([line for line in source.lines() if "is unreachable" in line]) == 1
