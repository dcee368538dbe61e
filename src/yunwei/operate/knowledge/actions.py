"""Changes of articles: written, published, retired; what readers say, and what is missing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Viewer
from yunwei.base.people.queries import system_provider
from yunwei.base.people.rules import require
from yunwei.operate.diagnosis.queries.diagnoses import name_causes
from yunwei.operate.knowledge import store
from yunwei.operate.knowledge.facts.articles import Content
from yunwei.operate.knowledge.facts.own import ArticleState, Imported, OwnArticle
from yunwei.operate.knowledge.queries import articles, own
from yunwei.operate.knowledge.rules.archives import PackedArticle, unpack_articles
from yunwei.operate.knowledge.rules.contents import check_content

_MOST_MISSING = 2000
_SHORTEST, _LONGEST = 2, 120


def add_article(
    viewer: Viewer, tenant: TenantId, content: Content, *, is_for_all: bool, now: datetime
) -> int:
    """Add a draft. Raises Refused; Invalid naming the field."""
    require(viewer, own.WRITE, tenant)
    _check(content, tenant, is_for_all=is_for_all)
    with transaction() as conn:
        made = store.add_article(
            conn, tenant, content, is_for_all=is_for_all, by=viewer.name, now=now
        )
        _tell(conn, viewer, "knowledge.add", article=made, tenant=tenant, content=content)
    return made


def change_article(
    viewer: Viewer,
    article: int,
    content: Content,
    *,
    is_for_all: bool,
    seen: int,
    now: datetime,
) -> None:
    """Write a new version, which readers see once it is published. seen: the version that was
    changed. Raises Refused; Invalid naming the field; Conflict when somebody was faster."""
    known = _access(viewer, article)
    _check(content, known.tenant, is_for_all=is_for_all)
    with transaction() as conn:
        latest = store.lock_article(conn, article)
        if latest != seen:
            raise Conflict("somebody else changed the article meanwhile")
        store.change_article(
            conn,
            article,
            content,
            number=latest + 1,
            is_for_all=is_for_all,
            by=viewer.name,
            now=now,
        )
        _tell(
            conn, viewer, "knowledge.change", article=article, tenant=known.tenant, content=content
        )


def import_articles(viewer: Viewer, tenant: TenantId, data: bytes, *, now: datetime) -> Imported:
    """Add the articles of an archive as drafts, all of them or none, with all their versions; those
    that stand there already are left out. Whoever imports them stands as their writer: an archive
    can say nothing of that. Raises Refused; Invalid at `file`."""
    require(viewer, own.WRITE, tenant)
    packed = unpack_articles(data)
    for article in packed:
        _check_packed(article)
    is_provider = tenant == system_provider().id
    added: list[int] = []
    with transaction() as conn:
        said = list(store.latest_contents(conn, tenant))
        for article in packed:
            if article.versions[-1] in said:
                continue
            said.append(article.versions[-1])
            kept = replace(article, is_for_all=article.is_for_all and is_provider)
            added.append(_add_packed(conn, kept, tenant, by=viewer.name, now=now))
        record(
            conn,
            viewer,
            "knowledge.import",
            object_kind="article",
            tenant=tenant,
            after={"added": len(added), "known": len(packed) - len(added)},
        )
    return Imported(added=tuple(added), known=len(packed) - len(added))


def publish_article(viewer: Viewer, article: int) -> None:
    """Let readers see the latest version. Raises Refused."""
    known = _access(viewer, article)
    with transaction() as conn:
        store.lock_article(conn, article)
        store.publish(conn, article)
        _tell(
            conn,
            viewer,
            "knowledge.publish",
            article=article,
            tenant=known.tenant,
            content=known.content,
        )


def retire_article(viewer: Viewer, article: int) -> None:
    """Let nobody find an article any more; its versions stay. Raises Refused, Conflict."""
    known = _access(viewer, article)
    with transaction() as conn:
        store.lock_article(conn, article)
        if known.state is ArticleState.RETIRED:
            raise Conflict("this article is retired already")
        store.retire(conn, article)
        _tell(
            conn,
            viewer,
            "knowledge.retire",
            article=article,
            tenant=known.tenant,
            content=known.content,
        )


def give_feedback(viewer: Viewer, key: str, *, has_helped: bool, now: datetime) -> None:
    """Note whether an article helped the viewer; said again, it replaces what was said. Raises
    Refused for an article that they may not read."""
    articles.access_article(viewer, key)
    if viewer.user_id is None:
        raise Refused()
    with transaction() as conn:
        store.give_feedback(
            conn,
            key,
            tenant=viewer.tenant,
            user=viewer.user_id,
            has_helped=has_helped,
            now=now,
        )


def note_missing(viewer: Viewer, question: str, *, now: datetime) -> None:
    """Count a question that no article answers. Too short ones, and more than a tenant may have,
    are let go."""
    said = " ".join(question.lower().split())[:_LONGEST]
    if len(said) < _SHORTEST:
        return
    with transaction() as conn:
        store.note_missing(conn, viewer.tenant, said, most=_MOST_MISSING, now=now)


def close_missing(viewer: Viewer, missing: int, *, now: datetime) -> None:
    """Take a question off the list; asked again, it returns. Raises Refused."""
    require(viewer, own.WRITE)
    with transaction() as conn:
        if not store.close_missing(conn, missing, viewer.tenants, now):
            raise Refused()


def _check_packed(article: PackedArticle) -> None:
    causes = name_causes()
    for number, content in enumerate(article.versions, start=1):
        try:
            check_content(content, causes)
        except Invalid as error:
            why = f"file {article.folder}/v{number}: {error.field}: {error.message}"[:300]
            raise Invalid("file", why) from error


def _add_packed(
    conn: Connection, article: PackedArticle, tenant: TenantId, *, by: str, now: datetime
) -> int:
    first, *later = article.versions
    said: dict[str, Any] = {"is_for_all": article.is_for_all, "by": by, "now": now}
    made = store.add_article(conn, tenant, first, **said)
    for number, content in enumerate(later, start=2):
        store.change_article(conn, made, content, number=number, **said)
    return made


def _access(viewer: Viewer, article: int) -> OwnArticle:
    known = own.access_own(viewer, article)
    require(viewer, own.WRITE, known.tenant)
    return known


def _check(content: Content, tenant: TenantId, *, is_for_all: bool) -> None:
    check_content(content, name_causes())
    if is_for_all and tenant != system_provider().id:
        raise Invalid("is_for_all", "only the provider writes for all")


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    article: int,
    tenant: TenantId,
    content: Content,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="article",
        object_id=article,
        object_name=content.text("zh").title,
        tenant=tenant,
        after={"topic": content.topic.value, "audience": content.audience.value},
    )
