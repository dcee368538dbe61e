"""Questions about articles that teams write, about what readers say, and about what is missing."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_provider
from yunwei.base.people.rules import may, require
from yunwei.operate.knowledge import store
from yunwei.operate.knowledge.facts.own import (
    ArticleVersion,
    Helpfulness,
    MissingQuestion,
    OwnArticle,
)

WRITE = Permission.OPERATE_ALARMS
"""Whoever acts on alarms writes down what helped."""

type Filters = Mapping[str, Any]


def fetch_own(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[OwnArticle]:
    """Return articles of the viewer's tenants, in whatever state. Raises Refused, Invalid."""
    require(viewer, WRITE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ARTICLES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_own, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_own(viewer: Viewer, article: int) -> OwnArticle:
    """Return one; raises Refused."""
    found = fetch_own(viewer, {"id": article}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_versions(viewer: Viewer, article: int) -> tuple[ArticleVersion, ...]:
    """Return what an article said, the latest first. Raises Refused."""
    access_own(viewer, article)
    with transaction() as conn:
        return store.fetch_versions(conn, article)


def may_write_for_all(viewer: Viewer) -> bool:
    """Say whether somebody's articles may be for all tenants: they are the provider's."""
    return may(viewer, WRITE) and viewer.tenant == system_provider().id


def fetch_helpfulness(viewer: Viewer, key: str) -> Helpfulness:
    """Return what people of the viewer's tenants said of an article, and the viewer."""
    tenants = viewer.tenants if may(viewer, Permission.SEE_MONITORING) else ()
    with transaction() as conn:
        return store.count_feedback(conn, key, tenants=tenants, user=viewer.user_id)


def fetch_missing(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[MissingQuestion]:
    """Return questions that no article answers. Raises Refused, Invalid."""
    require(viewer, WRITE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.MISSING,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_missing, found.items))
    return Page(items=items, next=found.next, total=found.total)
