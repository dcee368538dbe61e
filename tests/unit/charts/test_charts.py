"""Chart specs: plain data in, one JSON for the browser and for print, one table for all others."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from yunwei.operate.reports.charts import PAGE_THEME, PRINT_THEME, ChartSpec, Theme
from yunwei.operate.reports.facts import (
    Axis,
    ChartKind,
    Emphasis,
    Formatter,
    Line,
    Threshold,
    Tone,
)

START = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # midnight in Shanghai
TIMES = tuple(START + timedelta(hours=hour) for hour in range(4))
AXIS = Axis(title="Users online", unit="people")


def build_spec(**changes: Any) -> ChartSpec:
    fields: dict[str, Any] = {
        "figure_id": "users-online",
        "kind": ChartKind.AREA,
        "title": "Users online",
        "axis": AXIS,
        "lines": (
            Line(name="Today", times=TIMES, values=(0.0, 5.0, None, 7.0)),
            Line(name="Usual", times=TIMES[:2], values=(1.0, 4.0), emphasis=Emphasis.USUAL),
        ),
        "time_zone": "Asia/Shanghai",
        "x_title": "Time",
    }
    return ChartSpec(**fields | changes)


def every_kind() -> list[ChartSpec]:
    bars = (Line(name="a", values=(1.0, None)), Line(name="b", values=(2.0, 3.0), tone=Tone.GOOD))
    names = {"categories": ("Mon", "Tue"), "lines": bars}
    return [
        build_spec(),
        build_spec(kind=ChartKind.LINE, thresholds=(Threshold(label="limit {a}", value=6),)),
        build_spec(kind=ChartKind.STACKED, starts_at=START, ends_at=TIMES[-1]),
        build_spec(kind=ChartKind.BAR, is_stacked=True, **names),
        build_spec(kind=ChartKind.HEAT, **names),
    ]


@pytest.mark.parametrize("theme", [PAGE_THEME, PRINT_THEME], ids=["page", "print"])
@pytest.mark.parametrize("spec", every_kind(), ids=lambda spec: spec.kind)
def test_the_option_is_plain_json(spec: ChartSpec, theme: Theme) -> None:
    option = spec.to_echarts(theme)
    assert json.loads(json.dumps(option, allow_nan=False)) == option


@pytest.mark.parametrize("spec", every_kind(), ids=lambda spec: spec.kind)
def test_a_spec_survives_a_round_trip(spec: ChartSpec) -> None:
    assert msgspec.json.decode(msgspec.json.encode(spec), type=ChartSpec) == spec


def test_the_table_has_a_row_for_every_instant_and_keeps_gaps() -> None:
    heading, *rows = build_spec().to_rows()
    assert heading == ["Time", "Today (people)", "Usual (people)"]
    assert [row[1:] for row in rows] == [[0.0, 1.0], [5.0, 4.0], [None, None], [7.0, None]]
    assert [row[0].isoformat() for row in rows[:1]] == ["2026-11-23T00:00:00+08:00"]  # type: ignore[union-attr]


def test_the_table_of_named_bars_has_a_row_for_each_name() -> None:
    spec = every_kind()[3]
    assert spec.to_rows()[1:] == [["Mon", 1.0, 2.0], ["Tue", None, 3.0]]


def test_gaps_are_gaps_and_not_zero() -> None:
    option = build_spec().to_echarts(PAGE_THEME)
    assert [value for _at, value in option["series"][0]["data"]] == [0.0, 5.0, None, 7.0]
    assert option["series"][0]["connectNulls"] is False


def test_a_value_between_two_gaps_can_be_seen() -> None:
    lonely = build_spec(lines=(Line(name="a", times=TIMES, values=(None, 3.0, None, None)),))
    assert lonely.to_echarts(PAGE_THEME)["series"][0]["showSymbol"] is True


def test_times_are_the_wall_clock_of_the_figures_zone() -> None:
    first, _value = build_spec().to_echarts(PAGE_THEME)["series"][0]["data"][0]
    assert datetime.fromtimestamp(first / 1000, UTC) == datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(("days", "of_a_month"), [(1, "{MM}-{dd}"), (200, "{yyyy}-{MM}")])
def test_among_hours_the_first_of_a_month_is_a_day_like_others(days: int, of_a_month: str) -> None:
    spec = build_spec(starts_at=START, ends_at=START + timedelta(days=days))
    labels = spec.to_echarts(PAGE_THEME)["xAxis"]["axisLabel"]["formatter"]
    assert labels["month"] == of_a_month


def test_the_page_has_no_colour_of_its_own() -> None:
    text = json.dumps([spec.to_echarts(PAGE_THEME) for spec in every_kind()])
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb", text)


def test_a_threshold_is_no_template() -> None:
    option = every_kind()[1].to_echarts(PAGE_THEME)
    assert option["series"][0]["markLine"]["data"][0]["label"]["formatter"] == "limit (a)"


def test_an_axis_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="unit"):
        Axis(title="x", unit="")


def test_a_line_that_does_not_fit_its_axis_is_refused() -> None:
    with pytest.raises(ValueError, match="fit"):
        build_spec(categories=("Mon",), lines=(Line(name="a", values=(1.0, 2.0)),))


@pytest.mark.parametrize(
    ("values", "is_empty", "latest", "highest"),
    [((None, None), True, None, None), ((3.0, 9.0, None), False, 9.0, 9.0)],
)
def test_what_a_figure_says_in_a_sentence(
    values: tuple[float | None, ...], is_empty: bool, latest: float | None, highest: float | None
) -> None:
    spec = build_spec(lines=(Line(name="a", times=TIMES[: len(values)], values=values),))
    assert (spec.is_empty, spec.latest, spec.highest) == (is_empty, latest, highest)


def test_the_formatter_is_named_for_the_axis_and_the_pointer() -> None:
    spec = build_spec(axis=Axis(title="t", unit="%", formatter=Formatter.PERCENT, maximum=1.0))
    option = spec.to_echarts(PAGE_THEME)
    assert option["yAxis"]["axisLabel"]["formatter"] == "@percent"
    assert option["tooltip"]["formatter"] == "@tooltip:percent"
    assert option["yAxis"]["max"] == 1.0
