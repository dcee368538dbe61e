"""Mask rules that want looking at are named, with what they did."""

from datetime import timedelta

import pytest

from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.governance.actions import mask_life, mask_rules
from yunwei.monitor.governance.facts.hygiene import Checkup, Flag
from yunwei.monitor.governance.facts.masks import RuleState
from yunwei.monitor.governance.queries import hygiene


def look(world: World, rule: MaskRuleId) -> Checkup:
    found = hygiene.access_checkup(world.viewer, rule, now=world.clock.now())
    assert found is not None
    return found


def holds_for_long(world: World, days: int = 80, **changes: object) -> MaskRuleId:
    """A rule with a longer life, simulated and activated."""
    until = world.clock.now() + timedelta(days=days)
    rule = world.masks(state=RuleState.DRAFT, expires_at=until, ticket="CHG-7", **changes)
    with transaction() as conn:
        mask_life.note_simulation(conn, world.viewer, rule, 1, now=world.clock.now())
    mask_life.activate_mask_rule(world.viewer, rule, now=world.clock.now())
    return rule


def disks(number: int, severity: Severity = Severity.MINOR) -> object:
    return build_raw(managed_object=f"/host/H-03/disk/{number}", severity=severity)


def test_a_rule_that_never_hid_anything_becomes_stale(world: World) -> None:
    rule = holds_for_long(world)
    world.passes(days=29)
    assert look(world, rule).flags == ()
    world.passes(days=1)
    checkup = look(world, rule)
    assert checkup.flags == (Flag.STALE,)
    assert (checkup.evidence.hidden, checkup.evidence.last_hit_at) == (0, None)


def test_a_hit_keeps_a_rule_fresh_for_30_days(world: World) -> None:
    rule = holds_for_long(world)
    world.passes(days=20)
    world.reports(build_raw(managed_object="/host/H-03", minutes=20 * 24 * 60))
    hit_at = world.clock.now()
    world.passes(days=29)
    assert Flag.STALE not in look(world, rule).flags
    world.passes(days=1)
    checkup = look(world, rule)
    assert Flag.STALE in checkup.flags
    assert checkup.evidence.last_hit_at == hit_at


def test_a_rule_that_hides_much_and_critical_alarms_says_so(world: World) -> None:
    rule = world.masks(hides_critical=True, state=RuleState.SHADOW)
    with transaction() as conn, cursor(conn) as opened:
        # as if a second person had approved it
        opened.execute("UPDATE governance_maskrule SET state = 'active' WHERE id = %s", (rule,))
    world.rulebook.mark_stale()
    world.reports(*(disks(number) for number in range(6)))  # type: ignore[arg-type]
    world.reports(disks(7, Severity.CRITICAL))  # type: ignore[arg-type]
    others = (build_raw(managed_object=f"/host/X-{number}") for number in range(13))
    world.reports(*others)
    checkup = look(world, rule)
    assert set(checkup.flags) == {Flag.BROAD, Flag.CRITICAL}
    evidence = checkup.evidence
    assert (evidence.hidden, evidence.critical, evidence.total) == (7, 1, 20)


def test_an_occurrence_counts_once_and_each_new_one_again(world: World) -> None:
    rule = world.masks()
    world.reports(build_raw(managed_object="/host/H-03"))
    world.reports(build_raw(managed_object="/host/H-03", minutes=1))
    world.reports(build_raw(AlarmAct.CLEAR, 2, managed_object="/host/H-03"))
    world.reports(build_raw(managed_object="/host/H-03", minutes=3))
    assert look(world, rule).evidence.hidden == 2


def test_a_rule_whose_alarms_another_one_hides_first_is_overlapped(world: World) -> None:
    first = world.masks(name="all of H-03")
    second = world.masks(
        name="its disks",
        condition={"field": "managed_object", "op": "under", "value": "/host/H-03/disk"},
    )
    world.reports(*(disks(number) for number in range(5)))  # type: ignore[arg-type]
    assert Flag.OVERLAPPED not in look(world, first).flags
    checkup = look(world, second)
    assert Flag.OVERLAPPED in checkup.flags
    evidence = checkup.evidence
    assert (evidence.other, evidence.other_name, evidence.other_first) == (first, "all of H-03", 5)


def test_a_rule_for_everything_and_one_without_an_owner(world: World) -> None:
    every = world.masks(
        condition={"field": "managed_object", "op": "under", "value": "/"}, state=RuleState.SHADOW
    )
    assert look(world, every).flags == (Flag.EVERYTHING,)
    world.reports(build_raw(managed_object="/host/H-03"))
    evidence = look(world, every).evidence
    assert (evidence.hidden, evidence.last_hit_at) == (1, world.clock.now()), "it would have"
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE people_user SET is_active = false WHERE username = 'olga'")
        opened.execute("UPDATE governance_maskrule SET owner = 'olga' WHERE id = %s", (every,))
    assert set(look(world, every).flags) == {Flag.EVERYTHING, Flag.OWNERLESS}


def test_a_long_rule_that_ends_soon_is_named_and_extended(world: World) -> None:
    rule, short = holds_for_long(world, days=40), world.masks()
    assert look(world, rule).flags == look(world, short).flags == ()
    world.passes(days=34)
    world.reports(build_raw(managed_object="/host/H-03", minutes=34 * 24 * 60))
    assert Flag.EXPIRING in look(world, rule).flags
    ended = world.clock.now() + timedelta(days=6)
    after = mask_rules.extend_mask_rule(world.viewer, rule, now=world.clock.now())
    assert (after.version, after.expires_at) == (2, ended + timedelta(days=30))
    assert after.state is RuleState.ACTIVE
    assert Flag.EXPIRING not in look(world, rule).flags


def test_what_can_not_be_extended_says_why(world: World) -> None:
    quick = world.masks()
    with pytest.raises(Invalid) as raised:
        mask_rules.extend_mask_rule(world.viewer, quick, now=world.clock.now())
    assert raised.value.field == "ticket"
    rule = holds_for_long(world, days=80)
    with pytest.raises(Invalid) as raised:
        mask_rules.extend_mask_rule(world.viewer, rule, days=0, now=world.clock.now())
    assert raised.value.field == "days"
    # longer than 90 days: another person is asked, and the present version goes on meanwhile
    mask_rules.extend_mask_rule(world.viewer, rule, now=world.clock.now())
    [row] = hygiene.fetch_checked(
        world.viewer, now=world.clock.now(), filters={"ids": [rule]}
    ).items
    assert (row.rule.version, row.pending) == (1, 2)
    with pytest.raises(Conflict, match="a version waits"):
        mask_rules.extend_mask_rule(world.viewer, rule, now=world.clock.now())


def test_a_list_shows_those_of_which_something_is_noticed(world: World) -> None:
    stale = holds_for_long(world)
    world.passes(days=31)
    world.masks()

    def listed(**filters: object) -> list[int]:
        found = hygiene.fetch_checked(world.viewer, now=world.clock.now(), filters=filters)
        return [row.rule.id for row in found.items]

    assert len(listed()) == 2
    assert listed(flag=hygiene.ANY) == listed(flag="stale") == [stale]
    assert listed(flag="broad") == []
    mask_life.stop_mask_rule(world.viewer, stale, now=world.clock.now())
    assert listed(flag=hygiene.ANY) == []
