"""What only a platform of many processes has: copies that take over, roles that die alone."""

from tests.support.world import World


def test_another_copy_takes_over_when_one_dies(spread_world: World) -> None:
    for dead in ("govern", "notify", "collect", "receive"):
        link = spread_world.link("inform")
        spread_world.tell_people_about(link.path)
        spread_world.platform.kill(dead)
        link.goes_down()
        spread_world.sees_alarm(link.path, is_cleared=False, count=1, timeout_s=30)
        spread_world.hears(link.path, "raise", timeout_s=90)


def test_check_finds_nothing_wrong(world: World) -> None:
    told = world.platform.command_json("check")
    assert [each for each in told if not each["ok"]] == []
    assert {"PostgreSQL", "NATS", "ClickHouse"} <= {each["name"] for each in told}
