"""What connected time a connection stands for: the one rule, plainly, one connection at a time.

`frames.py` says the same by columns, for hundreds of thousands at once, and a property test holds
both together. The rule, which `docs/use/activity.md` tells in people's words:

1. Of several rows of one connection (same id, same beginning) the one that was read last holds,
   however late it came.
2. It begins when the desktop was usable, never before it was asked for. What never became usable
   has no connected time.
3. It ends when the source says so, and never before it began.
4. Without an end it goes on for as long as its source has been read, but ends when the same user
   next connects to the same desktop.
5. Nothing is counted beyond the last reading of its source, nor for longer than 7 days.
6. The beginning counts, the end does not: who ends when another begins does not meet them.

Times are the source's, and are never shifted: a clock that is wrong moves its source's figures as
a whole, and by rule 5 a clock that is ahead of ours shows late, not wrong.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from yunwei.operate.usage.facts.use import LONGEST, Interval, Told

_LONGEST_MS = int(LONGEST.total_seconds() * 1000)


def latest_rows(told: Iterable[Told]) -> list[Told]:
    """Return one row for each connection, the one that was read last (rule 1)."""
    latest: dict[tuple[int, str, int], Told] = {}
    for row in told:
        key = row.source, row.native_id, row.started_ms
        if key not in latest or row.read_ms >= latest[key].read_ms:
            latest[key] = row
    return list(latest.values())


def build_intervals(told: Iterable[Told], until_ms: Mapping[int, int]) -> list[Interval]:
    """Return the connected time of connections; those without any are left out.

    until_ms: until when each source has been read.
    """
    usable = [row for row in latest_rows(told) if row.setup_ms is not None]
    following = _following(usable)
    found = (_interval(row, following.get(row), until_ms.get(row.source, 0)) for row in usable)
    return [each for each in found if each.end_ms > each.begin_ms]


def _following(usable: Iterable[Told]) -> dict[Told, int]:
    """Return when the same user next connected to the same desktop, by connection."""
    by_place: dict[tuple[int, str, str], list[Told]] = {}
    for row in usable:
        if row.login:
            by_place.setdefault((row.source, row.login, row.desktop), []).append(row)
    following: dict[Told, int] = {}
    for rows in by_place.values():
        starts = sorted({row.started_ms for row in rows})
        after = dict(pairwise(starts))
        following |= {row: after[row.started_ms] for row in rows if row.started_ms in after}
    return following


def _interval(row: Told, next_ms: int | None, until_ms: int) -> Interval:
    begin_ms = max(row.started_ms, row.setup_ms or 0)
    limits = [until_ms, row.started_ms + _LONGEST_MS]
    if row.ended_ms is not None:
        limits.append(row.ended_ms)
    elif next_ms is not None:
        limits.append(next_ms)
    return Interval(row.source, row.native_id, row.login, begin_ms, max(begin_ms, min(limits)))
