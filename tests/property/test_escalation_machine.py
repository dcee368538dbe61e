"""Whatever happens to an alarm in whatever order, its escalation keeps its laws."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.escalating import Life, build_policy, build_step
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    EscalationState,
    Need,
    StopReason,
    Tell,
)
from yunwei.monitor.notify.rules import escalation as machine

unhurried = settings(deadline=None, max_examples=60)
"""A life is long: on a busy machine one may take longer than the usual deadline."""

steps = st.builds(
    build_step,
    st.sampled_from([0, 0, 5, 15, 60]),
    user=st.integers(1, 4),
    repeat_s=st.sampled_from([60, 300]),
    repeats=st.integers(0, 3),
    needs=st.sampled_from(Need),
    min_severity=st.sampled_from([None, *Severity]),
    ack_mode=st.sampled_from(AckMode),
)
policies = st.builds(
    lambda found, loops: build_policy(*found, loops=loops, loop_delay_min=5),
    st.lists(steps, min_size=1, max_size=5),
    st.integers(0, 2),
)
events = st.lists(
    st.one_of(
        st.tuples(st.just("passes"), st.sampled_from([0.2, 1, 5, 15, 47, 600])),
        st.tuples(st.just("acknowledged"), st.sampled_from(["p1", "p2", "p3", "p4", "olga"])),
        st.tuples(st.just("acknowledgement_ends")),
        st.tuples(st.just("worsens"), st.sampled_from([Severity.MAJOR, Severity.CRITICAL])),
        st.tuples(st.just("eases"), st.sampled_from(Severity)),
        st.tuples(st.just("is_hurried")),
        st.tuples(st.just("is_quiet"), st.sampled_from(["mask", "shelved", "storm"])),
        st.tuples(st.just("is_loud")),
        st.tuples(st.just("is_cleared")),
        st.tuples(st.just("goes_down")),
        st.tuples(st.just("comes_up")),
    ),
    max_size=20,
)


def happen(life: Life, event: tuple[Any, ...]) -> None:
    match event:
        case ("is_quiet", kind):
            life.becomes(quiet_by=((kind, "r"),))
        case ("is_loud",):
            life.becomes(quiet_by=())
        case ("is_cleared",):
            life.becomes(is_cleared=True)
        case ("eases", severity):
            life.becomes(severity=severity)
        case ("goes_down",):
            life.is_down = True
        case ("comes_up",):
            life.is_down = False
            life.settle()
        case (name, *arguments):
            getattr(life, name)(*arguments)


def live(policy: Any, happened: list[tuple[Any, ...]]) -> Life:
    life = Life(policy)
    for event in happened:
        happen(life, event)
        check_state(life)
    return life


def check_state(life: Life) -> None:
    found = life.escalation
    assert (found.state is EscalationState.STOPPED) == (found.why is not None)
    assert (found.next is None) == (found.next_at is None)
    if found.state is EscalationState.STOPPED:
        assert found.next is None
    if not life.is_down:
        assert (found.state is EscalationState.STOPPED) == (found.next is None)
    if found.state is EscalationState.PENDING:
        assert found.done is None
    if found.done is not None and found.next is not None:
        assert found.done < found.next


@unhurried
@given(policies, events)
def test_each_place_is_told_once_and_in_order(policy: Any, happened: list[Any]) -> None:
    places = [tell.position for tell in live(policy, happened).told]
    assert places == sorted(set(places))


@unhurried
@given(policies, events)
def test_after_a_pause_each_step_is_told_at_most_once(policy: Any, happened: list[Any]) -> None:
    for told in live(policy, happened).rounds:
        numbers = [tell.position.step for tell in told]
        assert len(numbers) == len(set(numbers))


class Watched(Life):
    """Notes what the alarm was like whenever something was told."""

    def keep(self, move: machine.Move) -> None:
        for tell in move.tells:
            self.check_told(tell)
        super().keep(move)

    def check_told(self, tell: Tell) -> None:
        assert not self.alarm.is_cleared
        assert not self.alarm.quiet_by
        assert tell.due_at <= self.now


@unhurried
@given(policies, events)
def test_nobody_is_told_of_what_is_over_or_quiet(policy: Any, happened: list[Any]) -> None:
    life = Watched(policy)
    for event in happened:
        happen(life, event)


@unhurried
@given(policies, events)
def test_following_twice_changes_nothing(policy: Any, happened: list[Any]) -> None:
    life = live(policy, happened)
    life.is_down = False
    life.settle()
    again = machine.follow(life.escalation, life.alarm, now=life.now)
    assert again.after == life.escalation
    assert not again.entries
    assert machine.advance(life.escalation, life.alarm, now=life.now).after == life.escalation


@unhurried
@given(policies, events)
def test_left_alone_it_comes_to_an_end(policy: Any, happened: list[Any]) -> None:
    life = live(policy, happened)
    life.is_down = False
    life.settle()
    for _ in range(400):
        if life.escalation.next is None:
            break
        life.passes(120)
    assert life.escalation.state is EscalationState.STOPPED


@unhurried
@given(policies, events)
def test_forecast_is_what_happens_when_nobody_acts(policy: Any, happened: list[Any]) -> None:
    life = live(policy, happened)
    life.is_down = False
    life.becomes(
        is_acknowledged=False,
        acknowledged_by=frozenset(),
        quiet_by=(),
        severity=Severity.CRITICAL,
    )
    coming = machine.forecast(life.escalation, limit=1000)
    already = len(life.told)
    for each in coming:
        life.now = max(life.now, each.at)
        life.settle()
    assert [tell.position for tell in life.told[already:]] == [each.position for each in coming]


@unhurried
@given(policies, events)
def test_cleared_is_the_end_whatever_follows(policy: Any, happened: list[Any]) -> None:
    life = live(policy, happened)
    life.is_down = False
    life.becomes(is_cleared=True)
    already = len(life.told)
    for event in happened:
        happen(life, event)
    life.alarm = replace(life.alarm, is_cleared=True)
    assert life.escalation.why is StopReason.CLEARED
    assert len(life.told) == already


def test_somebody_who_still_owes_an_acknowledgement_begins_no_loop_anew() -> None:
    late = build_step(
        60, user=2, repeat_s=60, repeats=0, needs=Need.NOT_CLEARED, ack_mode=AckMode.EACH
    )
    first = build_step(0, user=1, repeat_s=60, repeats=0)
    life = live(build_policy(first, late, loops=1, loop_delay_min=5), [("acknowledged", "p1")])
    for _ in range(20):
        life.passes(30)
    assert life.escalation.why is StopReason.FINISHED
    places = [tell.position for tell in life.told]
    assert places == sorted(set(places)), "nothing is told twice"
