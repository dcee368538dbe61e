"""Whatever comes in: one clear line or one alarm on ourselves; nothing crashes, no secret shown."""

import pytest

from tests.support.platform import wait_until
from tests.support.snmp_packets import build_trap_v2c
from tests.support.world import LINK_DOWN, World

SECRET = "geheim-gemeinschaft"


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("malformed", b"\x30\x82\xff\xff not SNMP at all"),
        ("oversized", b"\x30" * 20_000),
        ("unknown_community", build_trap_v2c(LINK_DOWN, community=SECRET)),
        ("unsupported_version", bytes.fromhex("3003020103")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_datagrams_are_one_alarm_on_ourselves(world: World, reason: str, data: bytes) -> None:
    device = world.device()
    running = {name: world.platform.pid_of(name) for name in ("web", "engine")}
    device.sends(data, times=20)
    alarm = world.sees_alarm(device.path, alarm_type=f"intake.{reason}", timeout_s=20)
    assert alarm["source_name"] == "Yunwei"
    assert SECRET not in f"{alarm}{world.platform.log}"
    assert {name: world.platform.pid_of(name) for name in running} == running


def test_a_flood_from_a_stranger_stops_nobody_else(world: World) -> None:
    stranger, link = world.device(), world.link("inform")
    stranger.sends(build_trap_v2c(LINK_DOWN, community="stranger"), times=5000)
    link.goes_down()
    world.sees_alarm(link.path, is_cleared=False)
    world.sees_alarm(stranger.path, alarm_type="intake.unknown_community", timeout_s=20)
    wait_until(world.platform.is_well)


def test_a_malformed_binding_does_not_lose_the_trap(world: World) -> None:
    device = world.device()
    trap = build_trap_v2c("1.3.6.1.4.1.2011.2.15.2.4.3.3.0.1")  # family A without any variable
    device.sends(trap)
    world.sees_alarm(device.path, is_cleared=False)
