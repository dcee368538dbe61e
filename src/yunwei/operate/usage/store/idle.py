"""When desktops were last used, as connection records tell."""

from collections.abc import Iterator, Sequence
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
type _Tenants = tuple[TenantId, ...]

_kept: dict[_Tenants, tuple[object, _Uses]] = {}
door.at_change(_kept.clear)
_before: dict[_Tenants, tuple[object, _Uses]] = {}
"""What is told of all days but the last, with their prints."""
door.at_change(_before.clear)
_days: dict[tuple[_Tenants, int], tuple[object, _Uses]] = {}
"""By tenants and day, with its print."""
door.at_change(_days.clear)


def last_uses(tenants: Sequence[TenantId], since: datetime, now: datetime) -> _Uses:
    """Return the latest use of each desktop, by source and native id; raises EngineAway.

    since: the whole of its day of UTC counts. What older days tell is kept until any row of them
    changes, and so is each of the last days.
    """
    first, today = door.to_ms(since) // _DAY_MS, door.to_ms(now) // _DAY_MS
    split = max(first, today - _OPEN_DAYS)
    minute, asked = now.replace(second=0, microsecond=0), tuple(tenants)
    older = _older(minute, asked, first, split)
    *days, last_day = _last_days(minute, asked, range(split, today + 1))
    found = _all_before(asked, (older, *days)).copy()
    _add(found, last_day[1])
    return found


def _all_before(tenants: _Tenants, parts: Sequence[tuple[object, _Uses]]) -> _Uses:
    state = [each for each, _ in parts]
    kept = _before.get(tenants)
    if kept is not None and kept[0] == state:
        return kept[1]
    found: _Uses = {}
    for _, uses in parts:
        _add(found, uses)
    _keep(_before, tenants, (state, found), _MOST_KEPT)
    return found


def _add(found: _Uses, later: _Uses) -> None:
    for key, used in later.items():
        older = found.get(key)
        if older is None or used.until_at >= older.until_at:
            found[key] = used


def _keep[K](
    kept: dict[K, tuple[object, _Uses]], key: K, told: tuple[object, _Uses], most: int
) -> None:
    if len(kept) >= most:
        kept.clear()
    kept[key] = told


def _last_days(minute: datetime, tenants: _Tenants, days: range) -> Iterator[tuple[object, _Uses]]:
    """Yield what each day tells, with its print; the last one with all that is told of later
    ones."""
    prints = tell_prints(minute, tenants, range(days.start, days.stop + _AHEAD_DAYS))
    for day in days:
        is_last = day == days[-1]
        own = {
            key: told for key, told in prints.items() if key[1] == day or (is_last and key[1] > day)
        }
        kept = _days.get((tenants, day))
        if kept is None or kept[0] != (day, is_last, own):
            uses = _read(tenants, day * _DAY_MS, _NEVER_MS if is_last else (day + 1) * _DAY_MS)
            kept = (day, is_last, own), uses
            _keep(_days, (tenants, day), kept, _MOST_DAYS)
        yield kept


def _older(minute: datetime, tenants: _Tenants, first: int, split: int) -> tuple[object, _Uses]:
    told = tell_prints(minute, tenants, range(first, split))
    state = first, split, told
    kept = _kept.get(tenants)
    if kept is None or kept[0] != state:
        kept = state, _read(tenants, first * _DAY_MS, split * _DAY_MS)
        _keep(_kept, tenants, kept, _MOST_KEPT)
    return kept


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
