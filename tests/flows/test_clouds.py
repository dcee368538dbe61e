"""Desktop clouds that work, and all the ways in which they do not."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.clouds import add_cloud, control_of, simulated_cloud
from tests.support.world import World
from yunwei_sim.serve import SimulatorThread

WRONG_KEY = "das-falsche-geheimnis"


@pytest.fixture(scope="module")
def cloud() -> Iterator[SimulatorThread]:
    with simulated_cloud() as running:
        yield running


def test_wrong_keys_are_said_once_without_the_keys(world: World, cloud: SimulatorThread) -> None:
    source = add_cloud(world.platform, "cloud with wrong keys", cloud.url, secret=WRONG_KEY)
    row = source.gets("refused")
    world.sees_alarm(f"/source/{row['id']}", alarm_type="source.refused", is_cleared=False)
    told = world.platform.command("source", "test", source.name, expect=1)
    assert WRONG_KEY not in f"{row}{told}{world.platform.log}"
    assert len([line for line in source.lines() if "is refused" in line]) == 1
    assert world.platform.is_well()


def test_a_cloud_that_goes_away_and_comes_back(world: World, cloud: SimulatorThread) -> None:
    source = add_cloud(world.platform, "cloud that comes and goes", cloud.url)
    path = f"/source/{source.gets('ok')['id']}"
    control_of(cloud).post("face", fault="refuse")
    source.gets("unreachable")
    world.sees_alarm(path, alarm_type="source.unreachable", is_cleared=False, count=1)
    control_of(cloud).post("face", fault="none")
    source.gets("ok")
    world.sees_alarm(path, alarm_type="source.unreachable", is_cleared=True, count=1)
    for state in ("is unreachable", "is ok (was unreachable)"):
        assert len([line for line in source.lines() if state in line]) == 1


@pytest.mark.parametrize("fault", ["garbage", "html", "wrong_types"])
def test_an_answer_out_of_shape_is_that_source_s_trouble_alone(world: World, fault: str) -> None:
    with simulated_cloud(desktops=40, days=1) as cloud:
        source = add_cloud(world.platform, f"cloud that answers {fault}", cloud.url)
        source.gets("ok")
        control_of(cloud).post("face", fault=fault)
        path = f"/source/{source.gets('babbling')['id']}"
        world.sees_alarm(path, alarm_type="source.babbling", is_cleared=False)
        assert world.platform.is_well()
    world.api.delete(f"/sources/{source.row()['id']}")


def test_an_address_where_nobody_listens(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    source = add_cloud(world.platform, "cloud that never was", url)
    row = source.gets("unreachable")
    world.sees_alarm(f"/source/{row['id']}", alarm_type="source.unreachable", count=1)
    assert len([line for line in source.lines() if "is unreachable" in line]) == 1
