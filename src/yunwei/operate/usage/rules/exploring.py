"""One measure told apart by anything: groups of parts and of local times, by columns. Pure, exact.

A group is `part * times + time`: the part of a connection (its department and client, say) and the
kind of time (the third day, or Mondays at 9) are numbered each for itself. Time is cut into bins;
several bins may be of one kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yunwei.operate.usage.facts.use import Measure
from yunwei.operate.usage.rules.attempts import Counts, count_attempts
from yunwei.operate.usage.rules.frames import (
    Frame,
    Labels,
    Numbers,
    Pieces,
    bits_of,
    gather,
    number_of,
)
from yunwei.operate.usage.rules.sweeps import (
    Sweep,
    count_by_group,
    heads_of,
    split_days,
    split_parts,
    sweep,
)

_MOST_MARKED = 20_000_000
"""Marks of who was in which group, a byte each, where that is quicker than to put them in order."""

type Values = dict[int, float | None]
"""The measure by group; groups in which nothing happened are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """Stretches of time without a gap. bounds: their beginnings, and the end of the last.
    kind: of each, from 0 to before `kinds`."""

    bounds: Numbers
    kind: Numbers
    kinds: int


def measure_attempts(measure: Measure, frame: Frame, part: Labels, bins: Bins) -> Values:
    """Return a measure of attempts by the group in which each began. frame: those that began
    within the bins."""
    place = np.searchsorted(bins.bounds, frame.started, side="right") - 1
    counts = count_attempts(frame, part * bins.kinds + bins.kind[place])
    return {each.part: _of_counts(measure, each) for each in counts}


def _of_counts(measure: Measure, counts: Counts) -> float | None:
    if measure is Measure.FAILED_RATIO:
        return counts.failures / counts.attempts
    if measure is Measure.LOGON_P50:
        return counts.p50_s
    if measure is Measure.LOGON_P95:
        return counts.p95_s
    told = {
        Measure.ATTEMPTS: counts.attempts,
        Measure.FAILURES: counts.failures,
        Measure.RECONNECTS: counts.reconnects,
    }
    return float(told[measure])


def count_users(pieces: Pieces, bins: Bins) -> Values:
    """Return how many different users were connected in each group."""
    group, split = _grouped(pieces, bins)
    if not len(group):
        return {}
    groups, place = gather(group)
    if len(groups) * (int(split.who.max()) + 1) <= _MOST_MARKED:
        counts = count_by_group(place, split.who, len(groups))
    else:
        pairs = np.sort(number_of(place, split.who))
        counts = np.bincount(pairs[heads_of(pairs)] >> bits_of(split.who)).tolist()
    return dict(zip(groups.tolist(), map(float, counts), strict=True))


def add_up_time(pieces: Pieces, bins: Bins) -> Values:
    """Return the connected time of each group, in seconds. pieces: of users, without overlap
    within a part."""
    group, split = _grouped(pieces, bins)
    groups, place = gather(group)
    # sums of whole milliseconds, exact below 2^53: the time of 10,000 users in 28 years
    sums = np.bincount(place, weights=split.end - split.begin, minlength=len(groups))
    return dict(zip(groups.tolist(), (sums / 1000).tolist(), strict=True))


def _grouped(pieces: Pieces, bins: Bins) -> tuple[Numbers, Pieces]:
    place, split = split_days(pieces, bins.bounds.tolist())
    return split.part * bins.kinds + bins.kind[place], split


def find_peaks(pieces: Pieces, bins: Bins, check: Callable[[], None] = lambda: None) -> Values:
    """Return the most pieces at once in each group, exact. pieces: in any order. check: called
    for each part; what it raises ends the counting."""
    found: Values = {}
    is_ordered = bool((pieces.part[1:] >= pieces.part[:-1]).all())
    ordered = pieces if is_ordered else pieces.take(np.argsort(pieces.part, kind="stable"))
    for part, own in split_parts(ordered):
        check()
        highest = _highest_between(sweep(own), bins.bounds)
        by_kind = np.zeros(bins.kinds, dtype=np.int64)
        np.maximum.at(by_kind, bins.kind, highest)
        for kind in np.flatnonzero(by_kind).tolist():
            found[part * bins.kinds + kind] = float(by_kind[kind])
    return found


def _highest_between(found: Sweep, bounds: Numbers) -> Numbers:
    """Return the highest count within each bin, what stands at its beginning included."""
    starts = np.searchsorted(found.at, bounds[:-1], side="right")
    carried = np.where(starts > 0, found.standing[np.maximum(starts - 1, 0)], 0)
    ends = np.searchsorted(found.at, bounds[1:], side="left")
    highest = carried.astype(np.int64)
    for number in np.flatnonzero(ends > starts).tolist():
        inside = int(found.standing[starts[number] : ends[number]].max())
        highest[number] = max(int(highest[number]), inside)
    return highest
