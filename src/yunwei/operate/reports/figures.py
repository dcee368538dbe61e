"""Figure definitions: measured series in, chart specs out. Reads no data, knows no page."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yunwei.base.core.metrics import METRICS, Unit
from yunwei.monitor.alarms.facts import DayCount
from yunwei.monitor.simulation import facts as simulated
from yunwei.monitor.telemetry.facts import LogonHour, Series
from yunwei.operate.noise.facts import NoiseStep
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Emphasis, Formatter, Line, Tone

_FORMATTERS = {
    Unit.COUNT: Formatter.COUNT,
    Unit.RATIO: Formatter.PERCENT,
    Unit.SECONDS: Formatter.DURATION,
    Unit.BYTES: Formatter.BYTES,
    Unit.BYTES_PER_SECOND: Formatter.BYTE_RATE,
    Unit.PER_SECOND: Formatter.RATE,
}
_UNIT_TEXTS = {Unit.RATIO: "%", Unit.SECONDS: "s", Unit.BYTES: "B", Unit.BYTES_PER_SECOND: "B/s"}

type Period = tuple[datetime, datetime]


def users_online(
    today: Series, usual: Series, *, period: Period, time_zone: str, with_usual: bool = True
) -> ChartSpec:
    """The day's users online against the usual of the same kind of day. Unit: people.

    period: the day's ends.
    """
    lines = [_line(today, _("Users online"))]
    if with_usual and any(value is not None for value in usual.values):
        lines.append(_line(usual, _("Usual"), emphasis=Emphasis.USUAL))
    return ChartSpec(
        figure_id="users-online",
        kind=ChartKind.AREA,
        title=_("Users online"),
        axis=Axis(title=_("Users online"), unit=_("people")),
        lines=tuple(lines),
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_(
            "Measured at every poll of sessions; before the day's first poll, counted from the "
            "connection records. Usual: the median of the last four weeks' same days."
        ),
    )


def metrics_over_time(
    figure_id: str,
    title: str,
    series: Sequence[Series],
    *,
    period: Period,
    time_zone: str,
) -> ChartSpec:
    """Metrics of one unit over time, one line for each."""
    unit = series[0].unit if series else Unit.COUNT
    return ChartSpec(
        figure_id=figure_id,
        kind=ChartKind.LINE,
        title=title,
        axis=Axis(
            title=title,
            unit=_unit_text(unit),
            formatter=_FORMATTERS[unit],
            maximum=1.0 if unit is Unit.RATIO else None,
        ),
        lines=tuple(_line(each, name_metric(each.name)) for each in series),
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_coverage(series),
    )


def logons(hours: Iterable[LogonHour], *, period: Period, time_zone: str) -> ChartSpec:
    """Logons of each hour, those that failed on top. Unit: attempts."""
    listed = tuple(hours)
    times = tuple(each.at for each in listed)
    good = tuple(float(each.attempts - each.failures) for each in listed)
    failed = tuple(float(each.failures) for each in listed)
    return ChartSpec(
        figure_id="logons",
        kind=ChartKind.BAR,
        title=_("Logons by hour"),
        axis=Axis(title=_("Attempts"), unit=_("attempts")),
        lines=(
            Line(name=_("Succeeded"), times=times, values=good),
            Line(name=_("Failed"), times=times, values=failed, tone=Tone.CRITICAL),
        ),
        x_title=_("Hour"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        is_stacked=True,
        source=_("Connection records of the sources."),
    )


def raised_by_day(counts: Iterable[DayCount], *, period: Period, time_zone: str) -> ChartSpec:
    """Raises of an alarm type by day; a day without any is 0. Unit: alarms."""
    zone = ZoneInfo(time_zone)
    counted = {each.day.astimezone(zone).date(): each.count for each in counts}
    first = period[0].astimezone(zone).date()
    count = (period[1].astimezone(zone).date() - first).days + 1
    days = [first + timedelta(days=number) for number in range(count)]
    return ChartSpec(
        figure_id="raised-by-day",
        kind=ChartKind.BAR,
        title=_("Raised by day"),
        axis=Axis(title=_("Raised"), unit=_("alarms")),
        lines=(
            Line(
                name=_("Raised"),
                times=tuple(datetime.combine(day, time(), zone).astimezone(UTC) for day in days),
                values=tuple(float(counted.get(day, 0)) for day in days),
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_("Every time that such an alarm began, masked or not."),
    )


def hidden_by_day(counts: Iterable[simulated.DayCount], *, time_zone: str) -> ChartSpec:
    """What a mask rule would have treated of what began each day. Unit: alarms."""
    listed = tuple(counts)
    zone = ZoneInfo(time_zone)
    times = tuple(datetime.combine(each.day, time(), zone).astimezone(UTC) for each in listed)
    return ChartSpec(
        figure_id="hidden-by-day",
        kind=ChartKind.BAR,
        title=_("By day"),
        axis=Axis(title=_("Alarms"), unit=_("alarms")),
        lines=(
            Line(
                name=_("Would be treated"),
                times=times,
                values=tuple(float(each.hidden) for each in listed),
                tone=Tone.MAJOR,
            ),
            Line(
                name=_("Would stay"),
                times=times,
                values=tuple(float(each.total - each.hidden) for each in listed),
                tone=Tone.IDLE,
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=times[0] if times else None,
        ends_at=times[-1] + timedelta(days=1) if times else None,
        is_stacked=True,
        source=_("Every time that an alarm began, as it was reported."),
    )


def told_and_quiet(steps: Iterable[NoiseStep], *, period: Period, time_zone: str) -> ChartSpec:
    """What began, and how much of it people were told of by itself. Unit: alarms."""
    listed = tuple(steps)
    times = tuple(each.at for each in listed)
    late = tuple(float(each.late) for each in listed)
    quiet = tuple(float(max(0, each.occurrences - each.told - each.late)) for each in listed)
    return ChartSpec(
        figure_id="told-and-quiet",
        kind=ChartKind.BAR,
        title=_("Told and kept quiet"),
        axis=Axis(title=_("Alarms"), unit=_("alarms")),
        lines=(
            Line(name=_("Told"), times=times, values=tuple(float(each.told) for each in listed)),
            Line(name=_("Not told by itself"), times=times, values=quiet, tone=Tone.IDLE),
            *([Line(name=_("Over when heard of"), times=times, values=late)] if any(late) else []),
        ),
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        is_stacked=True,
        source=_("Occurrences by when they began; told: a message of it was written."),
    )


def licence_use(
    name: str, history: Iterable[Series], *, period: Period, time_zone: str
) -> ChartSpec:
    """How much of a licence was used, below what there was. Unit: the licence's.

    history: `licence.used` and `licence.total`, as far as they were measured.
    """
    measured = {each.name: each for each in history}
    used, total = measured.get("licence.used"), measured.get("licence.total")
    lines = [_line(used, _("Used"))] if used else []
    if total:
        lines.append(_line(total, _("Owned"), emphasis=Emphasis.LIMIT, is_stepped=True))
    return ChartSpec(
        figure_id="licence",
        kind=ChartKind.AREA,
        title=name,
        axis=Axis(title=name, unit=_("licences")),
        lines=tuple(lines),
        x_title=_("Time"),
        time_zone=time_zone,
        starts_at=period[0],
        ends_at=period[1],
        source=_coverage([used] if used else []),
    )


def name_metric(name: str) -> str:
    """Return a metric's name in the language of who reads."""
    metric = METRICS.get(name)
    if metric is None:
        return name
    return metric.zh if (get_language() or "").startswith("zh") else metric.en


def _line(
    series: Series, name: str, *, emphasis: Emphasis = Emphasis.MAIN, is_stepped: bool = False
) -> Line:
    return Line(
        name=name,
        times=series.times,
        values=series.values,
        emphasis=emphasis,
        is_stepped=is_stepped,
    )


def _unit_text(unit: Unit) -> str:
    return _UNIT_TEXTS.get(unit) or _("count")


def _coverage(series: Sequence[Series]) -> str:
    if not series:
        return ""
    least = min(each.coverage for each in series)
    return _("Measured during %(share)s of the time shown.") % {"share": f"{least:.0%}"}
