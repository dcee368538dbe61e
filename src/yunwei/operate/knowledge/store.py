"""Rows of articles to facts and back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.knowledge.facts.articles import Article, Content
from yunwei.operate.knowledge.facts.own import (
    ArticleState,
    ArticleVersion,
    Helpfulness,
    MissingQuestion,
    OwnArticle,
)

SQL = load_statements("yunwei.operate.knowledge")

ARTICLES = Listing(
    base=SQL["list_articles"],
    filters={
        "id": "id = %(id)s",
        "state": "state = %(state)s",
        "topic": "topic = %(topic)s",
        "audience": "audience = %(audience)s",
        "search": "title ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "title": "lower(title)",
        "changed_at": "changed_at",
        "state": "state",
        "helped": "helped",
        "not_helped": "not_helped",
    },
    default_sort="-changed_at",
)
MISSING = Listing(
    base=SQL["list_missing"],
    filters={"search": "question ILIKE '%%' || %(search)s || '%%'"},
    sorts={"times": "times", "last_at": "last_at", "question": "lower(question)"},
    default_sort="-times",
)


def build_own(row: Mapping[str, Any]) -> OwnArticle:
    told = {name: row[name] for name in OwnArticle.__dataclass_fields__ if name in row}
    return OwnArticle(
        **{
            **told,
            "tenant": TenantId(row["tenant_id"]),
            "state": ArticleState(row["state"]),
            "content": _content(row["content"]),
        }
    )


def build_missing(row: Mapping[str, Any]) -> MissingQuestion:
    told = {name: row[name] for name in MissingQuestion.__dataclass_fields__ if name in row}
    return MissingQuestion(**{**told, "tenant": TenantId(row["tenant_id"])})


def published_stamps(conn: Connection) -> dict[int, tuple[int, bool]]:
    """Return the published version of each article, and whether it is for all."""
    rows = _all(conn, "published_stamps", {})
    return {row["id"]: (row["published"], row["is_for_all"]) for row in rows}


def published_articles(conn: Connection, ids: Iterable[int]) -> dict[int, Article]:
    return {
        row["id"]: Article(
            key=f"own-{row['id']}",
            content=_content(row["content"]),
            tenant=TenantId(row["tenant_id"]),
            is_for_all=row["is_for_all"],
        )
        for row in _all(conn, "published_articles", {"ids": list(ids)})
    }


def fetch_versions(conn: Connection, article: int) -> tuple[ArticleVersion, ...]:
    rows = _all(conn, "list_versions", {"id": article})
    return tuple(ArticleVersion(**{**row, "content": _content(row["content"])}) for row in rows)


def versions_of(conn: Connection, ids: Iterable[int]) -> dict[int, list[Content]]:
    """Return what articles said, the first version first."""
    found: dict[int, list[Content]] = {}
    for row in _all(conn, "versions_of", {"ids": list(ids)}):
        found.setdefault(row["id"], []).append(_content(row["content"]))
    return found


def latest_contents(conn: Connection, tenant: TenantId) -> tuple[Content, ...]:
    """Return what a tenant's articles say, by their latest versions."""
    rows = _all(conn, "latest_contents", {"tenant": tenant})
    return tuple(_content(row["content"]) for row in rows)


def add_article(
    conn: Connection,
    tenant: TenantId,
    content: Content,
    *,
    is_for_all: bool,
    by: str,
    now: datetime,
) -> int:
    made: int = _all(conn, "add_article", {"tenant": tenant, "is_for_all": is_for_all})[0]["id"]
    _add_version(conn, made, content, number=1, by=by, now=now)
    return made


def change_article(
    conn: Connection,
    article: int,
    content: Content,
    *,
    number: int,
    is_for_all: bool,
    by: str,
    now: datetime,
) -> None:
    _add_version(conn, article, content, number=number, by=by, now=now)
    _run(conn, "note_latest", {"id": article, "number": number, "is_for_all": is_for_all})


def _add_version(
    conn: Connection, article: int, content: Content, *, number: int, by: str, now: datetime
) -> None:
    said = to_json(msgspec.to_builtins(content))
    values = {"id": article, "number": number, "content": said, "by": by, "now": now}
    _run(conn, "add_version", values)


def lock_article(conn: Connection, article: int) -> int:
    """Return the number of its latest version."""
    latest: int = _all(conn, "lock_article", {"id": article})[0]["latest"]
    return latest


def publish(conn: Connection, article: int) -> None:
    _run(conn, "publish", {"id": article})


def retire(conn: Connection, article: int) -> None:
    _run(conn, "retire", {"id": article})


def give_feedback(
    conn: Connection, key: str, *, tenant: TenantId, user: UserId, has_helped: bool, now: datetime
) -> None:
    values = {"key": key, "tenant": tenant, "user": user, "has_helped": has_helped, "now": now}
    _run(conn, "give_feedback", values)


def count_feedback(
    conn: Connection, key: str, *, tenants: tuple[TenantId, ...], user: UserId | None
) -> Helpfulness:
    values = {"key": key, "tenants": list(tenants), "user": user or 0}
    return Helpfulness(**_all(conn, "count_feedback", values)[0])


def note_missing(
    conn: Connection, tenant: TenantId, question: str, *, most: int, now: datetime
) -> None:
    values = {"tenant": tenant, "question": question, "most": most, "now": now}
    _run(conn, "note_missing", values)


def close_missing(
    conn: Connection, missing: int, tenants: tuple[TenantId, ...], now: datetime
) -> bool:
    values = {"id": missing, "tenants": list(tenants), "now": now}
    return bool(_all(conn, "close_missing", values))


def _content(said: Any) -> Content:
    return msgspec.convert(said, Content)


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
