"""The times that reports are about: days, weeks, months, quarters and years of a zone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid

MOST_DAYS = 92
_DAY, _YEAR = timedelta(days=1), timedelta(weeks=52)


class PeriodKind(StrEnum):
    """Weeks begin on Monday. CUSTOM: whole days, at most 92."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole local days, the last one included."""

    kind: PeriodKind
    first: date
    last: date
    time_zone: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def from_at(self) -> datetime:
        return _midnight(self.first, self.time_zone)

    @property
    def to_at(self) -> datetime:
        """The instant at which it is over; local days may last 23 or 25 hours."""
        return _midnight(self.last + _DAY, self.time_zone)

    @property
    def key(self) -> str:
        """What tells it from all others of its kind: `month-2026-10-01`."""
        return f"{self.kind.value}-{self.first.isoformat()}"


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def period_of(kind: PeriodKind, day: date, time_zone: str) -> Period:
    """Return the period of a kind that a local day belongs to."""
    first = _first_of(kind, day)
    return Period(
        kind=kind, first=first, last=_first_after(kind, first) - _DAY, time_zone=time_zone
    )


def custom_period(first: date, last: date, time_zone: str) -> Period:
    """Return the days from first to last; raises Invalid."""
    if last < first:
        raise Invalid("last", "it must not be before the first day")
    if (last - first).days >= MOST_DAYS:
        raise Invalid("last", f"at most {MOST_DAYS} days")
    return Period(kind=PeriodKind.CUSTOM, first=first, last=last, time_zone=time_zone)


def choose_period(
    kind: PeriodKind, first: date | None, last: date | None, *, now: datetime, time_zone: str
) -> Period:
    """Return the time that somebody chose: of days of one's own from first to last, else the one
    that holds `first`, without a day the latest that is over. Raises Invalid."""
    if kind is PeriodKind.CUSTOM:
        if first is None:
            raise Invalid("first", "this is required")
        return custom_period(first, last or first, time_zone)
    if first is None:
        return last_whole(kind, now, time_zone)
    return period_of(kind, first, time_zone)


def period_before(period: Period) -> Period:
    """Return what a period is compared with: the one before it, for days of one's own as many."""
    if period.kind is PeriodKind.CUSTOM:
        length = timedelta(days=period.days)
        return Period(
            kind=period.kind,
            first=period.first - length,
            last=period.first - _DAY,
            time_zone=period.time_zone,
        )
    return period_of(period.kind, period.first - _DAY, period.time_zone)


def year_before(period: Period) -> Period:
    """Return the same time of last year: months, quarters, years and days of one's own by their
    dates, a day and a week 52 weeks earlier, so that weekdays meet."""
    if period.kind in {PeriodKind.DAY, PeriodKind.WEEK}:
        return period_of(period.kind, period.first - _YEAR, period.time_zone)
    first, last = _last_year(period.first), _last_year(period.last)
    if period.kind is PeriodKind.CUSTOM:
        return Period(kind=period.kind, first=first, last=last, time_zone=period.time_zone)
    return period_of(period.kind, first, period.time_zone)


def _last_year(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def months_of(period: Period) -> tuple[Period, ...]:
    """Return the months of a time, the first and the last cut off where it begins and ends."""
    found: list[Period] = []
    first = period.first
    while first <= period.last:
        month = period_of(PeriodKind.MONTH, first, period.time_zone)
        last = min(month.last, period.last)
        found.append(replace(month, first=first, last=last))
        first = month.last + _DAY
    return tuple(found)


def days_of(period: Period) -> tuple[date, ...]:
    """Return the local days of a time."""
    return tuple(period.first + _DAY * number for number in range(period.days))


def last_whole(kind: PeriodKind, now: datetime, time_zone: str) -> Period:
    """Return the latest period that is over."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    return period_before(period_of(kind, today, time_zone))


def periods_due(
    kind: PeriodKind, time_zone: str, *, since: date, now: datetime, after: timedelta
) -> Iterator[Period]:
    """Yield the periods that began on the local day `since` or later and whose report is due:
    `after` the midnight that ends them, by the clock on the wall. The oldest first."""
    zone = ZoneInfo(time_zone)
    period = period_of(kind, since, time_zone)
    if period.first < since:
        period = period_of(kind, period.last + _DAY, time_zone)
    while due_at(period, after) <= now.astimezone(zone).astimezone(UTC):
        yield period
        period = period_of(kind, period.last + _DAY, time_zone)


def due_at(period: Period, after: timedelta) -> datetime:
    """Return when the report of a period is due; a time that the clocks leave out is the next."""
    day, rest = divmod(after, _DAY)
    wall = datetime.combine(period.last + _DAY * (1 + day), time()) + rest
    local = wall.replace(tzinfo=ZoneInfo(period.time_zone))
    return local.astimezone(UTC)


def _first_of(kind: PeriodKind, day: date) -> date:
    match kind:
        case PeriodKind.WEEK:
            return day - timedelta(days=day.weekday())
        case PeriodKind.MONTH:
            return day.replace(day=1)
        case PeriodKind.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case PeriodKind.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def _first_after(kind: PeriodKind, first: date) -> date:
    match kind:
        case PeriodKind.WEEK:
            return first + timedelta(days=7)
        case PeriodKind.MONTH:
            return (first + timedelta(days=31)).replace(day=1)
        case PeriodKind.QUARTER:
            return (first + timedelta(days=93)).replace(day=1)
        case PeriodKind.YEAR:
            return first.replace(year=first.year + 1)
        case _:
            return first + _DAY
