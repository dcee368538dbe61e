"""Figures of what rules and forecasts would have said. Reads no data, knows no page."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yunwei.monitor.thresholds.facts import TriedDay
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Line, Tone


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
