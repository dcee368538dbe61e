"""When desktops were last used, as connection records tell."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts.idle import LastUsed
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store.prints import tell_prints

SQL = load_statements("yunwei.operate.usage", "idle")
_DAY_MS = 86_400_000
_OPEN_DAYS = 8
"""Connections of these days may be open, and are written again at each reading; a row of an older
day hardly ever comes. Each of them is kept for itself."""

_AHEAD_DAYS = 8
"""By so many days the clock of a source may be ahead of ours."""
_NEVER_MS = 4_102_444_800_000
"""The year 2100: the newest are meant, too."""
_MOST_KEPT = 8
_MOST_DAYS = 64

type _Uses = dict[tuple[SourceId, str], LastUsed]
_kept: dict[tuple[TenantId, ...], tuple[object, _Uses]] = {}
door.at_change(_kept.clear)
_days: dict[tuple[tuple[TenantId, ...], int], tuple[object, _Uses]] = {}
"""By tenants and day, with its print."""
door.at_change(_days.clear)


def last_uses(tenants: Sequence[TenantId], since: datetime, now: datetime) -> _Uses:
    """Return the latest use of each desktop, by source and native id; raises EngineAway.

    since: the whole of its day of UTC counts. What older days tell is kept until any row of them
    changes, and so is each of the last days.
    """
    first, today = door.to_ms(since) // _DAY_MS, door.to_ms(now) // _DAY_MS
    split = max(first, today - _OPEN_DAYS)
    minute = now.replace(second=0, microsecond=0)
    found = dict(_older(minute, tuple(tenants), first, split))
    for uses in _last_days(minute, tuple(tenants), range(split, today + 1)):
        for key, used in uses.items():
            older = found.get(key)
            if older is None or used.until_at >= older.until_at:
                found[key] = used
    return found


def _last_days(
    minute: datetime, tenants: tuple[TenantId, ...], days: range
) -> Iterator[Mapping[tuple[SourceId, str], LastUsed]]:
    """Yield what each day tells, the last one with all that is told of later ones."""
    prints = tell_prints(minute, tenants, range(days.start, days.stop + _AHEAD_DAYS))
    for day in days:
        is_last = day == days[-1]
        own = {
            key: told for key, told in prints.items() if key[1] == day or (is_last and key[1] > day)
        }
        kept = _days.get((tenants, day))
        if kept is not None and kept[0] == (is_last, own):
            yield kept[1]
            continue
        uses = _read(tenants, day * _DAY_MS, _NEVER_MS if is_last else (day + 1) * _DAY_MS)
        if len(_days) >= _MOST_DAYS:
            _days.clear()
        _days[tenants, day] = (is_last, own), uses
        yield uses


def _older(minute: datetime, tenants: tuple[TenantId, ...], first: int, split: int) -> _Uses:
    told = tell_prints(minute, tenants, range(first, split))
    state = first, split, told
    kept = _kept.get(tenants)
    if kept is not None and kept[0] == state:
        return kept[1]
    found = _read(tenants, first * _DAY_MS, split * _DAY_MS)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[tenants] = state, found
    return found


def _read(tenants: Sequence[TenantId], from_ms: int, to_ms: int) -> _Uses:
    asked = {"tenants": [*tenants], "from_ms": from_ms, "to_ms": to_ms}
    rows = door.ask_arrow(SQL["last_uses"], asked)
    names = ("source", "desktop", "login", "until_ms")
    return {
        (SourceId(source), desktop): LastUsed(login=login, until_at=door.from_ms(until_ms))
        for source, desktop, login, until_ms in zip(
            *(rows[name].to_pylist() for name in names), strict=True
        )
    }
