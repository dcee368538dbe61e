"""Which desktops nobody uses, in which way each is idle, and how many could be given back."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.idle import Idle, IdleCounts, IdleKind, IdleLimits
from yunwei.operate.usage.rules import idle as rules
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store import idle as store
from yunwei.operate.usage.store.prints import fetch_reaches

type Filters = Mapping[str, Any]

_LOOK_BACK = timedelta(days=rules.MOST_DAYS + 7)
SORTS: Mapping[str, Callable[[Idle], Any]] = {
    "unused": lambda each: each.unused_s or 0.0,
    "name": lambda each: each.desktop.name.lower(),
    "pool": lambda each: each.desktop.pool_name.lower(),
    "state": lambda each: each.desktop.state,
    "last_at": lambda each: each.last_at.timestamp() if each.last_at else 0.0,
    "source": lambda each: each.desktop.source_name,
}
_DEFAULT_SORT = "-unused"


def fetch_idle(
    viewer: Viewer,
    filters: Filters | None = None,
    page: PageRequest | None = None,
    *,
    clock: Clock | None = None,
) -> Page[Idle]:
    """Return a page of desktops that are idle in any way, those unused longest first.

    filters: names of `_TESTS`, and the limits. Raises Invalid, EngineAway. Cost: as `count_idle`
    says.
    """
    wanted, asked = page or PageRequest(), filters or {}
    judged = _judged(viewer, read_limits(asked), clock)
    found = [each for each in judged if each.kinds and _matches(each, asked)]
    name = wanted.sort or _DEFAULT_SORT
    key = SORTS.get(name.removeprefix("-"))
    if key is None:
        raise Invalid("sort", "this is not one of the choices")
    found.sort(key=lambda each: each.desktop.id)
    found.sort(key=key, reverse=name.startswith("-"))
    start = _read_cursor(wanted.cursor)
    rows = tuple(found[start : start + wanted.limit])
    end = start + len(rows)
    return Page(items=rows, next=str(end) if end < len(found) else None, total=len(found))


def count_idle(
    viewer: Viewer, limits: IdleLimits | None = None, *, clock: Clock | None = None
) -> IdleCounts:
    """Return how many desktops are idle in which way, and how many could be given back.

    Cost: linear in desktops and in connections of 97 days; kept for the minute.
    """
    return summarize(_judged(viewer, limits or IdleLimits(), clock))


def find_idle(
    viewer: Viewer,
    desktops: Collection[int],
    limits: IdleLimits | None = None,
    *,
    clock: Clock | None = None,
) -> dict[int, Idle]:
    """Return what is said of some desktops' use, by id; raises EngineAway. Cost: as `count_idle`
    says."""
    judged = _judged(viewer, limits or IdleLimits(), clock)
    return {each.desktop.id: each for each in judged if each.desktop.id in desktops}


def system_last_use(
    tenant: TenantId, source: SourceId, native_id: str, *, now: datetime
) -> datetime | None:
    """Return until when records tell that a desktop was used, None where they tell of no use;
    raises EngineAway. Cost: linear in the tenant's connections of 97 days, once a minute."""
    minute = now.replace(second=0, microsecond=0)
    found = door.remember(
        minute, ("last_uses", tenant), lambda: store.last_uses((tenant,), now - _LOOK_BACK, now)
    )
    last = found.get((source, native_id))
    return last.until_at if last else None


def summarize(found: tuple[Idle, ...]) -> IdleCounts:
    """Return counts of judged desktops."""
    returned = [each.desktop for each in found if each.could_return]
    return IdleCounts(
        desktops=len(found),
        idle=sum(bool(each.kinds) for each in found),
        by_kind=dict(Counter(kind for each in found for kind in each.kinds)),
        could_return=len(returned),
        cpu=sum(each.cpu or 0 for each in returned),
        memory_mb=sum(each.memory_mb or 0 for each in returned),
        not_judged=sum(not each.is_judged for each in found),
        known_from=max((each.known_from for each in found if each.known_from), default=None),
    )


def read_limits(filters: Filters) -> IdleLimits:
    """Return the limits that stand among the filters of a list, the usual ones for the others."""
    names = ("unused_days", "on_hours", "disconnected_hours")
    return IdleLimits(**{name: int(filters[name]) for name in names if name in filters})


def _judged(viewer: Viewer, limits: IdleLimits, clock: Clock | None) -> tuple[Idle, ...]:
    require(viewer, Permission.SEE_MONITORING)
    rules.check_limits(limits)
    now = (clock or SystemClock()).now()
    minute = now.replace(second=0, microsecond=0)
    question = "idle", viewer.tenants, limits
    return door.remember(minute, question, lambda: _judge_all(viewer, limits, now))


def _judge_all(viewer: Viewer, limits: IdleLimits, now: datetime) -> tuple[Idle, ...]:
    tenants: tuple[TenantId, ...] = viewer.tenants
    since_ms = door.to_ms(now - _LOOK_BACK)
    # first, for it asks of all the days that the other needs
    reaches = fetch_reaches(now.replace(second=0, microsecond=0), tenants, since_ms)
    last = store.last_uses(tenants, now - _LOOK_BACK, now)
    held = inventory.fetch_held_desktops(viewer, tenants)
    measures = {
        source: rules.measure_of(reaches.get(source), limits, now)
        for source in {each.source for each in held}
    }
    return tuple(
        rules.judge(each, last.get((each.source, each.native_id)), measures[each.source])
        for each in held
    )


def _matches(each: Idle, filters: Filters) -> bool:
    return all(_TESTS[name](each, value) for name, value in filters.items() if name in _TESTS)


_TESTS: Mapping[str, Callable[[Idle, Any], bool]] = {
    "search": lambda each, text: any(
        text.lower() in said.lower()
        for said in (
            each.desktop.name,
            each.last_login,
            each.desktop.pool_name,
            *each.desktop.logins,
        )
    ),
    "kind": lambda each, kind: IdleKind(kind) in each.kinds,
    "pool": lambda each, pool: each.desktop.pool == pool,
    "source": lambda each, source: each.desktop.source == source,
    "tenant": lambda each, tenant: each.desktop.tenant == tenant,
    "desktop_kind": lambda each, kind: each.desktop.kind == kind,
    "state": lambda each, state: each.desktop.state == state,
    "could_return": lambda each, wanted: each.could_return is wanted,
}


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise Invalid("cursor", "this is no place in the list")
    return int(cursor)
