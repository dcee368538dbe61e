"""Questions about the improvement register: a list, one entry, who may own one."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ImprovementId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.improvements import Improvement
from yunwei.operate.service.store import improvements as store


def fetch_improvements(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Improvement]:
    """Return entries about the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.IMPROVEMENTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_improvement, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_improvement(viewer: Viewer, improvement: ImprovementId) -> Improvement:
    """Return one entry; raises Refused."""
    found = fetch_improvements(viewer, {"id": improvement}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]
