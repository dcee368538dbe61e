"""Whatever a source reports in whatever order, an alarm's life keeps its laws."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.support.alarms import START, at, build_raw
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms import machine
from yunwei.monitor.alarms.facts import Alarm, ClearCause, Occurrence, OperatorState, Step, Verdict
from yunwei.monitor.alarms.rules import operators

reports = st.lists(
    st.builds(
        build_raw,
        act=st.sampled_from(AlarmAct),
        minutes=st.integers(0, 30),
        severity=st.sampled_from(Severity),
    ),
    max_size=25,
)


class Life:
    """One alarm, moved through the machine as the store would."""

    def __init__(self) -> None:
        self.alarm: Alarm | None = None
        self.occurrences: dict[int, Occurrence] = {}
        self.steps: list[Step] = []

    def hear(self, raw: RawAlarm, now: datetime = START) -> Step:
        opens = machine.needs_occurrence(self.alarm, raw)
        step = machine.apply_raw(
            self.alarm,
            raw,
            now=now,
            alarm_id=AlarmId(1),
            occurrence_id=OccurrenceId(len(self.steps) + 1) if opens else None,
            current=self.occurrences.get(self.alarm.occurrence) if self.alarm else None,
        )
        self.alarm = step.after or self.alarm
        if step.occurrence is not None:
            self.occurrences[step.occurrence.id] = step.occurrence
        self.steps.append(step)
        return step


def live(raws: list[RawAlarm]) -> Life:
    life = Life()
    for position, raw in enumerate(raws):
        life.hear(replace(raw, native_id=f"r{position}"))
    return life


@given(reports)
def test_every_report_has_one_verdict_and_every_raise_is_counted(raws: list[RawAlarm]) -> None:
    life = live(raws)
    assert len(life.steps) == len(raws)
    counting = {Verdict.RAISED, Verdict.REPEATED, Verdict.WORSENED, Verdict.EASED, Verdict.NOTICED}
    counted = sum(step.verdict in counting for step in life.steps)
    assert counted == sum(each.count for each in life.occurrences.values())


@given(reports)
def test_cleared_and_occurrence_agree(raws: list[RawAlarm]) -> None:
    life = live(raws)
    if life.alarm is None:
        return
    current = life.occurrences[life.alarm.occurrence]
    assert life.alarm.is_cleared == (current.cleared_at is not None)
    assert life.alarm.is_cleared == (life.alarm.clear_cause is not ClearCause.NONE)
    open_ones = [each for each in life.occurrences.values() if each.cleared_at is None]
    assert len(open_ones) == (0 if life.alarm.is_cleared else 1)


@given(reports)
def test_no_occurrence_ends_before_it_began(raws: list[RawAlarm]) -> None:
    for each in live(raws).occurrences.values():
        assert each.cleared_at is None or each.cleared_at >= each.raised_at


@given(reports)
def test_every_raise_can_be_cleared(raws: list[RawAlarm]) -> None:
    life = live(raws)
    life.hear(replace(build_raw(minutes=40), native_id="last raise"))
    assert life.alarm is not None
    assert not life.alarm.is_cleared
    assert life.hear(build_raw(AlarmAct.CLEAR, 41)).verdict is Verdict.CLEARED


@given(reports)
def test_reports_in_order_of_time_lose_nothing_to_staleness(raws: list[RawAlarm]) -> None:
    life = live(sorted(raws, key=lambda raw: raw.event_at))
    assert all(step.verdict is not Verdict.STALE for step in life.steps)


@given(reports, st.sampled_from(Severity))
def test_acknowledgement_falls_only_to_worse_news(raws: list[RawAlarm], severity: Severity) -> None:
    life = live(raws)
    life.hear(replace(build_raw(minutes=40, severity=Severity.MINOR), native_id="now"))
    assert life.alarm is not None
    life.alarm, _ = operators.acknowledge(
        replace(life.alarm, operator_state=OperatorState.NONE, severity=Severity.MINOR),
        by="olga",
        note="",
        now=at(40),
    )
    life.hear(replace(build_raw(minutes=41, severity=severity), native_id="then"))
    is_worse = severity.rank > Severity.MINOR.rank
    assert (life.alarm.operator_state is OperatorState.NONE) == is_worse


@given(reports)
def test_history_tells_every_change_of_clearedness(raws: list[RawAlarm]) -> None:
    life = live(raws)
    for step in life.steps:
        was_cleared = step.before is None or step.before.is_cleared
        is_cleared = step.after is None or step.after.is_cleared
        if was_cleared != is_cleared:
            assert step.changes
