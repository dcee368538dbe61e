"""What `run-script --then` says, and how a chain is judged: by the last script of each desktop."""

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.run.commands.run_chain import GOOD, NOT_ALL, judge_last, read_then


def test_states_and_exit_codes_stand_before_the_script() -> None:
    then = read_then("failed, timed_out,3-5: Mend: all ", {"DEPTH": "2"})
    assert (then.script, then.states) == ("Mend: all", ("failed", "timed_out"))
    assert (then.exit_codes, then.parameters) == ((3, 4, 5), {"DEPTH": "2"})


@pytest.mark.parametrize("said", ["mend it", "failed:", ":mend", "broken:mend", "running:mend"])
def test_what_can_not_be_read_is_refused(said: str) -> None:
    with pytest.raises(Invalid):
        read_then(said, {})


@pytest.mark.parametrize(
    ("runs", "code"),
    [
        ([{"a": "succeeded", "b": "succeeded"}], GOOD),
        ([{"a": "succeeded", "b": "failed"}, {"b": "succeeded"}], GOOD),
        ([{"a": "succeeded", "b": "failed"}, {"a": "succeeded"}], NOT_ALL),
        ([{"a": "failed"}, {"a": "succeeded"}, {"a": "failed"}], NOT_ALL),
        ([{"a": "succeeded"}, {"a": "skipped"}], NOT_ALL),
    ],
)
def test_the_last_script_that_each_desktop_had_decides(
    runs: list[dict[str, str]], code: int
) -> None:
    told = [
        [{"desktop": None, "desktop_name": name, "state": state} for name, state in run.items()]
        for run in runs
    ]
    assert judge_last(told) == code
