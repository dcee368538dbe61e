"""When a licence will be used up: nearer to what then happens than a straight line through the last
30 days, over growth, a drop, a season and a step. Prints the table that it is held to."""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

import pytest

from yunwei.operate.forecast.facts import Forecast, Lacking, Method, NoForecast
from yunwei.operate.forecast.rules.fitting import fit, week_shape
from yunwei.operate.forecast.rules.forecasting import (
    HORIZON_DAYS,
    forecast,
    line_full_day,
)

FIRST = date(2026, 1, 5)
DAYS = 500
KNOWN = 150
WEEK = (1.0, 1.02, 1.03, 1.02, 0.97, 0.55, 0.5)
SEEDS = range(12)


def _growth(day: int, slope: float) -> float:
    return 600 + slope * day


def _drop(day: int, slope: float) -> float:
    """A department of 90 leaves twelve days ago."""
    return 640 + slope * day - (90 if day >= KNOWN - 12 else 0)


def _season(day: int, slope: float) -> float:
    """Each month ends busier, and a holiday of ten days was in the last weeks."""
    is_holiday = KNOWN - 24 <= day < KNOWN - 14
    return (600 + slope * day + (25 if day % 30 >= 26 else 0)) * (0.45 if is_holiday else 1.0)


def _step(day: int, slope: float) -> float:
    """110 newcomers on one day, nine days ago."""
    return 560 + slope * day + (110 if day >= KNOWN - 9 else 0)


SHAPES: dict[str, Callable[[int, float], float]] = {
    "growth": _growth,
    "drop": _drop,
    "season": _season,
    "step": _step,
}


def simulate(shape: str, seed: int) -> tuple[list[float], float]:
    """Return the highest use of each day, and what is owned."""
    dice = random.Random(f"{shape}{seed}")
    slope = dice.uniform(0.5, 1.6)
    told = [
        SHAPES[shape](day, slope) * WEEK[day % 7] * (1 + dice.gauss(0, 0.015))
        for day in range(DAYS)
    ]
    ahead = dice.randint(45, 150)
    return told, SHAPES[shape](KNOWN + ahead, slope) * 1.02


def full_day(told: list[float], limit: float) -> date:
    """What then happens: the first day that reaches the limit."""
    return next(FIRST + timedelta(days=day) for day in range(KNOWN, DAYS) if told[day] >= limit)


def wrong_by(told: date | None, truth: date, last_day: date) -> float:
    """Days; what is never told counts as the end of the horizon."""
    return abs(((told or last_day + timedelta(days=HORIZON_DAYS)) - truth).days)


def shaped_line_day(known: list[float], limit: float, last_day: date) -> date | None:
    """A harder peer: the line of 30 days through what is left without the week's shape."""
    week = week_shape(known)
    plain = [value / week[place % 7] for place, value in enumerate(known)]
    line = fit(Method.LINE, plain)
    for ahead in range(1, HORIZON_DAYS + 1):
        if line.at(ahead) * week[(len(known) + ahead - 1) % 7] >= limit:
            return last_day + timedelta(days=ahead)
    return None


@dataclass(frozen=True)
class Errors:
    """Of one shape, in days; held: how often the range held what happened."""

    ours: float
    line: float
    shaped_line: float
    held: float


@pytest.fixture(scope="module")
def table() -> dict[str, Errors]:
    last_day = FIRST + timedelta(days=KNOWN - 1)
    rows: dict[str, Errors] = {}
    for shape in SHAPES:
        told = [simulate(shape, seed) for seed in SEEDS]
        rows[shape] = compare(told, last_day)
    lines = [f"{'shape':8} {'forecast':>9} {'line':>9} {'with shape':>11} {'range held':>11}"]
    lines += [
        f"{shape:8} {row.ours:7.1f} d {row.line:7.1f} d {row.shaped_line:9.1f} d {row.held:11.0%}"
        for shape, row in rows.items()
    ]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
    return rows


def compare(told: list[tuple[list[float], float]], last_day: date) -> Errors:
    ours, line, shaped_line, held = [], [], [], []
    for daily, limit in told:
        truth, known = full_day(daily, limit), daily[:KNOWN]
        found = forecast(known, limit, last_day)
        assert isinstance(found, Forecast)
        ours.append(wrong_by(found.full_on, truth, last_day))
        line.append(wrong_by(line_full_day(known, limit, last_day), truth, last_day))
        shaped_line.append(wrong_by(shaped_line_day(known, limit, last_day), truth, last_day))
        early, late = found.full_from or date.max, found.full_until or date.max
        held.append(early <= truth <= late)
    return Errors(fmean(ours), fmean(line), fmean(shaped_line), fmean(held))


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_nearer_than_a_straight_line(table: dict[str, Errors], shape: str) -> None:
    assert table[shape].ours < table[shape].line
    assert table[shape].ours < table[shape].shaped_line


def test_the_range_mostly_holds_what_happens(table: dict[str, Errors]) -> None:
    assert fmean(row.held for row in table.values()) >= 0.7


def test_too_little_history_is_said() -> None:
    found = forecast([10.0] * 20, 100, FIRST)
    assert found == NoForecast(why=Lacking.HISTORY, days_known=20, days_needed=28)


def test_without_a_limit_or_news_nothing_is_foretold() -> None:
    without_limit = forecast([10.0] * 60, None, FIRST)
    silent = forecast([10.0] * 60 + [None] * 5, 100, FIRST)
    assert isinstance(without_limit, NoForecast)
    assert isinstance(silent, NoForecast)
    assert (without_limit.why, silent.why) == (Lacking.LIMIT, Lacking.NEWS)


def test_what_does_not_grow_is_never_full() -> None:
    found = forecast([50.0, 51.0, 49.0, 50.0] * 20, 100, FIRST)
    assert isinstance(found, Forecast)
    assert (found.full_on, found.full_from) == (None, None)


def test_a_step_is_named() -> None:
    told, limit = simulate("step", 3)
    found = forecast(told[:KNOWN], limit, FIRST + timedelta(days=KNOWN - 1))
    assert isinstance(found, Forecast)
    assert any(abs((jump - (FIRST + timedelta(days=KNOWN - 9))).days) <= 2 for jump in found.jumps)
