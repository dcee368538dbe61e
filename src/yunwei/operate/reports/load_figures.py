"""The figures of load: starts of desktops over a day."""

from django.utils.translation import gettext as _

from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Line
from yunwei.operate.usage.facts.load import BootStorms


def desktop_starts(told: BootStorms, *, time_zone: str) -> ChartSpec:
    """How many desktops began to run in each five minutes of the busiest day."""
    return ChartSpec(
        figure_id="starts",
        kind=ChartKind.LINE,
        title=_("Starts of desktops on the busiest day"),
        axis=Axis(title=_("Starts in five minutes"), unit=_("desktops")),
        lines=(
            Line(
                name=_("Starts"),
                times=told.times,
                values=tuple(float(each) for each in told.starts),
                is_stepped=False,
            ),
        ),
        time_zone=time_zone,
        source=_(
            "Desktops that inventory found running and that were off or changing when it was read "
            "before. Field: state of the source's desktops."
        ),
    )
