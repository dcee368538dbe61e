"""What a simulated cloud knows about the use of it, worked out from its own ledger: second by
second counts and plain loops. It knows nothing of the platform's rule or of its SQL."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from yunwei_sim.rest.failures import WORDINGS
from yunwei_sim.world import calendar
from yunwei_sim.world.catalogue import HOME_TERMINALS, OFFICE_TERMINALS
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.rows import Attempt, Failure, as_attempts
from yunwei_sim.world.sessions import alive_at
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
        for each, begin, end in self._connected():
            yield each.user, begin, end

    def _connected(self) -> Iterator[tuple[Attempt, int, int]]:
        for block in self.world.ledger.blocks:
            for each in as_attempts(block.rows):
                if each.failure or each.setup > self.world.at_s:
                    continue
                begin, end = max(each.setup, self.from_s), min(each.end, self.to_s)
                if end > begin:
                    yield each, begin, end

    def peaks(self, part_of: Callable[[Attempt], str]) -> dict[str, tuple[int, int]]:
        """Return the most different users at once of each part, and its first second."""
        stays: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for each, begin, end in self._connected():
            own = stays.setdefault((part_of(each), each.user), [])
            own.append((begin - self.from_s, end - self.from_s))
        online: dict[str, np.ndarray] = {}
        for (part, _user), own in stays.items():
            is_there = np.zeros(self.to_s - self.from_s, dtype=bool)
            for begin, end in own:
                is_there[begin:end] = True
            online[part] = online.get(part, 0) + is_there.astype(np.int32)
        return {
            part: (int(counts.max()), self.from_s + int(counts.argmax()))
            for part, counts in online.items()
        }

    def heat(self) -> dict[tuple[int, int], float]:
        """Return the mean of the users online over the seconds of each weekday and hour."""
        found: dict[tuple[int, int], list[np.ndarray]] = {}
        for start in range(0, self.to_s - self.from_s, 3600):
            local = datetime.fromtimestamp(self.from_s + start, calendar.LOCAL)
            seconds = self.seconds.online[start : start + 3600]
            found.setdefault((local.weekday(), local.hour), []).append(seconds)
        return {place: float(np.concatenate(parts).mean()) for place, parts in found.items()}

    def client(self, attempt: Attempt) -> str:
        """Return the kind of device that an attempt comes from."""
        people, user = self.world.people, attempt.user
        if attempt.is_from_home:
            return HOME_TERMINALS[people.home_terminal[user]].type
        return OFFICE_TERMINALS[people.office_terminal[user]].type

    def pool(self, attempt: Attempt) -> str:
        """Return the id of the pool of an attempt's desktop, "" for none."""
        fleet = self.world.fleet
        place = int(fleet.pool[attempt.desktop])
        return fleet.pools[place].id if place >= 0 else ""

    def unused(self) -> dict[str, float]:
        """Return for how long each desktop is unused by now, by name. One that nobody used
        since the world began is unused since then: it had been made before."""
        fleet, now_s = self.world.fleet, self.world.at_s
        last: dict[int, int] = {}
        begun_s = now_s
        for block in self.world.ledger.blocks:
            for each in as_attempts(block.rows):
                if each.start <= now_s:
                    begun_s = min(begun_s, each.start)
                if not each.failure and each.setup <= now_s:
                    end = min(each.end, now_s)
                    last[each.desktop] = max(last.get(each.desktop, 0), end)
        return {
            fleet.names[number]: float(now_s - last.get(number, begun_s))
            for number in range(fleet.count)
        }

    def unassigned(self) -> list[str]:
        """Return the names of dedicated desktops that nobody has; free ones of a pool are its
        stock."""
        fleet = self.world.fleet
        return sorted(
            name
            for name, owner, pool in zip(fleet.names, fleet.owner, fleet.pool, strict=True)
            if owner == NOBODY and pool == NO_POOL
        )

    def hour(self, attempt: Attempt) -> str:
        """Return the local hour in which an attempt began."""
        return f"{datetime.fromtimestamp(attempt.start, calendar.LOCAL):%H}"

    def logons_by(self, part_of: Callable[[Attempt], str]) -> dict[str, list[float]]:
        """Return the seconds of first logons that had worked, by part."""
        found: dict[str, list[float]] = {}
        for each in self.attempts():
            if not each.failure and not each.is_reconnect and each.setup <= self.world.at_s:
                found.setdefault(part_of(each), []).append(float(each.setup - each.start))
        return found

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


class MonthTruth(Truth):
    """The same of a longer time, whose connections are gone through once."""

    @cached_property
    def _listed(self) -> list[tuple[Attempt, int, int]]:
        return list(self._connected())

    def stays(self) -> Iterator[tuple[int, int, int]]:
        """Yield (user, first second connected, first second no more) within the time."""
        return ((each.user, begin, end) for each, begin, end in self._listed)

    @cached_property
    def by_day(self) -> dict[int, set[int]]:
        """Return who was connected at any second of each day, by its ordinal."""
        found: dict[int, set[int]] = {}
        for user, begin, end in self.stays():
            for day in range(calendar.day_of(begin), calendar.day_of(end - 1) + 1):
                found.setdefault(day, set()).add(user)
        return found

    def active(self, days: Iterable[date]) -> set[int]:
        """Return who was connected at any second of some days."""
        return set().union(*(self.by_day.get(day.toordinal(), set()) for day in days))

    def most_sessions(self) -> int:
        """Return on how many desktops at once somebody was connected."""
        change = np.zeros(self.to_s - self.from_s + 1, dtype=np.int32)
        for _each, begin, end in self._listed:
            change[begin - self.from_s] += 1
            change[end - self.from_s] -= 1
        return int(change.cumsum().max())

    def left(self) -> dict[str, int]:
        """Return since when each desktop's session is without its user, by name."""
        fleet, now_s = self.world.fleet, self.world.at_s
        found: dict[str, int] = {}
        for rows in alive_at(self.world.ledger, now_s):
            for each in as_attempts(rows):
                found.pop(fleet.names[each.desktop], None)
                if each.end <= now_s:
                    found[fleet.names[each.desktop]] = each.end
        return found


def local_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.LOCAL)


def days_until(last: date, count: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(count)]
