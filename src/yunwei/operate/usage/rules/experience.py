"""The experience score: 100 less the points lost to each cause; the formula stands here. Pure.

Of one user (or one part of their use) and one stretch of time each cause has a harm from 0 (none)
to 1 (as bad as it can count), or none where it was not measured:

- logon: the mean over first logons of how far each lies between 30 s (0) and 90 s (1);
- failures: failed attempts by all attempts, from 0 (0) to 20 % (1);
- rtt: the mean over connections, weighed by their connected time, of how far each round trip lies
  between 100 ms (0) and 200 ms (1);
- drops: reconnects by hours connected, from 0 (0) to one an hour (1).

A cause loses weight * harm / (weights of the measured causes) of the 100 points, so that what is
not measured neither helps nor harms. Of several users the mean counts, each user once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yunwei.operate.usage.facts.experience import Cause
from yunwei.operate.usage.rules.attempts import has_failed, is_timed
from yunwei.operate.usage.rules.frames import (
    MISSING,
    Frame,
    Labels,
    Numbers,
    bits_of,
    gather,
    number_of,
)

WEIGHTS = {Cause.LOGON: 30, Cause.FAILURES: 30, Cause.RTT: 30, Cause.DROPS: 10}
GOOD_FROM, FAIR_FROM = 80.0, 60.0
_LOGON_S = (30.0, 90.0)
_RTT_S = (0.1, 0.2)
_FAILED = (0.0, 0.2)
_AN_HOUR = (0.0, 1.0)
_LEAST_S = 600.0
"""Of less connected time nothing is said of how often a connection drops."""

type Harms = NDArray[np.float64]


def class_of(score: float) -> str:
    """Return `good`, `fair` or `poor`."""
    if score >= GOOD_FROM:
        return "good"
    return "fair" if score >= FAIR_FROM else "poor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores by column, one row for each part and user. lost: points by cause, nan where the cause
    was not measured; score: 100 less them; measured: share of all weights that was measured."""

    part: Numbers
    who: Numbers
    lost: dict[Cause, Harms]
    score: Harms
    measured: Harms

    def __len__(self) -> int:
        return len(self.who)


def score_users(
    frame: Frame, begin: Numbers, end: Numbers, *, part: Labels, from_ms: int, to_ms: int
) -> Scores:
    """Return the score of each user in each part, of those who tried to connect or were connected.

    frame: connections of the stretch and of the time before; begin, end: of their connected time.
    """
    began = (frame.started >= from_ms) & (frame.started < to_ms)
    held_ms = np.maximum(0, np.minimum(end, to_ms) - np.maximum(begin, from_ms))
    chosen = (frame.who != 0) & (began | (held_ms > 0))
    frame, began, held_s = frame.take(chosen), began[chosen], held_ms[chosen] / 1000
    who = frame.who.astype(np.int64)
    rows, group = gather(number_of(part[chosen], who))
    harms = _harms(frame, began, held_s, group=group, groups=len(rows))
    weights = np.array([[float(WEIGHTS[cause])] for cause in harms])
    table = np.array([*harms.values()])
    known = np.where(np.isnan(table), 0.0, weights).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lost = 100.0 * weights * table / known
    score = np.where(known > 0, 100.0 - np.nansum(lost, axis=0), np.nan)
    return Scores(
        part=rows >> bits_of(who),
        who=rows & ((1 << bits_of(who)) - 1),
        lost=dict(zip(harms, lost, strict=True)),
        score=score,
        measured=known / sum(WEIGHTS.values()),
    )


def _harms(
    frame: Frame, began: NDArray[np.bool_], held_s: Harms, *, group: Numbers, groups: int
) -> dict[Cause, Harms]:
    failed, timed = has_failed(frame) & began, is_timed(frame) & began
    again = frame.is_reconnect & ~failed & began
    logon_s = np.where(timed, (frame.setup - frame.started) / 1000, 0.0)
    told = (frame.setup != MISSING) & ~np.isnan(frame.rtt_s) & (held_s > 0)
    rtt_s = np.where(told, frame.rtt_s, 0.0)
    held = _add(group, held_s, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = np.where(held >= _LEAST_S, held / 3600, np.nan)
        return {
            Cause.LOGON: _add(group[timed], _between(logon_s[timed], _LOGON_S), groups)
            / _none(_count(group[timed], groups)),
            Cause.FAILURES: _between(
                _count(group[failed], groups) / _none(_count(group[began], groups)), _FAILED
            ),
            Cause.RTT: _add(group[told], _between(rtt_s[told], _RTT_S) * held_s[told], groups)
            / _none(_add(group[told], held_s[told], groups)),
            Cause.DROPS: _between(_count(group[again], groups) / hours, _AN_HOUR),
        }


def _between(values: Harms, ends: tuple[float, float]) -> Harms:
    """Return how far values lie from the one end (0) to the other (1)."""
    low, high = ends
    share: Harms = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share


def _none(counts: Harms) -> Harms:
    """Return counts, nan instead of 0: what was not measured has no mean."""
    told: Harms = np.where(counts > 0, counts, np.nan)
    return told


def _count(group: Numbers, groups: int) -> Harms:
    return np.bincount(group, minlength=groups).astype(np.float64)


def _add(group: Numbers, weights: Harms, groups: int) -> Harms:
    return np.bincount(group, weights=weights, minlength=groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """The mean score of the users of one part. users: of whom anything was measured; good, fair,
    poor: how many of them; lost: points by cause, over the users of whom it was measured as 0 or
    more, the others counting 0."""

    part: int
    users: int
    good: int
    fair: int
    poor: int
    score: float
    measured: float
    lost: dict[Cause, float]


def score_parts(found: Scores) -> list[PartScore]:
    """Return each part's score, each user counting once."""
    known = ~np.isnan(found.score)
    parts = np.unique(found.part[known])
    return [_part_score(found, int(part), known & (found.part == part)) for part in parts]


def _part_score(found: Scores, part: int, own: NDArray[np.bool_]) -> PartScore:
    score = found.score[own]
    return PartScore(
        part=part,
        users=len(score),
        good=int((score >= GOOD_FROM).sum()),
        fair=int(((score >= FAIR_FROM) & (score < GOOD_FROM)).sum()),
        poor=int((score < FAIR_FROM).sum()),
        score=float(score.mean()),
        measured=float(found.measured[own].mean()),
        # what was not measured of a user lost them nothing, so that the points add up
        lost={cause: float(np.nan_to_num(lost[own]).mean()) for cause, lost in found.lost.items()},
    )
