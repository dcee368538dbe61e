"""How a series of days is carried on by each method. Pure, no library: medians, and one sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from yunwei.operate.forecast.facts import Daily, Method

WEEK = 7
_WINDOWS = {Method.TREND_30: 30, Method.TREND_60: 60, Method.TREND_120: 120}
_LINE_DAYS = 30
_RECENT_DAYS = 14
# a jump stands out of the usual moves from week to week by so much, and of the level by a share
_JUMP_NOISE, _JUMP_SHARE = 4.0, 0.04
_TO_SIGMA = 1.4826
# a day on which hardly anybody comes says nothing of the level
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Fit:
    """level: at the last day known, without the week's shape. week: by what each day of the week
    is times it, beginning with the day after the last one. scatter: what nine of ten days stay
    below above the fit. jumps: positions in the series."""

    level: float
    slope: float
    week: tuple[float, ...]
    scatter: float = 0.0
    jumps: tuple[int, ...] = ()

    def at(self, ahead: int) -> float:
        """Return the value `ahead` days (1 or more) after the last; never below zero."""
        return max(0.0, (self.level + self.slope * ahead) * self.week[(ahead - 1) % WEEK])


_FLAT = (1.0,) * WEEK
# of a normal distribution nine of ten values are below so many standard deviations
_NINE_OF_TEN = 1.28


def fill(daily: Daily) -> list[float]:
    """Return a series without gaps: a day without a measurement has the value of a week before,
    else of the day before; what is before the first is left out."""
    filled: list[float] = []
    for value in daily:
        if value is not None:
            filled.append(value)
        elif filled:
            filled.append(filled[-WEEK] if len(filled) >= WEEK else filled[-1])
    return filled


def fit(method: Method, series: Sequence[float]) -> Fit:
    """Return a fit to a series without gaps of at least two weeks."""
    if method is Method.LINE:
        return _fit_line(series[-_LINE_DAYS:])
    week = week_shape(series)
    plain = _without(series, week)
    if method is Method.LEVEL:
        return Fit(median(plain[-_RECENT_DAYS // 2 :]), 0.0, _ahead(week, len(series)))
    return _fit_trend(plain[-_WINDOWS[method] :], len(series), week)


def _fit_line(series: Sequence[float]) -> Fit:
    count = len(series)
    middle, mean = (count - 1) / 2, fmean(series)
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(series)) / spread
    return Fit(mean + slope * (count - 1 - middle), slope, _FLAT)


def week_shape(series: Sequence[float]) -> tuple[float, ...]:
    """Return by what each position in the week (0: that of the first day) is times the mean of
    the week around it, as a median over the weeks; flat when there are less than three weeks."""
    if len(series) < 3 * WEEK:
        return _FLAT
    shares: list[list[float]] = [[] for _ in range(WEEK)]
    for place in range(3, len(series) - 3):
        mean = fmean(series[place - 3 : place + 4])
        shares[place % WEEK].append(series[place] / mean if mean else 1.0)
    shape = [median(each) for each in shares]
    middle = fmean(shape)
    if middle <= 0 or min(shape) / middle < _LEAST_SHARE:
        return _FLAT
    return tuple(each / middle for each in shape)


def _without(series: Sequence[float], week: Sequence[float]) -> list[float]:
    return [value / week[place % WEEK] for place, value in enumerate(series)]


def _ahead(week: Sequence[float], count: int) -> tuple[float, ...]:
    return tuple(week[(count + place) % WEEK] for place in range(WEEK))


def _fit_trend(window: Sequence[float], count: int, week: Sequence[float]) -> Fit:
    jumps = find_jumps(window)
    level = _level_out(window, jumps)
    slope = median_slope(level)
    recent = level[-_RECENT_DAYS:]
    # what the last days say of the level today, each carried on by the slope
    today = median(value + slope * (len(recent) - 1 - place) for place, value in enumerate(recent))
    off = [
        value - (today - slope * (len(recent) - 1 - place)) for place, value in enumerate(recent)
    ]
    return Fit(
        level=today,
        slope=slope,
        week=_ahead(week, count),
        scatter=_NINE_OF_TEN * _TO_SIGMA * median(abs(each) for each in off),
        jumps=tuple(place + count - len(window) for place in jumps),
    )


def find_jumps(window: Sequence[float]) -> list[int]:
    """Return the positions from which on the level is another: where the median of the days
    after differs from that of the days before by far more than weeks usually do."""
    half = WEEK
    moves = {
        place: median(window[place : place + half]) - median(window[place - half : place])
        for place in range(half, len(window) - 2)
    }
    if not moves:
        return []
    usual = median(moves.values())
    noise = _TO_SIGMA * median(abs(move - usual) for move in moves.values())
    least = max(_JUMP_NOISE * noise, _JUMP_SHARE * abs(median(window)))
    found: list[int] = []
    for place in sorted(moves, key=lambda each: -abs(moves[each] - usual)):
        if abs(moves[place] - usual) <= least:
            break
        if all(abs(place - other) >= half for other in found):
            found.append(_edge(window, place))
    return sorted(set(found))


def _edge(window: Sequence[float], place: int) -> int:
    """Return the day near `place` on which the series itself moves most."""
    near = range(max(1, place - 2), min(len(window), place + 3))
    return max(near, key=lambda each: abs(window[each] - window[each - 1]))


def _level_out(window: Sequence[float], jumps: Sequence[int]) -> list[float]:
    """Return the series with what was before each jump moved to the level after it."""
    levelled = list(window)
    for place in jumps:
        before, after = window[max(0, place - WEEK) : place], window[place : place + WEEK]
        if before and after:
            height = median(after) - median(before)
            for each in range(place):
                levelled[each] += height
    return levelled


def median_slope(series: Sequence[float]) -> float:
    """Return the median of the slopes between the weeks (Theil and Sen), per day."""
    blocks = [median(series[end - WEEK : end]) for end in range(len(series), WEEK - 1, -WEEK)]
    blocks.reverse()
    slopes = [
        (blocks[later] - blocks[earlier]) / ((later - earlier) * WEEK)
        for earlier in range(len(blocks))
        for later in range(earlier + 1, len(blocks))
    ]
    return median(slopes) if slopes else 0.0
