"""What happened on desktops as a stream of events, derived from connections. Pure reading."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.ledger import Block, Ledger
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.rows import Flag, Mask, Rows, empty_rows, succeeded


class Event(IntEnum):
    """What can happen to a connection. An attempt is a LOGIN whether or not it works."""

    LOGIN = 0
    RECONNECT = 1
    DISCONNECT = 2
    LOGOFF = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The events of one local day, oldest first, as columns; `block_day` is where the row lies."""

    at_s: Longs
    kind: Longs
    rows: Rows
    block_day: Longs


class Happenings:
    """Events by day; a day is collected anew only when the ledger has changed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._days: dict[int, tuple[int, Happened]] = {}

    def of_day(self, day: int) -> Happened:
        """Return all events of a local day, those still ahead included."""
        blocks = self._reaching(day)
        version = sum(block.version for block in blocks)
        kept = self._days.get(day)
        if kept is None or kept[0] != version:
            kept = self._days[day] = (version, _collect(blocks, day))
        return kept[1]

    def _reaching(self, day: int) -> list[Block]:
        from_s = calendar.start_of(day)
        return [
            block
            for block in self._ledger.blocks
            if block.day <= day and max(block.last_logoff, block.last_end) >= from_s
        ]


def _collect(blocks: list[Block], day: int) -> Happened:
    from_s, to_s = calendar.start_of(day), calendar.start_of(day + 1)
    at_s, kinds, rows, days = [], [], [], []
    for block in blocks:
        worked = succeeded(block.rows)
        again = (block.rows["flags"] & Flag.RECONNECT) != 0
        last = worked & _is_last(block.rows)
        for kind, column, mask in (
            (Event.LOGIN, "start", ~again),
            (Event.RECONNECT, "start", again),
            (Event.DISCONNECT, "end", worked),
            (Event.LOGOFF, "logoff", last),
        ):
            at = block.rows[column]
            chosen = block.rows[mask & (at >= from_s) & (at < to_s)]
            at_s.append(chosen[column])
            kinds.append(np.full(len(chosen), int(kind)))
            rows.append(chosen)
            days.append(np.full(len(chosen), block.day))
    if not rows:
        nothing = np.empty(0, dtype=np.int64)
        return Happened(at_s=nothing, kind=nothing, rows=empty_rows(), block_day=nothing)
    times = np.concatenate(at_s)
    order = np.argsort(times, kind="stable")
    return Happened(
        at_s=times[order],
        kind=np.concatenate(kinds)[order],
        rows=np.concatenate(rows)[order],
        block_day=np.concatenate(days)[order],
    )


def _is_last(rows: Rows) -> Mask:
    """A session that is taken up again does not end at its logoff instant; a reconnect starts."""
    again = rows[(rows["flags"] & Flag.RECONNECT) != 0]
    taken_up = again["user"].astype(np.int64) << 40 | again["start"]
    own = rows["user"].astype(np.int64) << 40 | np.minimum(rows["logoff"], 1 << 39)
    mask: Mask = ~np.isin(own, taken_up)
    return mask
