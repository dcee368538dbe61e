"""What is due to happen in the world, in the order of its time. Knows no clock."""

import heapq
import itertools
from collections.abc import Callable

NOTHING_DUE = 1 << 62


class Agenda:
    """A queue of actions by instant; what is added first runs first among equals."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()

    @property
    def next_at_s(self) -> int:
        """The instant of the first entry, or NOTHING_DUE."""
        return self._entries[0][0] if self._entries else NOTHING_DUE

    def add(self, at_s: int, action: Callable[[int], None]) -> None:
        """Run `action(at_s)` when the world reaches that instant."""
        heapq.heappush(self._entries, (at_s, next(self._order), action))

    def run_next(self) -> None:
        """Take the first entry out and run it."""
        at_s, _, action = heapq.heappop(self._entries)
        action(at_s)
