"""The section of one measure of use, told apart by what its author chose."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from yunwei.operate.reports import explorer_figures
from yunwei.operate.reports.content import Column, ColumnKind, Rows, Section
from yunwei.operate.reports.definitions import Wish
from yunwei.operate.reports.explorer_figures import Grid
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.sections.asking import Asking, CellRow, build_rows
from yunwei.operate.usage.facts.use import Dimension, Explored, Measure, Question
from yunwei.operate.usage.queries import exploring

MOST_COLUMNS = 12
_FORMATTERS = {
    Measure.HOURS: Formatter.DURATION,
    Measure.LOGON_P50: Formatter.DURATION,
    Measure.LOGON_P95: Formatter.DURATION,
    Measure.FAILED_RATIO: Formatter.PERCENT,
}


def say_measure(measure: Measure) -> str:
    return {
        Measure.USERS: _("Active users"),
        Measure.PEAK_USERS: _("Most users at once"),
        Measure.PEAK_SESSIONS: _("Most sessions at once"),
        Measure.HOURS: _("Time connected"),
        Measure.ATTEMPTS: _("Attempts to connect"),
        Measure.FAILURES: _("Failed attempts"),
        Measure.FAILED_RATIO: _("Share of failed attempts"),
        Measure.RECONNECTS: _("Reconnects"),
        Measure.LOGON_P50: _("Usual logon (median)"),
        Measure.LOGON_P95: _("Logon, 95 of 100 within"),
    }[measure]


def say_dimension(dimension: Dimension) -> str:
    return {
        Dimension.DAY: _("Day"),
        Dimension.WEEKDAY: _("Weekday"),
        Dimension.HOUR: _("Hour of the day"),
        Dimension.TENANT: _("Tenant"),
        Dimension.SITE: _("Site"),
        Dimension.DEPARTMENT: _("Department"),
        Dimension.POOL: _("Pool"),
        Dimension.CLIENT: _("Client"),
        Dimension.CLIENT_VERSION: _("Client version"),
        Dimension.IMAGE: _("Image"),
        Dimension.HOST: _("Host"),
        Dimension.USER: _("Desktop user"),
    }[dimension]


def measure_section(asking: Asking, wish: Wish) -> Section:
    """One measure as a chart and a table; by one dimension beside the time before."""
    measure = wish.measure or Measure.USERS
    question = Question(measure=measure, by=wish.by or (Dimension.DAY,))
    found = exploring.explore(asking.ground, question)
    before = asking.ground_before if len(question.by) == 1 else None
    grid = explorer_figures.build_grid(
        found, exploring.explore(before, question) if before is not None else None
    )
    names = [say_dimension(each) for each in question.by]
    chart = explorer_figures.explored(
        found, grid, say_measure(measure), names, time_zone=asking.period.time_zone
    )
    return Section(
        kind="measure",
        title=f"{say_measure(measure)} · {' × '.join(names)}",
        charts=(chart,) if found.cells else (),
        tables=(_table(found, grid, names, asking.before_name),) if found.cells else (),
        missing="" if found.cells else _("Nobody was connected in this time."),
    )


def _table(found: Explored, grid: Grid, names: list[str], before_name: str) -> Rows:
    measure = found.question.measure
    formatter = _FORMATTERS.get(measure, Formatter.COUNT)
    shown = grid.columns[:MOST_COLUMNS]
    labels = (
        [explorer_figures.say_key(found, 1, key) for key in shown]
        if len(names) > 1
        else [say_measure(measure)]
    )
    if grid.before:
        labels.append(before_name)
    numbers = (
        Column(name=f"v{place}", label=label, kind=ColumnKind.NUMBER, formatter=formatter)
        for place, label in enumerate(labels)
    )
    left_out = len(grid.columns) - len(shown)
    note = _("%(count)s more columns are left out here.") % {"count": left_out} if left_out else ""
    return build_rows(
        "measure",
        say_measure(measure),
        (Column(name="part", label=names[0]), *numbers),
        _cells(found, grid, shown),
        note=note,
    )


def _cells(found: Explored, grid: Grid, shown: tuple[str, ...]) -> Iterator[CellRow]:
    for key in grid.rows:
        values = [grid.cells.get((key, each)) for each in shown]
        beside = [grid.before.get(key)] if grid.before else []
        yield (explorer_figures.say_key(found, 0, key), *values, *beside)
