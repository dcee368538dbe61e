"""The figure of what was given back: desktops by month, each customer a part of the bar."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yunwei.operate.reclaim.facts import LedgerLine
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Line

_MOST_LINES = 8


def given_back(lines: Sequence[LedgerLine], *, time_zone: str) -> ChartSpec:
    """How many desktops each customer gave back, by month; beyond eight the others together."""
    months = tuple(sorted({each.month for each in lines}))
    sums: dict[str, dict[str, int]] = {}
    for each in lines:
        own = sums.setdefault(each.tenant_name, {})
        own[each.month] = own.get(each.month, 0) + each.desktops
    names = sorted(sums, key=lambda name: -sum(sums[name].values()))
    shown = names if len(names) <= _MOST_LINES else names[: _MOST_LINES - 1]
    found = [
        Line(name=name, values=tuple(float(sums[name].get(month, 0)) for month in months))
        for name in shown
    ]
    others = names[len(shown) :]
    if others:
        values = (float(sum(sums[name].get(month, 0) for name in others)) for month in months)
        found.append(Line(name=_("Others"), values=tuple(values)))
    return ChartSpec(
        figure_id="given-back",
        kind=ChartKind.BAR,
        title=_("Desktops taken back, by month"),
        axis=Axis(title=_("Desktops"), unit=_("desktops")),
        lines=tuple(found),
        categories=months,
        x_title=_("Month"),
        time_zone=time_zone,
        is_stacked=True,
        source=_("Reclaims whose desktop was deleted, by the month in which that was seen."),
    )
