"""Wall clocks and instants: which instant a time of day is, where clocks are put forward and
back. Pure.

One convention for all: a wall time stands for the first instant at which the clock on the wall
has reached it. So a time that is skipped in spring is the instant of the change, one that comes
twice in autumn is its first coming, times of day stay in order, and spans that meet on the wall
meet in time: no hour is lost or doubled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yunwei.base.core.errors import Invalid

DAY_MINUTES = 24 * 60
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From an instant until before another, both aware UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def cut(self, other: "Span") -> "Span | None":
        """Return what both have in common; None when that is nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that meet or overlap made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def without(span: Span, holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return what is left of a span when others are taken out of it."""
    left: list[Span] = []
    start = span.start
    for hole in merge(holes):
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            left.append(Span(start, hole.start))
        start = max(start, hole.end)
    if start < span.end:
        left.append(Span(start, span.end))
    return tuple(left)


def find_zone(name: str, *, field: str = "time_zone") -> ZoneInfo:
    """Return a zone by its IANA name; raises Invalid at `field`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(field, "there is no such time zone") from error


@lru_cache(maxsize=65_536)
def instant_at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at which a zone's clock has reached a time of that day.

    minute: after midnight; 1440 is the next day's beginning, and beyond that goes on.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    early = wall.replace(tzinfo=zone).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    # in order: an ordinary time, or one that comes twice, of which the first counts
    return early if early <= late else _find_change(late, early, zone)


def _find_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between two at which clocks were put forward, to the second."""
    before = start.astimezone(zone).utcoffset()
    while end - start > _SECOND:
        middle = start + timedelta(seconds=(end - start) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end


def day_span(day: date, zone: ZoneInfo) -> Span:
    """Return a day from its beginning to the next one's: 23, 24 or 25 hours."""
    return Span(instant_at(day, 0, zone), instant_at(day, DAY_MINUTES, zone))


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def parse_minute(text: str, *, field: str = "") -> int:
    """Return the minutes after midnight of `HH:MM`, up to 24:00; raises Invalid at `field`."""
    hours, colon, minutes = text.strip().partition(":")
    if not colon or not (hours + minutes).isascii() or not (hours + minutes).isdecimal():
        raise Invalid(field, "this is not a time of day")
    if len(hours) > 2 or len(minutes) != 2 or int(minutes) > 59:
        raise Invalid(field, "this is not a time of day")
    minute = int(hours) * 60 + int(minutes)
    if minute > DAY_MINUTES:
        raise Invalid(field, "this is not a time of day")
    return minute


def say_minute(minute: int) -> str:
    """Return e.g. `22:00`; the end of a day is `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
