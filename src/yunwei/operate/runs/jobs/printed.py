"""What a script prints that is run from here: bounded, its secrets hidden, and how much of it pages
see while it still runs."""

import time
from collections.abc import Callable, Iterable

from yunwei_wire.output import Bounded

_EVERY_S = 1.0
_SHARE_OF_AGE = 20
"""What has run for long is told of less often: what is kept is written anew each time."""


class Printed:
    """One script's output, from its beginning to its end."""

    def __init__(
        self, limit: int, hidden: Iterable[str], clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.bounded = Bounded(limit, hidden, clock_s)
        self.data = bytearray()
        self._clock_s = clock_s
        self._began_s = self._told_s = clock_s()
        self._told = 0

    def take(self, data: bytes) -> None:
        for piece in self.bounded.feed(data):
            self.data += piece

    def finish(self) -> bytes:
        """Return all that is kept of it."""
        for piece in self.bounded.finish():
            self.data += piece
        return bytes(self.data)

    def news(self) -> tuple[int, bytes] | None:
        """Return what is to be told now and where it belongs; None when there is nothing new, or it
        is too early."""
        now_s = self._clock_s()
        if now_s - self._told_s < max(_EVERY_S, (now_s - self._began_s) / _SHARE_OF_AGE):
            return None
        self.take(b"")
        if len(self.data) == self._told:
            return None
        self._told_s = now_s
        return self._told, bytes(self.data[self._told :])

    def note_told(self, size: int) -> None:
        """size: how much of it stands there by now; 0 when all of it is to be told again."""
        self._told = size
