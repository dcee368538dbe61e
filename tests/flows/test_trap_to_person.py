"""From a trap on the wire to the right person's mailbox, once, and its end as well."""

import time

import pytest

from tests.support.platform import wait_until
from tests.support.world import World


@pytest.mark.parametrize("way", ["trap", "inform", "v1"])
def test_a_fault_and_its_end_reach_people_once_each(world: World, way: str) -> None:
    link = world.link(way)
    world.tell_people_about(link.path)
    link.goes_down()
    began = time.monotonic()
    alarm = world.sees_alarm(link.path, is_cleared=False, count=1, alarm_type="snmp.link_down")
    assert time.monotonic() - began < 2.0
    world.hears(link.path, "raise")
    link.comes_up()
    cleared = world.sees_alarm(link.path, is_cleared=True, count=1)
    assert cleared["id"] == alarm["id"]
    world.hears(link.path, "raise", "clear")
    world.hears_no_more(link.path)
    assert world.told_about(link.path) == {
        "webhook": ["raise", "clear"],
        "mail": ["raise", "clear"],
    }


def test_a_fault_said_again_is_the_same_fault(world: World) -> None:
    link = world.link()
    world.tell_people_about(link.path)
    for _ in range(3):
        link.goes_down()
    alarm = world.sees_alarm(link.path, count=3)
    assert len(world.api.get(f"/alarms/{alarm['id']}/occurrences")) == 1
    world.hears(link.path, "raise")
    world.hears_no_more(link.path)
    world.hears(link.path, "raise")


def test_a_masked_fault_tells_nobody_and_names_its_rule(world: World) -> None:
    link = world.link()
    world.tell_people_about(link.path)
    rule = world.mask(link.path, name=f"switch {link.number} is replaced")
    link.goes_down()
    alarm = world.sees_alarm(link.path, is_cleared=False)
    assert [reason["rule_name"] for reason in alarm["suppressed_by"]] == [rule["name"]]
    assert [each["id"] for each in world.alarms_about(link.path, view="masked")] == [alarm["id"]]
    assert world.alarms_about(link.path, view="open") == []
    link.comes_up()
    world.sees_alarm(link.path, is_cleared=True)
    world.hears_no_more(link.path)
    assert world.told_about(link.path) == {"webhook": [], "mail": []}
    assert not world.api.all("/messages", alarm=alarm["id"])


def test_a_mask_rule_that_ends_lets_the_fault_through(world: World) -> None:
    link = world.link()
    world.tell_people_about(link.path)
    rule = world.mask(link.path, name=f"short work on {link.number}")
    link.goes_down()
    world.sees_alarm(link.path)
    assert world.alarms_about(link.path, view="open") == []
    world.api.post(f"/mask-rules/{rule['id']}/switch", is_enabled=False)
    wait_until(lambda: world.alarms_about(link.path, view="open"))
    world.hears(link.path, "raise")


def test_a_trap_that_nothing_knows_is_an_alarm_all_the_same(world: World) -> None:
    device = world.device()
    device.sends_trap("1.3.6.1.4.1.99999.7.0.1", text="机房漏水")
    alarm = world.sees_alarm(device.path, alarm_type="unmapped.1.3.6.1.4.1.99999.7.0.1")
    assert "机房漏水" in alarm["text"]
