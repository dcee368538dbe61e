"""How measurements become series: ranges, buckets, sums over sources, what is usual. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.base.core.metrics import Unit
from yunwei.monitor.telemetry.facts import Series

MAX_RANGE = timedelta(days=400)
REFERENCE_DAYS = 4
_MAX_POINTS = 300
_BUCKETS_S = (300, 900, 3600, 4 * 3600, 86400)
# A measurement stands for the time until the next one is due, with some patience.
_PATIENCE = 2.5
_MIN_HOLD = timedelta(seconds=90)
_MAX_HOLD = timedelta(minutes=20)


class Sample(NamedTuple):
    """A measurement and how long it stands when no other follows."""

    at: datetime
    value: float
    hold: timedelta


def _instant_of(sample: Sample) -> datetime:
    return sample.at


def to_ms(value: datetime) -> int:
    """Return milliseconds since 1970 UTC, rounded down."""
    return int(value.timestamp() * 1000 // 1)


def from_ms(value_ms: int) -> datetime:
    return datetime.fromtimestamp(value_ms / 1000, UTC)


def check_range(from_at: datetime, to_at: datetime) -> None:
    """Raise Invalid unless the range is in order and at most `MAX_RANGE` long."""
    if from_at >= to_at:
        raise Invalid("since", "it must be before the end")
    if to_at - from_at > MAX_RANGE:
        raise Invalid("since", f"at most {MAX_RANGE.days} days at once")


def choose_bucket_s(from_at: datetime, to_at: datetime) -> int:
    """Return the narrowest bucket that keeps a series within 300 points (or a day)."""
    span_s = (to_at - from_at).total_seconds()
    fitting = (bucket for bucket in _BUCKETS_S if span_s / bucket <= _MAX_POINTS)
    return next(fitting, _BUCKETS_S[-1])


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a day and of the next one, in UTC; 23 to 25 hours apart."""
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def reference_days(day: date, first: date | None) -> tuple[date, ...]:
    """Return the days that say what is usual on `day`: the same weekday of the last weeks.

    first: the first whole day that there are records of. Where the same weekday was seen less
    than twice, the latest days of the same kind (working days, weekends) do.
    """
    if first is None:
        return ()
    earlier = [day - timedelta(days=back) for back in range(1, 36)]
    known = [each for each in earlier if each >= first]
    same = [each for each in known if each.weekday() == day.weekday()]
    if len(same) < 2:
        is_weekend = day.weekday() >= 5
        same = [each for each in known if (each.weekday() >= 5) is is_weekend]
    return tuple(same[:REFERENCE_DAYS])


def stand_until_next(told: Sequence[tuple[datetime, float]]) -> list[Sample]:
    """Return samples that each stand for 2.5 times the usual distance of one to the next."""
    steps = sorted(after[0] - before[0] for before, after in pairwise(told))
    usual = steps[len(steps) // 2] if steps else _MIN_HOLD
    hold = min(_MAX_HOLD, max(_MIN_HOLD, usual * _PATIENCE))
    return [Sample(at, value, hold) for at, value in told]


def add_up[S: int](
    samples: Mapping[S, Sequence[Sample]], expected_until: Mapping[S, datetime]
) -> tuple[tuple[datetime, ...], tuple[float | None, ...]]:
    """Return the sum over sources at every instant at which any of them was measured.

    samples: by source, in order. expected_until: until when each source ought to measure; from
    its first sample until then a source whose last sample does not stand any more makes the sum
    unknown (None), never smaller. A stretch in which nobody measured begins with a None, too.
    """
    until: dict[datetime, datetime] = {}
    for sample in (each for told in samples.values() for each in told):
        until[sample.at] = max(until.get(sample.at, sample.at), sample.at + sample.hold)
    times: list[datetime] = []
    values: list[float | None] = []
    stands_until: datetime | None = None
    for instant in sorted(until):
        if stands_until is not None and stands_until < instant:
            times.append(stands_until)
            values.append(None)
        times.append(instant)
        values.append(_sum_at(instant, samples, expected_until))
        stands_until = max(stands_until or until[instant], until[instant])
    return tuple(times), tuple(values)


def _sum_at[S: int](
    instant: datetime,
    samples: Mapping[S, Sequence[Sample]],
    expected_until: Mapping[S, datetime],
) -> float | None:
    total = 0.0
    for source, told in samples.items():
        place = bisect_right(told, instant, key=_instant_of)
        if place == 0 or instant > expected_until.get(source, told[-1].at):
            continue
        sample = told[place - 1]
        if instant > sample.at + sample.hold:
            return None
        total += sample.value
    return total


def measured_share(
    times: Sequence[datetime], values: Sequence[float | None], from_at: datetime, to_at: datetime
) -> float:
    """Return the share (0-1) of a stretch of time for which a value stands.

    times, values: as `add_up` returns them: a value stands until the next entry, the last one
    for as long as a measurement may.
    """
    if to_at <= from_at or not times:
        return 0.0
    covered = timedelta()
    for at, value, end in zip(times, values, (*times[1:], times[-1] + _MAX_HOLD), strict=True):
        if value is not None:
            covered += max(timedelta(), min(end, to_at) - max(at, from_at))
    return min(1.0, covered / (to_at - from_at))


def build_buckets(
    name: str,
    unit: Unit,
    found: Mapping[int, tuple[float, float]],
    from_at: datetime,
    to_at: datetime,
) -> Series:
    """Return a series of evenly wide buckets, None where nothing was measured.

    found: place of the bucket → its mean and its highest value.
    """
    bucket = timedelta(seconds=choose_bucket_s(from_at, to_at))
    count = -((from_at - to_at) // bucket)
    told = [found.get(place) for place in range(count)]
    return Series(
        name=name,
        unit=unit,
        times=tuple(from_at + place * bucket for place in range(count)),
        values=tuple(each[0] if each else None for each in told),
        maxima=tuple(each[1] if each else None for each in told),
        bucket_s=int(bucket.total_seconds()),
        coverage=sum(1 for each in told if each) / count,
    )


def median_of_days(days: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return the median at each place; a day an hour short (summer time) shortens all."""
    return tuple(float(median(at_once)) for at_once in zip(*days, strict=False))
