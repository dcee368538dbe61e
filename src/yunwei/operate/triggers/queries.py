"""Questions about triggers and what they did."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TriggerId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.triggers import store
from yunwei.operate.triggers.facts import Firing, Trigger

_SEE = Permission.SEE_SCRIPTS

type Filters = Mapping[str, Any]


def fetch_triggers(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Trigger]:
    """Return triggers of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TRIGGERS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_trigger, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_trigger(viewer: Viewer, trigger: TriggerId) -> Trigger:
    """Return one trigger; raises Refused."""
    found = fetch_triggers(viewer, {"id": trigger}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_firings(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Firing]:
    """Return firings of triggers of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.FIRINGS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_firing, found.items))
    return Page(items=items, next=found.next, total=found.total)


def system_broken_triggers() -> tuple[Trigger, ...]:
    """Return the triggers whose breaker is open."""
    with transaction() as conn:
        return store.broken_triggers(conn)


def system_standing_triggers() -> tuple[Trigger, ...]:
    """Return the triggers that are on, of all tenants."""
    with transaction() as conn:
        return store.standing_triggers(conn)
