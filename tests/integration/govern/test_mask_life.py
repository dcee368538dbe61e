"""A mask rule from draft to archive, by people who check on each other; the clock is moved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.calendar.actions import bootstrap as bootstrap_calendar
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role, Viewer
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.governance.actions import mask_life, mask_rules
from yunwei.monitor.governance.facts.masks import (
    Effect,
    EndPolicy,
    MaskRuleRow,
    Missing,
    Risk,
    RuleState,
)
from yunwei.monitor.governance.queries import mask_rules as queries
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.run.mask_notices import OwnerTeller

RAISE = MessageKind.RAISE
EVERYTHING = {"field": "*", "op": "always"}
DISK = {"field": "managed_object", "op": "under", "value": "/host/H-03/disk"}


@pytest.fixture
def ivan(world: World) -> Viewer:
    """Olga's colleague."""
    return replace(world.viewer, name="ivan")


def row_of(world: World, rule: MaskRuleId) -> MaskRuleRow:
    return queries.access_mask_rule(world.viewer, rule, now=world.clock.now())


def long_rule(world: World, **changes: object) -> MaskRuleId:
    life = {"expires_at": world.clock.now() + timedelta(days=30), "ticket": "CHG-7"}
    return world.masks(**{**life, **changes})


def simulates(world: World, rule: MaskRuleId, version: int) -> None:
    with transaction() as conn:
        mask_life.note_simulation(conn, world.viewer, rule, version, now=world.clock.now())


def activates(world: World, rule: MaskRuleId) -> tuple[Missing, ...]:
    return mask_life.activate_mask_rule(world.viewer, rule, now=world.clock.now()).missing


def test_a_quick_mask_holds_at_once(world: World) -> None:
    rule = world.masks(expires_at=world.clock.now() + timedelta(hours=24))
    assert row_of(world, rule).rule.state is RuleState.ACTIVE
    world.reports(build_raw())
    assert world.told() == []


def test_a_longer_rule_is_simulated_first(world: World) -> None:
    rule = long_rule(world)
    assert row_of(world, rule).rule.state is RuleState.DRAFT
    world.reports(build_raw())
    assert world.told() == [RAISE], "a draft does nothing"
    with pytest.raises(Conflict, match="simulate"):
        activates(world, rule)
    simulates(world, rule, 1)
    assert activates(world, rule) == ()
    world.governs()
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_id == rule


def test_in_shadow_a_rule_only_notes_what_it_would_do(world: World) -> None:
    rule = long_rule(world, state=RuleState.DRAFT)
    world.reports(build_raw(managed_object="/host/H-03/fan/1"))
    mask_life.start_shadow(world.viewer, rule, now=world.clock.now())
    world.reports(build_raw(), build_raw(minutes=1))
    world.governs()
    assert world.told() == [RAISE, RAISE], "people are told as without it"
    hits = queries.fetch_shadow_hits(world.viewer, rule, now=world.clock.now())
    assert sorted(hit["managed_object"] for hit in hits) == ["/host/H-03", "/host/H-03/fan/1"]
    assert row_of(world, rule).would_hide == 2
    assert row_of(world, rule).hits == 0


@pytest.mark.parametrize(
    ("changes", "risk"),
    [
        ({"condition": EVERYTHING}, Risk.EVERYTHING),
        ({"hides_critical": True}, Risk.CRITICAL),
    ],
)
def test_a_risky_rule_needs_another_person(
    world: World, ivan: Viewer, changes: dict[str, object], risk: Risk
) -> None:
    rule = world.masks(**changes)
    prospect = queries.fetch_prospect(world.viewer, rule, now=world.clock.now())
    assert (prospect.missing, prospect.risks) == ((Missing.APPROVAL,), (risk,))
    assert row_of(world, rule).asked_by == "olga"
    with pytest.raises(Conflict, match="another person"):
        mask_life.approve_mask_rule(world.viewer, rule, now=world.clock.now())
    world.reports(build_raw(severity=Severity.CRITICAL))
    assert world.told() == [RAISE]
    mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    assert row_of(world, rule).rule.state is RuleState.ACTIVE
    world.governs()
    is_hidden = risk is Risk.CRITICAL
    assert bool(world.alarm(AlarmView.MASKED if is_hidden else AlarmView.OPEN))


def test_longer_than_90_days_needs_both(world: World, ivan: Viewer) -> None:
    rule = long_rule(world, expires_at=world.clock.now() + timedelta(days=91))
    assert queries.fetch_prospect(world.viewer, rule, now=world.clock.now()).missing == (
        Missing.SIMULATION,
        Missing.APPROVAL,
    )
    simulates(world, rule, 1)
    assert activates(world, rule) == (Missing.APPROVAL,)
    mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    assert row_of(world, rule).rule.state is RuleState.ACTIVE


def test_who_does_not_approve_says_why(world: World, ivan: Viewer) -> None:
    rule = world.masks(hides_critical=True)
    with pytest.raises(Invalid):
        mask_life.reject_mask_rule(ivan, rule, note=" ", now=world.clock.now())
    mask_life.reject_mask_rule(ivan, rule, note="shelve it", now=world.clock.now())
    assert row_of(world, rule).rule.state is RuleState.DRAFT
    with pytest.raises(Conflict):
        mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    assert activates(world, rule) == (Missing.APPROVAL,), "it can be asked for again"
    mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    assert row_of(world, rule).rule.state is RuleState.ACTIVE


def test_an_edited_active_rule_holds_as_it_was_until_the_edit_is_simulated(world: World) -> None:
    rule = long_rule(world)
    simulates(world, rule, 1)
    activates(world, rule)
    until = world.clock.now() + timedelta(days=30)
    world.changes_mask(rule, condition=DISK, expires_at=until, ticket="CHG-8")
    row = row_of(world, rule)
    assert (row.rule.version, row.pending) == (1, 2)
    world.reports(build_raw())
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_version == 1
    with pytest.raises(Conflict, match="simulate"):
        activates(world, rule)
    simulates(world, rule, 2)
    activates(world, rule)
    world.governs()
    assert row_of(world, rule).rule.version == 2
    assert not world.alarm().is_suppressed, "it is not about the disk"


def test_an_edit_that_changes_no_match_holds_at_once(world: World) -> None:
    rule = long_rule(world)
    simulates(world, rule, 1)
    activates(world, rule)
    until = world.clock.now() + timedelta(days=20)
    world.changes_mask(rule, reason="other words", expires_at=until, ticket="CHG-8")
    row = row_of(world, rule)
    assert (row.rule.version, row.rule.state, row.rule.reason) == (
        2,
        RuleState.ACTIVE,
        "other words",
    )


def test_a_quick_mask_can_not_be_stretched_past_a_simulation(world: World) -> None:
    rule = world.masks()
    world.passes(hours=1)
    until = world.clock.now() + timedelta(hours=23, minutes=59)
    world.changes_mask(rule, expires_at=until, ticket="CHG-9")
    row = row_of(world, rule)
    assert (row.rule.version, row.pending) == (1, 2)


def test_back_to_an_earlier_version_needs_nothing_anew(world: World) -> None:
    rule = long_rule(world)
    simulates(world, rule, 1)
    activates(world, rule)
    world.changes_mask(
        rule, condition=DISK, expires_at=world.clock.now() + timedelta(days=30), ticket="CHG-8"
    )
    simulates(world, rule, 2)
    activates(world, rule)
    mask_rules.restore_mask_rule(world.viewer, rule, 1, now=world.clock.now())
    row = row_of(world, rule)
    assert (row.rule.version, row.rule.state) == (3, RuleState.ACTIVE)
    world.reports(build_raw())
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_version == 3
    assert [
        each.version for each in queries.fetch_versions(world.viewer, rule, now=world.clock.now())
    ] == [3, 2, 1]


def test_a_version_that_waits_can_be_given_up(world: World) -> None:
    rule = long_rule(world)
    simulates(world, rule, 1)
    activates(world, rule)
    world.changes_mask(
        rule, condition=DISK, expires_at=world.clock.now() + timedelta(days=30), ticket="CHG-8"
    )
    mask_life.discard_pending(world.viewer, rule, now=world.clock.now())
    assert row_of(world, rule).pending is None
    with pytest.raises(Conflict, match="so already"):
        activates(world, rule)


def test_a_rule_is_over_archived_and_lives_on_as_a_copy(world: World) -> None:
    rule = world.masks()
    world.passes(hours=3)
    world.governs()
    world.governs()
    assert row_of(world, rule).rule.state is RuleState.EXPIRED
    with pytest.raises(Conflict, match="new end"):
        mask_life.start_shadow(world.viewer, rule, now=world.clock.now())
    mask_life.archive_mask_rule(world.viewer, rule, now=world.clock.now())
    with pytest.raises(Conflict, match="archived"):
        world.changes_mask(rule)
    copy = mask_rules.duplicate_mask_rule(world.viewer, rule, name="again", now=world.clock.now())
    said = row_of(world, copy).rule
    assert (said.state, said.name, said.version) == (RuleState.DRAFT, "again", 1)
    assert said.expires_at == world.clock.now() + timedelta(hours=2)


def test_a_rule_that_is_over_holds_again_with_a_new_end(world: World) -> None:
    rule = world.masks()
    world.passes(hours=3)
    world.governs()
    world.changes_mask(rule)
    world.reports(build_raw())
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_version == 2


def test_a_flexible_rule_begins_with_its_first_alarm(world: World) -> None:
    until = world.clock.now() + timedelta(hours=12)
    rule = world.masks(lasts_minutes=60, expires_at=until, end_policy=EndPolicy.EACH)
    world.passes(hours=3)
    world.reports(build_raw())
    assert world.told() == []
    [quiet] = world.alarm(AlarmView.MASKED).suppressed_by
    assert quiet.until == world.clock.now() + timedelta(minutes=60)
    world.passes(minutes=30)
    world.reports(build_raw(managed_object="/host/H-03/fan/1"))
    assert world.told() == []
    world.passes(minutes=31)
    world.governs()
    assert world.told() == [RAISE, RAISE]
    world.reports(build_raw(managed_object="/host/H-03/fan/2"))
    assert world.told() == [RAISE] * 3, "its hour is over"
    assert row_of(world, rule).rule.flexible_since is not None


def test_a_night_rule_comes_and_goes_by_the_calendar(world: World) -> None:
    """It is Monday, 14:00 in Shanghai."""
    bootstrap_calendar()
    night = parse_times_text("workday 22:00-06:00", time_zone="Asia/Shanghai")
    world.masks(
        times=night,
        expires_at=world.clock.now() + timedelta(hours=24),
        end_policy=EndPolicy.EACH,
    )
    world.reports(build_raw())
    assert world.told() == [RAISE]
    world.passes(hours=8, minutes=1)
    world.governs()
    assert world.alarm(AlarmView.MASKED)
    world.reports(build_raw(managed_object="/host/H-03/fan/1"))
    assert world.told() == [RAISE]
    world.passes(hours=8)
    world.governs()
    assert world.told() == [RAISE, RAISE], "at six the morning's new alarm is told"


def test_days_that_nobody_published_silence_nothing(world: World) -> None:
    holiday = parse_times_text("rest_day", time_zone="Asia/Shanghai")
    world.masks(times=holiday)
    anyway = parse_times_text("workday; rest_day", time_zone="Asia/Shanghai")
    world.masks(name="each kind of day", times=anyway)
    world.reports(build_raw())
    assert world.told() == [RAISE]


def test_a_rule_made_for_everything_spares_critical(world: World, ivan: Viewer) -> None:
    rule = world.masks(condition=EVERYTHING, effect=Effect.MUTE)
    mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    world.reports(build_raw(), build_raw(managed_object="/host/H-04", severity=Severity.CRITICAL))
    assert world.told() == [RAISE]


@pytest.fixture
def teller(world: World) -> OwnerTeller:
    return OwnerTeller(world.clock, public_url="https://yw.example", time_zone="Asia/Shanghai")


def notices(world: World) -> list[tuple[str, str]]:
    """Who was told which notice on screen, oldest first."""
    found = message_queries.fetch_messages(
        world.viewer, filters={"on_screen": True, "kind": MessageKind.NOTICE.value}
    ).items
    return [(each.recipient, each.content.subject) for each in reversed(found)]


def test_the_owner_is_told_before_the_start_before_the_end_and_at_the_end(
    world: World, teller: OwnerTeller
) -> None:
    now = world.clock.now()
    world.masks(
        name="night work",
        starts_at=now + timedelta(hours=2),
        expires_at=now + timedelta(hours=6),
    )
    teller.step()
    assert notices(world) == []
    world.passes(minutes=95)
    teller.step()
    teller.step()
    assert notices(world) == [("olga", "屏蔽规则“night work”即将生效")]
    world.passes(hours=1)
    world.reports(build_raw())
    world.passes(hours=3, minutes=5)
    teller.step()
    world.passes(minutes=30)
    world.governs()
    OwnerTeller(world.clock, public_url="", time_zone="Asia/Shanghai").step()
    teller.step()
    assert [subject for _who, subject in notices(world)] == [
        "屏蔽规则“night work”即将生效",
        "屏蔽规则“night work”即将结束",
        "屏蔽规则“night work”已结束",
    ]
    [end] = message_queries.fetch_messages(world.viewer, filters={"search": "已结束"}).items
    assert "共处理 1 次告警，其中 1 次仍未恢复" in end.content.body


def test_another_person_is_asked_to_approve_and_the_asker_learns_the_answer(
    world: World, teller: OwnerTeller, ivan: Viewer
) -> None:
    draft = PersonDraft(username="ivan", role=Role.OPERATOR, tenant=world.installation.tenant)
    create_user(SYSTEM, draft, password="correct horse battery 7")
    rule = world.masks(name="H-03", hides_critical=True)
    teller.step()
    assert notices(world) == [("ivan", "请批准屏蔽规则“H-03”")]
    mask_life.reject_mask_rule(ivan, rule, note="shelve it", now=world.clock.now())
    teller.step()
    world.passes(minutes=1)
    activates(world, rule)
    mask_life.approve_mask_rule(ivan, rule, now=world.clock.now())
    teller.step()
    assert notices(world)[1:] == [
        ("olga", "屏蔽规则“H-03”未获批准"),
        ("olga", "屏蔽规则“H-03”已批准"),
    ]
