"""What rules may ask of an alarm, and how many of them may ask every alarm."""

from dataclasses import replace

import pytest
from psycopg.types.json import Jsonb

from tests.support.alarms import at, build_raw
from tests.support.governed import World
from yunwei.base.core.condition import condition_to_json, parse_text
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.alarms.queries import fetch_alarms
from yunwei.monitor.governance.actions import mask_budget, mask_life
from yunwei.monitor.governance.facts.masks import RuleState


def written(text: str) -> object:
    return condition_to_json(parse_text(text))


@pytest.mark.parametrize(
    ("text", "is_masked"),
    [
        ('object_kind == "disk" && object_name == "C"', True),
        ('under(managed_object, ["/pool/1", "/device"])', True),
        ('cidr(address, "192.0.2.0/24")', True),
        ('cidr(address, "198.51.100.0/24")', False),
        ('raw.site == "Beijing" && !(raw.site == "Shanghai")', True),
        ('raw.floor != "3"', False),  # nobody knows the floor
        ("!has(raw.floor) && count <= 1", True),
        ('raised_at >= timestamp("2026-11-23T06:00:00Z")', True),
        ('raised_at > timestamp("2026-11-23T06:00:00Z")', False),
        (r'matches(text, r"disk \w+ is full") && severity >= "major"', True),
        ('severity > "major" || contains(text, "IS FULL")', True),
    ],
)
def test_rules_see_all_of_an_alarm(world: World, text: str, is_masked: bool) -> None:
    world.masks(condition=written(text))
    raw = build_raw(managed_object="/device/192.0.2.7/disk/C", text="disk C is full")
    world.reports(replace(raw, raw={"site": "Beijing"}))
    world.alarm(AlarmView.MASKED if is_masked else AlarmView.OPEN)


def test_a_rule_that_changes_is_found_by_what_it_says_now(world: World) -> None:
    rules = [world.masks(condition=written(f'object_name == "H-{n}"')) for n in range(20)]
    world.governs()
    world.changes_mask(rules[7], condition=written('object_name == "H-99"'))
    world.reports(build_raw(managed_object="/host/H-7"), build_raw(managed_object="/host/H-99"))
    assert world.alarm(AlarmView.OPEN).managed_object == "/host/H-7"
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_id == rules[7]


def test_too_many_rules_for_every_alarm_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_budget, "UNANCHORED_BUDGET", 2)
    vague = written('!contains(text, "test")')
    first, _second = world.masks(condition=vague), world.masks(condition=vague)
    with pytest.raises(Invalid, match="name a type") as raised:
        world.masks(condition=vague)
    assert raised.value.field == "condition"
    world.masks(condition=written('!contains(text, "test") && alarm_type == "host.down"'))
    world.changes_mask(first, condition=vague, name="the same again")
    draft = world.masks(condition=vague, state=RuleState.DRAFT)
    with pytest.raises(Conflict, match="name a type"):
        mask_life.start_shadow(world.viewer, draft, now=at(1))
    mask_life.stop_mask_rule(world.viewer, first, now=at(1))
    mask_life.start_shadow(world.viewer, draft, now=at(1))


def test_a_rule_that_can_not_be_understood_masks_nothing_and_says_so(world: World) -> None:
    rule = world.masks(condition=written('object_name == "H-7"'), name="broken")
    damage = {"field": "no_such_field", "op": "eq", "value": "x"}
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "UPDATE governance_maskrule SET condition = %s, version = version + 1 WHERE id = %s",
            (Jsonb(damage), rule),
        )
    world.reports(build_raw(managed_object="/host/H-7"))
    world.passes(minutes=1)
    world.governs()
    told = {row.alarm.alarm_type: row.alarm for row in fetch_alarms(world.viewer).items}
    assert set(told) == {"host.down", "governance.rule_damaged"}
    assert "broken" in told["governance.rule_damaged"].text
    world.changes_mask(rule, condition=written('object_name == "H-8"'))
    world.passes(minutes=30)
    world.governs()
    assert world.alarm().alarm_type == "host.down"
