"""How figures and cells of a report are written, the same in every format for people. Pure."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.operate.reports.archive import Report, Schedule
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.content import Column, ColumnKind, Content, Figure, Rows, Section
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.findings import COMPARABLE
from yunwei.operate.reports.formatters import format_value

_LEAST_BEFORE = 1e-9
_BARE = frozenset({Formatter.COUNT, Formatter.DECIMAL})


def say_report(report: Report | Schedule, language: str) -> str:
    """Return what a report is called; a built-in one in the active language."""
    if report.own_title_zh or report.own_title_en:
        pair = (report.own_title_zh, report.own_title_en)
        first, second = pair if language.startswith("zh") else pair[::-1]
        return first or second
    key = report.draft.definition if isinstance(report, Schedule) else report.definition
    found = BUILT_IN.get(key)
    return str(found.title) if found else key


def say_figure(figure: Figure) -> str:
    """Return a figure's value for people."""
    return format_value(figure.formatter, figure.value)


def say_before(figure: Figure, *, is_comparable: bool, is_last_year: bool = False) -> str:
    """Return what a figure is compared with, "" when that is not known; without a change where
    too little of either time was measured."""
    if figure.before is None:
        return figure.note
    said = _("a year before %(value)s") if is_last_year else _("before %(value)s")
    before = said % {"value": format_value(figure.formatter, figure.before)}
    change = change_of(figure) if is_comparable else None
    if change is None:
        return before
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{before} · {sign}{_say_change(figure, abs(change))}"


def change_of(figure: Figure) -> float | None:
    """Return by how much a figure differs from before: a share of it, of shares the points."""
    if figure.value is None or figure.before is None:
        return None
    if figure.formatter is Formatter.PERCENT:
        return figure.value - figure.before
    if abs(figure.before) < _LEAST_BEFORE:
        return None
    return figure.value / figure.before - 1


def _say_change(figure: Figure, change: float) -> str:
    if figure.formatter is Formatter.PERCENT:
        points = format_value(Formatter.DECIMAL, round(change * 100, 1))
        return _("%(count)s points") % {"count": points}
    return format_value(Formatter.PERCENT, change)


def is_comparable(content: Content) -> bool:
    """Say whether enough was measured of both times to speak of changes."""
    told = content.coverage
    return (told.share or 0.0) >= COMPARABLE and (told.before or 0.0) >= COMPARABLE


def say_cell(column: Column, value: str | float | None, time_zone: str) -> str:
    """Return one cell of a table for people."""
    if value is None:
        return "–"
    if column.kind is ColumnKind.TIME and isinstance(value, str):
        local = datetime.fromisoformat(value).astimezone(ZoneInfo(time_zone))
        return f"{local:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return value
    return format_value(column.formatter, value)


def say_titled(spec: ChartSpec) -> str:
    """Return a chart's title, with the unit of its numbers where they do not say it themselves."""
    if spec.axis.formatter in _BARE:
        return _("%(title)s (%(unit)s)") % {"title": spec.title, "unit": spec.axis.unit}
    return spec.title


def readable(table: Rows) -> Rows:
    """Return a table as people read it: without columns in which nothing stands at all."""
    kept = [
        place
        for place in range(len(table.columns))
        if not place or any(row[place] not in {None, ""} for row in table.cells)
    ]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        cells=tuple(tuple(row[place] for place in kept) for row in table.cells),
    )


def say_days(content: Content) -> str:
    """Return the days that a report is about."""
    return say_span(content.first_day, content.last_day)


def say_span(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    return _("%(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}


def cover_of(content: Content) -> tuple[tuple[str, str], ...]:
    """Return what stands on the cover: whose it is, of when, how much of it was measured."""
    share = content.coverage.share
    return (
        (_("Customer"), content.tenant_name),
        (_("Time"), f"{say_days(content)} ({content.time_zone})"),
        (
            _("Measured of the time"),
            _("not known") if share is None else format_value(Formatter.PERCENT, share),
        ),
        (_("Report made"), say_time(content, content.made_at)),
        (_("Prepared by"), content.made_by),
    )


def say_coverage(content: Content) -> str:
    """Return the statement of how much was measured, of when, and of whom."""
    return " ".join(
        filter(None, (_say_measured(content), _say_only(content), _say_beside(content)))
    )


def say_narrowed(section: Section) -> str:
    """Return of what alone a section tells, "" of one that tells of all."""
    return _("Only where: %(condition)s.") % {"condition": section.only} if section.only else ""


def labels_of(content: Content) -> dict[str, str]:
    """Return what figures are called where no sections stand around them, by their names."""
    return {
        figure.name: f"{figure.label} ({section.only})" if section.only else figure.label
        for section in content.sections
        for figure in section.figures
    }


def _say_only(content: Content) -> str:
    if not content.only:
        return ""
    return _("Of connections, only those count for which: %(condition)s.") % {
        "condition": content.only
    }


def _say_beside(content: Content) -> str:
    if content.before_days is None:
        return ""
    first, last = content.before_days
    return _("Compared with %(days)s.") % {"days": say_span(first, last)}


def _say_measured(content: Content) -> str:
    told = content.coverage
    if told.share is None:
        return _(
            "No source has told of connections: figures of use, logons and experience are not "
            "known for this time."
        )
    values = {
        "share": format_value(Formatter.PERCENT, told.share),
        "sources": told.sources,
        "until": say_time(content, told.as_of) if told.as_of else "–",
    }
    return (
        ngettext(
            "Connections were measured during %(share)s of the time, by %(sources)s source, which "
            "has told until %(until)s. What was not measured is not counted and not guessed.",
            "Connections were measured during %(share)s of the time, over %(sources)s sources; the "
            "source that lags most has told until %(until)s. What was not measured is not counted "
            "and not guessed.",
            told.sources,
        )
        % values
    )


def say_made(content: Content) -> str:
    """Return when the figures were read."""
    return _(
        "The figures were read at %(at)s (%(zone)s) and are frozen with this report. Licences, "
        "hosts, pools and alarms that stand are of that moment."
    ) % {"at": say_time(content, content.made_at), "zone": content.time_zone}


def say_time(content: Content, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(content.time_zone)):%Y-%m-%d %H:%M}"


def definitions_of(content: Content) -> tuple[tuple[str, str], ...]:
    """Return what each figure means, once, in the order in which they stand."""
    found = {each.label: each.definition for each in content.figures if each.definition}
    for section in content.sections:
        found |= {chart.title: chart.source for chart in section.charts if chart.source}
    return tuple(found.items())
