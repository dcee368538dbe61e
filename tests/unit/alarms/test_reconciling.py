"""What a comparison with a source's own list concludes, and what it leaves alone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.support.alarms import START, at, build_raw
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.monitor.alarms.facts import Alarm, ClearCause, Occurrence, Verdict
from yunwei.monitor.alarms.machine import apply_raw, build_key
from yunwei.monitor.alarms.rules.reconciling import Healing, SourceList, compare_lists

NOTHING: frozenset[str] = frozenset()


def raised(**details: str) -> RawAlarm:
    return build_raw(AlarmAct.RAISE, 0, **details)  # type: ignore[arg-type]


def stands(raw: RawAlarm) -> Alarm:
    step = apply_raw(None, raw, now=START, alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1))
    assert step.after is not None
    return step.after


def lists(*alarms: RawAlarm, **others: object) -> SourceList:
    usual = SourceList(
        alarms={build_key(raw): raw for raw in alarms},
        undecided=frozenset(),
        speaks_of=("host.",),
        covers_since=None,
        is_complete=True,
        read_at=at(30),
    )
    return replace(usual, **others)  # type: ignore[arg-type]


def compare(known: list[Alarm], listed: SourceList, waiting: frozenset[str] = NOTHING) -> Healing:
    return compare_lists(known, listed, waiting=waiting, now=at(30))


def twice(known: list[Alarm], listed: SourceList) -> Healing:
    return compare(known, listed, compare(known, listed).waiting)


def test_a_lost_raise_heals_when_two_lists_in_a_row_name_it() -> None:
    first = compare([], lists(raised()))
    assert (first.healed, len(first.waiting)) == ((), 1)

    second = compare([], lists(raised()), first.waiting)

    (found,) = second.healed
    assert (found.act, found.is_found) == (AlarmAct.RAISE, True)
    assert second.waiting == NOTHING


def test_a_lost_clear_heals_when_two_lists_in_a_row_do_not_name_it() -> None:
    alarm = stands(raised())
    (found,) = twice([alarm], lists()).healed
    assert found.act is AlarmAct.CLEAR

    step = apply_raw(alarm, found, now=at(31), current=_occurrence_of(alarm))
    assert step.verdict is Verdict.CLEARED
    assert step.after is not None
    assert step.after.clear_cause is ClearCause.RECONCILED
    assert step.changes[0].note == "found by reconciliation"


def test_what_agrees_again_is_forgotten() -> None:
    alarm = stands(raised())
    first = compare([alarm], lists())
    again = compare([alarm], lists(raised()), first.waiting)
    assert again == Healing()


def test_an_incomplete_list_clears_nothing_but_still_raises() -> None:
    other = raised(managed_object="/host/H-9")
    healing = twice([stands(raised())], lists(other, is_complete=False))
    assert [raw.managed_object for raw in healing.healed] == ["/host/H-9"]


def test_kinds_that_the_list_does_not_speak_of_are_left_alone() -> None:
    assert twice([stands(raised(alarm_type="licence.low"))], lists()) == Healing()


def test_what_the_list_leaves_open_is_left_alone() -> None:
    assert twice([stands(raised())], lists(undecided=frozenset({build_key(raised())}))) == Healing()


def test_what_changed_after_the_list_was_asked_for_is_left_alone() -> None:
    alarm = replace(stands(raised()), changed_at=at(30))
    assert twice([alarm], lists()) == Healing()


def test_what_began_before_the_list_reaches_back_is_left_alone() -> None:
    assert twice([stands(raised())], lists(covers_since=at(1))) == Healing()


def test_what_a_person_cleared_stays_cleared_while_the_source_says_nothing_new() -> None:
    alarm = replace(stands(raised()), is_cleared=True, clear_cause=ClearCause.OPERATOR)
    assert twice([alarm], lists(raised())) == Healing()


def test_a_mistaken_clear_of_ours_is_taken_back_though_the_alarm_began_long_ago() -> None:
    alarm = stands(raised())
    gone = twice([alarm], lists()).healed[0]
    cleared = apply_raw(alarm, gone, now=at(31), current=_occurrence_of(alarm)).after
    assert cleared is not None

    (found,) = twice([cleared], lists(raised(), read_at=at(40))).healed

    step = apply_raw(cleared, found, now=at(41), occurrence_id=OccurrenceId(2))
    assert step.verdict is Verdict.RAISED


objects = st.sets(st.integers(0, 6))


@given(objects, objects)
def test_afterwards_exactly_what_is_listed_stands(known: set[int], listed: set[int]) -> None:
    names = {number: raised(managed_object=f"/host/H-{number}") for number in range(7)}
    alarms = [stands(names[number]) for number in known]
    healed = twice(alarms, lists(*(names[number] for number in listed))).healed
    standing = {alarm.key for alarm in alarms}
    for raw in healed:
        change = standing.add if raw.act is AlarmAct.RAISE else standing.discard
        change(build_key(raw))
    assert standing == {build_key(names[number]) for number in listed}


def _occurrence_of(alarm: Alarm) -> Occurrence:
    return Occurrence(
        id=alarm.occurrence,
        alarm=alarm.id,
        tenant=alarm.tenant,
        raised_at=alarm.raised_at,
        cleared_at=None,
        clear_cause=ClearCause.NONE,
        severity=alarm.severity,
        count=1,
        text=alarm.text,
        intake_id="",
    )
