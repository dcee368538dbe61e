"""The smallest pool that would have done: real sessions replayed on smaller ones. Pure, exact.

A session that comes when every desktop of the smaller pool is taken is refused and takes none; all
others come and go as they did. Sessions of one user that touch are one.
"""

from heapq import heappop, heappush

import numpy as np

from yunwei.operate.usage.facts.load import REFUSED_RATIO, Sizing
from yunwei.operate.usage.rules.frames import Flags, Numbers, Pieces


def join_touching(pieces: Pieces) -> Pieces:
    """Return pieces, in the order of part, who and time, with those that touch made one."""
    if not len(pieces):
        return pieces
    is_new: Flags = np.ones(len(pieces), dtype=bool)
    is_new[1:] = (
        (pieces.part[1:] != pieces.part[:-1])
        | (pieces.who[1:] != pieces.who[:-1])
        | (pieces.begin[1:] != pieces.end[:-1])
    )
    heads = np.flatnonzero(is_new)
    lasts = np.r_[heads[1:], len(pieces)] - 1
    return Pieces(
        part=pieces.part[heads],
        who=pieces.who[heads],
        begin=pieces.begin[heads],
        end=pieces.end[lasts],
    )


def find_size(begin: Numbers, end: Numbers, allowed: float = REFUSED_RATIO) -> Sizing:
    """Return the smallest size of one pool for which sessions are refused no more than allowed.

    begin, end: of its sessions, each of which lasts. Cost: a sort, and for each size that is tried
    as much as there are arrivals at which it would have been full.
    """
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    before = np.arange(len(begin)) - np.searchsorted(np.sort(end), begin, side="right")
    peak = int(before.max(initial=-1)) + 1
    most = int(len(begin) * allowed)
    size, refused = peak, 0
    while size > 1:
        found = count_refused(begin, end, before, size - 1)
        if found > most:
            break
        size, refused = size - 1, found
    return Sizing(logons=len(begin), peak=peak, size=size, refused=refused)


def count_refused(begin: Numbers, end: Numbers, before: Numbers, size: int) -> int:
    """Return how many sessions a pool of a size refuses. begin: in order. before: how many of all
    sessions are there when each comes.

    Whoever was refused is still counted in `before` until they would have gone, so that only
    arrivals at which `before` reaches the size need a look.
    """
    absent: list[int] = []
    refused = 0
    for place in np.flatnonzero(before >= size).tolist():
        at = int(begin[place])
        while absent and absent[0] <= at:
            heappop(absent)
        if int(before[place]) - len(absent) >= size:
            heappush(absent, int(end[place]))
            refused += 1
    return refused
