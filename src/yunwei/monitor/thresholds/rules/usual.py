"""What is usual of an object at an hour of a weekday: robust, or not known. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from yunwei.monitor.thresholds.facts import ThresholdContent, Usual

# of a normal distribution the median deviation times this is the standard deviation
_TO_SIGMA = 1.4826
_LEAST_VALUES = 6
_LEAST_SPREAD = 1e-9


def usual_of(weeks: Sequence[Sequence[float]], *, least_spread: float) -> Usual | None:
    """Return what is usual by the values of the same hour in earlier weeks, None when less than
    half of the weeks (two at least), or fewer than six values, are known."""
    known = [week for week in weeks if week]
    values = [value for week in known for value in week]
    if len(known) < max(2, len(weeks) // 2) or len(values) < _LEAST_VALUES:
        return None
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    return Usual(middle, max(_TO_SIGMA * deviation, least_spread, _LEAST_SPREAD))


def hour_of(place: int, step_s: int, zone: ZoneInfo) -> datetime:
    """Return the local hour in which a step begins; the slot whose usual it is measured by."""
    begins = datetime.fromtimestamp(place * step_s, zone)
    return begins.replace(minute=0, second=0, microsecond=0)


def earlier_hours(hour: datetime, weeks: int) -> tuple[tuple[float, float], ...]:
    """Return the same local hour of the weeks before, newest first, as (from, until) in seconds
    since 1970. Where a change of the clock takes it away, an hour beside it stands for it."""
    naive = hour.replace(tzinfo=None)
    starts = (
        (naive - timedelta(days=7 * back)).replace(tzinfo=hour.tzinfo).astimezone(UTC).timestamp()
        for back in range(1, weeks + 1)
    )
    return tuple((start, start + 3600.0) for start in starts)


class UsualBook:
    """What is usual of one object at each hour, by its values. Answers are remembered."""

    def __init__(self, content: ThresholdContent, values: Mapping[int, float]) -> None:
        self._content = content
        self._zone = ZoneInfo(content.time_zone)
        self._values = values
        self._known: dict[datetime, Usual | None] = {}

    def at(self, place: int) -> Usual | None:
        content = self._content
        hour = hour_of(place, content.step_s, self._zone)
        if hour not in self._known:
            weeks = [self._between(*span) for span in earlier_hours(hour, content.weeks)]
            self._known[hour] = usual_of(weeks, least_spread=content.least_spread)
        return self._known[hour]

    def _between(self, from_s: float, until_s: float) -> list[float]:
        step_s = self._content.step_s
        first, end = -int(-from_s // step_s), -int(-until_s // step_s)
        found = (self._values.get(place) for place in range(first, end))
        return [value for value in found if value is not None]
