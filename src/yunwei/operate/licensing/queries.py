"""Questions about who holds licences that others may ask."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.licensing import store
from yunwei.operate.licensing.facts import (
    GivingBack,
    Holder,
    HolderCounts,
    Refused,
    RefusedLogons,
)
from yunwei.operate.licensing.rules import holding

type Filters = Mapping[str, Any]

_MANY = PageRequest(limit=1000)
SORTS: Mapping[str, Callable[[Holder], Any]] = {
    "unused": lambda each: -1 if each.unused_days is None else each.unused_days,
    "login": lambda each: each.account.login.lower(),
    "department": lambda each: each.account.department,
    "desktops": lambda each: each.account.desktops,
    "last_at": lambda each: each.last_at.timestamp() if each.last_at else 0.0,
    "source": lambda each: each.account.source_name,
}
_TESTS: Mapping[str, Callable[[Holder, Any], bool]] = {
    "search": lambda each, text: any(
        text.lower() in said.lower() for said in (each.account.login, each.account.name)
    ),
    "source": lambda each, source: each.account.source == source,
    "tenant": lambda each, tenant: each.account.tenant == tenant,
    "department": lambda each, name: each.account.department == name,
    "reason": lambda each, reason: each.reason == GivingBack(reason),
    "could_return": lambda each, wanted: (each.reason is not None) is wanted,
    "is_connected": lambda each, wanted: bool(each.account.sessions) is wanted,
}


def fetch_holders(
    viewer: Viewer, filters: Filters, page: PageRequest, *, now: datetime
) -> Page[Holder]:
    """Return a page of accounts, those unused longest first.

    filters: names of `_TESTS`, and `days`, from which on an account counts as unused. Raises
    Invalid, EngineAway. Cost: linear in accounts and in the connections of 97 days.
    """
    found = [
        each
        for each in _judge_all(viewer, int(filters.get("days", holding.USUAL_DAYS)), now)
        if all(_TESTS[name](each, value) for name, value in filters.items() if name in _TESTS)
    ]
    name = page.sort or "-unused"
    key = SORTS.get(name.removeprefix("-"))
    if key is None:
        raise Invalid("sort", "this is not one of the choices")
    found.sort(key=key, reverse=name.startswith("-"))
    start = _read_cursor(page.cursor)
    end = start + page.limit
    rows = tuple(found[start:end])
    return Page(items=rows, next=str(end) if end < len(found) else None, total=len(found))


def count_holders(viewer: Viewer, days: int, *, now: datetime) -> HolderCounts:
    """Return how many hold what, and how many could give back. Raises Invalid, EngineAway."""
    return holding.summarize(_judge_all(viewer, days, now))


def _judge_all(viewer: Viewer, days: int, now: datetime) -> tuple[Holder, ...]:
    require(viewer, Permission.SEE_MONITORING)
    holding.check_days(days)
    since = now - timedelta(days=holding.MOST_DAYS + 7)
    last = telemetry.last_uses_of_users(viewer, since, now)
    known = telemetry.known_connections(viewer)
    with transaction() as conn:
        accounts = store.fetch_accounts(conn, viewer.tenants)
    return tuple(
        holding.judge(
            each,
            last.get((each.source, each.login)),
            known[each.source][0] if each.source in known else None,
            days=days,
            now=now,
        )
        for each in accounts
    )


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise Invalid("cursor", "this is no place in the list")
    return int(cursor)


def fetch_refused(viewer: Viewer, from_at: datetime, to_at: datetime) -> RefusedLogons:
    """Return the logons of a time that failed for want of a licence, by day, source and reason.

    By the reason's own words. Raises Invalid, EngineAway.
    """
    rows = telemetry.failures_by_day(viewer, from_at, to_at, time_zone=viewer.time_zone)
    names = {row.id: row.name for row in collect_queries.fetch_sources(viewer, page=_MANY).items}
    wanted = tuple(
        Refused(
            day=row.day,
            source=row.source,
            source_name=names.get(row.source, ""),
            reason=row.reason,
            attempts=row.attempts,
            users=row.users,
            last_at=row.last_at,
        )
        for row in rows
        if holding.names_licence(row.reason)
    )
    return RefusedLogons(
        rows=wanted,
        attempts=sum(row.attempts for row in wanted),
        failed=sum(row.attempts for row in rows),
        last_at=max((row.last_at for row in wanted), default=None),
    )
