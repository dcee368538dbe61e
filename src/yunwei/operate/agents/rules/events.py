"""What agents say became of their tasks, as the ledger takes it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from yunwei.operate.agents.facts.tasks import Happened, SortedOut
from yunwei_wire.errors import WireError
from yunwei_wire.events import Event, What, read_event

MOST_EVENTS = 500


def read_events(agent: int, question: Mapping[str, Any]) -> tuple[Happened, ...]:
    """Return the events that an agent asks to be taken; raises WireError."""
    listed = question.get("events")
    if not isinstance(listed, list) or len(listed) > MOST_EVENTS:
        raise WireError("events are a list")
    return tuple(_happened(agent, read_event(each)) for each in listed)


def _happened(agent: int, event: Event) -> Happened:
    at = _read_time(event.at_ms)
    if event.what is What.OUTPUT:
        return Happened(
            agent=agent, task=event.task, at=at, place=event.place, data=event.data, state="output"
        )
    if event.end is None:
        return Happened(agent=agent, task=event.task, at=at, state="started")
    return Happened(
        agent=agent,
        task=event.task,
        at=at,
        state=event.end.value,
        exit_code=event.exit_code,
        reason=event.reason,
        size_bytes=event.size_bytes,
        is_cut=event.is_cut,
        digest=event.digest,
    )


def _read_time(at_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WireError("a time that can not be") from error


def sort_out(events: Iterable[Happened]) -> SortedOut:
    """Return events by what is written for them. What began and ended meanwhile is written once."""
    started: dict[tuple[int, int], Happened] = {}
    ended: dict[tuple[int, int], Happened] = {}
    output: list[Happened] = []
    for each in events:
        if each.state == "output":
            output.append(each)
        else:
            # said again it stays what it was
            kind = started if each.state == "started" else ended
            kind.setdefault((each.task, each.agent), each)
    both = {whose: begun for whose, begun in started.items() if whose in ended}
    return SortedOut(
        started=tuple(each for whose, each in started.items() if whose not in both),
        output=tuple(output),
        ended=tuple(
            replace(each, started_at=both[whose].at) if whose in both else each
            for whose, each in ended.items()
        ),
    )
