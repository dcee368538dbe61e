"""Turns one day's presence into connections: which desktop, how long the logon, how far away.

Pure. Faults are not known here; `troubles.py` changes what they touch.
"""

import heapq
from dataclasses import dataclass

import numpy as np

from yunwei_sim.world import calendar, habits
from yunwei_sim.world.fleet import NOBODY, Fleet, Pool
from yunwei_sim.world.habits import Spans
from yunwei_sim.world.noise import Floats, Longs, Noise
from yunwei_sim.world.people import People
from yunwei_sim.world.rows import ROW, Failure, Flag, Mask, Rows, empty_rows

NIGHT_SLICE = 0.22  # the part of a dynamic pool that the night shift uses, so that days stay apart
IDLE_LOGOFF_S = (1800, 10_800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What the plan of a day is made from."""

    noise: Noise
    people: People
    fleet: Fleet


def plan_rows(model: Model, day: int) -> Rows:
    """Return all connections and failed attempts that begin with presence on that day.

    Sorted by start. Some start after the next local midnight: those of the night shift.
    """
    spans = habits.plan_day(model.people, model.noise, day)
    if not len(spans.person):
        return empty_rows()
    rows = np.zeros(len(spans.person), dtype=ROW)
    rows["user"] = spans.person
    rows["start"] = calendar.start_of(day) + spans.start_s
    rows["end"] = calendar.start_of(day) + spans.end_s
    _set_logoff(model, day, rows, spans)
    rows["desktop"] = model.fleet.desktop_of[spans.person]
    _share_pools(model, rows, spans)
    _set_logon(model, day, rows)
    _set_rtt(model, day, rows)
    rows["setup"] = rows["start"] + rows["logon_s"]
    homeless = rows["desktop"] == NOBODY
    turned_away = _turned_away(model, rows[homeless & _opens_run(spans)])
    rows = rows[~homeless & (rows["setup"] < rows["end"])]
    everything = np.concatenate([rows, turned_away, _ordinary_failures(model, day, rows)])
    return everything[np.argsort(everything["start"], kind="stable")]


def _opens_run(spans: Spans) -> Mask:
    opens = np.ones(len(spans.run), dtype=bool)
    opens[1:] = spans.run[1:] != spans.run[:-1]
    return opens


def _set_logoff(model: Model, day: int, rows: Rows, spans: Spans) -> None:
    """Keep the session between the pieces of one run; end it at once or after a while otherwise."""
    opens = _opens_run(spans)
    closes = np.roll(opens, -1)
    closes[-1] = True
    next_start = np.roll(rows["start"], -1)
    same_person = np.roll(spans.person, -1) == spans.person
    same_person[-1] = False
    walks_off = model.noise.uniform("walks off", spans.run, day) < 0.4
    idle = model.noise.between(*IDLE_LOGOFF_S, "idle logoff", spans.run, day).astype(np.int64)
    last = rows["end"] + np.where(walks_off, idle, 1)
    last = np.where(same_person, np.minimum(last, next_start - 1), last)
    rows["logoff"] = np.where(closes, last, next_start)
    rows["flags"] = np.where(opens, 0, Flag.RECONNECT) | np.where(spans.is_home, Flag.HOME, 0)


def _share_pools(model: Model, rows: Rows, spans: Spans) -> None:
    dynamic = model.people.is_dynamic[spans.person]
    for pool in model.fleet.pools:
        if not pool.is_dynamic:
            continue
        mine = dynamic & (model.people.department[spans.person] == pool.department)
        night = max(1, round(pool.size * NIGHT_SLICE)) if spans.is_night[mine].any() else 0
        # The night's desktops are the last of the pool; without a night shift nothing is kept back.
        reserved = max(1, round(pool.size * NIGHT_SLICE)) if _has_nights(model, pool) else 0
        split = pool.first + pool.size - reserved
        _allocate(rows, spans, mine & ~spans.is_night, range(pool.first, split))
        if night:
            _allocate(rows, spans, mine & spans.is_night, range(split, pool.first + pool.size))


def _has_nights(model: Model, pool: Pool) -> bool:
    return bool(model.people.works_shifts[model.people.department == pool.department].any())


def _allocate(rows: Rows, spans: Spans, mine: Mask, desktops: range) -> None:
    """Give each run the lowest free desktop; runs that find none keep NOBODY."""
    chosen = np.flatnonzero(mine)
    if not len(chosen):
        return
    firsts = np.flatnonzero(np.diff(spans.run[chosen], prepend=-1))
    begin = rows["start"][chosen][firsts]
    until = np.maximum.reduceat(rows["logoff"][chosen], firsts)
    given = np.full(len(firsts), NOBODY)
    free = list(desktops)
    busy: list[tuple[int, int]] = []
    for run in np.argsort(begin, kind="stable").tolist():
        while busy and busy[0][0] < begin[run]:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            desktop = heapq.heappop(free)
            given[run] = desktop
            heapq.heappush(busy, (int(until[run]), desktop))
    lengths = np.diff(firsts, append=len(chosen))
    rows["desktop"][chosen] = np.repeat(given, lengths)


def _set_logon(model: Model, day: int, rows: Rows) -> None:
    """A first logon loads the profile; a reconnect finds it there; the morning rush slows both."""
    spread = np.exp(0.28 * model.noise.normal("logon", rows["user"], rows["start"]))
    first = model.people.profile_s[rows["user"]] * spread
    again = 4.0 * spread
    rush = 1.0 + 0.7 * _rush(day, rows["start"])
    rows["logon_s"] = np.clip(
        np.where(rows["flags"] & Flag.RECONNECT, again, first * rush), 2, 240
    ).astype(np.int16)


def _rush(day: int, start: Longs) -> Floats:
    """Return 1 at the height of the morning rush (08:55), falling off within half an hour."""
    minutes = (start - calendar.start_of(day)) / 60.0
    rush: Floats = np.exp(-(((minutes - 535.0) / 22.0) ** 2))
    return rush * calendar.is_workday(day)


def _set_rtt(model: Model, day: int, rows: Rows) -> None:
    people, user = model.people, rows["user"]
    base = np.where(rows["flags"] & Flag.HOME, people.home_rtt[user], people.office_rtt[user])
    spread = np.exp(0.18 * model.noise.normal("rtt", user, rows["start"], day))
    rows["rtt_ms"] = np.clip(base * spread, 1, 900).astype(np.int16)


def fail(rows: Rows, failure: int | Longs) -> Rows:
    """Turn rows into failed attempts at their start."""
    rows["failure"] = failure
    for column in ("setup", "end", "logoff"):
        rows[column] = rows["start"]
    return rows


def _turned_away(model: Model, rows: Rows) -> Rows:
    """Who finds no free desktop tries a few times more and gives up for that run."""
    tries = [rows]
    for attempt, minutes in enumerate((4, 11, 25), start=1):
        again = rows[model.noise.uniform("tries again", rows["user"], attempt) < 0.6].copy()
        again["start"] += minutes * 60 + (again["user"] % 50)
        tries.append(again[again["start"] < again["end"]])
    return fail(np.concatenate(tries), Failure.NO_FREE_DESKTOP)


def _ordinary_failures(model: Model, day: int, rows: Rows) -> Rows:
    """About one first attempt in eighty goes wrong before the one that works."""
    first = rows[(rows["flags"] & Flag.RECONNECT) == 0]
    draw = model.noise.uniform("ordinary failure", first["user"], first["start"], day)
    failed = first[draw < 0.012].copy()
    failed["start"] -= 20 + (failed["user"] % 40)
    kind = np.where(failed["user"] % 4 == 0, Failure.TIMED_OUT, Failure.WRONG_PASSWORD)
    # Nobody can have locked the desktop yet, so the person stands in front of it alone.
    return fail(failed, kind.astype(np.int64))
