"""Machines on which whoever comes fails, while the others of their pool work. Pure."""

import numpy as np

from yunwei.operate.usage.facts.load import (
    HOLE_FAILURES,
    HOLE_RATIO,
    HOLE_TIMES,
    HOLE_USERS,
    Hole,
)
from yunwei.operate.usage.rules.attempts import has_failed
from yunwei.operate.usage.rules.frames import Frame, Labels


def find_holes(frame: Frame, pool: Labels) -> list[Hole]:
    """Return black-hole machines, those with most failures first.

    frame: attempts. pool: of each, by number. One person who mistypes a password makes none, and
    neither does a pool on which everything fails: that is the pool's fault.
    """
    is_told = frame.desktop != 0
    frame, pool = frame.take(is_told), pool[is_told]
    if not len(frame):
        return []
    failed = has_failed(frame)
    pools, of_pool = np.unique(pool, return_inverse=True)
    tried_in, failed_in = (
        np.bincount(of_pool[chosen], minlength=len(pools))
        for chosen in (np.ones(len(frame), dtype=bool), failed)
    )
    size = int(frame.desktop.max()) + 1
    tried = np.bincount(frame.desktop, minlength=size)
    fallen = np.bincount(frame.desktop[failed], minlength=size)
    suspects = np.flatnonzero((fallen >= HOLE_FAILURES) & (fallen >= HOLE_RATIO * tried))
    found = []
    for desktop in suspects.tolist():
        own = failed & (frame.desktop == desktop)
        place = int(of_pool[own][-1])
        users = len(np.unique(frame.who[own & (frame.who != 0)]))
        others = int(tried_in[place] - tried[desktop])
        others_ratio = float(failed_in[place] - fallen[desktop]) / others if others > 0 else 0.0
        if (
            users < HOLE_USERS
            or fallen[desktop] < HOLE_TIMES * max(others_ratio, 0.0) * tried[desktop]
        ):
            continue
        found.append(
            Hole(
                desktop=desktop,
                attempts=int(tried[desktop]),
                failures=int(fallen[desktop]),
                users=users,
                last_ms=int(frame.started[own].max()),
                others_ratio=others_ratio,
            )
        )
    return sorted(found, key=lambda each: (-each.failures, each.desktop))
