"""Questions about articles that teams write, about what readers say, and about what is missing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TenantId
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
from yunwei.operate.knowledge.rules.archives import (
    MOST_ARTICLES,
    PackedArticle,
    pack_articles,
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


def export_own(viewer: Viewer, tenant: TenantId, *, now: datetime) -> bytes:
    """Return a tenant's articles with all their versions as an archive. Raises Refused; Conflict
    when there are more than an archive holds."""
    require(viewer, WRITE, tenant)
    seeing = replace(viewer, tenants=(tenant,))
    found = fetch_own(seeing, {}, PageRequest(limit=MOST_ARTICLES)).items
    if fetch_own(seeing, {}, PageRequest(limit=1)).total > MOST_ARTICLES:
        raise Conflict("these are more articles than one file holds")
    rows = sorted(found, key=lambda each: each.id)
    with transaction() as conn:
        said = store.versions_of(conn, [each.id for each in rows])
    packed = (
        PackedArticle(folder=row.key, versions=tuple(said[row.id]), is_for_all=row.is_for_all)
        for row in rows
    )
    return pack_articles(packed, at=now)


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
