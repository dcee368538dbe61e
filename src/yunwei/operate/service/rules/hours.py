"""Service hours: how much of them lies between two instants, when so much of them is over, and
working days ahead. Pure.

Half-open throughout and without rounding: what lies between a and b and between b and c is what
lies between a and c. Years that nobody has published go by their weekdays; `presumed_years` says
which those were.
"""

from datetime import date, datetime, timedelta

from yunwei.base.core.calendar import WORKING, Calendar
from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import Span, find_zone, instant_at, local_day

_FIRST_STEP, _STEP = timedelta(days=2), timedelta(days=31)
_FARTHEST = timedelta(days=3 * 366)
_ONE_DAY = timedelta(days=1)
_MOST_DAYS_BACK = 400


def counted(hours: CalendarTimes, calendar: Calendar, within: Span) -> tuple[Span, ...]:
    """Return the service hours within a time, in order. Cost: its days."""
    if within.end <= within.start:
        return ()
    return hours.spans(within, calendar.filled())


def time_between(
    hours: CalendarTimes, calendar: Calendar, start: datetime, end: datetime
) -> timedelta:
    """Return how much service time lies between two instants; nothing when they are reversed."""
    return sum((each.length for each in counted(hours, calendar, Span(start, end))), timedelta())


def reach(
    hours: CalendarTimes, calendar: Calendar, start: datetime, time: timedelta
) -> datetime | None:
    """Return the first instant at which so much service time is over since `start`; None when
    that does not come within three years."""
    if time <= timedelta():
        return start
    left, at, step = time, start, _FIRST_STEP
    while at < start + _FARTHEST:
        for span in counted(hours, calendar, Span(at, at + step)):
            if span.length >= left:
                return span.start + left
            left -= span.length
        # most goals are near: few days are looked at for them
        at, step = at + step, min(step * 2, _STEP)
    return None


def check_reachable(
    hours: CalendarTimes, calendar: Calendar, time: timedelta, *, now: datetime, field: str
) -> None:
    """Raise Invalid where a goal is never used up, because its hours hardly ever come."""
    if reach(hours, calendar, now, time) is None:
        raise Invalid(field, "with these hours the time is never over")


def presumed_years(hours: CalendarTimes, calendar: Calendar, within: Span) -> tuple[int, ...]:
    """Return the years whose days were taken by their weekdays, because nobody published them,
    where the hours ask for kinds of days at all."""
    if not any(clause.kinds for clause in hours.clauses):
        return ()
    first, last = local_day(within.start, hours.zone), local_day(within.end, hours.zone)
    years = range(first.year, last.year + 1)
    return tuple(year for year in years if year not in calendar.years)


def is_working(calendar: Calendar, day: date) -> bool:
    return calendar.filled().kind_of(day) in WORKING


def latest_notice(calendar: Calendar, zone: str, at: datetime, *, days: int) -> datetime:
    """Return until when something must be announced to be announced so many working days ahead:
    the same time of day, so many working days before. days: 0 is the instant itself."""
    place = find_zone(zone)
    local = at.astimezone(place)
    day, left = local.date(), days
    for _day in range(_MOST_DAYS_BACK):
        if left == 0:
            break
        day -= _ONE_DAY
        left -= is_working(calendar, day)
    return instant_at(day, local.hour * 60 + local.minute, place) if days else at
