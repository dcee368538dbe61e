"""Tells other processes that something changed, once the change is committed. May be missed.

Subjects: `yunwei.live.<part>.<tenant>` (open pages look again), `yunwei.config.<part>` (engine
processes fetch their snapshot again), `yunwei.work.<part>` (a worker that sleeps has something to
do). `run` connects this to the bus; without it nobody hears.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

type Sink = Callable[[str], None]

_sinks: list[Sink] = []
_waiting: ContextVar[list[str] | None] = ContextVar("waiting", default=None)


def connect(sink: Sink) -> Callable[[], None]:
    """Hand every announcement of this process to `sink` (any thread); returns how to stop."""
    _sinks.append(sink)
    return lambda: _sinks.remove(sink)


def announce(subject: str) -> None:
    """Announce now, or at the end of the surrounding `held_back()`."""
    waiting = _waiting.get()
    if waiting is None:
        _emit(subject)
    elif subject not in waiting:
        waiting.append(subject)


def announce_live(part: str, tenant: int) -> None:
    announce(f"yunwei.live.{part}.{tenant}")


def announce_config(part: str) -> None:
    announce(f"yunwei.config.{part}")


def announce_work(part: str) -> None:
    announce(f"yunwei.work.{part}")


@contextmanager
def held_back() -> Iterator[None]:
    """Keep announcements until the block ends well; drop them when it raises."""
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set([])
    try:
        yield
        subjects = _waiting.get() or []
    finally:
        _waiting.reset(token)
    for subject in subjects:
        _emit(subject)


def _emit(subject: str) -> None:
    for sink in tuple(_sinks):
        sink(subject)
