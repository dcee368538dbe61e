"""What holds automation back: a rate, a rest for each desktop, and a breaker. Pure.

Those who start scripts by themselves (remedies, triggers) keep the counts; what they mean is here.
"""

from datetime import datetime, timedelta
from typing import Protocol


class Braked(Protocol):
    """Automation that may be held back. per_hour: at most so many starts in any hour. cool_down_s:
    so long is a desktop left alone after one. breaker_after: after so many misses in a row the
    breaker opens; broken_at: since when it is open."""

    @property
    def per_hour(self) -> int: ...
    @property
    def cool_down_s(self) -> int: ...
    @property
    def breaker_after(self) -> int: ...
    @property
    def broken_at(self) -> datetime | None: ...


BOUNDS = {"per_hour": (1, 1000), "cool_down_s": (0, 7 * 86_400), "breaker_after": (1, 100)}


def room(braked: Braked, in_last_hour: int) -> int:
    """Return how many more may be started now; none while the breaker is open."""
    return 0 if braked.broken_at is not None else max(0, braked.per_hour - in_last_hour)


def rests(braked: Braked, last_at: datetime | None, now: datetime) -> bool:
    """Say whether a desktop is still left alone. last_at: of the latest start on it."""
    return last_at is not None and now < last_at + timedelta(seconds=braked.cool_down_s)


def count_miss(misses: int, *, is_good: bool) -> int:
    """Return how many in a row came to nothing, after one that ended so."""
    return 0 if is_good else misses + 1


def opens_breaker(braked: Braked, misses: int) -> bool:
    return braked.broken_at is None and misses >= braked.breaker_after
