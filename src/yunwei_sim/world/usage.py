"""Daily usage per person and desktop, as the cloud sums it up at 02:00 UTC for the day before.

Closed days are computed once and kept; the ledger no longer changes them.
"""

from dataclasses import dataclass

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.rows import Rows, succeeded
from yunwei_sim.world.world import World

SUMMED_UP_AFTER_S = 2 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """One UTC day: seconds of use, logins per person, the last user per desktop."""

    user_s: Longs
    desktop_s: Longs
    logins: Longs
    failures: Longs
    last_user: Longs


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The sum over days. idle_s: time since the desktop's last use in the days, at their end."""

    user_s: Longs
    desktop_s: Longs
    logins: Longs
    failures: Longs
    last_user: Longs
    idle_s: Longs


class UsageBook:
    """Usage figures of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._days: dict[int, DayUsage] = {}

    def closed_days(self, from_s: int, to_s: int) -> list[int]:
        """Return the UTC days in the window whose figure, standing at 23:59:59, is ready."""
        first = calendar.utc_day_of(
            max(from_s, calendar.start_of(self._world.ledger.blocks[0].day))
        )
        found = []
        for day in range(first, calendar.utc_day_of(to_s) + 1):
            stands_at_s = calendar.utc_start_of(day + 1) - 1
            is_ready = stands_at_s + 1 + SUMMED_UP_AFTER_S <= self._world.at_s
            if from_s <= stands_at_s <= to_s and is_ready:
                found.append(day)
        return found

    def total(self, days: list[int]) -> Usage:
        """Return the sums over closed days."""
        people, desktops = self._world.people.count, self._world.fleet.count
        user_s, logins, failures = (np.zeros(people, dtype=np.int64) for _ in range(3))
        desktop_s, idle_s = (np.zeros(desktops, dtype=np.int64) for _ in range(2))
        last_user = np.full(desktops, NOBODY)
        for day in days:
            usage = self.of_day(day)
            user_s += usage.user_s
            logins += usage.logins
            failures += usage.failures
            desktop_s += usage.desktop_s
            last_user = np.where(usage.last_user != NOBODY, usage.last_user, last_user)
            idle_s = np.where(usage.desktop_s > 0, 0, idle_s + calendar.DAY_S)
        return Usage(
            user_s=user_s, desktop_s=desktop_s, logins=logins, failures=failures,
            last_user=last_user, idle_s=idle_s,
        )  # fmt: skip

    def of_day(self, day: int) -> DayUsage:
        """Return one closed day's figures."""
        if day not in self._days:
            self._days[day] = self._compute(day)
        return self._days[day]

    def _compute(self, day: int) -> DayUsage:
        from_s, to_s = calendar.utc_start_of(day), calendar.utc_start_of(day + 1)
        rows = self._touching(from_s, to_s)
        seconds = np.minimum(rows["end"], to_s) - np.maximum(rows["setup"], from_s)
        seconds = np.where(succeeded(rows), np.maximum(seconds, 0), 0)
        begun = rows[(rows["start"] >= from_s) & (rows["start"] < to_s)]
        people, desktops = self._world.people.count, self._world.fleet.count
        last_user = np.full(desktops, NOBODY)
        used = succeeded(rows) & (seconds > 0)
        last_user[rows["desktop"][used]] = rows["user"][used]

        def count(keys: Longs, size: int, weights: Longs | None = None) -> Longs:
            return np.bincount(keys, weights=weights, minlength=size).astype(np.int64)

        return DayUsage(
            user_s=count(rows["user"], people, seconds),
            desktop_s=count(rows["desktop"], desktops, seconds),
            logins=count(begun["user"][succeeded(begun)], people),
            failures=count(begun["user"][~succeeded(begun)], people),
            last_user=last_user,
        )

    def _touching(self, from_s: int, to_s: int) -> Rows:
        pieces = [
            block.rows[(block.rows["start"] < to_s) & (block.rows["end"] >= from_s)]
            for block in self._world.ledger.blocks
            if block.last_end >= from_s and len(block.rows)
        ]
        return np.concatenate(pieces)
