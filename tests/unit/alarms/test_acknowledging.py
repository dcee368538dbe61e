"""An acknowledgement may have an end; others may join it, and make it last longer."""

from datetime import timedelta

import pytest

from tests.support.alarms import START, at, build_raw
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms import machine
from yunwei.monitor.alarms.facts import Alarm, OperatorState
from yunwei.monitor.alarms.rules import operators


def raised() -> Alarm:
    step = machine.apply_raw(
        None,
        build_raw(severity=Severity.MINOR),
        now=START,
        alarm_id=AlarmId(1),
        occurrence_id=OccurrenceId(1),
    )
    assert step.after is not None
    return step.after


def acknowledged(alarm: Alarm, by: str, minutes: float | None = None) -> Alarm:
    until = at(minutes) if minutes is not None else None
    return operators.acknowledge(alarm, by=by, note="", now=START, until=until)[0]


def test_it_ends_by_itself_and_nobody_looks_after_it_any_more() -> None:
    alarm = acknowledged(raised(), "anna", 60)
    assert alarm.acknowledged_until == at(60)
    after, change = operators.end_acknowledgement(alarm, now=at(60))
    assert (after.operator_state, after.operator) == (OperatorState.NONE, "")
    assert after.acknowledged_until is None
    assert (change.verb, change.note) == ("acknowledgement_ended", "anna")


@pytest.mark.parametrize(
    ("first", "second", "lasts"), [(30, 60, 60), (60, 30, 60), (None, 30, None), (30, None, None)]
)
def test_whoever_joins_can_only_make_it_last_longer(
    first: float | None, second: float | None, lasts: float | None
) -> None:
    alarm = acknowledged(acknowledged(raised(), "anna", first), "ben", second)
    assert alarm.operator == "anna"
    assert alarm.acknowledged_until == (at(lasts) if lasts is not None else None)


def test_the_same_person_may_give_it_another_end() -> None:
    alarm = acknowledged(acknowledged(raised(), "anna", 60), "anna", 30)
    assert alarm.acknowledged_until == at(30)
    with pytest.raises(Conflict, match="already acknowledged"):
        acknowledged(alarm, "anna", 30)


@pytest.mark.parametrize("until", [START, START - timedelta(minutes=1), START + timedelta(days=32)])
def test_the_end_is_in_the_future_and_not_too_far(until: object) -> None:
    with pytest.raises(Invalid) as refusal:
        operators.acknowledge(raised(), by="anna", note="", now=START, until=until)  # type: ignore[arg-type]
    assert refusal.value.field == "until"


def test_worse_news_and_a_new_occurrence_take_it_back_with_its_end() -> None:
    alarm = acknowledged(raised(), "anna", 60)
    current = machine.apply_raw(
        None, build_raw(), now=START, alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1)
    ).occurrence
    worse = build_raw(minutes=1, severity=Severity.CRITICAL)
    after = machine.apply_raw(alarm, worse, now=at(1), current=current).after
    assert after is not None
    assert (after.operator_state, after.acknowledged_until) == (OperatorState.NONE, None)
    cleared = machine.apply_raw(alarm, build_raw(AlarmAct.CLEAR, 2), now=at(2), current=current)
    assert cleared.after is not None
    again = machine.apply_raw(
        cleared.after, build_raw(minutes=3), now=at(3), occurrence_id=OccurrenceId(2)
    ).after
    assert again is not None
    assert (again.operator_state, again.acknowledged_until) == (OperatorState.NONE, None)
