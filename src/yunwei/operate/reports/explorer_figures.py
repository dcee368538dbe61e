"""What the usage explorer found as a grid and as a figure. Reads no data, knows no page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.facts import Axis, ChartKind, Emphasis, Formatter, Line
from yunwei.operate.reports.usage_figures import WEEKDAYS
from yunwei.operate.usage.facts.use import Dimension, Explored, Measure

_TIMES = frozenset({Dimension.DAY, Dimension.WEEKDAY, Dimension.HOUR})
_BARS, _LINES, _HEAT_ROWS = 40, 6, 30
_FORMATTER = {
    Measure.HOURS: Formatter.DECIMAL,
    Measure.LOGON_P50: Formatter.DURATION,
    Measure.LOGON_P95: Formatter.DURATION,
    Measure.FAILED_RATIO: Formatter.PERCENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Cells by row and column, the column "" where there is one dimension only. rows: times in
    their order, others the greatest first. first: what ranks the rows. before: of the time before
    by row, of days by their place."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], float | None]
    first: Mapping[str, float | None]
    before: Mapping[str, float | None]


def build_grid(found: Explored, before: Explored | None) -> Grid:
    by = found.question.by
    has_columns = len(by) > 1
    cells = {
        (cell.keys[0], cell.keys[1] if has_columns else ""): cell.value for cell in found.cells
    }
    first: dict[str, float | None] = {}
    for (row, _column), value in cells.items():
        first[row] = _greater(first.get(row), value)
    columns = _order(by[1], cells, place=1) if has_columns else ("",)
    rows = _order(by[0], cells, place=0)
    return Grid(
        rows=rows,
        columns=columns,
        cells=cells,
        first=first,
        before=_before(by[0], rows, before) if before else {},
    )


def _greater(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _order(
    dimension: Dimension, cells: Mapping[tuple[str, str], float | None], *, place: int
) -> tuple[str, ...]:
    greatest: dict[str, float] = {}
    for key, value in cells.items():
        greatest[key[place]] = max(greatest.get(key[place], 0.0), value or 0.0)
    if dimension in _TIMES:
        return tuple(sorted(greatest))
    return tuple(sorted(greatest, key=lambda key: (-greatest[key], key)))


def _before(dimension: Dimension, rows: Sequence[str], before: Explored) -> dict[str, float | None]:
    values = {cell.keys[0]: cell.value for cell in before.cells}
    if dimension is not Dimension.DAY:
        return values
    # days of then and now are compared by their place, as the figures of activity are
    return dict(zip(rows, (values[key] for key in sorted(values)), strict=False))


def say_key(found: Explored, place: int, key: str) -> str:
    """Return a key for people."""
    dimension = found.question.by[place]
    if dimension is Dimension.WEEKDAY:
        return str(WEEKDAYS[int(key) - 1])
    if dimension is Dimension.POOL:
        return found.names.get(key) or (_("in no pool") if key else _("unknown"))
    if dimension in {Dimension.HOST, Dimension.TENANT}:
        return found.names.get(key) or _("unknown")
    if dimension is Dimension.USER:
        return found.names.get(key) or key.partition(":")[2] or _("unknown")
    return key or _("unknown")


def say_unit(measure: Measure) -> str:
    """Return the unit of values as they are found."""
    if measure in {Measure.HOURS, Measure.LOGON_P50, Measure.LOGON_P95}:
        return "s"
    if measure is Measure.FAILED_RATIO:
        return "0-1"
    return _("sessions") if measure is Measure.PEAK_SESSIONS else _("number")


def explored(
    found: Explored, grid: Grid, measure: str, names: Sequence[str], *, time_zone: str
) -> ChartSpec:
    """What was found as bars; by two dimensions as a map of heat. measure, names: for people."""
    is_heat = len(names) > 1
    return ChartSpec(
        figure_id="explored",
        kind=ChartKind.HEAT if is_heat else ChartKind.BAR,
        title=f"{measure} · {' × '.join(names)}",
        axis=_axis(found.question.measure, measure),
        lines=tuple(_heat_lines(found, grid) if is_heat else _bar_lines(found, grid)),
        categories=tuple(
            say_key(found, 1, key) for key in grid.columns[:_BARS]
        ) if is_heat else tuple(say_key(found, 0, key) for key in grid.rows[:_BARS]),
        x_title=names[-1],
        time_zone=time_zone,
        source=_SAID[found.question.measure]() + _say_dimensions(found),
    )  # fmt: skip


def _axis(measure: Measure, name: str) -> Axis:
    unit = _("hours") if measure is Measure.HOURS else say_unit(measure)
    return Axis(
        title=name,
        unit="%" if measure is Measure.FAILED_RATIO else unit,
        formatter=_FORMATTER.get(measure, Formatter.COUNT),
    )


def _scaled(found: Explored, value: float | None) -> float | None:
    if value is None or found.question.measure is not Measure.HOURS:
        return value
    return round(value / 3600, 2)


def _bar_lines(found: Explored, grid: Grid) -> list[Line]:
    rows = grid.rows[:_BARS]
    lines = [
        Line(
            name=_("This time"),
            values=tuple(_scaled(found, grid.cells.get((row, ""))) for row in rows),
        )
    ]
    if grid.before:
        values = tuple(_scaled(found, grid.before.get(row)) for row in rows)
        lines.append(Line(name=_("The time before"), values=values, emphasis=Emphasis.USUAL))
    return lines


def _heat_lines(found: Explored, grid: Grid) -> list[Line]:
    """Rows from below, so that the first comes to stand on top."""
    columns = grid.columns[:_BARS]
    return [
        Line(
            name=say_key(found, 0, row),
            values=tuple(_scaled(found, grid.cells.get((row, column))) for column in columns),
        )
        for row in reversed(grid.rows[:_HEAT_ROWS])
    ]


def _say_use() -> str:
    return _(
        "Of connected time, exact: from setup to end of the source's connection records, by the "
        "same rules as the page of activity. Who reaches into several days or hours counts in each."
    )


def _say_attempts() -> str:
    return _(
        "Of attempts to connect that began in the time, by the same rules as the page of activity."
    )


def _say_dimensions(found: Explored) -> str:
    """Return of which time a dimension is that may change; "" where none is told apart by."""
    said = []
    if {Dimension.HOST, Dimension.IMAGE}.intersection(found.question.by):
        said.append(
            _(
                "Hosts and images are those of the desktop when the connection began, as inventory "
                "had read it; of a desktop that was off then, those that were read next."
            )
        )
    if {Dimension.DEPARTMENT, Dimension.POOL, Dimension.SITE}.intersection(found.question.by):
        said.append(_("Departments, pools and sites are those that the source says now."))
    return "".join(f" {each}" for each in said)


_OF_USE = (Measure.USERS, Measure.PEAK_USERS, Measure.PEAK_SESSIONS, Measure.HOURS)
_SAID = {each: _say_use if each in _OF_USE else _say_attempts for each in Measure}
