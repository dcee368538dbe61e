"""Puts a chart spec into a page: what the canvas needs, a sentence, and a table for all others."""

from datetime import datetime
from typing import Any

from django.utils.html import json_script
from django.utils.translation import gettext as _

from yunwei.faces.web.shared.say import say_time
from yunwei.operate.reports.charts import PAGE_THEME, Cell, ChartSpec
from yunwei.operate.reports.formatters import format_value

_TABLE_LIMIT = 400


def build_figure(spec: ChartSpec, *, size: str = "") -> dict[str, Any]:
    """Return the context of `shared/components/figure.html`."""
    heading, *rows = spec.to_rows()
    return {
        "spec": spec,
        "size": size,
        "option": json_script(spec.to_echarts(PAGE_THEME)),
        "summary": _summary(spec),
        "heading": heading,
        "rows": [_write_row(spec, row) for row in rows[-_TABLE_LIMIT:]],
    }


def _write_row(spec: ChartSpec, row: list[Cell]) -> list[str]:
    return [_write_cell(spec, cell, is_first=number == 0) for number, cell in enumerate(row)]


def _write_cell(spec: ChartSpec, cell: Cell, *, is_first: bool) -> str:
    if isinstance(cell, datetime):
        return say_time(cell)
    if is_first or isinstance(cell, str):
        return str(cell)
    return format_value(spec.axis.formatter, cell)


def _summary(spec: ChartSpec) -> str:
    """What the figure says in one sentence, for those who do not see it."""
    if spec.is_empty:
        return _("%(title)s: nothing was measured in this time.") % {"title": spec.title}
    return _("%(title)s: latest %(latest)s, highest %(highest)s.") % {
        "title": spec.title,
        "latest": format_value(spec.axis.formatter, spec.latest),
        "highest": format_value(spec.axis.formatter, spec.highest),
    }
