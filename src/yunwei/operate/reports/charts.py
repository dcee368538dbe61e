"""The only place that says how a figure looks, for the page, for print and for the sheet.

A `ChartSpec` says what is shown; `to_echarts` turns it into a plain JSON dict (no functions:
"@name" stands for a formatter that `js/charts.js` puts in), `to_rows` into a table. Colours come
from a `Theme`. Nothing here reads data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.operate.reports.facts import (
    Axis,
    ChartKind,
    Emphasis,
    Formatter,
    Line,
    Mark,
    Threshold,
    Tone,
)
from yunwei.operate.reports.formatters import format_value

type Cell = str | float | datetime | None
type Json = dict[str, Any]

_NEAR_END = 0.15
_DAY_MS = 86_400_000
_FEW_DAYS, _MANY_DAYS = 3, 120
_DAY_STEPS, _MOST_LABELS = (1, 2, 3, 5, 7, 14), 10
_TIME_LABELS = {
    "year": "{yyyy}",
    "month": "{yyyy}-{MM}",
    "day": "{MM}-{dd}",
    "hour": "{HH}:{mm}",
    "minute": "{HH}:{mm}",
    "second": "{HH}:{mm}:{ss}",
    "millisecond": "{HH}:{mm}:{ss}",
}
_OF_HOURS = {"year": "{MM}-{dd}", "month": "{MM}-{dd}"}
"""Among hours the first of a month is a day like others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours by what they are for. series: for lines without a tone, in order."""

    text: str
    quiet: str
    grid: str
    surface: str
    usual: str
    series: tuple[str, ...]
    tones: Mapping[str, str]


def _token(name: str) -> str:
    return f"var(--yw-{name})"


# The page's colours are the style sheet's: `charts.js` looks the tokens up, so that a figure
# follows the theme without asking the server again.
PAGE_THEME = Theme(
    text=_token("text-2"),
    quiet=_token("text-3"),
    grid=_token("grid"),
    surface=_token("surface"),
    usual=_token("usual"),
    series=tuple(_token(f"series-{number}") for number in range(1, 9)),
    tones={tone.value: _token(tone.value) for tone in Tone if tone},
)

PRINT_THEME = Theme(
    text="#3d4757",
    quiet="#6b7686",
    grid="#e2e5ea",
    surface="#ffffff",
    usual="#8a94a3",
    series=(
        "#0b5fd8",
        "#0f8a8a",
        "#8a4fd0",
        "#c2610c",
        "#3f7d20",
        "#b83280",
        "#7a6a00",
        "#44546a",
    ),
    tones={
        "good": "#14875f",
        "idle": "#8a94a3",
        "warning": "#2f7de1",
        "major": "#e06c00",
        "critical": "#d4281c",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSpec:
    """A figure, complete and without looks.

    figure_id: stable name, also its address. categories: the x axis of BAR and HEAT figures whose
    lines carry no times. starts_at, ends_at: ends of the time axis, None lets the data decide.
    time_zone: the zone in which times are written. source: where the numbers come from, as a
    sentence for the reader. In a HEAT figure each line is a row.
    """

    figure_id: str
    kind: ChartKind
    title: str
    axis: Axis
    lines: tuple[Line, ...]
    time_zone: str = "UTC"
    x_title: str = ""
    categories: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    marks: tuple[Mark, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_stacked: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        for line in self.lines:
            wanted = len(self.categories) if self.categories else len(line.times)
            if len(line.values) != wanted:
                raise ValueError(f"{self.figure_id}: {line.name} does not fit the x axis")

    @property
    def is_empty(self) -> bool:
        """True when nothing at all was measured."""
        return all(value is None for line in self.lines for value in line.values)

    @property
    def latest(self) -> float | None:
        """The newest measured value of the first line."""
        values = self.lines[0].values if self.lines else ()
        return next((value for value in reversed(values) if value is not None), None)

    @property
    def highest(self) -> float | None:
        """The greatest measured value of the first line."""
        values = self.lines[0].values if self.lines else ()
        return max((value for value in values if value is not None), default=None)

    def to_rows(self) -> list[list[Cell]]:
        """Return the figure as a table, heading first; gaps are None, times in its zone."""
        heading: list[Cell] = [self.x_title]
        heading += [f"{line.name} ({self.axis.unit})" for line in self.lines]
        if self.categories:
            columns = zip(*(line.values for line in self.lines), strict=True)
            pairs = zip(self.categories, columns, strict=False)
            return [heading, *([name, *values] for name, values in pairs)]
        zone = ZoneInfo(self.time_zone)
        by_time = [dict(zip(line.times, line.values, strict=True)) for line in self.lines]
        instants = sorted({instant for line in self.lines for instant in line.times})
        rows: list[list[Cell]] = [
            [instant.astimezone(zone), *(line.get(instant) for line in by_time)]
            for instant in instants
        ]
        return [heading, *rows]

    def to_echarts(self, theme: Theme) -> Json:
        """Return the option of ECharts 6 as plain JSON. Times are the zone's wall clock."""
        option = _frame(self, theme)
        if self.kind is ChartKind.HEAT:
            return option | _heat(self, theme)
        option["series"] = [
            _series(self, theme, number, line) for number, line in enumerate(self.lines)
        ]
        if option["series"] and self.thresholds:
            option["series"][0]["markLine"] = _thresholds(self, theme)
        if option["series"] and self.marks:
            option["series"][0]["markPoint"] = _marks(self, theme)
        return option


def _frame(spec: ChartSpec, theme: Theme) -> Json:
    is_heat = spec.kind is ChartKind.HEAT
    has_legend = len(spec.lines) > 1 and not is_heat
    return {
        "animation": False,
        "useUTC": True,
        "textStyle": {"color": theme.text, "fontSize": 12},
        "grid": {
            "left": 4,
            "right": 12,
            "top": (34 if has_legend or is_heat else 14) + (16 if spec.marks else 0),
            "bottom": 4,
            "outerBoundsMode": "same",
            "outerBoundsContain": "axisLabel",
        },
        "legend": {
            "show": has_legend,
            "top": 0,
            "left": 0,
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 4,
            "textStyle": {"color": theme.text, "fontSize": 12},
            "inactiveColor": theme.quiet,
        },
        "tooltip": {
            "trigger": "item" if is_heat else "axis",
            "formatter": f"@tooltip:{spec.axis.formatter}",
            "axisPointer": {"type": "line", "lineStyle": {"color": theme.quiet}},
        },
        "xAxis": _x_axis(spec, theme),
        "yAxis": _y_axis(spec, theme),
    }


def _x_axis(spec: ChartSpec, theme: Theme) -> Json:
    axis: Json = {
        "axisLine": {"lineStyle": {"color": theme.grid}},
        "axisTick": {"show": False},
        "axisLabel": {"color": theme.text, "hideOverlap": True},
        "splitLine": {"show": False},
    }
    if spec.categories:
        return axis | {"type": "category", "data": list(spec.categories)}
    ends = {"min": spec.starts_at, "max": spec.ends_at}
    fixed = {name: _wall_ms(at, spec.time_zone) for name, at in ends.items() if at is not None}
    axis["axisLabel"]["formatter"] = _TIME_LABELS | (_OF_HOURS if _is_short(fixed) else {})
    if days := _labelled_days(fixed.get("min"), fixed.get("max")):
        axis["axisLabel"] |= {"customValues": days, "formatter": "{MM}-{dd}"}
    return axis | {"type": "time"} | fixed


def _is_short(ends_ms: Mapping[str, int]) -> bool:
    return len(ends_ms) == 2 and ends_ms["max"] - ends_ms["min"] < _FEW_DAYS * _DAY_MS


def _labelled_days(first_ms: int | None, last_ms: int | None) -> list[int]:
    """Return the midnights that are written below some weeks, evenly; left to ECharts, months
    begin anew in the midst of them. [] for hours, and for a time too long for days."""
    if first_ms is None or last_ms is None:
        return []
    days = (last_ms - first_ms) / _DAY_MS
    if not _FEW_DAYS <= days <= _MANY_DAYS:
        return []
    step = next(each for each in _DAY_STEPS if days <= each * _MOST_LABELS)
    first = -(-first_ms // _DAY_MS) * _DAY_MS
    return list(range(first, last_ms, step * _DAY_MS))


def _y_axis(spec: ChartSpec, theme: Theme) -> Json:
    axis: Json = {
        "axisLabel": {"color": theme.text},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": theme.grid}},
    }
    if spec.kind is ChartKind.HEAT:
        return axis | {"type": "category", "data": [line.name for line in spec.lines]}
    axis["axisLabel"]["formatter"] = f"@{spec.axis.formatter}"
    axis |= {"type": "value", "splitNumber": 4}
    if spec.axis.minimum is not None:
        axis["min"] = spec.axis.minimum
    if spec.axis.maximum is not None:
        axis["max"] = spec.axis.maximum
    if spec.axis.formatter is Formatter.COUNT:
        axis["minInterval"] = 1
    if spec.axis.formatter is Formatter.PERCENT and spec.axis.maximum == 1.0:
        axis["interval"] = 0.25
    return axis


def _series(spec: ChartSpec, theme: Theme, number: int, line: Line) -> Json:
    colour = _colour(theme, number, line)
    series: Json = {
        "name": line.name,
        "type": "bar" if spec.kind is ChartKind.BAR else "line",
        "data": _points(spec, line),
        "itemStyle": {"color": colour},
        "z": 3 if line.emphasis is Emphasis.MAIN else 2,
    }
    if spec.is_stacked or spec.kind is ChartKind.STACKED:
        series["stack"] = "all"
    if spec.kind is ChartKind.BAR:
        return series | {"barMaxWidth": 24}
    return series | _line_style(spec, line, colour)


def _line_style(spec: ChartSpec, line: Line, colour: str) -> Json:
    is_main = line.emphasis is Emphasis.MAIN
    style: Json = {
        "lineStyle": {
            "color": colour,
            "width": 2 if is_main else 1.5,
            "type": "solid" if is_main else "dashed",
        },
        "showSymbol": _is_lonely(line),
        "symbolSize": 5,
        "connectNulls": False,
    }
    if line.is_stepped:
        style["step"] = "end"
    if is_main and spec.kind in {ChartKind.AREA, ChartKind.STACKED}:
        opacity = 0.12 if spec.kind is ChartKind.AREA else 0.55
        style["areaStyle"] = {"color": colour, "opacity": opacity}
    return style


def _is_lonely(line: Line) -> bool:
    """A value between two gaps has no line to be seen by, so its figure shows points."""
    padded = (None, *line.values, None)
    return any(
        here is not None and before is None and after is None
        for before, here, after in zip(padded, padded[1:], padded[2:], strict=False)
    )


def _points(spec: ChartSpec, line: Line) -> list[Any]:
    if spec.categories:
        return list(line.values)
    times = (_wall_ms(at, spec.time_zone) for at in line.times)
    return [list(point) for point in zip(times, line.values, strict=True)]


def _colour(theme: Theme, number: int, line: Line) -> str:
    if line.tone:
        return theme.tones[line.tone.value]
    if line.emphasis is Emphasis.USUAL:
        return theme.usual
    if line.emphasis is Emphasis.LIMIT:
        return theme.tones[Tone.CRITICAL.value]
    return theme.series[number % len(theme.series)]


def _thresholds(spec: ChartSpec, theme: Theme) -> Json:
    return {
        "symbol": "none",
        "silent": True,
        "data": [
            {
                "yAxis": each.value,
                # braces would be read as a template
                "label": {
                    "formatter": each.label.replace("{", "(").replace("}", ")"),
                    "position": "insideEndTop",
                    "color": theme.tones[(each.tone or Tone.WARNING).value],
                },
                "lineStyle": {"color": theme.tones[(each.tone or Tone.WARNING).value]},
            }
            for each in spec.thresholds
        ],
    }


def _marks(spec: ChartSpec, theme: Theme) -> Json:
    return {
        "symbol": "circle",
        "symbolSize": 8,
        "silent": True,
        "data": [
            {
                "coord": [_wall_ms(each.at, spec.time_zone), each.value],
                "value": each.label,
                "label": {
                    "formatter": each.label.replace("{", "(").replace("}", ")"),
                    "position": "top",
                    "distance": 8,
                    "align": _align(spec, each.at),
                    "color": theme.text,
                },
                "itemStyle": {"color": theme.tones[Tone.MAJOR.value]},
            }
            for each in spec.marks
        ],
    }


def _align(spec: ChartSpec, at: datetime) -> str:
    """A label near an end of the figure grows towards its middle, so that none of it is cut."""
    if spec.starts_at is None or spec.ends_at is None or spec.ends_at <= spec.starts_at:
        return "center"
    place = (at - spec.starts_at) / (spec.ends_at - spec.starts_at)
    return "left" if place < _NEAR_END else "right" if place > 1 - _NEAR_END else "center"


def _heat(spec: ChartSpec, theme: Theme) -> Json:
    cells = [
        [column, row, value]
        for row, line in enumerate(spec.lines)
        for column, value in enumerate(line.values)
        if value is not None
    ]
    most = max((cell[2] for cell in cells), default=1) or 1
    return {
        # which shade is how much: a bar at the top right
        "visualMap": {
            "orient": "horizontal",
            "top": 0,
            "right": 8,
            "padding": 0,
            "itemWidth": 10,
            "itemHeight": 90,
            "text": [format_value(spec.axis.formatter, each) for each in (most, 0)],
            "textStyle": {"color": theme.text, "fontSize": 12},
            "hoverLink": False,
            "min": 0,
            "max": most,
            "inRange": {"color": [theme.grid, theme.series[0]]},
        },
        "series": [
            {
                "type": "heatmap",
                "name": spec.title,
                "data": cells,
                "itemStyle": {"borderColor": theme.surface, "borderWidth": 1},
            }
        ],
    }


def _wall_ms(instant: datetime, time_zone: str) -> int:
    """Milliseconds of the zone's wall clock read as UTC: ECharts knows no zones but UTC."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)
