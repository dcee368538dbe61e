"""Figures of the managed service: measured values in, chart specs out. Reads no data."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Formatter, Line
from yunwei.operate.service.facts.surveys import MonthScore

_MONTHS_A_YEAR = 12


def satisfaction_by_month(scores: Iterable[MonthScore], *, until: date) -> ChartSpec:
    """The mean of the answers that came in each of twelve months; a month without any is a gap.
    until: a day of the last month."""
    known = {each.first_on: each.csat for each in scores}
    months = [_months_before(until, number) for number in range(_MONTHS_A_YEAR - 1, -1, -1)]
    return ChartSpec(
        figure_id="satisfaction",
        kind=ChartKind.BAR,
        title=_("Satisfaction by month"),
        axis=Axis(
            title=_("Satisfaction, 1 to 5"),
            unit=_("of 5"),
            formatter=Formatter.DECIMAL,
            maximum=5.0,
        ),
        lines=(Line(name=_("Mean"), values=tuple(known.get(each) for each in months)),),
        categories=tuple(each.strftime("%Y-%m") for each in months),
        x_title=_("Month"),
        source=_("Surveys by the month in which they were answered."),
    )


def _months_before(day: date, count: int) -> date:
    """Return the first day of a month so many before a day's own."""
    months = day.year * _MONTHS_A_YEAR + day.month - 1 - count
    return date(months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, 1)
