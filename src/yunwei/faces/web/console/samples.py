"""Figures of whatever is measured over time, grouped by unit; None while they can not be read."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.metrics import Unit
from yunwei.faces.web.shared.periods import Period
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.telemetry.facts import Series
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import ChartSpec

# figure, its title, the unit of its lines, how their names begin
_GROUPS: tuple[tuple[str, Text, Unit, tuple[str, ...]], ...] = (
    ("people", _("Users and sessions"), Unit.COUNT, ("users.", "sessions.")),
    ("desktops", _("Desktops"), Unit.COUNT, ("desktops.",)),
    ("load", _("Load"), Unit.RATIO, ("",)),
    ("delay", _("Session round-trip time"), Unit.SECONDS, ("",)),
    ("rates", _("Disk and network"), Unit.BYTES_PER_SECOND, ("",)),
)


def build_figures(ask: Callable[[], tuple[Series, ...]], period: Period) -> list[ChartSpec] | None:
    """Return a figure for each group of what `ask` finds measured."""
    try:
        samples = ask()
    except EngineAway:
        return None
    return [
        figures.metrics_over_time(
            name, str(title), chosen, period=period.ends, time_zone=period.time_zone
        )
        for name, title, unit, heads in _GROUPS
        if (chosen := [each for each in samples if _belongs(each, unit, heads)])
    ]


def _belongs(series: Series, unit: Unit, heads: tuple[str, ...]) -> bool:
    return series.unit is unit and series.name.startswith(heads)
