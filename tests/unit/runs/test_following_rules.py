"""Chains of runs: how outcomes are typed, which can be asked for, and that a chain ends."""

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.operate.runs.facts.runs import (
    OPEN,
    Choice,
    Follows,
    FollowUpDraft,
    Outcome,
    RunState,
    TargetState,
)
from yunwei.operate.runs.rules.choosing import check_choice, describe_choice
from yunwei.operate.runs.rules.following import (
    check_follow_ups,
    check_outcome,
    read_exit_codes,
    why_not_followed,
)

FAILED = Outcome(states=(TargetState.FAILED,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("0", (0,)),
        ("1, 3-5", (1, 3, 4, 5)),
        ("3..4；9", (3, 4, 9)),
        ("-1", (-1,)),
        ("-3--1", (-3, -2, -1)),
        ("2,2 1-2", (2, 1)),
        ("-2147024891", (-2147024891,)),
    ],
)
def test_exit_codes_are_read_as_people_write_them(text: str, expected: tuple[int, ...]) -> None:
    assert read_exit_codes(text) == expected


@pytest.mark.parametrize("text", ["x", "1-", "5-3", "1-1000000", "1.5", "99999999999"])
def test_what_is_no_list_of_exit_codes_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_exit_codes(text)
    assert caught.value.field == "exit_codes"


def test_only_ends_can_be_asked_for() -> None:
    for state in TargetState:
        asked = Outcome(states=(state, state))
        if state in OPEN:
            with pytest.raises(Invalid):
                check_outcome(asked)
        else:
            assert check_outcome(asked).states == (state,)
    assert check_outcome(Outcome(exit_codes=(3, 1, 3))).exit_codes == (1, 3)
    for codes in (tuple(range(51)), (2**31,)):
        with pytest.raises(Invalid):
            check_outcome(Outcome(exit_codes=codes))


def test_a_chain_is_of_five_runs_at_most_and_each_says_on_whom() -> None:
    then = FollowUpDraft(script=ScriptId(1), outcome=FAILED)
    check_follow_ups((then,) * 4)
    with pytest.raises(Invalid, match="five"):
        check_follow_ups((then,) * 5)
    anybody = FollowUpDraft(script=ScriptId(1), outcome=Outcome(digest="x"))
    with pytest.raises(Invalid) as caught:
        check_follow_ups((then, anybody))
    assert caught.value.field == "then.2.states"


def test_nothing_follows_what_people_did_not_let_happen() -> None:
    reasons = {state: why_not_followed(state) for state in RunState}
    assert {state for state, reason in reasons.items() if reason} == {
        RunState.CANCELLED,
        RunState.DECLINED,
        RunState.LAPSED,
    }


def test_what_follows_a_run_is_said_by_that_run_alone() -> None:
    follows = Follows(run=RunId(3), outcome=Outcome(exit_codes=(2, 1)))
    checked = check_choice(Choice(follows=follows, desktops=(5,)))
    kept = describe_choice(checked)["follows"]
    assert kept["run"] == 3
    assert list(kept["outcome"]["exit_codes"]) == [1, 2]
    for more in ({"names": ("x",)}, {"pools": (1,)}, {"condition": "x"}, {"retry_of": RunId(1)}):
        with pytest.raises(Invalid):
            check_choice(Choice(follows=follows, **more))  # type: ignore[arg-type]
