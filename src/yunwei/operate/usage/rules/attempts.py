"""Figures of attempts to connect, by columns: failures, reconnects, how long logons took. Pure."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from yunwei.operate.usage.rules.frames import MISSING, Flags, Frame, Labels, gather


def has_failed(frame: Frame) -> Flags:
    """Return which attempts failed: a reason is told, or they ended without being usable."""
    failed: Flags = (frame.failure != 0) | ((frame.setup == MISSING) & (frame.ended != MISSING))
    return failed


def is_timed(frame: Frame) -> Flags:
    """Return which are first connections that became usable, so that a logon can be timed."""
    is_usable = (frame.setup != MISSING) & (frame.setup >= frame.started)
    timed: Flags = ~frame.is_reconnect & (frame.failure == 0) & is_usable
    return timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Attempts of one part. p50_s, p95_s: of the timed ones, between neighbours interpolated."""

    part: int
    attempts: int
    failures: int
    reconnects: int
    timed: int
    p50_s: float | None
    p95_s: float | None


def count_attempts(frame: Frame, part: Labels) -> list[Counts]:
    """Return attempts by part."""
    if not len(frame):
        return []
    failed, timed = has_failed(frame), is_timed(frame)
    again = frame.is_reconnect & ~failed
    parts, numbers = gather(part)
    counted = [
        np.bincount(numbers[chosen], minlength=len(parts)).tolist()
        for chosen in (np.ones(len(frame), dtype=bool), failed, again, timed)
    ]
    logons_s = (frame.setup[timed] - frame.started[timed]) / 1000
    quantiles = _quantiles(logons_s, numbers[timed], len(parts))
    return [
        Counts(
            part=int(parts[place]),
            attempts=counted[0][place],
            failures=counted[1][place],
            reconnects=counted[2][place],
            timed=counted[3][place],
            p50_s=quantiles[place][0],
            p95_s=quantiles[place][1],
        )
        for place in range(len(parts))
    ]


def _quantiles(
    seconds: np.ndarray, group: Labels | NDArray[np.uint16], groups: int
) -> list[tuple[float | None, float | None]]:
    if groups == 1:
        return [median_and_p95(seconds)]
    if groups < 2**16:
        group = group.astype(np.uint16)  # numbers so narrow are put in order by counting
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    return [median_and_p95(seconds[order[start:end]]) for start, end in pairwise(bounds)]


def median_and_p95(seconds: np.ndarray) -> tuple[float | None, float | None]:
    if not len(seconds):
        return None, None
    p50, p95 = np.percentile(seconds, (50, 95)).tolist()
    return p50, p95


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Failed attempts of one reason; users: how many different ones."""

    failure: int
    attempts: int
    users: int
    last_ms: int


def count_reasons(frame: Frame) -> list[Reason]:
    """Return failed attempts by reason."""
    failed = frame.take(has_failed(frame))
    found = []
    for failure in np.unique(failed.failure).tolist():
        own = failed.take(failed.failure == failure)
        found.append(
            Reason(
                failure=failure,
                attempts=len(own),
                users=len(np.unique(own.who[own.who != 0])),
                last_ms=int(own.started.max()),
            )
        )
    return found
