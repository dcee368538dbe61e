"""All connections that were, are and are planned, one block per local day. Knows no faults.

Blocks hold plain rows sorted by start. What is past is fact; what lies ahead is a plan that faults
and people may still change.
"""

from collections.abc import Iterator

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.rows import Mask, Rows, empty_rows


class Block:
    """The rows that start on one local day."""

    def __init__(self, day: int, rows: Rows) -> None:
        self.day = day
        self.rows = rows
        self.version = 0
        self._next_uid = 0
        self._by_desktop: tuple[Longs, Longs] | None = None
        self._by_user: tuple[Longs, Longs] | None = None
        self.rows["uid"] = self._take_uids(len(rows))
        self._settle()

    def _take_uids(self, count: int) -> Longs:
        first = self._next_uid
        self._next_uid += count
        return np.arange(first, self._next_uid)

    def _settle(self) -> None:
        self.version += 1
        self._by_desktop = self._by_user = None
        starts = self.rows["start"]
        if len(starts) and (starts[1:] < starts[:-1]).any():
            self.rows = self.rows[np.argsort(starts, kind="stable")]
        self.last_logoff = int(self.rows["logoff"].max(initial=0))
        self.last_end = int(self.rows["end"].max(initial=0))

    def add(self, rows: Rows) -> None:
        """Add rows and give each a new uid."""
        if len(rows):
            rows["uid"] = self._take_uids(len(rows))
            self.rows = np.concatenate([self.rows, rows])
            self._settle()

    def remove(self, mask: Mask) -> Rows:
        """Take rows out and return them."""
        taken = self.rows[mask]
        if len(taken):
            self.rows = self.rows[~mask]
            self._settle()
        return taken

    def touch(self) -> None:
        """Tell the block that its rows were changed in place."""
        self._settle()

    def begun(self, at_s: int) -> Rows:
        """Return the rows that had started by that instant."""
        return self.rows[: int(np.searchsorted(self.rows["start"], at_s, side="right"))]

    def with_uid(self, uid: int) -> Rows:
        """Return the row with that uid, or none."""
        return self.rows[self.rows["uid"] == uid]

    def of_desktop(self, desktop: int) -> Rows:
        """Return one desktop's rows, oldest first."""
        if self._by_desktop is None:
            self._by_desktop = _index(self.rows["desktop"])
        return self._matching(self._by_desktop, desktop)

    def of_user(self, user: int) -> Rows:
        """Return one person's rows, oldest first."""
        if self._by_user is None:
            self._by_user = _index(self.rows["user"])
        return self._matching(self._by_user, user)

    def _matching(self, index: tuple[Longs, Longs], wanted: int) -> Rows:
        order, values = index
        low, high = np.searchsorted(values, [wanted, wanted + 1])
        return self.rows[order[low:high]]


def _index(column: np.ndarray) -> tuple[Longs, Longs]:
    order = np.argsort(column, kind="stable")
    return order, column[order]


class Ledger:
    """The blocks, oldest first."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}

    @property
    def blocks(self) -> list[Block]:
        """All blocks, oldest first."""
        return list(self._blocks.values())

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return sum(block.version for block in self._blocks.values())

    @property
    def last_day(self) -> int:
        """The newest day that is open."""
        return next(reversed(self._blocks))

    def open_day(self, day: int, rows: Rows) -> Block:
        """Add the next day's block."""
        block = self._blocks[day] = Block(day, rows)
        return block

    def block_at(self, at_s: int) -> Block | None:
        """Return the block of the day that the instant falls in."""
        return self._blocks.get(calendar.day_of(at_s))

    def block_of(self, day: int) -> Block | None:
        """Return the block of that day."""
        return self._blocks.get(day)

    def between(self, from_s: int, to_s: int) -> Iterator[Block]:
        """Yield the blocks with rows that start in [from_s, to_s], oldest first."""
        for day in range(calendar.day_of(from_s), calendar.day_of(to_s) + 1):
            block = self._blocks.get(day)
            if block is not None:
                yield block

    def around(self, at_s: int) -> list[Block]:
        """Return the blocks that can hold a session alive at that instant, oldest first."""
        today = calendar.day_of(at_s)
        return [
            block
            for block in self._blocks.values()
            if block.day <= today and max(block.last_logoff, block.last_end) > at_s
        ]

    def starting(self, from_s: int, to_s: int) -> Rows:
        """Return all rows that start in [from_s, to_s], oldest first."""
        pieces = []
        for block in self.between(from_s, to_s):
            low = np.searchsorted(block.rows["start"], from_s, side="left")
            high = np.searchsorted(block.rows["start"], to_s, side="right")
            pieces.append(block.rows[low:high])
        return np.concatenate(pieces) if pieces else empty_rows()
