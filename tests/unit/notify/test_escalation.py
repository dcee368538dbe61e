"""An escalation goes on until somebody acts, stops with a reason, and goes on where it was."""

from datetime import timedelta

import pytest

from tests.support.alarms import START, at
from tests.support.escalating import Life, build_policy, build_step
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    Because,
    EscalationState,
    Need,
    StopReason,
    Verb,
)
from yunwei.monitor.notify.rules import escalation as machine


def test_first_step_at_once_second_after_its_delay() -> None:
    life = Life()
    assert life.steps_told() == [1]
    life.passes(14)
    assert life.steps_told() == [1]
    life.passes(1)
    assert life.steps_told() == [1, 2]
    assert [tell.because for tell in life.told] == [Because.RAISED, Because.UNACKNOWLEDGED]
    assert life.escalation.why is StopReason.FINISHED


def test_acknowledged_within_the_delay_the_second_is_not_told() -> None:
    life = Life()
    life.passes(5)
    life.acknowledged()
    life.passes(60)
    assert life.steps_told() == [1]
    assert (life.escalation.why, life.escalation.why_detail) == (StopReason.ACKNOWLEDGED, "p1")


def test_acknowledgement_that_ends_goes_on_at_the_same_step() -> None:
    life = Life()
    life.passes(5)
    life.acknowledged()
    life.passes(60)
    life.acknowledgement_ends()
    assert life.steps_told() == [1, 1]
    assert life.told[-1].because is Because.ACKNOWLEDGEMENT_OVER
    life.passes(15)
    assert life.steps_told() == [1, 1, 2]


def test_cleared_it_tells_nothing_more_whatever_comes() -> None:
    life = Life()
    life.becomes(is_cleared=True)
    life.becomes(quiet_by=(("mask", "night"),))
    life.passes(60)
    assert life.steps_told() == [1]
    assert life.escalation.why is StopReason.CLEARED


@pytest.mark.parametrize(
    ("quiet", "why", "because"),
    [
        (("shelved", "olga"), StopReason.SHELVED, Because.SHELF_OVER),
        (("mask", "night"), StopReason.SUPPRESSED, Because.SUPPRESSION_OVER),
    ],
)
def test_kept_quiet_it_waits_and_says_why(
    quiet: tuple[str, str], why: StopReason, because: Because
) -> None:
    life = Life()
    life.becomes(quiet_by=(quiet,))
    life.passes(60)
    assert life.steps_told() == [1]
    assert (life.escalation.why, life.escalation.why_detail) == (why, quiet[1])
    life.becomes(quiet_by=())
    assert life.steps_told() == [1, 1]
    assert life.told[-1].because is because


def test_worse_severity_begins_again_by_the_policy_of_now() -> None:
    life = Life()
    life.passes(15)
    changed = build_policy(build_step(user=9), version=2)
    life.worsens(Severity.CRITICAL, changed)
    assert life.steps_told() == [1, 2, 1]
    assert life.told[-1].step.targets.people == (9,)
    assert life.told[-1].because is Because.WORSENED


def test_worse_before_the_first_step_waits_its_delay_again() -> None:
    life = Life(build_policy(build_step(10)))
    life.passes(9)
    life.worsens(Severity.CRITICAL)
    life.passes(9)
    assert life.steps_told() == []
    life.passes(1)
    assert life.steps_told() == [1]


def test_repeats_until_the_next_step_takes_over() -> None:
    life = Life(build_policy(build_step(repeat_s=300, repeats=9), build_step(15, user=2)))
    for _ in range(20):
        life.passes(1)
    assert [(tell.position.step, tell.position.repeat) for tell in life.told] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
    ]


def test_loop_begins_after_the_last_telling() -> None:
    steps = (build_step(), build_step(10, user=2, repeat_s=60, repeats=2))
    life = Life(build_policy(*steps, loops=1, loop_delay_min=5))
    for _ in range(40):
        life.passes(1)
    told = [(tell.position.loop, tell.position.step, tell.due_at) for tell in life.told]
    assert told == [
        (0, 0, at(0)),
        (0, 1, at(10)),
        (0, 1, at(11)),
        (0, 1, at(12)),
        (1, 0, at(17)),
        (1, 1, at(27)),
        (1, 1, at(28)),
        (1, 1, at(29)),
    ]
    assert [each.at for each in machine.forecast(Life(life.policy).escalation)] == [
        due_at for _, _, due_at in told[1:]
    ]


def test_step_for_grave_alarms_is_passed_over_below() -> None:
    steps = (build_step(), build_step(10, user=2, min_severity=Severity.CRITICAL))
    life = Life(build_policy(*steps, build_step(10, user=3)))
    life.passes(10)
    life.passes(10)
    assert life.steps_told() == [1, 3]
    assert [entry.verb for entry in life.log if entry.verb is Verb.PASSED] == [Verb.PASSED]


def test_step_until_cleared_is_told_although_somebody_has_acknowledged() -> None:
    chief = build_step(60, user=3, needs=Need.NOT_CLEARED)
    life = Life(build_policy(build_step(), build_step(15, user=2), chief))
    life.acknowledged()
    assert life.escalation.state is EscalationState.ESCALATING
    life.passes(15)
    life.passes(60)
    assert life.steps_told() == [1, 3]
    assert life.escalation.why is StopReason.ACKNOWLEDGED
    life.acknowledgement_ends()
    assert life.steps_told() == [1, 3, 1], "it goes on where it was acknowledged"


def test_each_of_those_told_must_acknowledge() -> None:
    both = build_step(ack_mode=AckMode.EACH, repeat_s=300, repeats=1)
    life = Life(build_policy(both, build_step(15, user=2, ack_mode=AckMode.EACH)))
    life.acknowledged("somebody else")
    life.passes(5)
    assert life.steps_told() == [1, 1]
    life.acknowledged("p1")
    life.passes(30)
    assert life.steps_told() == [1, 1]
    assert life.escalation.why is StopReason.ACKNOWLEDGED


def test_hurried_on_the_next_step_comes_now() -> None:
    life = Life(build_policy(build_step(), build_step(15, user=2), build_step(15, user=3)))
    assert life.is_hurried()
    assert life.steps_told() == [1, 2]
    assert (life.told[-1].because, life.told[-1].because_detail) == (Because.HURRIED, "olga")
    life.passes(15)
    assert life.steps_told() == [1, 2, 3]
    assert not life.is_hurried(), "there is no further step"


def test_hurried_on_although_acknowledged_it_stays_acknowledged() -> None:
    life = Life()
    life.acknowledged()
    assert life.is_hurried()
    assert life.steps_told() == [1, 2]
    assert life.escalation.why is StopReason.ACKNOWLEDGED
    life.acknowledgement_ends()
    assert life.steps_told() == [1, 2, 2]


def test_what_was_missed_is_told_once_for_each_step_in_order() -> None:
    steps = (build_step(), build_step(15, user=2, repeat_s=300, repeats=2))
    life = Life(build_policy(*steps, build_step(15, user=3), build_step(15, user=4)))
    life.passes(40)
    assert life.steps_told() == [1, 2, 3]
    assert [(tell.due_at, tell.missed, tell.is_late) for tell in life.told[1:]] == [
        (at(15), 2, True),
        (at(30), 0, True),
    ]
    life.passes(14)
    assert life.steps_told() == [1, 2, 3], "who was told late has the full time"
    life.passes(1)
    assert life.steps_told() == [1, 2, 3, 4]


def test_edge_of_a_second_is_not_late() -> None:
    life = Life()
    life.now = START + timedelta(minutes=15, seconds=2)
    life.settle()
    assert not life.told[-1].is_late
