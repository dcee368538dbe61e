"""How the lists of notify are fetched: the viewer's right, their tenants, a page."""

from collections.abc import Callable, Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import Listing, fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require


def fetch_list[T](
    viewer: Viewer,
    permission: Permission,
    listing: Listing,
    build: Callable[[dict[str, Any]], T],
    asked: tuple[Mapping[str, Any] | None, PageRequest | None],
) -> Page[T]:
    require(viewer, permission)
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


def only[T](page: Page[T]) -> T:
    if not page.items:
        raise Refused()
    return page.items[0]
