"""Makes one person work or go home at once, as the control face asks. Changes only the future."""

from dataclasses import dataclass

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.connections import Model, fail
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.ledger import Ledger
from yunwei_sim.world.rows import NEVER, ROW, Failure, Flag, Rows, succeeded
from yunwei_sim.world.sessions import alive_at, snapshot
from yunwei_sim.world.troubles import Troubles
from yunwei_sim.world.wishes import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of it. `desktop` is NOBODY and `failure` set when the person did not get in."""

    user: int
    desktop: int
    failure: Failure


class Visits:
    """Forced logins and logouts in one world."""

    def __init__(self, model: Model, ledger: Ledger, troubles: Troubles) -> None:
        self._model = model
        self._ledger = ledger
        self._troubles = troubles

    def log_in(self, user: int, at_s: int) -> Visit:
        """Connect a person now, until they are logged out; their plan for the days is set aside."""
        self._troubles.flush()
        self._drop_plan(user, at_s)
        self._troubles.forced.add(user)
        self._troubles.absent_until.pop(user, None)
        kept = self._keep(user, at_s)
        if kept is not None:
            return Visit(user=user, desktop=kept, failure=Failure.NONE)
        desktop = self._find_desktop(user, at_s)
        if desktop == NOBODY:
            return Visit(user=user, desktop=NOBODY, failure=Failure.NO_FREE_DESKTOP)
        row = self._row(user, desktop, at_s)
        failure = self._troubles.blocker(_wish_of(row))
        block = self._ledger.block_at(at_s)
        if block is not None:
            block.add(row if failure == Failure.NONE else fail(row, failure))
        if failure != Failure.NONE:
            self._troubles.forced.discard(user)
            return Visit(user=user, desktop=NOBODY, failure=failure)
        return Visit(user=user, desktop=desktop, failure=Failure.NONE)

    def log_out(self, user: int, at_s: int) -> bool:
        """End a person's session now and keep them away for the day; tell whether they were in."""
        self._troubles.flush()
        self._troubles.forced.discard(user)
        self._troubles.wishes.forget([user], session_lost=True)
        self._troubles.absent_until[user] = calendar.start_of(calendar.day_of(at_s) + 1)
        self._drop_plan(user, at_s)
        was_in = False
        for block in self._ledger.around(at_s):
            rows = block.rows
            mine = (rows["user"] == user) & succeeded(rows)
            was_in |= bool((mine & (rows["setup"] <= at_s) & (rows["end"] > at_s)).any())
            for column in ("setup", "end", "logoff"):
                late = mine & (rows[column] > at_s)
                rows[column][late] = at_s
            block.touch()
        return was_in

    def keep_away(self, rows: Rows) -> Rows:
        """Return the rows of a new day without those of people who are logged in by force."""
        if not self._troubles.forced:
            return rows
        return rows[~np.isin(rows["user"], list(self._troubles.forced))]

    def _drop_plan(self, user: int, at_s: int) -> None:
        for block in self._ledger.blocks[-2:]:
            block.remove((block.rows["user"] == user) & (block.rows["start"] > at_s))

    def _keep(self, user: int, at_s: int) -> int | None:
        """Make a standing or arriving connection last; return its desktop."""
        for block in self._ledger.around(at_s):
            rows = block.rows
            mine = (rows["user"] == user) & (rows["start"] <= at_s) & (rows["end"] > at_s)
            mine &= succeeded(rows)
            if mine.any():
                rows["setup"][mine] = np.minimum(rows["setup"][mine], at_s)
                rows["end"][mine] = rows["logoff"][mine] = NEVER
                rows["flags"][mine] |= np.uint8(Flag.FORCED)
                block.touch()
                return int(rows["desktop"][mine][-1])
        return None

    def _find_desktop(self, user: int, at_s: int) -> int:
        """Return the person's own desktop, the one their session waits on, or a free one."""
        for rows in alive_at(self._ledger, at_s):
            mine = rows[rows["user"] == user]
            if len(mine):
                self._close_waiting(user, at_s)
                return int(mine["desktop"][-1])
        own = int(self._model.fleet.desktop_of[user])
        return own if own != NOBODY else self._free_in_pool(user, at_s)

    def _close_waiting(self, user: int, at_s: int) -> None:
        for block in self._ledger.around(at_s):
            rows = block.rows
            rows["logoff"][(rows["user"] == user) & (rows["logoff"] > at_s)] = at_s
            block.touch()

    def _free_in_pool(self, user: int, at_s: int) -> int:
        fleet, people = self._model.fleet, self._model.people
        mine = (fleet.pool != NO_POOL) & (fleet.department == people.department[user])
        now = snapshot(self._ledger, at_s, desktops=fleet.count)
        free = mine & (now.connected == NOBODY) & (now.waiting == NOBODY)
        if not free.any():
            return NOBODY
        # The desktop that is needed by others last, and then not by them.
        needed = np.full(fleet.count, NEVER)
        for block in self._ledger.blocks[-2:]:
            ahead = block.rows[block.rows["start"] > at_s]
            np.minimum.at(needed, ahead["desktop"], ahead["start"])
        desktop = int(np.argmax(np.where(free, needed, -1)))
        for block in self._ledger.blocks[-2:]:
            block.remove((block.rows["desktop"] == desktop) & (block.rows["start"] > at_s))
        return desktop

    def _row(self, user: int, desktop: int, at_s: int) -> Rows:
        row = np.zeros(1, dtype=ROW)
        row["user"], row["desktop"], row["flags"] = user, desktop, Flag.FORCED
        row["start"] = row["setup"] = at_s
        row["end"] = row["logoff"] = NEVER
        row["rtt_ms"] = int(self._model.people.office_rtt[user])
        return row


def _wish_of(row: Rows) -> Wish:
    return Wish(
        user=int(row["user"][0]),
        desktop=int(row["desktop"][0]),
        until_s=NEVER,
        logoff_s=NEVER,
        logon_s=0,
        rtt_ms=0,
        flags=int(row["flags"][0]),
    )
