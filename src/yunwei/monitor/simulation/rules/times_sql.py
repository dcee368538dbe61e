"""Calendar expressions as ClickHouse SQL; the same meaning as `CalendarTimes.holds`. Pure."""

from datetime import date, timedelta

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.calendar_times import CalendarTimes, Clause
from yunwei.base.core.condition import SqlText
from yunwei.base.core.wall_clock import Span, local_day
from yunwei.monitor.telemetry.rules.series import to_ms

_NEVER = (0, 0)


def times_to_sql(
    times: CalendarTimes,
    calendar: Calendar,
    within: Span,
    *,
    column: str = "received_at",
    prefix: str = "t",
) -> SqlText:
    """Return the expression as a condition on instants within a stretch of time.

    Each clause becomes two arrays: from when until when it holds on each day, looked up by the
    day. Clock changes and days that nobody has published are settled here, in Python.
    """
    first = local_day(within.start, times.zone) - timedelta(days=1)
    days = (local_day(within.end, times.zone) - first).days + 1
    parameters: dict[str, object] = {
        f"{prefix}_zone": times.time_zone,
        f"{prefix}_first": first.isoformat(),
    }
    at = f"toUnixTimestamp64Milli({column})"
    place = (
        f"(dateDiff('day', toDate({{{prefix}_first:String}}),"
        f" toDate({column}, {{{prefix}_zone:String}})) + 1)"
    )
    parts: list[str] = []
    for number, clause in enumerate(times.clauses):
        starts, ends = f"{prefix}_s{number}", f"{prefix}_e{number}"
        spans = [
            _span(clause, times, calendar, first + timedelta(days=each)) for each in range(days)
        ]
        parameters[starts] = [span[0] for span in spans]
        parameters[ends] = [span[1] for span in spans]
        for day in (place, f"({place} - 1)"):
            begins = f"{{{starts}:Array(Int64)}}[{day}]"
            parts.append(f"({at} >= {begins} AND {at} < {{{ends}:Array(Int64)}}[{day}])")
    return SqlText(text=f"({' OR '.join(parts)})", parameters=parameters)


def _span(clause: Clause, times: CalendarTimes, calendar: Calendar, day: date) -> tuple[int, int]:
    """Return the milliseconds between which a clause holds by its hours of a day."""
    if not clause.has_day(day, calendar):
        return _NEVER
    span = clause.span_of(day, times.zone)
    return to_ms(span.start), to_ms(span.end)
