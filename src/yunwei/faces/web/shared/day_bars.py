"""Days as calendars show them: the days of a month or week, and what lies in a day as bars of 24
hours. Knows neither duty nor maintenance; their grids are made with it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from yunwei.base.core.wall_clock import DAY_MINUTES, Span, day_span

_QUARTER = 15
_QUARTERS = DAY_MINUTES // _QUARTER


class Timed(Protocol):
    """Something within one day. start, end: minutes on the wall clock."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Cell[P: Timed]:
    """A stretch of a bar: so many quarters of an hour. is_now: the present is at its end."""

    quarters: int
    part: P | None = None
    is_now: bool = False


def lay_tracks[P: Timed](
    parts: Iterable[P], now: int | None, *, apart: Callable[[P], object] = lambda _part: None
) -> tuple[tuple[Cell[P], ...], ...]:
    """Lay parts into as few bars as they need. apart: what differs in it shares no bar. now: the
    present minute, None on other days."""
    tracks: list[list[P]] = []
    for part in parts:
        for track in tracks:
            if apart(track[-1]) == apart(part) and track[-1].end <= part.start:
                track.append(part)
                break
        else:
            tracks.append([part])
    return tuple(_cells(track, now) for track in tracks or [[]])


def _cells[P: Timed](track: Iterable[P], now: int | None) -> tuple[Cell[P], ...]:
    cells: list[Cell[P]] = []
    at = 0
    for part in track:
        start, end = max(at, round(part.start / _QUARTER)), round(part.end / _QUARTER)
        end = max(end, start + 1)
        if start >= _QUARTERS:
            break
        if start > at:
            cells.append(Cell(quarters=start - at))
        cells.append(Cell(quarters=min(end, _QUARTERS) - start, part=part))
        at = min(end, _QUARTERS)
    if at < _QUARTERS:
        cells.append(Cell(quarters=_QUARTERS - at))
    return tuple(cells) if now is None else _with_now(cells, now // _QUARTER)


def _with_now[P: Timed](cells: Iterable[Cell[P]], quarter: int) -> tuple[Cell[P], ...]:
    """Cut the cell in which the present lies, so that a line can stand there."""
    found: list[Cell[P]] = []
    at = 0
    for cell in cells:
        before = quarter - at
        if 0 < before < cell.quarters:
            found.append(Cell(quarters=before, part=cell.part, is_now=True))
            found.append(Cell(quarters=cell.quarters - before, part=cell.part))
        else:
            found.append(
                Cell(quarters=cell.quarters, part=cell.part, is_now=before == cell.quarters)
            )
        at += cell.quarters
    return tuple(found)


def minute_of(at: datetime, day: Span, zone: ZoneInfo) -> int:
    """Return the minute of a day at which an instant is on the wall, 0 before it, 1440 after."""
    if at <= day.start:
        return 0
    if at >= day.end:
        return DAY_MINUTES
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def month_days(day: date) -> list[date]:
    """Return the days of the weeks that a month touches, Monday first."""
    first = day.replace(day=1)
    start = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    count = (following - start).days
    return [start + timedelta(days=number) for number in range(count + -count % 7)]


def week_days(day: date) -> list[date]:
    start = day - timedelta(days=day.weekday())
    return [start + timedelta(days=number) for number in range(7)]


def span_of_days(days: list[date], zone: ZoneInfo) -> Span:
    return Span(day_span(days[0], zone).start, day_span(days[-1], zone).end)
