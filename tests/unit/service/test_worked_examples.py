"""Every example of a service clock that was computed by hand comes out as it was computed."""

from pathlib import Path

import pytest

from tests.support.service import CHINA, ZONES, happened, hours, instant, length
from yunwei.operate.service.facts.clocks import Goal
from yunwei.operate.service.rules.clocks import read_clock

TEXT = (Path(__file__).parent / "worked_examples.txt").read_text("utf-8")
EXAMPLES = [
    [cell.strip() for cell in line.split("|")]
    for line in TEXT.splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
def test_a_clock_shows_what_was_computed_by_hand(example: list[str]) -> None:
    _what, place, times, time, events, at, elapsed, due, state = example
    zone = ZONES[place]
    goal = Goal(time=length(time), hours=hours(times, zone))
    view = read_clock(happened(events, goal, zone), CHINA, now=instant(at, zone))
    assert view.elapsed == length(elapsed)
    assert view.due_at == (None if due == "-" else instant(due, zone))
    assert view.state.value == state.removesuffix("+")
    assert view.is_overdue is state.endswith("+")


def test_there_are_fifty_of_them_at_least_each_another() -> None:
    assert len({example[0] for example in EXAMPLES}) == len(EXAMPLES) >= 50
