"""Local days and hours of a stretch of time, and how much of it is known. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.operate.usage.facts.use import Heat, Known, Reaches

MOST_DAYS = 92
_HOUR = timedelta(hours=1)


def check_asked(from_at: datetime, to_at: datetime) -> None:
    """Raise Invalid unless the time is in order and short enough to be worked out exactly."""
    if from_at >= to_at:
        raise Invalid("since", "it must be before the end")
    if to_at - from_at > timedelta(days=MOST_DAYS, hours=2):
        raise Invalid("since", f"at most {MOST_DAYS} days at once")


def days_between(from_at: datetime, to_at: datetime, zone: ZoneInfo) -> list[date]:
    """Return the local days of which the time holds any instant."""
    first = from_at.astimezone(zone).date()
    last = (to_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def day_bounds(days: Sequence[date], zone: ZoneInfo) -> list[datetime]:
    """Return the first instants of consecutive days, and of the one after the last."""
    following = days[-1] + timedelta(days=1)
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in (*days, following)]


def first_hour(from_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the beginning of the local hour of an instant."""
    local = from_at.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return from_at - into


def build_heat(
    connected_s: Sequence[float], known_s: Sequence[float], first_at: datetime, zone: ZoneInfo
) -> Heat:
    """Return mean users connected by weekday and hour.

    connected_s, known_s: of consecutive hours from first_at on, users' connected seconds and the
    seconds of which anything is known.
    """
    used = [[0.0] * 24 for _ in range(7)]
    known = [[0.0] * 24 for _ in range(7)]
    for number, (connected, seconds) in enumerate(zip(connected_s, known_s, strict=True)):
        local = (first_at + number * _HOUR).astimezone(zone)
        used[local.weekday()][local.hour] += connected
        known[local.weekday()][local.hour] += seconds
    return Heat(
        rows=tuple(
            tuple(u / k if k > 0 else None for u, k in zip(*rows, strict=True))
            for rows in zip(used, known, strict=True)
        )
    )


def build_known(reaches: Reaches, from_at: datetime, to_at: datetime) -> Known:
    """Return how much of the time is known; a source that has told nothing has no say."""
    shares = [
        max(timedelta(), min(each.until_at, to_at) - max(each.first_at, from_at))
        / (to_at - from_at)
        for each in reaches.values()
    ]
    return Known(
        coverage=sum(shares) / len(shares) if shares else 0.0,
        as_of=min((each.until_at for each in reaches.values()), default=None),
        sources=len(reaches),
    )


def known_seconds(
    reaches: Reaches, from_at: datetime, to_at: datetime, *, first_at: datetime
) -> list[float]:
    """Return of how many seconds of each hour from first_at on any source has told."""
    first = max(from_at, min((each.first_at for each in reaches.values()), default=to_at))
    last = min(to_at, max((each.until_at for each in reaches.values()), default=from_at))
    places = -((first_at - to_at) // _HOUR)
    hours = (first_at + number * _HOUR for number in range(places))
    return [
        max(timedelta(), min(hour + _HOUR, last) - max(hour, first)).total_seconds()
        for hour in hours
    ]


def say_clock(since_midnight_s: float) -> str:
    """Return a time of day, e.g. `08:45`; the end of the day is `24:00`."""
    minutes = int(since_midnight_s // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
