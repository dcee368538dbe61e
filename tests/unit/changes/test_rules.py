"""What a template may say, and where what becomes of each step leads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId, TicketId
from yunwei.operate.changes.facts import (
    Change,
    ChangeDraft,
    ChangeState,
    Phase,
    Risk,
    Step,
    StepState,
    WholeChange,
)
from yunwei.operate.changes.queries.changes import example_text
from yunwei.operate.changes.rules import (
    check_draft,
    check_turn,
    check_window,
    merge_values,
    next_step,
    parse_template,
    state_after,
)
from yunwei.operate.runs.facts.runs import Choice

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
_C, _S = ChangeState, StepState
SAID = '{ zh = "一", en = "one" }'
WHOLE = f"""
title = {SAID}
purpose = {SAID}
[[step]]
name = "a"
title = {SAID}
how = {SAID}
script = "say"
values = {{ KEY = "x" }}
[[verify]]
name = "v"
title = {SAID}
how = {SAID}
[[rollback]]
name = "r"
title = {SAID}
how = {SAID}
"""


def whole(states: str, state: ChangeState = _C.WORKING) -> WholeChange:
    """Return a change with a step for each `d:done v:pending r:pending`."""
    spec = parse_template(WHOLE).steps
    phases = {
        "d": (Phase.DO, spec[0]),
        "v": (Phase.VERIFY, spec[1]),
        "r": (Phase.ROLLBACK, spec[2]),
    }
    steps = []
    for number, each in enumerate(states.split(), start=1):
        letter, _, word = each.partition(":")
        phase, said = phases[letter]
        steps.append(
            Step(
                id=number,
                change=1,
                place=number,
                spec=replace(said, phase=phase, name=f"s{number}"),
                script_id=None,
                state=StepState(word or "pending"),
                attempt=0,
                run=None,
                outcome=None,
                started_at=None,
                started_by="",
                ended_at=None,
                ended_by="",
                result="",
            )
        )
    change = Change(
        id=1,
        tenant=TenantId(1),
        tenant_name="A",
        ticket=TicketId(1),
        ticket_title="t",
        template=1,
        title=spec[0].title,
        purpose=spec[0].title,
        risk=Risk.LOW,
        template_version=1,
        template_sha256="",
        choice=Choice(),
        note="",
        state=state,
        starts_at=NOW - HOUR,
        ends_at=NOW + HOUR,
        planned_at=NOW,
        planned_by="olga",
        started_at=None,
        started_by="",
        ended_at=None,
        ended_by="",
        conclusion="",
        concluded_at=None,
        concluded_by="",
        steps=len(steps),
        steps_over=0,
    )
    return WholeChange(change=change, steps=tuple(steps), evidence=(), lines=())


def test_the_example_can_be_read_and_its_steps_stand_in_the_order_of_their_phases() -> None:
    template = parse_template(example_text())
    assert [each.phase for each in template.steps] == [
        Phase.DO,
        Phase.DO,
        Phase.VERIFY,
        Phase.ROLLBACK,
    ]
    assert template.minutes == 20
    assert template.has_scripts


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('name = "a"', 'name = "v"', "v is there twice"),
        ('name = "a"', 'name = "a b"', "letters, digits"),
        ("[[verify]]", "[[step]]", "how it is verified"),
        ("[[rollback]]", "[[verify]]", "how it is rolled back"),
        ("[[step]]", "[[verify]]", "at least one step"),
        ('script = "say"', "", "only a script has values"),
        ('script = "say"', 'skript = "say"', "can not be read"),
        ('script = "say"', "minutes = 0", "between 1 and 1440"),
        ('en = "one"', 'en = " "', "both languages"),
        ("title", "= title", "not TOML"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(before: str, after: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        parse_template(WHOLE.replace(before, after, 1))


def test_a_window_is_a_stretch_of_time_that_is_not_over() -> None:
    template = parse_template(WHOLE)
    good = ChangeDraft(
        template=1, starts_at=NOW, ends_at=NOW + HOUR, choice=Choice(condition='name == "x"')
    )
    assert check_draft(good, template, now=NOW).ends_at == NOW + HOUR
    for wrong in (NOW, NOW - HOUR, NOW + timedelta(days=15)):
        with pytest.raises(Invalid) as told:
            check_draft(replace(good, ends_at=wrong), template, now=NOW)
        assert told.value.field == "ends_at"
    with pytest.raises(Invalid) as told:
        check_draft(replace(good, choice=Choice()), template, now=NOW)
    assert told.value.field == "targets"
    with pytest.raises(Invalid) as told:
        check_draft(replace(good, values={"v": {}}), template, now=NOW)
    assert told.value.field == "values"


def test_values_of_a_change_come_before_those_of_its_template() -> None:
    spec = parse_template(WHOLE).steps[0]
    assert merge_values(spec, {}) == {"KEY": "x"}
    assert merge_values(spec, {"a": {"KEY": "y", "OTHER": "z"}}) == {"KEY": "y", "OTHER": "z"}


@pytest.mark.parametrize(
    ("states", "state", "turn"),
    [
        ("d d v r", _C.PLANNED, None),
        ("d d v r", _C.WORKING, 1),
        ("d:done d v r", _C.WORKING, 2),
        ("d:skipped d:started v r", _C.WORKING, 2),
        ("d:done d:done v r", _C.WORKING, 3),
        ("d:done d:failed v r", _C.HALTED, 2),
        ("d:done d:failed v r", _C.ROLLING_BACK, 4),
        ("d:done d:failed v r:failed r", _C.ROLLING_BACK, 4),
        ("d:done d:done v:done r", _C.SUCCEEDED, None),
        ("d:done d:failed v r:done", _C.ROLLED_BACK, None),
    ],
)
def test_steps_come_in_order_and_roll_back_only_when_it_is_rolled_back(
    states: str, state: ChangeState, turn: int | None
) -> None:
    found = next_step(whole(states, state))
    assert (found.id if found else None) == turn


@pytest.mark.parametrize(
    ("states", "state", "step", "became", "after"),
    [
        ("d:started v r", _C.WORKING, 1, _S.DONE, _C.WORKING),
        ("d:started v r", _C.WORKING, 1, _S.FAILED, _C.HALTED),
        ("d:failed v r", _C.HALTED, 1, _S.DONE, _C.WORKING),
        ("d:done v:started r", _C.WORKING, 2, _S.DONE, _C.SUCCEEDED),
        ("d:done v:started r", _C.WORKING, 2, _S.FAILED, _C.HALTED),
        ("d:failed v r:started r", _C.ROLLING_BACK, 3, _S.DONE, _C.ROLLING_BACK),
        ("d:failed v r:started r", _C.ROLLING_BACK, 3, _S.FAILED, _C.ROLLING_BACK),
        ("d:failed v r:skipped r:started", _C.ROLLING_BACK, 4, _S.DONE, _C.ROLLED_BACK),
    ],
)
def test_what_becomes_of_a_step_leads_on(
    states: str, state: ChangeState, step: int, became: StepState, after: ChangeState
) -> None:
    about = whole(states, state)
    known = about.step(step)
    assert known is not None
    assert state_after(about, known, became) is after


@given(st.lists(st.sampled_from([_S.DONE, _S.SKIPPED, _S.FAILED]), min_size=1, max_size=30))
def test_a_change_succeeds_only_when_every_step_is_over_and_verified(ends: list[StepState]) -> None:
    about = whole("d d v r")
    for became in ends:
        turn = next_step(about)
        if turn is None:
            break
        state = state_after(about, turn, became)
        steps = tuple(
            replace(each, state=became) if each.id == turn.id else each for each in about.steps
        )
        about = replace(about, change=replace(about.change, state=state), steps=steps)
    forward = [each.state.is_over for each in about.steps if each.phase is not Phase.ROLLBACK]
    assert (about.change.state is _C.SUCCEEDED) == all(forward)
    assert about.steps[-1].state is _S.PENDING


def test_a_step_is_touched_in_its_turn_and_a_change_in_its_window() -> None:
    about = whole("d d v r")
    with pytest.raises(Conflict, match="turn"):
        check_turn(about, about.steps[1], _S.PENDING)
    with pytest.raises(Conflict, match="as it is"):
        check_turn(about, about.steps[0], _S.STARTED)
    check_window(about, now=NOW)
    with pytest.raises(Conflict, match="has not begun"):
        check_window(about, now=NOW - 2 * HOUR)
    with pytest.raises(Conflict, match="is over"):
        check_window(about, now=NOW + HOUR)
