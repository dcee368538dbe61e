"""What agents say is written once for each task, its beginning together with its end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yunwei.operate.agents.facts.tasks import Happened
from yunwei.operate.agents.rules.events import MOST_EVENTS, read_events, sort_out
from yunwei_wire.errors import WireError
from yunwei_wire.events import End, Event, What

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = AT + timedelta(seconds=3)


def said(task: int, state: str, at: datetime = AT, **details: Any) -> Happened:
    return Happened(agent=7, task=task, at=at, state=state, **details)


def test_a_beginning_is_written_with_its_end() -> None:
    sorted_out = sort_out([said(1, "started"), said(2, "started"), said(1, "failed", LATER)])
    assert sorted_out.started == (said(2, "started"),)
    assert sorted_out.ended == (said(1, "failed", LATER, started_at=AT),)


def test_an_end_without_its_beginning_leaves_that_alone() -> None:
    assert sort_out([said(1, "failed")]).ended == (said(1, "failed"),)


def test_what_is_said_again_is_written_once_as_it_was_first() -> None:
    events = [
        said(1, "failed"),
        said(1, "succeeded", LATER),
        said(1, "started"),
        said(1, "started"),
    ]
    sorted_out = sort_out(events)
    assert [each.state for each in sorted_out.ended] == ["failed"]
    assert sorted_out.started == ()


def test_a_word_of_another_agent_is_not_taken_for_the_tasks_own() -> None:
    other = Happened(agent=8, task=1, at=AT, state="started")
    sorted_out = sort_out([other, said(1, "succeeded")])
    assert sorted_out.started == (other,)
    assert sorted_out.ended == (said(1, "succeeded"),)


def test_output_is_kept_in_its_order() -> None:
    pieces = [said(1, "output", place=place, data=b"x") for place in range(5)]
    assert sort_out(pieces).output == tuple(pieces)


def test_events_are_read_as_they_were_said() -> None:
    at_ms = int(AT.timestamp() * 1000)
    events = [
        Event(task=1, what=What.STARTED, at_ms=at_ms),
        Event(task=1, what=What.OUTPUT, at_ms=at_ms, place=2, data=b"x"),
        Event(task=1, what=What.ENDED, at_ms=at_ms, end=End.FAILED, exit_code=3, reason="why"),
    ]
    question = {"events": [each.as_message() for each in events]}
    assert read_events(7, question) == (
        said(1, "started"),
        said(1, "output", place=2, data=b"x"),
        said(1, "failed", exit_code=3, reason="why"),
    )


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"events": "x"},
        {"events": [1]},
        {"events": [{"task": 1, "what": "started", "at": 1}] * (MOST_EVENTS + 1)},
        {"events": [{"task": 1, "what": "started", "at": 2**62}]},
        {"events": [{"task": 1, "what": "started", "at": -(2**62)}]},
    ],
)
def test_what_can_not_be_is_refused(question: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        read_events(7, question)
