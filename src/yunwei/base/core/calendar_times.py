"""Calendar expressions: `workday 22:00-06:00`, `statutory_holiday`, `month_end night`. Pure.

One type for mask rules, maintenance windows and schedules. An expression is one or more clauses
in one time zone and holds when any of them does; a clause is days and hours, all of whose parts
must hold. Its text form is in `calendar_texts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import DAY_MINUTES, Span, find_zone, instant_at, local_day, merge

_MOST_CLAUSES = 20
_MOST_MONTH_DAYS = 28
_LOOK_AHEAD = timedelta(days=400)
_LOOK_STEP = timedelta(days=16)
_ONE_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Days and hours; an empty part asks nothing.

    weekdays: 0 Monday … 6 Sunday. kinds: any of them. month_end_days: only the last so many
    days of a month; month_start_days: only the first. from_minute, until_minute: minutes after
    midnight, 0 to 1440; an end that is not after the beginning is on the next day, so that both
    0 is the whole day. Hours past midnight belong to the day on which they began.
    """

    weekdays: tuple[int, ...] = ()
    kinds: tuple[DayKind, ...] = ()
    month_start_days: int = 0
    month_end_days: int = 0
    from_minute: int = 0
    until_minute: int = 0

    @property
    def length_minutes(self) -> int:
        length = self.until_minute - self.from_minute
        return length if length > 0 else length + DAY_MINUTES

    @property
    def is_all_day(self) -> bool:
        return self.from_minute == 0 and self.length_minutes == DAY_MINUTES

    def has_day(self, day: date, calendar: Calendar) -> bool | None:
        """Say whether the clause is about a day; None when that day's kind is not known."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if self.month_start_days and day.day > self.month_start_days:
            return False
        if self.month_end_days and (day + timedelta(days=self.month_end_days)).month == day.month:
            return False
        if not self.kinds:
            return True
        kind = calendar.kind_of(day)
        return None if kind is None else kind in self.kinds

    def span_of(self, day: date, zone: ZoneInfo) -> Span:
        """Return its hours of a day, whether or not it is about that day."""
        end = self.from_minute + self.length_minutes
        return Span(instant_at(day, self.from_minute, zone), instant_at(day, end, zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTimes:
    """A calendar expression: clauses, of which one is enough, in one time zone."""

    clauses: tuple[Clause, ...]
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def holds(self, at: datetime, calendar: Calendar) -> bool | None:
        """Say whether it holds at an instant; None when that hangs on a day that nobody has
        published: callers fail closed."""
        zone = self.zone
        day = local_day(at, zone)
        is_unknown = False
        for clause in self.clauses:
            for each in (day, day - _ONE_DAY):
                if not clause.span_of(each, zone).holds(at):
                    continue
                has_day = clause.has_day(each, calendar)
                if has_day:
                    return True
                is_unknown = is_unknown or has_day is None
        return None if is_unknown else False

    def spans(self, within: Span, calendar: Calendar) -> tuple[Span, ...]:
        """Return when it holds within a time, in order, merged where they meet. Days that are
        not known are left out. Cost: the days within times the clauses."""
        found = [cut for span in self._all_spans(within, calendar) if (cut := span.cut(within))]
        return merge(found)

    def _all_spans(self, within: Span, calendar: Calendar) -> Iterator[Span]:
        zone = self.zone
        first, last = local_day(within.start, zone), local_day(within.end, zone)
        for clause in self.clauses:
            for number in range(-1, (last - first).days + 1):
                day = first + timedelta(days=number)
                if clause.has_day(day, calendar):
                    yield clause.span_of(day, zone)

    def next_change(self, after: datetime, calendar: Calendar) -> datetime | None:
        """Return the next instant at which it begins or ends to hold; None when there is none
        within 400 days. What is not known counts as not holding."""
        start = after
        while start < after + _LOOK_AHEAD:
            window = Span(start, start + _LOOK_STEP)
            for span in self.spans(window, calendar):
                for edge in (span.start, span.end):
                    if window.start < edge < window.end:
                        return edge
            # a change at the very end of one window lies within the next
            start = window.end - _INSTANT
        return None


def check_times(times: CalendarTimes, *, field: str = "times") -> CalendarTimes:
    """Return the expression when it can be so; raises Invalid at `field`."""
    find_zone(times.time_zone, field=field)
    if not times.clauses:
        raise Invalid(field, "name at least one kind of day or some hours")
    if len(times.clauses) > _MOST_CLAUSES:
        raise Invalid(field, f"at most {_MOST_CLAUSES} clauses")
    for clause in times.clauses:
        _check_clause(clause, field)
    return times


def _check_clause(clause: Clause, field: str) -> None:
    if any(day not in range(7) for day in clause.weekdays):
        raise Invalid(field, "0 (Monday) to 6 (Sunday)")
    if any(not 0 <= each <= DAY_MINUTES for each in (clause.from_minute, clause.until_minute)):
        raise Invalid(field, f"between 0 and {DAY_MINUTES}")
    for days in (clause.month_start_days, clause.month_end_days):
        if not 0 <= days <= _MOST_MONTH_DAYS:
            raise Invalid(field, f"between 0 and {_MOST_MONTH_DAYS}")


def times_to_json(times: CalendarTimes) -> dict[str, object]:
    """Return the JSON form; `parse_times` of it gives an equal expression."""
    return {
        "time_zone": times.time_zone,
        "clauses": [_clause_to_json(clause) for clause in times.clauses],
    }


def _clause_to_json(clause: Clause) -> dict[str, object]:
    return {
        "weekdays": list(clause.weekdays),
        "kinds": [kind.value for kind in clause.kinds],
        "month_start_days": clause.month_start_days,
        "month_end_days": clause.month_end_days,
        "from_minute": clause.from_minute,
        "until_minute": clause.until_minute,
    }


def parse_times(data: object, *, field: str = "times") -> CalendarTimes:
    """Return the expression of a JSON form; raises Invalid at `field` on anything wrong."""
    if not isinstance(data, Mapping) or set(data) != {"time_zone", "clauses"}:
        raise Invalid(field, "expected time_zone and clauses")
    clauses = data["clauses"]
    if not isinstance(clauses, list | tuple):
        raise Invalid(field, "expected a list of clauses")
    parsed = tuple(_parse_clause(each, field) for each in clauses)
    return check_times(CalendarTimes(clauses=parsed, time_zone=str(data["time_zone"])), field=field)


_NUMBERS = ("month_start_days", "month_end_days", "from_minute", "until_minute")


def _parse_clause(data: object, field: str) -> Clause:
    if not isinstance(data, Mapping) or set(data) - {"weekdays", "kinds", *_NUMBERS}:
        raise Invalid(field, "a clause has weekdays, kinds, days of a month and minutes")
    try:
        kinds = tuple(DayKind(str(each)) for each in _listed(data.get("kinds", ()), field))
    except ValueError as error:
        raise Invalid(field, "there is no such kind of day") from error
    return Clause(
        weekdays=tuple(_whole(each, field) for each in _listed(data.get("weekdays", ()), field)),
        kinds=kinds,
        **{name: _whole(data.get(name, 0), field) for name in _NUMBERS},
    )


def _listed(value: object, field: str) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise Invalid(field, "this is not of the expected form")
    return tuple(value)


def _whole(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(field, "this is not a number")
    return value
