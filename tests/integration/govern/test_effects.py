"""What mask rules do to alarms, and what is told when they end: in the operator's words."""

from datetime import timedelta

import pytest

from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.governance.facts.masks import Effect, EndPolicy
from yunwei.monitor.governance.queries import judgements
from yunwei.monitor.governance.queries import mask_rules as rules
from yunwei.monitor.notify.actions import routes
from yunwei.monitor.notify.actions.routes import CATCH_ALL_NAME
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import messages as message_queries

RAISE, CLEAR = MessageKind.RAISE, MessageKind.CLEAR
WARNING = {"effect": Effect.DOWNGRADE, "downgrade_to": Severity.WARNING}


def reasons(world: World, view: AlarmView = AlarmView.OPEN) -> list[str]:
    """Why the latest judgement of the only alarm came out as it did."""
    latest = judgements.explain_alarm(world.viewer, world.alarm(view).id)[0]
    return [each.reason for each in latest.decisions]


def test_downgraded_alarm_keeps_what_the_source_said(world: World) -> None:
    rule = world.masks(**WARNING)
    world.reports(build_raw())
    alarm = world.alarm()
    assert (alarm.severity, alarm.reported_severity) == (Severity.WARNING, Severity.MAJOR)
    [softened] = alarm.softened_by
    assert (softened.rule_id, softened.rule_version, softened.severity) == (rule, 1, "warning")
    assert not alarm.is_suppressed
    [message] = message_queries.fetch_messages(world.viewer).items
    assert message.severity == "warning"


def test_downgrade_changes_the_route(world: World) -> None:
    grave = {"field": "severity", "op": "in", "value": ["critical", "major"]}
    draft = RouteDraft(name="grave alarms", condition=grave, roles=("operator",))
    here = world.installation.tenant
    routes.add_route(world.viewer, here, draft, now=world.clock.now())
    world.reports(build_raw(managed_object="/host/H-04"))
    world.masks(**WARNING)
    world.reports(build_raw())
    told = [
        each.route_name for each in reversed(message_queries.fetch_messages(world.viewer).items)
    ]
    assert told == ["grave alarms", CATCH_ALL_NAME]


def test_downgrade_sees_what_came_and_other_rules_see_what_results(world: World) -> None:
    came = {"field": "severity", "op": "eq", "value": "major"}
    lowered = {"field": "severity", "op": "eq", "value": "warning"}
    world.masks(condition=came, **WARNING)
    world.masks(condition=lowered, effect=Effect.MUTE)
    world.masks(condition={"field": "reported_severity", "op": "eq", "value": "major"})
    world.reports(build_raw())
    alarm = world.alarm(AlarmView.MASKED)
    assert [each.effect for each in alarm.suppressed_by] == ["hide", "mute"]
    assert alarm.severity is Severity.WARNING
    assert world.told() == []


def test_repeated_report_of_a_downgraded_alarm_is_no_news(world: World) -> None:
    world.masks(**WARNING)
    world.reports(build_raw())
    world.reports(build_raw(minutes=1), build_raw(minutes=2))
    assert world.alarm().severity is Severity.WARNING
    assert world.told() == [RAISE]
    world.reports(build_raw(minutes=3, severity=Severity.CRITICAL))
    assert world.alarm().reported_severity is Severity.CRITICAL


def test_downgrade_of_what_stands_tells_nobody_again(world: World) -> None:
    world.reports(build_raw())
    world.masks(**WARNING)
    world.governs()
    assert world.alarm().severity is Severity.WARNING
    assert world.told() == [RAISE]


def test_downgrade_that_ends_is_told_by_its_end_policy(world: World) -> None:
    world.masks(**WARNING, end_policy=EndPolicy.EACH)
    world.reports(build_raw())
    world.passes(hours=3)
    world.governs()
    assert world.alarm().severity is Severity.MAJOR
    assert world.told() == [RAISE, RAISE]
    assert reasons(world)[-1] == "mask_ended_each"


@pytest.mark.parametrize(
    ("policy", "reason", "told"),
    [
        (EndPolicy.DIGEST, "mask_ended_digest", True),
        (EndPolicy.EACH, "mask_ended_each", True),
        (EndPolicy.SILENT, "mask_ended_silent", False),
    ],
)
def test_mask_that_ends_while_the_alarm_stands(
    world: World, policy: EndPolicy, reason: str, told: bool
) -> None:
    world.masks(end_policy=policy)
    world.reports(build_raw())
    world.passes(hours=2, seconds=1)
    world.governs()
    assert not world.alarm().is_suppressed
    assert reasons(world)[-1] == reason
    latest = judgements.explain_alarm(world.viewer, world.alarm().id)[0]
    assert latest.is_to_be_told is told


def test_closed_silently_it_stays_silent_to_the_end(world: World) -> None:
    world.masks(end_policy=EndPolicy.SILENT)
    world.reports(build_raw())
    world.passes(hours=3)
    world.governs()
    world.governor = world.build_governor()
    world.governs()
    assert world.told() == []
    world.reports(build_raw(AlarmAct.CLEAR, 200))
    assert world.told() == [], "nobody was told of the raise, so nobody is told of its end"


def test_mask_that_ended_while_the_engine_was_off(world: World) -> None:
    rule = world.masks(end_policy=EndPolicy.EACH)
    world.reports(build_raw())
    world.passes(hours=5)
    world.governor = world.build_governor()
    world.governs()
    assert world.told() == [RAISE]
    assert reasons(world)[-1] == "mask_ended_each"
    assert rules.access_mask_rule(world.viewer, rule, now=world.clock.now()).hidden_now == 0


def test_of_two_masks_the_stronger_wins_and_both_are_recorded(world: World) -> None:
    muting = world.masks(name="mute", effect=Effect.MUTE, end_policy=EndPolicy.EACH)
    hiding = world.masks(name="hide", effect=Effect.HIDE, end_policy=EndPolicy.SILENT)
    world.reports(build_raw())
    alarm = world.alarm(AlarmView.MASKED)
    assert [(each.effect, each.rule_id) for each in alarm.suppressed_by] == [
        ("hide", hiding),
        ("mute", muting),
    ]
    for rule in (muting, hiding):
        row = rules.access_mask_rule(world.viewer, rule, now=world.clock.now())
        assert (row.hits, row.hidden_now) == (1, 1)


def test_the_first_of_two_masks_to_end_changes_only_the_list(world: World) -> None:
    world.masks(name="hide", effect=Effect.HIDE)
    later = world.clock.now() + timedelta(hours=12)
    world.masks(name="mute", effect=Effect.MUTE, expires_at=later, end_policy=EndPolicy.EACH)
    world.reports(build_raw())
    world.passes(hours=3)
    world.governs()
    assert world.alarm().is_suppressed, "it stands in the open list, still quiet"
    assert world.told() == []
    world.passes(hours=10)
    world.governs()
    assert world.told() == [RAISE]


def test_edited_mask_lets_go_of_what_it_no_longer_means(world: World) -> None:
    rule = world.masks(end_policy=EndPolicy.EACH)
    world.reports(build_raw(), build_raw(managed_object="/host/H-03/disk/2"))
    disk = {"field": "managed_object", "op": "under", "value": "/host/H-03/disk"}
    world.changes_mask(rule, condition=disk, end_policy=EndPolicy.EACH)
    world.governs()
    assert world.alarm(AlarmView.MASKED).suppressed_by[0].rule_version == 2
    assert world.alarm().managed_object == "/host/H-03"
    assert world.told() == [RAISE]


def test_digested_alarm_stays_open_and_names_its_rule(world: World) -> None:
    world.masks(effect=Effect.DIGEST)
    world.reports(build_raw())
    alarm = world.alarm()
    assert alarm.is_digested
    assert not alarm.is_suppressed
    assert reasons(world)[-1] == "digested"
