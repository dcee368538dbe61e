"""When far more people came at once than usually do, and when they will next. Pure.

Time is cut into steps of five minutes. What is usual at a step is the median of the attempts at the
same time of the days of the same kind (working days, or the days of the weekend) before it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median

import numpy as np

from yunwei.operate.usage.facts.load import FEW_DAYS, STORM_FROM, STORM_TIMES, Burst
from yunwei.operate.usage.rules.frames import Numbers

STEP_MS = 300_000
DAY_STEPS = 288
_RUSH_WEEKS = 4
_WEEKEND = 5


def count_steps(started: Numbers, bounds: Sequence[int]) -> Numbers:
    """Return attempts by day and step: a row for each day between two bounds. Of a day of 23 hours
    the last steps hold nothing, of one of 25 the last holds what is over."""
    days = len(bounds) - 1
    day = np.searchsorted(bounds, started, side="right") - 1
    inside = (day >= 0) & (day < days)
    day, started = day[inside], started[inside]
    step = np.minimum((started - np.asarray(bounds, dtype=np.int64)[day]) // STEP_MS, DAY_STEPS - 1)
    counted = np.bincount(day * DAY_STEPS + step, minlength=days * DAY_STEPS)
    return counted.astype(np.int64).reshape(days, DAY_STEPS)


def fill_steps(counted: Mapping[int, int], bounds: Sequence[int]) -> Numbers:
    """Return the same of what is counted already, by the beginning of each step, in ms."""
    begin = np.array(sorted(counted), dtype=np.int64)
    many = np.array([counted[each] for each in begin.tolist()], dtype=np.int64)
    return count_steps(np.repeat(begin, many), bounds)


def is_weekend(day: date) -> bool:
    return day.weekday() >= _WEEKEND


def usual_steps(table: Numbers, days: Sequence[date], place: int) -> Numbers | None:
    """Return what is usual at each step of a day, of the days of its kind before it; None where
    these are too few. table: from the first day that is known on."""
    alike = [n for n in range(place) if is_weekend(days[n]) == is_weekend(days[place])]
    if len(alike) < FEW_DAYS:
        return None
    found: Numbers = np.median(table[alike], axis=0)
    return found


def find_bursts(steps: Numbers, usual: Numbers) -> list[Burst]:
    """Return the storms of a day: steps that reach the least number and so many times the usual,
    those that follow each other as one."""
    is_stormy = (steps >= STORM_FROM) & (steps >= STORM_TIMES * usual)
    edges = np.flatnonzero(np.diff(np.r_[0, is_stormy.astype(np.int8), 0]))
    return [
        Burst(
            first=int(first),
            last=int(end) - 1,
            attempts=int(steps[first:end].sum()),
            usual=float(usual[first:end].sum()),
            peak=int(steps[first:end].max()),
            peak_at=int(first + np.argmax(steps[first:end])),
        )
        for first, end in edges.reshape(-1, 2).tolist()
    ]


def foretell(table: Numbers, days: Sequence[date], day: date) -> tuple[int, float, int, int] | None:
    """Return the busiest step of a day to come, the median of its attempts over the same weekday
    of the weeks before, their least and greatest; None where fewer than three are known."""
    wanted = {day - timedelta(weeks=weeks) for weeks in range(1, _RUSH_WEEKS + 1)}
    rows = [place for place, each in enumerate(days) if each in wanted]
    if len(rows) < FEW_DAYS:
        return None
    alike = table[rows]
    middle = np.median(alike, axis=0)
    step = int(np.argmax(middle))
    if not middle[step]:
        return None
    highest = alike.max(axis=1)
    return step, float(median(highest.tolist())), int(highest.min()), int(highest.max())


def try_foretelling(table: Numbers, days: Sequence[date], since: int) -> list[float]:
    """Return how wrong such forecasts were for the days from a place on, as shares of what came."""
    wrong = []
    for place in range(since, len(days)):
        came = int(table[place].max())
        told = foretell(table[:place], days[:place], days[place])
        if told is not None and came:
            wrong.append(abs(told[1] - came) / came)
    return wrong
