"""Rules that name a set: they go by what it holds now, wherever rules are read."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.alarms import at, build_raw
from tests.support.governed import World
from yunwei.base.core.condition import condition_to_json, parse_text
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.named_sets import actions, queries
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind
from yunwei.base.people.queries import viewer_by_name
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.alarms.queries import fetch_alarms
from yunwei.monitor.governance.actions import mask_life, noise_rules
from yunwei.monitor.governance.actions import mask_rules as mask_actions
from yunwei.monitor.governance.facts.noise import GroupRule, InhibitionRule, NoiseRuleDraft


def written(text: str) -> object:
    return condition_to_json(parse_text(text))


CORE = written('in_set(managed_object, "核心主机")')


def draft(*values: str, name: str = "核心主机", **more: object) -> NamedSetDraft:
    given = {"kind": SetKind.OBJECTS, **more}
    return NamedSetDraft(name=name, values=values, **given)  # type: ignore[arg-type]


def adds(world: World, *values: str, **more: object) -> int:
    made = draft(*values, **more)  # type: ignore[arg-type]
    return actions.add_set(world.viewer, world.installation.tenant, made, now=world.clock.now())


def changes(world: World, named_set: int, *values: str) -> None:
    actions.change_set(world.viewer, named_set, draft(*values), now=world.clock.now())


def masked(world: World) -> set[str]:
    world.governs()
    found = fetch_alarms(world.viewer, view=AlarmView.MASKED).items
    return {row.alarm.managed_object for row in found}


def types(world: World) -> set[str]:
    return {row.alarm.alarm_type for row in fetch_alarms(world.viewer).items}


def test_a_mask_hides_what_its_set_holds_and_all_beneath(world: World) -> None:
    adds(world, "/host/H-1", "/pool/7/")
    world.masks(condition=CORE)
    inside = ("/host/H-1", "/host/H-1/disk/C", "/pool/7/desktop/D-3")
    for path in (*inside, "/host/H-10", "/pool/70"):
        world.reports(build_raw(managed_object=path))
    assert masked(world) == set(inside)


def test_a_change_of_the_set_holds_at_once_for_alarms_that_are_open_already(world: World) -> None:
    named_set = adds(world, "/host/H-1")
    world.masks(condition=CORE)
    world.reports(build_raw(managed_object="/host/H-1"), build_raw(managed_object="/host/H-2"))
    assert masked(world) == {"/host/H-1"}
    changes(world, named_set, "/host/H-2")
    assert masked(world) == {"/host/H-2"}
    actions.edit_values(
        world.viewer, named_set, add=["/host/H-1"], remove=["/host/H-2"], now=world.clock.now()
    )
    assert masked(world) == {"/host/H-1"}


@pytest.mark.parametrize("text", ['in_set(managed_object, "核心主机")', "!({})"])
def test_an_empty_set_matches_nothing_and_the_rule_says_so(world: World, text: str) -> None:
    named_set = adds(world)
    inner = 'in_set(managed_object, "核心主机")'
    world.masks(condition=written(text.format(inner)), name="planned work")
    world.reports(build_raw(managed_object="/host/H-1"))
    world.passes(minutes=1)
    assert masked(world) == set()
    assert types(world) == {"host.down", "governance.rule_damaged"}
    told = next(
        row.alarm
        for row in fetch_alarms(world.viewer).items
        if row.alarm.alarm_type == "governance.rule_damaged"
    )
    assert "planned work" in told.text
    assert "核心主机" in told.text
    changes(world, named_set, "/host/H-9")
    world.passes(minutes=30)
    world.governs()
    assert "governance.rule_damaged" not in types(world)


def test_what_else_a_rule_says_goes_on_without_its_empty_set(world: World) -> None:
    adds(world)
    world.masks(condition=written('in_set(managed_object, "核心主机") || object_name == "H-2"'))
    world.reports(build_raw(managed_object="/host/H-1"), build_raw(managed_object="/host/H-2"))
    assert masked(world) == {"/host/H-2"}


@pytest.mark.parametrize(
    ("kind", "values", "text", "is_masked"),
    [
        (SetKind.ALARM_TYPES, ("host.down", "disk.slow"), 'in_set(alarm_type, "s")', True),
        (SetKind.ALARM_TYPES, ("host.down",), '!in_set(alarm_type, "s")', False),
        (SetKind.ADDRESSES, ("192.0.2.0/24",), 'in_set(address, "s")', True),
        (SetKind.ADDRESSES, ("198.51.100.7",), '!in_set(address, "s")', True),
        (SetKind.TEXTS, ("C", "D"), 'in_set(object_name, "s")', True),
        (SetKind.TEXTS, ("Beijing",), 'in_set(raw.site, "s")', True),
        (SetKind.TEXTS, ("Beijing",), '!in_set(raw.floor, "s")', False),
    ],
)
def test_each_kind_of_set_is_asked_of_its_fields(
    world: World, kind: SetKind, values: Sequence[str], text: str, *, is_masked: bool
) -> None:
    adds(world, *values, name="s", kind=kind)
    world.masks(condition=written(text))
    raw = build_raw(managed_object="/device/192.0.2.7/disk/C")
    world.reports(replace(raw, raw={"site": "Beijing"}))
    assert masked(world) == ({"/device/192.0.2.7/disk/C"} if is_masked else set())


def test_a_rule_names_only_sets_that_are_there_and_fit(world: World) -> None:
    with pytest.raises(Invalid, match="no named set '核心主机'") as raised:
        world.masks(condition=CORE)
    assert raised.value.field == "condition"
    adds(world, "/host/H-1")
    with pytest.raises(Invalid, match="alarm_type is not asked for values of '核心主机'"):
        world.masks(condition=written('in_set(alarm_type, "核心主机")'))


def test_a_set_in_use_can_not_be_removed_or_renamed_until_no_rule_names_it(world: World) -> None:
    named_set = adds(world, "/host/H-1")
    rule = world.masks(condition=CORE, name="planned work")
    [use] = queries.fetch_uses(world.viewer, named_set)
    assert (use.kind, use.id, use.name) == ("mask_rule", rule, "planned work")
    with pytest.raises(Conflict, match="rules use this set: planned work"):
        actions.remove_set(world.viewer, named_set)
    renamed = draft("/host/H-1", name="edge hosts")
    with pytest.raises(Conflict, match="planned work"):
        actions.change_set(world.viewer, named_set, renamed, now=at(1))
    mask_life.archive_mask_rule(world.viewer, rule, now=at(1))
    assert queries.fetch_uses(world.viewer, named_set) == ()
    actions.change_set(world.viewer, named_set, renamed, now=at(1))
    actions.remove_set(world.viewer, named_set)
    with pytest.raises(Refused):
        queries.access_set(world.viewer, named_set)


def test_a_rule_that_says_something_else_uses_the_set_no_more(world: World) -> None:
    named_set = adds(world, "/host/H-1")
    rule = world.masks(condition=CORE)
    world.changes_mask(rule, condition=written('object_name == "H-1"'))
    assert queries.fetch_uses(world.viewer, named_set) == ()
    mask_actions.restore_mask_rule(world.viewer, rule, 1, now=world.clock.now())
    assert [use.id for use in queries.fetch_uses(world.viewer, named_set)] == [rule]


def test_noise_rules_go_by_sets_too(world: World) -> None:
    named_set = adds(world, "/host/H-1")
    explained = InhibitionRule(
        parents='in_set(managed_object, "核心主机")', children='alarm_type == "disk.slow"'
    )
    with pytest.raises(Invalid) as raised:
        noise_rules.create_noise_rule(
            world.viewer,
            world.installation.tenant,
            NoiseRuleDraft(name="g", content=GroupRule(condition='in_set(text, "nowhere")')),
            now=world.clock.now(),
        )
    assert raised.value.field == "condition"
    made = noise_rules.create_noise_rule(
        world.viewer,
        world.installation.tenant,
        NoiseRuleDraft(name="core down", content=explained),
        now=world.clock.now(),
    )
    world.governs()
    assert [use.kind for use in queries.fetch_uses(world.viewer, named_set)] == ["noise_rule"]
    noise_rules.remove_noise_rule(world.viewer, made, now=world.clock.now())
    assert queries.fetch_uses(world.viewer, named_set) == ()


def test_somebody_elses_change_is_not_lost(world: World) -> None:
    named_set = adds(world, "/host/H-1")
    changes(world, named_set, "/host/H-2")
    olga = viewer_by_name("olga")
    with pytest.raises(Conflict, match="in the meantime"):
        actions.change_set(olga, named_set, draft("/host/H-3"), now=at(1), version=1)
