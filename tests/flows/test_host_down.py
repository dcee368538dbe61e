"""A host goes down with sixty desktops: one person is told once, and sees the sixty attached."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.clouds import add_cloud, control_of
from tests.support.platform import wait_until
from tests.support.sinks import text_of
from tests.support.world import World
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread
from yunwei_sim.snmp.sender import TrapSettings

CLOUD, HOST, DESKTOPS = "cloud with a weak host", "CNA-01", 60
PATH = f"/device/{HOST}"
LOST, HOST_DOWN = "huawei.ces.desktopStatusError", "imap.151001"


@pytest.fixture
def cloud(local_world: World) -> Iterator[SimulatorThread]:
    """A cloud whose hosts carry sixty desktops each, known to the platform."""
    traps = TrapSettings(targets=(("127.0.0.1", local_world.platform.trap_port),))
    options = Options(desktops=215, days=1, control_port=0, traps=traps)
    with start_in_thread(options) as running:
        add_cloud(local_world.platform, CLOUD, running.url).gets("ok")
        wait_until(lambda: on_host(local_world) == DESKTOPS, timeout_s=60)
        known_at = time.monotonic()
        # govern looks every five seconds at what stands on what
        wait_until(lambda: time.monotonic() > known_at + 6, timeout_s=20)
        yield running
    for source in local_world.api.all("/sources", connector="huawei_workspace"):
        local_world.api.delete(f"/sources/{source['id']}")


def on_host(world: World) -> int:
    """Return the desktops of the host in this cloud; other flows have clouds of the same make."""
    hosts = world.api.all("/hosts", search=HOST)
    mine = [each for each in hosts if each["source_name"] == CLOUD and each["name"] == HOST]
    return sum(int(each["desktops_count"]) for each in mine)


def test_a_lost_host_wakes_one_person_once_and_carries_its_desktops(
    local_world: World, cloud: SimulatorThread
) -> None:
    world, control = local_world, control_of(cloud)
    world.tell_people_about_types(HOST_DOWN, LOST)
    fault = control.post("faults", name="host_down", target=HOST)
    situation = wait_until(lambda: situation_of(world, DESKTOPS + 1), timeout_s=120, every_s=0.5)
    assert (situation["root_object"], situation["affected"]) == (PATH, DESKTOPS)

    world.hears(PATH, "raise")
    [mail] = world.mail.about(PATH)
    assert HOST in text_of(mail)
    assert f"影响 {DESKTOPS} 个桌面" in mail["subject"]
    members = world.api.get(f"/situations/{situation['id']}/members")
    lost = [each for each in members if each["role"] == "member"]
    assert {each["alarm_type"] for each in lost} == {LOST}
    assert not any(each["was_told"] for each in lost)
    assert [each for each in lost if told_outside(world, each["managed_object"])] == []

    control.delete(f"faults/{fault['id']}")
    world.hears(PATH, "raise", "clear", timeout_s=30)
    wait_until(lambda: not standing(world), timeout_s=120, every_s=0.5)
    assert [each for each in lost if told_outside(world, each["managed_object"])] == []
    world.hears(PATH, "raise", "clear")


def situation_of(world: World, members: int) -> dict[str, Any]:
    found = world.api.get("/situations", state="open", search=HOST)["items"]
    counts = [each["members"] for each in found]
    assert counts == [members], f"situations with {counts} alarms"
    return dict(found[0])


def told_outside(world: World, path: str) -> bool:
    return bool(world.webhook.about(path) or world.mail.about(path))


def standing(world: World) -> int:
    return len(world.api.all("/alarms", view="open", alarm_type=LOST))
