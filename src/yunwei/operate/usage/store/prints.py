"""What each day (of UTC) holds of connections, in few numbers: a print that changes with any row,
from when until when its sources tell, and of which kinds of client. Asked for once a minute, all
days of a question at once.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts.use import Reach
from yunwei.operate.usage.store import door

SQL = load_statements("yunwei.operate.usage", "prints")
DAY_MS = 86_400_000
_KNOWN_DAYS = 31
"""What a source told so long before a stretch of time says that it is known."""
_AHEAD_DAYS = 8
"""By so many days the clock of a source may be ahead of ours."""
_MORE_DAYS, _MOST_DAYS, _USUAL_DAYS = 31, 100, 62
_POLLS_MS = 100 * DAY_MS
_MOST_MINUTES, _MOST_ASKERS = 4, 1000
_64_BITS = 2**64 - 1

type Prints = dict[tuple[int, int], tuple[int, int]]
"""By tenant and day (since 1970) how many rows there are, and the print."""


type _Polls = tuple[int, dict[int, int]]


@dataclass
class _Told:
    """What was told of in a minute. days: of each tenant. reaches: by tenant, day and source the
    first beginning and the last reading. clients: of each tenant and day. polls: by tenants since
    when they were asked for, and the last one of each source."""

    days: dict[int, set[int]] = field(default_factory=dict)
    prints: Prints = field(default_factory=dict)
    reaches: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)
    clients: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    polls: dict[tuple[int, ...], _Polls] = field(default_factory=dict)


_lock = threading.Lock()
_minutes: dict[datetime, _Told] = {}
"""Of the minutes that were asked of last: who asks at the turn of one takes nothing from others."""
door.at_change(_minutes.clear)
_last_polls: dict[tuple[int, ...], _Polls] = {}
"""By tenants, as they were asked for last; the last poll of a source only ever becomes later."""
door.at_change(_last_polls.clear)


def days_of(from_ms: int, to_ms: int) -> range:
    """Return the days (since 1970, UTC) of which a stretch of time holds any instant."""
    return range(from_ms // DAY_MS, -(-to_ms // DAY_MS))


def tell_prints(minute: datetime, tenants: Iterable[int], days: range) -> Prints:
    """Return the prints of days as they are in this minute, in order. Raises EngineAway."""
    wanted = sorted({int(each) for each in tenants})
    with _lock:
        told = _tell(minute, wanted, days).prints
        return {
            key: told[key] for tenant in wanted for day in days if (key := (tenant, day)) in told
        }


def fetch_reaches(
    minute: datetime, tenants: Sequence[TenantId], from_ms: int
) -> dict[SourceId, Reach]:
    """Return from when until when the connections of each source are known, as far as it concerns a
    time from an instant on. A poll that found nothing new says as much as one that did."""
    wanted = sorted({int(each) for each in tenants})
    first = from_ms // DAY_MS - _KNOWN_DAYS
    last = door.to_ms(minute) // DAY_MS + _AHEAD_DAYS
    with _lock:
        told = _tell(minute, wanted, range(first, last + 1))
        found: dict[int, tuple[int, int]] = {}
        for (tenant, day, source), (first_ms, read_ms) in told.reaches.items():
            if tenant in wanted and day >= first:
                known = found.get(source, (first_ms, read_ms))
                found[source] = min(known[0], first_ms), max(known[1], read_ms)
        polls = _polls(told, wanted, [*found], first * DAY_MS)
    return {
        SourceId(source): Reach(
            first_at=door.from_ms(first_ms),
            until_at=door.from_ms(max(read_ms, polls.get(source, 0))),
        )
        for source, (first_ms, read_ms) in sorted(found.items())
    }


def tell_clients(minute: datetime, tenants: Iterable[int], days: range) -> set[str]:
    """Return the kinds of client of which connections of some days told. Raises EngineAway."""
    wanted = sorted({int(each) for each in tenants})
    with _lock:
        told = _tell(minute, wanted, days).clients
        return {
            client
            for tenant in wanted
            for day in days
            for client in told.get((tenant, day), ())
            if client
        }


def tell_stage_prints(tenants: Iterable[int], days: range) -> Prints:
    """Return the prints of the stages of logons that began on some days, as they are now. Raises
    EngineAway."""
    asked = {"tenants": [*tenants], "from_day": days.start, "to_day": days.stop}
    return _add_up(door.ask(SQL["prints_of_stages"], asked))


def _polls(
    told: _Told, tenants: Sequence[int], sources: Sequence[int], from_ms: int
) -> Mapping[int, int]:
    key = tuple(tenants)
    since_ms, found = told.polls.get(key, (None, {}))
    if since_ms is None or since_ms > from_ms:
        # the time before is asked of next, for comparison
        since_ms = from_ms - _POLLS_MS
        known_since_ms, known = _last_polls.get(key, (since_ms, {}))
        is_known = known_since_ms <= from_ms and sources and all(each in known for each in sources)
        if is_known:
            since_ms = known_since_ms
        asked_ms = min(known[each] for each in sources) if is_known else since_ms
        asked = {"tenants": [*tenants], "sources": [*sources], "from_ms": asked_ms}
        found = {row["source"]: row["until_ms"] for row in door.ask(SQL["polls"], asked)}
        if len(_last_polls) >= _MOST_ASKERS:
            _last_polls.clear()
        told.polls[key] = _last_polls[key] = since_ms, found
    return found


def _tell(minute: datetime, tenants: Sequence[int], days: range) -> _Told:
    """Ask for what was not told of in this minute. What was stays as it is: frames and sums may
    have been compared with it."""
    if minute not in _minutes:
        for old in [*_minutes][: 1 - _MOST_MINUTES]:
            del _minutes[old]
    told = _minutes.setdefault(minute, _Told())
    new = [day for day in days if any(day not in told.days.get(each, ()) for each in tenants)]
    if not new:
        return told
    first, last = new[0], new[-1]
    if _KNOWN_DAYS < last - first < _MOST_DAYS:
        # the time before is asked of next, for comparison
        first -= min(_MORE_DAYS, (last - first) // 2)
    today = door.to_ms(minute) // DAY_MS
    if last >= today - _USUAL_DAYS:
        # what else a page asks lies there, and sums of days cost next to nothing
        first, last = min(first, today - _USUAL_DAYS), max(last, today + _AHEAD_DAYS)
    rows = [
        row
        for row in _fetch(tenants, first, last + 1)
        if row["day"] not in told.days.get(row["tenant"], ())
    ]
    told.prints |= _add_up(rows)
    told.reaches |= {
        (row["tenant"], row["day"], row["source"]): (row["first_ms"], row["read_ms"])
        for row in rows
    }
    for row in rows:
        own = told.clients.setdefault((row["tenant"], row["day"]), set())
        own.update(row["clients"])
    for tenant in tenants:
        told.days.setdefault(tenant, set()).update(range(first, last + 1))
    return told


def _fetch(tenants: Sequence[int], from_day: int, to_day: int) -> list[dict[str, Any]]:
    asked = {"tenants": [*tenants], "from_day": from_day, "to_day": to_day}
    return door.ask(SQL["prints"], asked)


def _add_up(rows: Iterable[Mapping[str, Any]]) -> Prints:
    found: Prints = {}
    for row in rows:
        key = row["tenant"], row["day"]
        many, told = found.get(key, (0, 0))
        found[key] = many + row["rows"], (told + row["print"]) & _64_BITS
    return found
