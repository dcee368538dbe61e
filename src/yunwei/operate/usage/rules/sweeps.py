"""Figures from pieces of connected time, by columns: peaks, days, hours, users. Pure, exact."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from yunwei.operate.usage.rules.frames import Codes, Labels, Numbers, Pieces, number_of

type Step = tuple[int, int, int, int]
"""First change within a step of time, highest count after one, its instant, count at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """How many there are from each instant on at which anything changes."""

    at: Numbers
    standing: Codes


def split_parts(pieces: Pieces) -> Iterator[tuple[int, Pieces]]:
    """Yield each part with its pieces, which are in the order of parts."""
    starts = heads_of(pieces.part)
    for start, end in pairwise([*starts.tolist(), len(pieces)]):
        yield int(pieces.part[start]), pieces.take(slice(start, end))


def heads_of(values: Labels) -> Numbers:
    """Return the places at which another value begins."""
    return (
        np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        if len(values)
        else np.zeros(0, dtype=np.int64)
    )


def sweep(pieces: Pieces) -> Sweep:
    """Return the count after every instant at which somebody comes or goes."""
    # an end is even and a beginning odd, so that one sort of numbers puts all in order; in place,
    # for a month of 10,000 desktops is 14 MB of them
    at = np.concatenate([pieces.begin, pieces.end])
    at *= 2
    at[: len(pieces)] += 1
    at.sort()
    change = np.empty(len(at), dtype=np.int8)
    np.bitwise_and(at, 1, out=change, casting="unsafe")
    change *= 2
    change -= 1
    standing = np.cumsum(change, dtype=np.int32)
    at >>= 1
    is_last = np.ones(len(at), dtype=bool)
    is_last[:-1] = at[1:] != at[:-1]
    return Sweep(at=at[is_last], standing=standing[is_last])


def highest_of(found: Sweep) -> tuple[int, int] | None:
    """Return the first instant of the highest count, and that; None when nobody was there."""
    if not len(found.at):
        return None
    place = int(np.argmax(found.standing))
    return int(found.at[place]), int(found.standing[place])


def step_through(found: Sweep, from_ms: int, to_ms: int, step_ms: int) -> dict[int, Step]:
    """Return each step of time in which anything changes; instants count from its beginning."""
    inside = found.at < to_ms
    at, standing = found.at[inside] - from_ms, found.standing[inside]
    if not len(at):
        return {}
    place = at // step_ms
    starts = heads_of(place)
    ends = np.r_[starts[1:], len(at)]
    highest = np.maximum.reduceat(standing, starts)
    is_highest = standing == np.repeat(highest, ends - starts)
    highest_at = np.minimum.reduceat(np.where(is_highest, at, np.iinfo(np.int64).max), starts)
    places = place[starts]
    base = places * step_ms
    rows = zip(
        places.tolist(),
        (at[starts] - base).tolist(),
        highest.tolist(),
        (highest_at - base).tolist(),
        standing[ends - 1].tolist(),
        strict=True,
    )
    return {number: (first, top, top_at, last) for number, first, top, top_at, last in rows}


def add_up_between(found: Sweep, bounds_ms: Sequence[int]) -> list[int]:
    """Return the time that all were there together, in each stretch between two instants."""
    if not len(found.at):
        return [0] * (len(bounds_ms) - 1)
    bounds = np.asarray(bounds_ms, dtype=np.int64)
    # until each instant; in place, for of a month of 10,000 desktops it is 14 MB
    until = np.zeros(len(found.at), dtype=np.int64)
    np.subtract(found.at[1:], found.at[:-1], out=until[1:])
    until[1:] *= found.standing[:-1]
    np.cumsum(until, out=until)
    last = np.searchsorted(found.at, bounds, side="right") - 1
    inside = np.maximum(last, 0)
    more = found.standing[inside] * (bounds - found.at[inside])
    reached = np.where(last >= 0, until[inside] + more, 0)
    return [int(each) for each in np.diff(reached)]


def split_days(pieces: Pieces, bounds_ms: Sequence[int]) -> tuple[Numbers, Pieces]:
    """Return pieces cut at the bounds of days, and of each the number of its day."""
    bounds = np.asarray(bounds_ms, dtype=np.int64)
    day, rows = _days_of(pieces, bounds)
    if rows is None:
        return day, pieces  # nobody stayed over midnight: nothing is copied
    begin, end = pieces.begin[rows], pieces.end[rows]
    np.maximum(begin, bounds[day], out=begin)
    np.minimum(end, bounds[day + 1], out=end)
    return day, Pieces(part=pieces.part[rows], who=pieces.who[rows], begin=begin, end=end)


def name_days(pieces: Pieces, bounds_ms: Sequence[int]) -> tuple[Numbers, Labels]:
    """Return (number of the day, who) of pieces cut at the bounds of days."""
    day, rows = _days_of(pieces, np.asarray(bounds_ms, dtype=np.int64))
    return day, pieces.who if rows is None else pieces.who[rows]


def _days_of(pieces: Pieces, bounds: Numbers) -> tuple[Numbers, Numbers | None]:
    """Return the day of each piece cut at midnight, and of which it is one, None for the same."""
    first = np.searchsorted(bounds, pieces.begin, side="right") - 1
    counts = np.searchsorted(bounds, pieces.end - 1, side="right") - first
    if (counts == 1).all():
        return first, None
    rows = np.repeat(np.arange(len(pieces)), counts)
    day = first[rows] + np.arange(len(rows))
    day -= np.repeat(np.cumsum(counts) - counts, counts)
    return day, rows


def count_different(who: Labels) -> int:
    """Return how many different ones there are."""
    return int(np.count_nonzero(np.bincount(who))) if len(who) else 0


def count_by_group(group: Numbers, who: Labels, groups: int) -> list[int]:
    """Return how many different ones each group has."""
    most = int(who.max(initial=0)) + 1
    is_there = np.zeros(groups * most, dtype=bool)
    is_there[group * most + who] = True
    return [int(each) for each in is_there.reshape(groups, most).sum(axis=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Each user's time: one row for each. first, last: of each day, by `rows_of`."""

    who: Labels
    connected_ms: Numbers
    days: Numbers
    starts: Numbers
    first: Numbers
    last: Numbers

    def medians(self, row: int) -> tuple[float, float]:
        """Return the medians over days of one's first and last instant of the day."""
        own = slice(int(self.starts[row]), int(self.starts[row] + self.days[row]))
        return float(np.median(self.first[own])), float(np.median(self.last[own]))


def no_totals() -> Totals:
    nothing = np.zeros(0, dtype=np.int64)
    return Totals(**dict.fromkeys([each.name for each in fields(Totals)], nothing))


def total_by_user(pieces: Pieces, bounds_ms: Sequence[int]) -> Totals:
    """Return the time of each user, with first and last instants since the beginning of days.

    pieces: of one part, in order.
    """
    day, split = split_days(pieces, bounds_ms)
    if not len(day):
        return no_totals()
    starts = heads_of(number_of(split.who, day))
    midnight = np.asarray(bounds_ms, dtype=np.int64)[day[starts]]
    who = split.who[starts]
    heads = heads_of(who)
    by_day = np.add.reduceat(split.end - split.begin, starts)
    return Totals(
        who=who[heads],
        connected_ms=np.add.reduceat(by_day, heads),
        days=np.diff(np.r_[heads, len(who)]),
        starts=heads,
        first=np.minimum.reduceat(split.begin, starts) - midnight,
        last=np.maximum.reduceat(split.end, starts) - midnight,
    )
