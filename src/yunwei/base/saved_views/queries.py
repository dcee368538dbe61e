"""Questions about saved views: a viewer's own, and those shared in their tenant."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import SavedViewId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import MAX_LIMIT, fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.base.saved_views import store
from yunwei.base.saved_views.facts import SavedPage, SavedView


def fetch_views(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[SavedView]:
    """Return a page of views by name. Raises Refused, Invalid for an unknown filter."""
    require(viewer, Permission.SEE_MONITORING)
    if viewer.user_id is None:
        return Page(items=(), next=None, total=0)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.VIEWS,
            # shared means: with one's own people, not with everybody whose things one sees
            tenants=(viewer.tenant,),
            filters={**(filters or {}), "user": viewer.user_id},
            request=page or PageRequest(limit=MAX_LIMIT),
        )
    return Page(items=tuple(map(store.build_view, found.items)), next=found.next, total=found.total)


def views_of_page(viewer: Viewer, page: SavedPage) -> tuple[SavedView, ...]:
    """Return what the menu of a page offers."""
    return tuple(fetch_views(viewer, {"page": page.value}).items)


def access_view(viewer: Viewer, view: SavedViewId) -> SavedView:
    """Return one view; raises Refused when it is not there or not for the viewer."""
    found = fetch_views(viewer, {"id": view}).items
    if not found:
        raise Refused()
    return found[0]
