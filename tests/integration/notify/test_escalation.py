"""Who is told next when nobody acts, in the operator's words, with a moved clock."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.alarms import at, build_raw
from tests.support.crew import Crew
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import Conflict, EngineAway, Invalid
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.actions import clear_alarm
from yunwei.monitor.alarms.facts import AlarmView, OperatorState
from yunwei.monitor.notify.actions import policies
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    Need,
    NotificationState,
    StopReason,
    Verb,
)
from yunwei.monitor.notify.facts.reaching import Targets
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.store import escalation as escalation_store


@pytest.fixture
def world(crew: Crew) -> Crew:
    """Anna is told at once, Ben after 15 minutes, the chief after another 30."""
    steps = (crew.step(0, "anna"), crew.step(15, "ben"), crew.step(30, "chief"))
    crew.policy = crew.has_policy(*steps)
    crew.has_route(crew.policy)
    return crew


def test_unacknowledged_alarm_reaches_the_second_person(world: Crew) -> None:
    world.raises()
    assert world.heard("anna") == [(0, "raise")]
    world.passes(minutes=14)
    assert world.heard("ben") == []
    world.passes(minutes=1)
    assert world.heard("ben") == [(15, "raise")]
    assert world.heard("anna") == [(0, "raise")]
    [message] = world.messages("ben")
    assert message.content.subject == "【升级 2】【重要】host H-03 is down"
    assert ("升级", "升级策略“夜班升级”第 2 步：15 分钟内无人确认") in message.content.facts
    found = world.notification()
    assert (found.state, found.step) == (NotificationState.ESCALATING, 2)


def test_acknowledged_in_time_nobody_else_is_told(world: Crew) -> None:
    world.raises()
    world.passes(minutes=10)
    world.acknowledges("anna")
    world.passes(hours=2)
    assert world.heard("ben") == []
    found = world.notification()
    assert (found.state, found.why, found.why_detail) == (
        NotificationState.STOPPED,
        StopReason.ACKNOWLEDGED,
        "anna",
    )


def test_acknowledgement_taken_back_the_same_step_is_told_again(world: Crew) -> None:
    world.raises()
    world.passes(minutes=15)
    world.acknowledges("ben")
    world.passes(minutes=60)
    world.takes_back("ben")
    assert world.heard("ben") == [(15, "raise"), (75, "raise")]
    assert ("升级", "升级策略“夜班升级”第 2 步：ben 的确认已到期或撤回") in world.messages("ben")[
        -1
    ].content.facts
    world.passes(minutes=30)
    assert world.heard("chief") == [(105, "raise")]
    assert world.heard("anna") == [(0, "raise")]


def test_acknowledgement_that_runs_out_the_same_step_is_told_again(world: Crew) -> None:
    world.raises()
    world.acknowledges("anna", until=at(60))
    world.passes(minutes=55)
    assert world.heard("anna") == [(0, "raise")]
    world.passes(minutes=5)
    assert world.heard("anna") == [(0, "raise"), (60, "raise")]
    assert "anna 的确认已到期" in dict(world.messages("anna")[-1].content.facts)["升级"]
    assert world.alarm().operator_state is OperatorState.NONE
    world.passes(minutes=15)
    assert world.heard("ben") == [(75, "raise")]


def test_worse_severity_begins_at_the_first_again(world: Crew) -> None:
    world.raises(Severity.MINOR)
    world.passes(minutes=15)
    world.acknowledges("ben")
    world.passes(minutes=5)
    world.raises(Severity.CRITICAL)
    assert world.heard("anna") == [(0, "raise"), (20, "raise")]
    world.passes(minutes=15)
    assert world.heard("ben") == [(15, "raise"), (35, "raise")]


def test_cleared_during_the_wait_all_who_were_told_hear_the_end(world: Crew) -> None:
    world.raises()
    world.passes(minutes=20)
    world.clears()
    world.passes(hours=2)
    assert world.heard("anna") == [(0, "raise"), (20, "clear")]
    assert world.heard("ben") == [(15, "raise"), (20, "clear")]
    assert world.heard("chief") == []
    assert world.notification().why is StopReason.CLEARED


def test_cleared_by_hand_it_stops(world: Crew) -> None:
    world.raises()
    alarm = world.alarm()
    clear_alarm(world.viewer, alarm.id, now=world.clock.now())
    world.passes(hours=1)
    assert world.heard("ben") == []
    assert world.notification().why is StopReason.CLEARED


def test_shelved_it_waits_and_goes_on_when_the_shelf_is_over(world: Crew) -> None:
    world.raises()
    world.passes(minutes=5)
    world.shelves("anna", minutes=60)
    assert world.notification().why is StopReason.SHELVED
    world.passes(minutes=59)
    assert world.heard("anna") == [(0, "raise")]
    world.passes(minutes=1)
    assert world.heard("anna") == [(0, "raise"), (65, "raise")]
    world.passes(minutes=15)
    assert world.heard("ben") == [(80, "raise")]


def test_masked_it_stops_and_names_the_rule(world: Crew) -> None:
    world.raises()
    world.passes(minutes=5)
    world.masks()
    world.passes(minutes=1)
    found = world.notification()
    assert (found.why, found.why_detail) == (StopReason.SUPPRESSED, "maintenance of H-03")
    world.passes(minutes=60)
    assert world.heard("ben") == []


def test_masked_from_the_start_the_end_of_the_mask_begins_it(world: Crew) -> None:
    world.masks()
    world.raises()
    world.passes(minutes=119)
    assert world.heard("anna") == []
    world.passes(minutes=2)
    assert [kind for _, kind in world.heard("anna")] == ["raise"]


def test_policy_edited_meanwhile_changes_only_what_begins_later(world: Crew) -> None:
    world.raises()
    world.changes_policy(world.policy, world.step(0, "chief"))
    world.passes(minutes=15)
    assert world.heard("ben") == [(15, "raise")]
    assert world.escalation().policy.version == 1
    world.raises(Severity.CRITICAL)
    assert world.heard("chief") == [(15, "raise")], "to start over takes the policy of now"
    assert world.escalation().policy.version == 2


def test_hurried_on_by_hand_the_next_person_hears_now(world: Crew) -> None:
    world.raises()
    world.passes(minutes=2)
    world.escalates("anna")
    assert world.heard("ben") == [(2, "raise")]
    assert "anna 手动升级" in dict(world.messages("ben")[0].content.facts)["升级"]
    world.passes(minutes=30)
    assert world.heard("chief") == [(32, "raise")]
    with pytest.raises(Conflict):
        world.escalates("anna")


def test_after_a_stop_what_was_missed_is_told_once_in_order(world: Crew) -> None:
    world.raises()
    world.goes_down()
    world.passes(hours=3)
    assert world.heard("ben") == []
    world.comes_up()
    assert world.heard("ben") == [(180, "raise")]
    assert world.heard("chief") == [(180, "raise")]
    assert "本应于 2026-11-23 14:15:00 通知" in dict(world.messages("ben")[0].content.facts)["升级"]
    told = [
        entry.position.step
        for entry in escalation_queries.fetch_entries_of(world.viewer, world.last_alarm())
        if entry.verb is Verb.TOLD and entry.position
    ]
    assert told == [2, 1, 0], "newest first"


def test_break_before_commit_tells_each_step_once(
    world: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*args: object, **options: object) -> None:
        raise EngineAway("PostgreSQL")

    world.raises()
    with monkeypatch.context() as patch:
        patch.setattr(escalation_store, "add_entries", break_off)
        with pytest.raises(EngineAway):
            world.passes(minutes=15)
    assert world.heard("ben") == []
    world.comes_up()
    world.comes_up()
    assert world.heard("ben") == [(15, "raise")]


def test_two_escalators_tell_a_step_once(world: Crew) -> None:
    world.raises()
    world.goes_down()
    world.passes(minutes=15)
    others = [world.build_escalator() for _ in range(4)]

    async def all_at_once() -> None:
        await asyncio.gather(*(other.step() for other in others))

    asyncio.run(all_at_once())
    assert world.heard("ben") == [(15, "raise")]


def test_everybody_unreachable_is_said_as_an_alarm_on_ourselves(crew: Crew) -> None:
    nobody = crew.step(0, targets=Targets(roles=("customer_contact",)))
    crew.has_route(crew.has_policy(nobody, crew.step(15, "ben")))
    crew.raises()
    crew.looks()
    types = {
        row.alarm.alarm_type for row in alarm_queries.fetch_alarms(crew.viewer, view=None).items
    }
    assert types == {"host.down", "notify.nobody_reached"}
    [untold] = escalation_queries.fetch_untold_of(crew.viewer, crew.last_alarm())
    assert untold.said_at is not None


def test_each_of_two_must_acknowledge(crew: Crew) -> None:
    both = crew.step(0, "anna", "ben", ack_mode=AckMode.EACH, repeat_s=600, repeats=2)
    crew.has_route(crew.has_policy(both, crew.step(30, "chief")))
    crew.raises()
    crew.acknowledges("anna")
    crew.passes(minutes=10)
    assert crew.heard("anna") == [(0, "raise")]
    assert crew.heard("ben") == [(0, "raise"), (10, "raise")]
    crew.acknowledges("ben")
    crew.passes(hours=1)
    assert crew.heard("ben") == [(0, "raise"), (10, "raise")]
    assert crew.heard("chief") == []
    assert crew.notification().why is StopReason.ACKNOWLEDGED


def test_chief_hears_of_what_is_not_cleared_although_it_is_acknowledged(crew: Crew) -> None:
    chief = crew.step(120, "chief", needs=Need.NOT_CLEARED)
    crew.has_route(crew.has_policy(crew.step(0, "anna"), chief))
    crew.raises()
    crew.acknowledges("anna")
    crew.passes(minutes=121)
    assert crew.heard("chief") == [(120, "raise")]


def test_event_that_is_over_at_once_is_told_to_the_first_step_only(world: Crew) -> None:
    world.reports(build_raw(AlarmAct.NOTICE))
    world.passes(hours=1)
    assert world.heard("anna") == [(0, "raise")]
    assert world.heard("ben") == []
    assert alarm_queries.fetch_alarms(world.viewer, view=AlarmView.HISTORY).total == 1


def test_policy_that_a_route_leads_to_stays(world: Crew) -> None:
    with pytest.raises(Conflict, match="值班"):
        policies.remove_policy(
            world.viewer,
            world.policy,
            now=world.clock.now(),
        )


def test_policy_without_anybody_is_refused_at_its_field(crew: Crew) -> None:
    with pytest.raises(Invalid) as refusal:
        crew.has_policy(crew.step(0, "anna"), crew.step(5))
    assert refusal.value.field == "steps.1.targets"


def test_overdue_escalation_is_found_by_the_auditor(world: Crew) -> None:
    world.raises()
    world.goes_down()
    world.passes(minutes=18)
    with transaction() as conn:
        before = world.clock.now() - timedelta(minutes=2)
        assert len(escalation_queries.system_overdue(conn, before=before)) == 1
