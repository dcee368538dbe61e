"""What is kept between tasks, connections with what runs over them, so that the next one finds one
that stands."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol


class Closable(Protocol):
    def is_closed(self) -> bool: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class _Idle[Connection: Closable]:
    connection: Connection
    seal: Hashable
    since_s: float


class Kept[Connection: Closable]:
    """At most one connection for each place, and so many in all; the one that waits longest goes
    first. seal: all that a connection was made by; by anything else it is not used again."""

    def __init__(
        self, *, most: int, idle_s: float, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._idle_s = idle_s
        self._clock_s = clock_s
        self._idle: dict[Hashable, _Idle[Connection]] = {}

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, place: Hashable, seal: Hashable) -> Connection | None:
        """Return the connection that is kept for a place; it is the caller's then."""
        found = self._idle.pop(place, None)
        if found is None or found.connection.is_closed():
            return None
        if found.seal != seal or self._is_over(found):
            found.connection.close()
            return None
        return found.connection

    def give(self, place: Hashable, seal: Hashable, connection: Connection) -> None:
        """Keep a connection on which nothing runs."""
        before = self._idle.pop(place, None)
        if before is not None:
            before.connection.close()
        while len(self._idle) >= self._most:
            oldest = next(iter(self._idle))
            self._idle.pop(oldest).connection.close()
        self._idle[place] = _Idle(connection, seal, self._clock_s())

    def sweep(self) -> None:
        """Close what was not used for too long."""
        for place, each in list(self._idle.items()):
            if each.connection.is_closed() or self._is_over(each):
                del self._idle[place]
                each.connection.close()

    def _is_over(self, idle: _Idle[Connection]) -> bool:
        return self._clock_s() - idle.since_s > self._idle_s

    def close(self) -> None:
        for each in self._idle.values():
            each.connection.close()
        self._idle.clear()
