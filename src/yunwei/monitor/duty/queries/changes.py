"""Questions about overrides, temporary shifts, leave and swaps."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.listing import Listing, fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.facts.changes import Leave, Swap
from yunwei.monitor.duty.facts.plans import OverrideRow
from yunwei.monitor.duty.store import changes as store

type Filters = Mapping[str, Any] | None


def fetch_overrides(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[OverrideRow]:
    """Return overrides. Filters: schedule, user, since, until. Sorts: starts_at, ends_at."""
    return _fetch(viewer, store.OVERRIDES, _override_row, (filters, page))


def fetch_temporaries(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[OverrideRow]:
    """Return temporary shifts. Filters: schedule, user, since, until. Sorts: starts_at, ends_at."""
    return _fetch(viewer, store.TEMPORARIES, _temporary_row, (filters, page))


def fetch_leaves(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[Leave]:
    """Return leave of people of the viewer's tenants. Filters: user, since, until. Sorts:
    starts_at, ends_at, user_name."""
    return _fetch(viewer, store.LEAVES, store.build_leave, (filters, page))


def fetch_swaps(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[Swap]:
    """Return requests to swap, newest first. Filters: schedule, user, state, since, until. Sorts:
    starts_at, ends_at, asked_at."""
    return _fetch(viewer, store.SWAPS, store.build_swap, (filters, page))


def access_override(viewer: Viewer, override: int) -> OverrideRow:
    """Return one override; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_overrides(viewer, {"id": override}))


def access_temporary(viewer: Viewer, shift: int) -> OverrideRow:
    """Return one temporary shift; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_temporaries(viewer, {"id": shift}))


def access_leave(viewer: Viewer, leave: int) -> Leave:
    """Return one leave; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_leaves(viewer, {"id": leave}))


def access_swap(viewer: Viewer, swap: int) -> Swap:
    """Return one request; raises Refused when it is not there or not the viewer's."""
    return _only(fetch_swaps(viewer, {"id": swap}))


def _override_row(row: Mapping[str, Any]) -> OverrideRow:
    named = {"what": row["kind"], "tenant": row["tenant_id"]}
    return msgspec.convert({**row, **named, "span": _span(row)}, OverrideRow)


def _temporary_row(row: Mapping[str, Any]) -> OverrideRow:
    named = {
        "what": "temporary",
        "tenant": row["tenant_id"],
        "user": None,
        "user_name": "",
        "stand_in": row["user"],
        "stand_in_name": row["user_name"],
    }
    return msgspec.convert({**row, **named, "span": _span(row)}, OverrideRow)


def _span(row: Mapping[str, Any]) -> Span:
    return Span(row["starts_at"], row["ends_at"])


def _fetch[T](
    viewer: Viewer,
    listing: Listing,
    build: Callable[[dict[str, Any]], T],
    asked: tuple[Filters, PageRequest | None],
) -> Page[T]:
    require(viewer, Permission.SEE_MONITORING)
    filters, page = asked
    with transaction() as conn:
        found = fetch_page(
            conn,
            listing,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(build, found.items)), next=found.next, total=found.total)


def _only[T](page: Page[T]) -> T:
    if not page.items:
        raise Refused()
    return page.items[0]
