"""Whatever comes in: one clear line or one alarm on ourselves; nothing crashes, no secret shown."""

from typing import Any

from tests.support.platform import wait_until
from tests.support.snmp_packets import build_trap_v2c
from tests.support.world import LINK_DOWN, Device, World

SECRET = "geheim-gemeinschaft"


BAD = {
    "malformed": b"\x30\x82\xff\xff not SNMP at all",
    "oversized": b"\x30" * 20_000,
    "unknown_community": build_trap_v2c(LINK_DOWN, community=SECRET),
    "unsupported_version": bytes.fromhex("3003020103"),
}


def test_bad_datagrams_are_one_alarm_of_each_kind_on_ourselves(world: World) -> None:
    device = world.device()
    running = {name: world.platform.pid_of(name) for name in ("web", "engine", "govern")}
    for data in BAD.values():
        device.sends(data, times=20)
    for reason in BAD:
        alarm = wait_until(lambda each=reason: rejection(world, each, device), timeout_s=20)
        assert alarm["source_name"] == "Yunwei"
        assert not alarm["is_cleared"]
        assert SECRET not in str(alarm)
    assert SECRET not in world.platform.log
    assert {name: world.platform.pid_of(name) for name in running} == running


def test_a_flood_from_a_stranger_stops_nobody_else(world: World) -> None:
    stranger, link = world.device(), world.link("inform")
    stranger.sends(build_trap_v2c(LINK_DOWN, community="stranger"), times=5000)
    link.goes_down()
    world.sees_alarm(link.path, is_cleared=False)
    wait_until(lambda: rejection(world, "unknown_community", stranger), timeout_s=20)
    wait_until(world.platform.is_well)


def rejection(world: World, reason: str, device: Device) -> dict[str, Any]:
    """Return the one alarm about such datagrams once it names the device as the latest sender."""
    found = world.api.all("/alarms", alarm_type=f"intake.{reason}")
    assert len(found) <= 1
    return next((each for each in found if each["raw"]["address"] == device.address), {})


def test_a_malformed_binding_does_not_lose_the_trap(world: World) -> None:
    device = world.device()
    trap = build_trap_v2c("1.3.6.1.4.1.2011.2.15.2.4.3.3.0.1")  # family A without any variable
    device.sends(trap)
    world.sees_alarm(device.path, is_cleared=False)
