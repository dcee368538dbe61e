"""Figures of what rules and forecasts would have said. Reads no data, knows no page."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yunwei.monitor.thresholds.facts import TriedDay
from yunwei.operate.forecast.facts import Forecast, Foretold
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Emphasis, Line, Tone


def tried_by_day(counts: Iterable[TriedDay], *, time_zone: str) -> ChartSpec:
    """How many alarms a threshold rule would have raised each day. Unit: alarms."""
    listed = tuple(counts)
    zone = ZoneInfo(time_zone)
    times = tuple(datetime.combine(each.day, time(), zone).astimezone(UTC) for each in listed)
    return ChartSpec(
        figure_id="tried-by-day",
        kind=ChartKind.BAR,
        title=_("Alarms by day"),
        axis=Axis(title=_("Alarms"), unit=_("alarms")),
        lines=(
            Line(
                name=_("Would be raised"),
                times=times,
                values=tuple(float(each.raised) for each in listed),
                tone=Tone.MAJOR,
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=times[0] if times else None,
        ends_at=times[-1] + timedelta(days=1) if times else None,
        source=_("The measurements of that time, judged step by step as they would be live."),
    )


_SHOWN_PAST, _SHOWN_LEAST, _SHOWN_BEYOND = 90, 45, 14


def licence_forecast(told: Foretold, said: Forecast, *, time_zone: str) -> ChartSpec:
    """The highest use of each day, how it goes on, and the range that it may take. Unit: the
    licence's. Shown until two weeks after the latest day on which it is used up."""
    zone = ZoneInfo(time_zone)

    def days(first: date, count: int) -> tuple[datetime, ...]:
        return tuple(
            datetime.combine(first + timedelta(days=number), time(), zone).astimezone(UTC)
            for number in range(count)
        )

    past = told.daily[-_SHOWN_PAST:]
    shown = _shown_days(said)
    next_day = said.from_day + timedelta(days=1)
    ahead = days(next_day, shown)
    behind = days(told.last_day - timedelta(days=len(past) - 1), len(past))
    ends = (behind[0], ahead[-1])
    return ChartSpec(
        figure_id="licence-forecast",
        kind=ChartKind.LINE,
        title=_("Forecast"),
        axis=Axis(title=_("Highest use of the day"), unit=_("licences")),
        lines=(
            Line(name=_("Used"), times=behind, values=past),
            Line(
                name=_("Likely"), times=ahead, values=said.middle[:shown], emphasis=Emphasis.USUAL
            ),
            Line(name=_("Low"), times=ahead, values=said.low[:shown], emphasis=Emphasis.QUIET),
            Line(name=_("High"), times=ahead, values=said.high[:shown], emphasis=Emphasis.QUIET),
            Line(
                name=_("Owned"),
                times=ends,
                values=(said.limit, said.limit),
                emphasis=Emphasis.LIMIT,
                is_stepped=True,
            ),
        ),
        x_title=_("Day"),
        time_zone=time_zone,
        starts_at=ends[0],
        ends_at=ends[1],
        source=_(
            "licence.used, the highest of each day. The range: four of five days of the past lay "
            "so near to what was foretold of them."
        ),
    )


def _shown_days(said: Forecast) -> int:
    last = said.full_until or said.full_on or said.full_from
    wanted = (last - said.from_day).days + _SHOWN_BEYOND if last else 2 * _SHOWN_LEAST
    return min(said.horizon_days, max(_SHOWN_LEAST, wanted))
