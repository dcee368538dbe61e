"""Figure definitions: what is measured becomes the right kind of figure with the right words."""

from datetime import UTC, datetime, timedelta

from django.utils import translation

from yunwei.base.core.metrics import Unit
from yunwei.monitor.telemetry.facts import LogonHour, Series
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import PAGE_THEME
from yunwei.operate.reports.facts import Emphasis, Tone

START = datetime(2026, 11, 23, tzinfo=UTC)
PERIOD = (START, START + timedelta(days=1))


def build_series(
    name: str, *values: float | None, unit: Unit = Unit.COUNT, coverage: float = 1.0
) -> Series:
    times = tuple(START + timedelta(minutes=number) for number in range(len(values)))
    return Series(name=name, unit=unit, times=times, values=values, coverage=coverage)


def test_today_stands_before_the_usual() -> None:
    today, usual = build_series("users.online", 1.0, None), build_series("usual", 2.0)
    spec = figures.users_online(today, usual, period=PERIOD, time_zone="UTC")
    assert [line.emphasis for line in spec.lines] == [Emphasis.MAIN, Emphasis.USUAL]
    assert (spec.starts_at, spec.ends_at) == PERIOD


def test_a_usual_that_nobody_knows_is_left_out() -> None:
    nothing = build_series("usual", None, None)
    spec = figures.users_online(nothing, nothing, period=PERIOD, time_zone="UTC")
    assert len(spec.lines) == 1


def test_ratios_are_shown_on_a_whole_scale() -> None:
    cpu = build_series("desktop.cpu", 0.5, unit=Unit.RATIO, coverage=0.25)
    spec = figures.metrics_over_time("load", "Load", [cpu], period=PERIOD, time_zone="UTC")
    assert (spec.axis.unit, spec.axis.maximum) == ("%", 1.0)
    assert "25%" in spec.source


def test_metrics_are_named_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert figures.name_metric("desktop.cpu") == "CPU 使用率"
    with translation.override("en"):
        assert figures.name_metric("desktop.cpu") == "CPU use"


def test_failed_logons_stand_on_top_of_the_others() -> None:
    hour = LogonHour(
        at=START, attempts=10, failures=3, reconnects=2, logon_p50_s=None, logon_p95_s=None
    )
    spec = figures.logons([hour], period=PERIOD, time_zone="UTC")
    assert [line.values for line in spec.lines] == [(7.0,), (3.0,)]
    assert spec.lines[1].tone is Tone.CRITICAL
    assert spec.to_echarts(PAGE_THEME)["series"][1]["stack"] == "all"


def test_what_is_owned_is_a_limit_in_steps() -> None:
    used, total = build_series("licence.used", 5.0), build_series("licence.total", 10.0)
    spec = figures.licence_use("CCU", [total, used], period=PERIOD, time_zone="UTC")
    assert spec.lines[1].emphasis is Emphasis.LIMIT
    assert spec.lines[1].is_stepped


def test_a_licence_that_was_not_measured_says_so() -> None:
    assert figures.licence_use("CCU", [], period=PERIOD, time_zone="UTC").is_empty
