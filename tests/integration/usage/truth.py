"""What a simulated cloud knows about the use of it, worked out from its own ledger: second by
second counts and plain loops. It knows nothing of the platform's rule or of its SQL."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from yunwei_sim.rest.failures import WORDINGS
from yunwei_sim.world import calendar
from yunwei_sim.world.rows import Attempt, Failure, as_attempts
from yunwei_sim.world.world import World

DAY_S = 86_400


@dataclass
class Seconds:
    """online, online_of: how many different users were connected in each second, of all and by
    department. connected: in how many seconds each user was."""

    online: np.ndarray
    online_of: dict[int, np.ndarray] = field(default_factory=dict)
    connected: dict[int, int] = field(default_factory=dict)


@dataclass
class Truth:
    """A world that stands still, seen from a stretch of time in it; Beijing has no summer time."""

    world: World
    from_s: int
    to_s: int

    def attempts(self) -> list[Attempt]:
        """All attempts that began in the time."""
        return as_attempts(self.world.ledger.starting(self.from_s, self.to_s - 1))

    def stays(self) -> Iterator[tuple[int, int, int]]:
        """Yield (user, first second connected, first second no more) within the time."""
        for block in self.world.ledger.blocks:
            for each in as_attempts(block.rows):
                if each.failure or each.setup > self.world.at_s:
                    continue
                begin, end = max(each.setup, self.from_s), min(each.end, self.to_s)
                if end > begin:
                    yield each.user, begin, end

    @cached_property
    def seconds(self) -> "Seconds":
        """Everything that is counted second by second."""
        people, length = self.world.people, self.to_s - self.from_s
        stays: dict[int, list[tuple[int, int]]] = {}
        for user, begin, end in self.stays():
            stays.setdefault(user, []).append((begin - self.from_s, end - self.from_s))
        told = Seconds(online=np.zeros(length, dtype=np.int32))
        for user, own in stays.items():
            is_there = np.zeros(length, dtype=bool)
            for begin, end in own:
                is_there[begin:end] = True
            department = int(people.department[user])
            if department not in told.online_of:
                told.online_of[department] = np.zeros(length, dtype=np.int32)
            told.online += is_there
            told.online_of[department] += is_there
            told.connected[user] = int(is_there.sum())
        return told

    def active(self, days: Iterable[date]) -> set[int]:
        """Return who was connected at any second of some days."""
        numbers = {day.toordinal() for day in days}
        return {
            user
            for user, begin, end in self.stays()
            if numbers.intersection(range(calendar.day_of(begin), calendar.day_of(end - 1) + 1))
        }

    def logons(self) -> list[float]:
        """Return the seconds of each first logon that had worked when the world stands."""
        now_s = self.world.at_s
        return sorted(
            float(each.setup - each.start)
            for each in self.attempts()
            if not each.failure and not each.is_reconnect and each.setup <= now_s
        )

    def failures(self) -> dict[str, int]:
        """Return how many attempts failed, by the service's words."""
        reasons = (
            WORDINGS[Failure(each.failure)].reason for each in self.attempts() if each.failure
        )
        return dict(Counter(reasons))


def local_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.LOCAL)


def days_until(last: date, count: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(count)]
