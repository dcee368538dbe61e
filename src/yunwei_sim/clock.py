"""The simulated cloud's clock: real time, fast, or held still and stepped. The one place that asks
the machine for the time."""

import time
from datetime import UTC, datetime


class ClockError(ValueError):
    """The clock was asked to go back."""


class SimClock:
    """Tells the cloud's time. Never goes back.

    speed: simulated seconds per real second; 0 holds still.
    """

    def __init__(self, *, start_at: datetime | None = None, speed: float = 1.0) -> None:
        begin = datetime.now(UTC) if start_at is None else start_at
        self._base_s = begin.timestamp()
        self._speed = speed
        self._since = time.monotonic()

    @property
    def speed(self) -> float:
        """Simulated seconds per real second."""
        return self._speed

    def now_s(self) -> int:
        """Return the cloud's time in whole seconds since 1970 UTC."""
        return int(self._now())

    def now_at(self) -> datetime:
        """Return the cloud's time."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def set_speed(self, speed: float) -> None:
        """Go on from now at another speed. Raises ClockError for a negative one."""
        if speed < 0:
            raise ClockError("the clock does not run backwards")
        self._base_s, self._since, self._speed = self._now(), time.monotonic(), speed

    def step(self, seconds: float) -> None:
        """Jump forward. Raises ClockError for a negative step."""
        if seconds < 0:
            raise ClockError("the clock does not go back")
        self._base_s += seconds

    def set_at(self, moment: datetime) -> None:
        """Jump to an instant. Raises ClockError when it has passed."""
        self.step(moment.timestamp() - self._now())

    def _now(self) -> float:
        return self._base_s + (time.monotonic() - self._since) * self._speed


def wall_s() -> float:
    """Return the real time; signatures are dated by it whatever the cloud's clock says."""
    return time.time()


def ticks_s() -> float:
    """Return a steady count of real seconds, for rates and durations."""
    return time.monotonic()
