"""Questions about who owns what."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.ids import OwnershipId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.notify.facts.reaching import OwnershipRow
from yunwei.monitor.notify.queries.lists import fetch_list, only
from yunwei.monitor.notify.store import owners as owner_store


def fetch_ownerships(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[OwnershipRow]:
    """Return a page of the tables of ownership, by what is owned."""
    return fetch_list(
        viewer,
        Permission.SEE_RULES,
        owner_store.OWNERSHIPS,
        owner_store.build_ownership_row,
        (filters, page),
    )


def access_ownership(viewer: Viewer, ownership: OwnershipId) -> OwnershipRow:
    """Return one entry; raises Refused when it is not there or not the viewer's."""
    return only(fetch_ownerships(viewer, filters={"id": ownership}))
