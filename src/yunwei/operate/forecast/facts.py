"""What a forecast says, and how it was worked out. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

type Daily = Sequence[float | None]
"""The highest value of each day, oldest first; None for a day without a measurement."""


class Method(StrEnum):
    """How a series is carried on. level: as it is. line: a straight line through the last 30
    days. trend_…: the median slope of so many days, jumps taken out, and the week's shape."""

    LEVEL = "level"
    LINE = "line"
    TREND_30 = "trend_30"
    TREND_60 = "trend_60"
    TREND_120 = "trend_120"


class Lacking(StrEnum):
    """Why there is no forecast."""

    HISTORY = "history"
    LIMIT = "limit"
    NEWS = "news"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How wrong a method was over the past. error: mean of the absolute errors, by the highest
    use of the day; as a share of the mean use. origins: from how many days it was tried."""

    method: Method
    error: float
    error_ratio: float
    origins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How a series goes on, day by day after `from_day`, and when it reaches its limit.

    low, middle, high: four of five days of the past, forecast so, lay between low and high.
    full_from, full_on, full_until: the earliest day by `high`, the likely one by `middle` and how
    days scatter about it, the latest by `low`; None when it is not within the horizon. jumps:
    days on which the level moved at once, which the slope is not drawn from.
    """

    from_day: date
    limit: float
    method: Method
    slope_per_day: float
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]
    full_from: date | None
    full_on: date | None
    full_until: date | None
    jumps: tuple[date, ...]
    tried: tuple[Tried, ...]
    days_known: int

    @property
    def horizon_days(self) -> int:
        return len(self.middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoForecast:
    """days_known: how many days were measured. days_needed: how many it takes."""

    why: Lacking
    days_known: int
    days_needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """daily: what the forecast rests on, the last value of `last_day`."""

    daily: tuple[float | None, ...]
    last_day: date
    said: Forecast | NoForecast
