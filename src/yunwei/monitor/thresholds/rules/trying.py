"""What a rule would have done, from the changes that replaying the past gave. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.severity import Severity
from yunwei.monitor.thresholds.facts import (
    Change,
    Target,
    ThresholdContent,
    TriedAlarm,
    TriedDay,
)


def alarms_of(
    content: ThresholdContent, target: Target, changes: Sequence[Change]
) -> Iterator[TriedAlarm]:
    """Yield the alarms that changes of one object make, oldest first: from raise to clear."""
    for is_missing in (False, True):
        begun: Change | None = None
        worst = 0
        for change in changes:
            stands = change.is_missing if is_missing else change.level > 0
            worst = max(worst, change.level)
            if stands and begun is None:
                begun, worst = change, change.level
            elif not stands and begun is not None:
                yield _build(content, target, begun, change, worst, is_missing=is_missing)
                begun = None
        if begun is not None:
            yield _build(content, target, begun, None, worst, is_missing=is_missing)


def _build(
    content: ThresholdContent,
    target: Target,
    begun: Change,
    ended: Change | None,
    worst: int,
    *,
    is_missing: bool,
) -> TriedAlarm:
    severity = (
        content.missing_severity if is_missing else content.levels[max(worst, 1) - 1].severity
    )
    return TriedAlarm(
        tenant=target.tenant,
        source=target.source,
        managed_object=target.managed_object,
        name=target.name,
        raised_at=_end_of(content, begun.place),
        cleared_at=None if ended is None else _end_of(content, ended.place),
        worst=Severity(severity),
        value=begun.value,
        is_missing=is_missing,
    )


def _end_of(content: ThresholdContent, place: int) -> datetime:
    return datetime.fromtimestamp((place + 1) * content.step_s, UTC)


def count_by_day(
    alarms: Iterable[TriedAlarm], from_at: datetime, to_at: datetime, time_zone: str
) -> tuple[TriedDay, ...]:
    """Return how many alarms began each day; a day without any is 0."""
    zone = ZoneInfo(time_zone)
    counted: Counter[date] = Counter(each.raised_at.astimezone(zone).date() for each in alarms)
    first, last = (at.astimezone(zone).date() for at in (from_at, to_at))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(TriedDay(day=day, raised=counted[day]) for day in days)


def fit_days(counts: Sequence[tuple[int, int]], most: int) -> int | None:
    """Return the first day (since 1970) that can be read when at most so many measurements fit,
    None when all do. counts: newest day first."""
    total = 0
    for day, count in counts:
        total += count
        if total > most:
            return day + 1
    return None
