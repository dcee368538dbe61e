"""Connections by columns, kept in this process by day, and read again when a day has changed.

A page needs the same connections for a dozen figures, for two stretches of time and for every
filter. So each day (of UTC) is read once and kept; before it is used, one small statement tells
which days have other rows than when they were read. A row that comes late therefore counts from
the next minute on, whichever day it belongs to.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.rules.frames import (
    MISSING,
    Codes,
    Frame,
    Numbers,
    join_frames,
    make_empty,
)
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store.prints import DAY_MS, days_of, tell_prints

if TYPE_CHECKING:
    import pyarrow

SQL = load_statements("yunwei.operate.usage", "frames")
MOST_ASKED = 6_000_000
"""Rows of one question: a month of 100,000 desktops. About 65 bytes each, for its duration."""
_MOST_COMPARED = 100_000
MOST_KEPT = 2_500_000
"""Rows that are kept between questions, by all of them: about 160 MB."""
_MOST_READ = 60_000
"""Rows that are read at once, of more than one day: reading takes five times what is kept, and to
read a month of 10,000 desktops in more portions costs nothing."""


@dataclass
class Words:
    """Numbers for words. Number 0 is the empty word."""

    words: list[Any] = field(default_factory=lambda: [""])
    numbers: dict[Any, int] = field(default_factory=lambda: {"": 0})

    def number(self, word: Any) -> int:
        """Return the number of a word, which may be new."""
        known = self.numbers.get(word)
        if known is None:
            known = self.numbers[word] = len(self.words)
            self.words.append(word)
        return known


@dataclass
class _Kept:
    """What this process has read. frames: by (tenant, day), with the print and the minute at which
    that was compared last; the day used longest ago stands first. tenants: whose each source is."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    logins: Words = field(default_factory=Words)
    desktops: Words = field(default_factory=Words)
    texts: Words = field(default_factory=Words)
    tenants: dict[int, int] = field(default_factory=dict)
    frames: dict[tuple[int, int], tuple[tuple[int, int], Frame]] = field(default_factory=dict)
    compared: dict[tuple[int, int], datetime] = field(default_factory=dict)


_kept = _Kept()


def _forget() -> None:
    with _kept.lock:
        _kept.frames.clear()
        _kept.compared.clear()
        _kept.logins, _kept.desktops, _kept.texts = Words(), Words(), Words()


door.at_change(_forget)


def find_login(source: int, login: str) -> int:
    """Return the number of a login name, 0 when no connection of it was read."""
    return _kept.logins.numbers.get((source, login), 0)


def find_desktop(source: int, desktop: str) -> int:
    """Return the number of a desktop, 0 when no connection to it was read."""
    return _kept.desktops.numbers.get((source, desktop), 0)


def find_text(text: str) -> int | None:
    return _kept.texts.numbers.get(text)


def tenant_of(source: int) -> int:
    """Return whose a source is that connections were read of."""
    return _kept.tenants[source]


def logins() -> Sequence[Any]:
    """Return (source, login) by number; the first is ""."""
    return _kept.logins.words


def desktops() -> Sequence[Any]:
    """Return (source, desktop) by number; the first is ""."""
    return _kept.desktops.words


def text_of(number: int) -> str:
    return str(_kept.texts.words[number])


def _no_check() -> None:
    """Nobody waits so impatiently."""


def read_days(
    minute: datetime,
    tenants: Sequence[TenantId],
    from_ms: int,
    to_ms: int,
    *,
    is_enough: Callable[[], bool],
) -> tuple[int, int]:
    """Read days of a stretch of time until it is enough, at least a few of them; return how many
    are read, and how many there are. They are kept for `fetch_frame`. Raises as that."""
    days = days_of(from_ms, to_ms)
    with _kept.lock:
        for _ in _compare(minute, tenants, days):
            if is_enough():
                break
        _forget_oldest(MOST_ASKED)
        keys = [(int(tenant), day) for tenant in tenants for day in days]
        read = sum(_kept.compared.get(key) == minute for key in keys)
    return read, len(keys)


def fetch_frame(
    minute: datetime,
    tenants: Sequence[TenantId],
    from_ms: int,
    to_ms: int,
    *,
    check: Callable[[], None] = _no_check,
) -> Frame:
    """Return the connections that began in a stretch of time.

    check: called between portions of days; what it raises ends the reading. Raises Invalid when
    there are more than MOST_ASKED, EngineAway.
    """
    days = days_of(from_ms, to_ms)
    with _kept.lock:
        for _ in _compare(minute, tenants, days):
            check()
        found = [
            _within(_kept.frames[tenant, day][1], from_ms, to_ms)
            for tenant in tenants
            for day in days
            if (tenant, day) in _kept.frames
        ]
        _forget_oldest(MOST_KEPT)
    return join_frames([make_empty(), *found])


def _within(frame: Frame, from_ms: int, to_ms: int) -> Frame:
    """Return what of a day began in a stretch of time: of most days all, which is not copied."""
    is_inside = (frame.started >= from_ms) & (frame.started < to_ms)
    return frame if is_inside.all() else frame.take(is_inside)


def _compare(minute: datetime, tenants: Sequence[TenantId], days: range) -> Iterator[None]:
    """See to it that the days are kept as they are now; after each portion that was read, who asks
    may stop."""
    old = [
        (int(tenant), day)
        for tenant in tenants
        for day in days
        if _kept.compared.get((tenant, day)) != minute
    ]
    if old:
        first, last = min(day for _, day in old), max(day for _, day in old)
        told = tell_prints(minute, {tenant for tenant, _ in old}, range(first, last + 1))
        prints = {key: told[key] for key in old if key in told}
        _check_size(prints)
        changed = [key for key in old if prints.get(key) != _kept.frames.get(key, (None,))[0]]
        _kept.compared |= dict.fromkeys({*old} - {*changed}, minute)
        for tenant, portion in _portions(changed, prints):
            _read(tenant, portion, prints)
            _kept.compared |= dict.fromkeys(((tenant, day) for day in portion), minute)
            yield
        if sum(prints.get(key, (0, 0))[0] for key in changed) > _MOST_READ:
            door.give_back()
    for key in ((int(tenant), day) for tenant in tenants for day in days):
        if key in _kept.frames:
            _kept.frames[key] = _kept.frames.pop(key)


def _forget_oldest(most: int) -> None:
    """Keep no more rows than that, those of the days that were used last."""
    rows = sum(len(frame) for _, frame in _kept.frames.values())
    for key in [*_kept.frames]:
        if rows <= most:
            break
        rows -= len(_kept.frames.pop(key)[1])
        _kept.compared.pop(key, None)
    if len(_kept.compared) > _MOST_COMPARED:
        _kept.compared.clear()


def _check_size(prints: Mapping[tuple[int, int], tuple[int, int]]) -> None:
    if sum(rows for rows, _ in prints.values()) > MOST_ASKED:
        raise Invalid("since", "these are too many connections at once; choose a shorter time")


def _read(
    tenant: int, days: Sequence[int], prints: Mapping[tuple[int, int], tuple[int, int]]
) -> None:
    """Read days that follow each other again, at once."""
    asked = {"tenant": tenant, "from_day": days[0], "to_day": days[-1] + 1, "missing": MISSING}
    frame = _build(door.ask_arrow(SQL["connections"], asked))
    _kept.tenants |= dict.fromkeys(np.unique(frame.source).tolist(), tenant)
    order = np.argsort(frame.started, kind="stable")
    bounds = np.searchsorted(frame.started[order], [day * DAY_MS for day in (*days, days[-1] + 1)])
    for place, day in enumerate(days):
        own = order[bounds[place] : bounds[place + 1]]
        _kept.frames.pop((tenant, day), None)
        if (tenant, day) in prints:
            _kept.frames[tenant, day] = prints[tenant, day], frame.take(own)


def _portions(
    changed: Sequence[tuple[int, int]], prints: Mapping[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[int, list[int]]]:
    """Yield (tenant, days): days that follow each other, of no more rows than are read at once."""
    runs = groupby(enumerate(sorted(changed)), key=lambda each: (each[1][0], each[1][1] - each[0]))
    for (tenant, _), run in runs:
        portion: list[int] = []
        held = 0
        for _place, (_tenant, day) in run:
            rows = prints.get((tenant, day), (0, 0))[0]
            if portion and held + rows > _MOST_READ:
                yield tenant, portion
                portion, held = [], 0
            portion.append(day)
            held += rows
        yield tenant, portion


def _build(rows: "pyarrow.Table") -> Frame:
    rows = rows.unify_dictionaries()
    source = _numbers(rows, "source", np.int64)
    return Frame(
        source=source,
        started=_numbers(rows, "started", np.int64),
        setup=_numbers(rows, "setup", np.int64),
        ended=_numbers(rows, "ended", np.int64),
        session=_numbers(rows, "session", np.uint64),
        who=_places(rows, "login", source, _kept.logins),
        desktop=_places(rows, "desktop", source, _kept.desktops),
        client=_texts(rows, "client"),
        version=_texts(rows, "version"),
        failure=_texts(rows, "failure"),
        is_reconnect=_numbers(rows, "is_reconnect", np.bool_),
        rtt_s=_numbers(rows, "rtt", np.float64),
    )


def _numbers(rows: "pyarrow.Table", name: str, kind: type) -> Any:
    return rows[name].to_numpy().astype(kind, copy=False)


def words_of(rows: "pyarrow.Table", name: str) -> tuple[list[str], Codes]:
    """Return the words of a column, and of each row which of them it has."""
    chunks = rows[name].chunks
    if not chunks:
        return [], np.zeros(0, dtype=np.int32)
    return chunks[0].dictionary.to_pylist(), np.concatenate(
        [chunk.indices.to_numpy().astype(np.int32) for chunk in chunks]
    )


def _texts(rows: "pyarrow.Table", name: str) -> Codes:
    words, which = words_of(rows, name)
    return np.array([_kept.texts.number(word) for word in words], dtype=np.int32)[which]


def _places(rows: "pyarrow.Table", name: str, source: Numbers, known: Words) -> Codes:
    """Return numbers for words that mean something within their source only; 0 for none."""
    words, which = words_of(rows, name)
    found = np.zeros(len(which), dtype=np.int32)
    for one in np.unique(source).tolist():
        own = source == one
        table = np.zeros(len(words), dtype=np.int32)
        for place in np.unique(which[own]).tolist():
            table[place] = known.number((one, words[place])) if words[place] else 0
        found[own] = table[which[own]]
    return found


def fetch_departments(tenants: Sequence[TenantId]) -> list[tuple[int, str, str]]:
    """Return (source, login, department)."""
    return _tuples("departments", tenants, "source", "login", "department")


def fetch_pools(tenants: Sequence[TenantId]) -> list[tuple[int, str, str]]:
    """Return (source, desktop, pool)."""
    return _tuples("pools", tenants, "source", "desktop", "pool")


def _tuples(statement: str, tenants: Sequence[TenantId], *names: str) -> list[tuple[Any, ...]]:
    """Return rows of tens of thousands: by columns they take a tenth of the time."""
    rows = door.ask_arrow(SQL[statement], {"tenants": [*tenants]})
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))
