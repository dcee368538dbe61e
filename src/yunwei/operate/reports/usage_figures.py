"""Figure definitions of use: how many at once, active users by day, when in the week."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Emphasis, Formatter, Line, Mark, Tone
from yunwei.operate.usage.facts.use import Concurrency, Counted, Day, Heat, LogonTimes, Pulse

type Period = tuple[datetime, datetime]

WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def concurrency(
    told: Concurrency,
    before: Concurrency | None,
    *,
    period: Period,
    time_zone: str,
    before_name: str = "",
) -> ChartSpec:
    """How many at once, the exact maximum of each step, with the peak marked.

    before: the time before, laid over this one; before_name: what it is called.
    """
    is_users = told.counted is Counted.USERS
    title = _("Users connected at once") if is_users else _("Sessions connected at once")
    lines = [_concurrency_line(told, _("This time"))]
    if before is not None and told.times and before.times:
        shift = told.times[0] - before.times[0]
        lines.append(_concurrency_line(before, before_name or _("The time before"), shift=shift))
    return ChartSpec(
        figure_id=f"concurrent-{told.counted.value}",
        kind=ChartKind.AREA,
        title=title,
        axis=Axis(title=title, unit=_("people") if is_users else _("sessions")),
        lines=tuple(lines),
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        marks=_peak_mark(told, time_zone),
        source=_(
            "The highest number within each step of %(minutes)s minutes, exact: a sweep over the "
            "beginnings and ends of connected times, not samples. One person on two desktops is "
            "one user and two sessions. Fields: setup and end time of the source's connection "
            "records."
        )
        % {"minutes": told.step_s // 60},
    )


def _concurrency_line(told: Concurrency, name: str, *, shift: timedelta = timedelta()) -> Line:
    return Line(
        name=name,
        times=tuple(at + shift for at in told.times),
        values=tuple(None if each is None else float(each) for each in told.highest),
        emphasis=Emphasis.USUAL if shift else Emphasis.MAIN,
        is_stepped=False,
    )


def _peak_mark(told: Concurrency, time_zone: str) -> tuple[Mark, ...]:
    if told.top is None:
        return ()
    local = told.top.at.astimezone(ZoneInfo(time_zone))
    label = f"{told.top.count:,} · {local:%m-%d %H:%M:%S}"
    return (Mark(label=label, at=told.top.at, value=float(told.top.count)),)


def active_users(days: Sequence[Day], *, period: Period, time_zone: str) -> ChartSpec:
    """How many different users were connected on each day. Unit: people."""
    return _by_day(
        "active-users",
        _("Active users by day"),
        Axis(title=_("Active users"), unit=_("people")),
        [(each.day, float(each.users)) for each in days],
        period=period,
        time_zone=time_zone,
        source=_(
            "Different login names that were connected at any instant of the local day. "
            "Field: user name of the source's connection records."
        ),
    )


def connected_hours(days: Sequence[Day], *, period: Period, time_zone: str) -> ChartSpec:
    """How long all users together were connected on each day. Unit: hours."""
    return _by_day(
        "connected-hours",
        _("Time connected by day"),
        Axis(title=_("Time connected"), unit=_("hours"), formatter=Formatter.DECIMAL),
        [(each.day, round(each.connected_s / 3600, 2)) for each in days],
        period=period,
        time_zone=time_zone,
        source=_(
            "Of each user the time with any connection, overlaps once, cut at local midnight, "
            "added up. Fields: setup and end time of the source's connection records."
        ),
    )


def _by_day(
    figure_id: str,
    title: str,
    axis: Axis,
    values: Sequence[tuple[date, float]],
    *,
    period: Period,
    time_zone: str,
    source: str,
) -> ChartSpec:
    zone = ZoneInfo(time_zone)
    return ChartSpec(
        figure_id=figure_id,
        kind=ChartKind.BAR,
        title=title,
        axis=axis,
        lines=(
            Line(
                name=title,
                times=tuple(
                    datetime.combine(day, time(), zone).astimezone(UTC) for day, _value in values
                ),
                values=tuple(value for _day, value in values),
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=source,
    )


def logon_times(told: LogonTimes, *, period: Period, time_zone: str) -> ChartSpec:
    """Median and p95 of first logons over time. Unit: seconds."""
    lines = (
        Line(name=_("Median"), times=told.times, values=told.p50_s),
        Line(
            name=_("95 of 100 within"), times=told.times, values=told.p95_s, emphasis=Emphasis.USUAL
        ),
    )
    return ChartSpec(
        figure_id="logon-times",
        kind=ChartKind.LINE,
        title=_("Duration of logons"),
        axis=Axis(title=_("Duration"), unit="s", formatter=Formatter.DURATION),
        lines=lines,
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_(
            "Of first connections that began in each %(step)s and became usable: setup time less "
            "start time of the source's connection records; between two neighbours interpolated. "
            "Reconnects and failed attempts are not among them."
        )
        % {"step": _("day") if told.step_s > 3600 else _("hour")},
    )


def pulse(told: Pulse, *, time_zone: str) -> ChartSpec:
    """Attempts of each minute of the last hour, by what became of them. Unit: attempts."""

    def line(name: str, counts: Sequence[int | None], tone: Tone = Tone.NONE) -> Line:
        values = tuple(None if each is None else float(each) for each in counts)
        return Line(name=name, times=told.times, values=values, tone=tone)

    return ChartSpec(
        figure_id="logons-per-minute",
        kind=ChartKind.BAR,
        title=_("Logons per minute"),
        axis=Axis(title=_("Attempts to connect"), unit=_("attempts")),
        lines=(
            line(_("First logons"), told.logons),
            line(_("Reconnects"), told.reconnects, Tone.IDLE),
            line(_("Failed"), told.failures, Tone.CRITICAL),
        ),
        x_title=_("Minute"),
        time_zone=time_zone,
        starts_at=told.times[0],
        ends_at=told.times[-1] + timedelta(minutes=1),
        is_stacked=True,
        source=_(
            "Attempts by the minute in which they began, each once. A minute of which not all "
            "sources have told yet is left open. Fields: start time, reconnect and failure of the "
            "source's connection records."
        ),
    )


def week_heat(heat: Heat, *, time_zone: str) -> ChartSpec:
    """Mean users connected by weekday and hour. Unit: people."""
    rows = zip(WEEKDAYS, heat.rows, strict=True)
    lines = [
        Line(
            name=str(name),
            values=tuple(None if each is None else round(each, 2) for each in values),
        )
        for name, values in rows
    ]
    return ChartSpec(
        figure_id="week-heat",
        kind=ChartKind.HEAT,
        title=_("Mean users connected, by weekday and hour"),
        axis=Axis(title=_("Users"), unit=_("people"), formatter=Formatter.DECIMAL),
        # the axis of categories grows upwards, so that Monday comes to stand on top
        lines=tuple(reversed(lines)),
        categories=tuple(f"{hour:02d}" for hour in range(24)),
        x_title=_("Hour"),
        time_zone=time_zone,
        source=_(
            "Connected time of all users in that hour of the local day, by the length of these "
            "hours as far as they are known."
        ),
    )
