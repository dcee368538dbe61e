"""People whose connection a fault cut or refused, and who try again until they are back.

A wish turns into failed attempts while a fault stands in the way, and into a connection after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.agenda import Agenda
from yunwei_sim.world.connections import Model, fail
from yunwei_sim.world.ledger import Ledger
from yunwei_sim.world.rows import ROW, Failure, Flag, Rows, as_attempts

RETRY_S = (75, 160, 330, 700)
SHORTEST_S = 120


@dataclass(slots=True, kw_only=True)
class Wish:
    """One person who wants to work on one desktop until `until_s`."""

    user: int
    desktop: int
    until_s: int
    logoff_s: int
    logon_s: int
    rtt_ms: int
    flags: int
    attempts: int = 0


def from_rows(rows: Rows) -> list[Wish]:
    """Return the wishes behind rows that can no longer happen as planned."""
    return [
        Wish(
            user=attempt.user,
            desktop=attempt.desktop,
            until_s=attempt.end,
            logoff_s=attempt.logoff,
            logon_s=attempt.logon_s,
            rtt_ms=attempt.rtt_ms,
            flags=attempt.flags,
        )
        for attempt in as_attempts(rows)
    ]


class Circumstances(Protocol):
    """What stands between a wish and its desktop."""

    def blocker(self, wish: Wish) -> Failure:
        """Return why it fails now, or NONE."""
        ...

    def is_dropped(self, wish: Wish, at_s: int) -> bool:
        """Return whether the person no longer wants it."""
        ...


class Wishes:
    """All open wishes of one world."""

    def __init__(
        self, model: Model, ledger: Ledger, agenda: Agenda, *, circumstances: Circumstances
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._agenda = agenda
        self._circumstances = circumstances
        self._parked: list[Wish] = []
        self._fresh: dict[int, list[Rows]] = {}
        # Until when somebody is connected thanks to a wish: nobody is in two places.
        self._busy_until: dict[int, int] = {}
        # Whose session a fault ended: their next connection is a full logon, not a reconnect.
        self._sessionless: set[int] = set()

    def add(self, wish: Wish, at_s: int) -> None:
        """Let the wish try at that instant."""
        if wish.until_s - at_s >= SHORTEST_S:
            self._agenda.add(at_s, lambda now_s: self._try(wish, now_s))

    def release(self, at_s: int) -> None:
        """Let those who had given up try again soon: somebody told them that it works."""
        parked, self._parked = self._parked, []
        for wish in parked:
            draw = self._model.noise.one("released", wish.user, at_s)
            self.add(wish, at_s + 15 + int(draw * 220))

    def forget(self, users: list[int], *, session_lost: bool) -> None:
        """Note that these people's connections, or waiting sessions, ended before their time."""
        for user in users:
            self._busy_until.pop(user, None)
        if session_lost:
            self._sessionless.update(users)

    def flush(self, tune: Callable[[Rows], Rows]) -> None:
        """Write what the wishes became into the ledger, tuned to the faults of their moment."""
        fresh, self._fresh = self._fresh, {}
        for day, pieces in fresh.items():
            block = self._ledger.block_of(day)
            if block is not None:
                block.add(tune(np.concatenate(pieces)))

    def _try(self, wish: Wish, at_s: int) -> None:
        if wish.until_s - at_s < SHORTEST_S or self._circumstances.is_dropped(wish, at_s):
            return
        if at_s < self._busy_until.get(wish.user, 0):
            self.add(wish, self._busy_until[wish.user] + 30)
            return
        if wish.user in self._sessionless:
            wish.flags &= ~int(Flag.RECONNECT)
            wish.logon_s = max(wish.logon_s, int(self._model.people.profile_s[wish.user]))
        reason = self._circumstances.blocker(wish)
        row = self._row(wish, at_s)
        if reason == Failure.NONE:
            self._sessionless.discard(wish.user)
            self._busy_until[wish.user] = wish.until_s
            self._write(row, at_s)
            return
        self._write(fail(row, reason), at_s)
        wish.attempts += 1
        if wish.attempts >= len(RETRY_S):
            self._parked.append(wish)
            return
        spread = 0.7 + 0.6 * self._model.noise.one("retry", wish.user, at_s)
        self.add(wish, at_s + int(RETRY_S[wish.attempts] * spread))

    def _row(self, wish: Wish, at_s: int) -> Rows:
        row = np.zeros(1, dtype=ROW)
        row["user"], row["desktop"] = wish.user, wish.desktop
        row["start"], row["end"], row["logoff"] = at_s, wish.until_s, wish.logoff_s
        row["logon_s"] = min(wish.logon_s, wish.until_s - at_s - 30)
        row["rtt_ms"], row["flags"] = wish.rtt_ms, wish.flags
        row["setup"] = row["start"] + row["logon_s"]
        return row

    def _write(self, row: Rows, at_s: int) -> None:
        self._fresh.setdefault(calendar.day_of(at_s), []).append(row)
