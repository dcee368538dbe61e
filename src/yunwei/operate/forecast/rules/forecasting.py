"""Which method, how wrong it was, and when the limit is reached. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from statistics import fmean, median

from yunwei.operate.forecast.facts import Daily, Forecast, Lacking, Method, NoForecast, Tried
from yunwei.operate.forecast.rules.fitting import Fit, fill, fit

NEEDED_DAYS = 28
HORIZON_DAYS = 365
_LEAST_KNOWN = 14
_TEST_DAYS = 28
_EVERY_DAYS = 4
_MOST_ORIGINS = 14
_BAND = 0.8
# the next method is taken instead of those before only if it was better by so much
_BETTER = 0.85
_STEADY_FIRST = (
    Method.TREND_120, Method.TREND_60, Method.TREND_30, Method.LEVEL, Method.LINE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Past:
    """method: with its mean error, and errors as (days ahead, absolute error)."""

    method: Method
    error: float
    errors: tuple[tuple[int, float], ...]
    origins: int


def forecast(daily: Daily, limit: float | None, last_day: date) -> Forecast | NoForecast:
    """Return how a series goes on, and when it reaches a limit.

    daily: one value a day, the last one of `last_day`. The method is the one that was least wrong
    when it was asked again and again over the past, up to two weeks ahead. Cost: some 20 ms.
    """
    series = fill(daily)
    measured = sum(value is not None for value in daily)
    if limit is None:
        return NoForecast(why=Lacking.LIMIT, days_known=measured, days_needed=NEEDED_DAYS)
    if not any(value is not None for value in daily[-3:]) and measured:
        return NoForecast(why=Lacking.NEWS, days_known=measured, days_needed=NEEDED_DAYS)
    if measured < NEEDED_DAYS or len(series) < NEEDED_DAYS:
        return NoForecast(why=Lacking.HISTORY, days_known=measured, days_needed=NEEDED_DAYS)
    pasts = [try_method(method, series) for method in Method]
    best = choose(pasts)
    found = fit(best.method, series)
    return _build(
        found, best, pasts, series=series, limit=limit, last_day=last_day, measured=measured
    )


def try_method(method: Method, series: Sequence[float]) -> _Past:
    """Return how wrong a method would have been from days of the past, with what was known."""
    by_origin: list[list[tuple[int, float]]] = []
    days = min(_TEST_DAYS, (len(series) - _LEAST_KNOWN) // 2)
    last = len(series) - days
    first = max(_LEAST_KNOWN, last - _MOST_ORIGINS * _EVERY_DAYS)
    for origin in range(last, first - 1, -_EVERY_DAYS):
        known = fit(method, series[:origin])
        by_origin.append(
            [
                (ahead, abs(known.at(ahead) - series[origin + ahead - 1]))
                for ahead in range(1, days + 1)
            ]
        )
    # the median over the origins: a jump spoils those before it for every method alike
    error = median(fmean(error for _, error in errors) for errors in by_origin)
    return _Past(method, error, tuple(chain.from_iterable(by_origin)), len(by_origin))


def choose(pasts: Sequence[_Past]) -> _Past:
    """Return the least wrong; a steadier one where the difference is small."""
    by_method = {past.method: past for past in pasts}
    best = by_method[_STEADY_FIRST[0]]
    for method in _STEADY_FIRST[1:]:
        if by_method[method].error < best.error * _BETTER:
            best = by_method[method]
    return best


def _build(
    found: Fit,
    best: _Past,
    pasts: Sequence[_Past],
    *,
    series: Sequence[float],
    limit: float,
    last_day: date,
    measured: int,
) -> Forecast:
    start, growth = _widths(best.errors)
    days = range(1, HORIZON_DAYS + 1)
    middle = tuple(found.at(ahead) for ahead in days)
    width = [start + growth * ahead for ahead in days]
    low = tuple(max(0.0, value - wide) for value, wide in zip(middle, width, strict=True))
    high = tuple(value + wide for value, wide in zip(middle, width, strict=True))
    # what is owned is used up by the first day that reaches it, and days scatter
    reach = tuple(value + found.scatter for value in middle)
    early = tuple(map(max, high, reach))
    full_from, full_on, full_until = (
        _first_day(values, limit, last_day) for values in (early, reach, low)
    )
    mean = fmean(series[-30:]) or 1.0
    return Forecast(
        from_day=last_day,
        limit=limit,
        method=best.method,
        slope_per_day=found.slope,
        low=low,
        middle=middle,
        high=high,
        full_from=full_from,
        full_on=full_on,
        full_until=full_until,
        jumps=tuple(last_day - timedelta(days=len(series) - 1 - place) for place in found.jumps),
        tried=tuple(
            Tried(
                method=past.method,
                error=past.error,
                error_ratio=past.error / mean,
                origins=past.origins,
            )
            for past in sorted(pasts, key=lambda past: past.error)
        ),
        days_known=measured,
    )


def _widths(errors: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return how wide the band is at first and by how much it grows each day: what four of
    five errors stayed below in the nearer and in the farther half of the days ahead."""
    half = max((ahead for ahead, _ in errors), default=2) // 2
    near = [error for ahead, error in errors if ahead <= half]
    far = [error for ahead, error in errors if ahead > half]
    first, second = _quantile(near), _quantile(far)
    growth = max(0.0, (second - first) / half)
    return max(first - growth * half / 2, first / 2), growth


def _quantile(values: Sequence[float]) -> float:
    listed = sorted(values)
    return listed[min(len(listed) - 1, int(len(listed) * _BAND))] if listed else 0.0


def _first_day(values: Sequence[float], limit: float, last_day: date) -> date | None:
    for ahead, value in enumerate(values, start=1):
        if value >= limit:
            return last_day + timedelta(days=ahead)
    return None


def line_full_day(daily: Daily, limit: float, last_day: date) -> date | None:
    """Return when a straight line through the last 30 days reaches a limit: what we are compared
    with."""
    known = fit(Method.LINE, fill(daily))
    return _first_day([known.at(ahead) for ahead in range(1, HORIZON_DAYS + 1)], limit, last_day)
