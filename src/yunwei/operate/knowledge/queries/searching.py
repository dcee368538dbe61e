"""Searches over all articles that somebody may read."""

import threading
from collections.abc import Iterator

from yunwei.base.core.errors import Refused
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.operate.knowledge import store
from yunwei.operate.knowledge.facts.articles import Article, Audience, Topic
from yunwei.operate.knowledge.facts.searching import Found, Hit
from yunwei.operate.knowledge.queries.shipped import shipped_articles
from yunwei.operate.knowledge.rules.highlight import extract, mark
from yunwei.operate.knowledge.rules.index import ArticleIndex, Reader, fit
from yunwei.operate.knowledge.rules.markdown import plain_text
from yunwei.operate.knowledge.rules.words import Word, read_question

ANSWERS_FROM = 0.3
"""An article that speaks of less of a question is only near it."""
_LOOKED_AT = 30


class _Shelf:
    """This process's index, with the articles that stand in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: ArticleIndex | None = None
        self._stamps: dict[int, tuple[int, bool]] = {}
        self.articles: dict[str, Article] = {}

    def open(self) -> ArticleIndex:
        """Return the index with all that is published by now. Cost: one statement that names the
        published versions; what changed is read and taken in."""
        with transaction() as conn:
            stamps = store.published_stamps(conn)
            with self._lock:
                changed = [id for id, stamp in stamps.items() if self._stamps.get(id) != stamp]
                gone = [f"own-{id}" for id in self._stamps if id not in stamps]
                fresh = store.published_articles(conn, changed) if changed else {}
                put = {each.key: each for each in fresh.values()}
                if self._index is None:
                    self._index = ArticleIndex()
                    put |= shipped_articles()
                if put or gone:
                    self._index.change(put=put.values(), drop=gone)
                    kept = {k: v for k, v in self.articles.items() if k not in gone}
                    self.articles = kept | put
                    self._stamps = stamps
                return self._index


_SHELF = _Shelf()


def audiences_of(viewer: Viewer) -> tuple[Audience, ...]:
    """Return whose articles somebody reads: operators' for who sees monitoring. Raises Refused for
    who may read none."""
    if may(viewer, Permission.SEE_MONITORING):
        return (Audience.USERS, Audience.OPERATORS)
    if may(viewer, Permission.USE_PORTAL):
        return (Audience.USERS,)
    raise Refused()


def readable_articles(
    viewer: Viewer, audiences: tuple[Audience, ...] = tuple(Audience)
) -> Iterator[Article]:
    """Yield the published articles that the viewer may read. Raises Refused."""
    readable = frozenset(audiences_of(viewer)) & frozenset(audiences)
    _SHELF.open()
    for each in tuple(_SHELF.articles.values()):
        is_near = each.is_for_all or each.tenant in viewer.tenants
        if is_near and each.content.audience in readable:
            yield each


def search_articles(
    viewer: Viewer,
    asked: str,
    *,
    language: str,
    audiences: tuple[Audience, ...] = tuple(Audience),
    topic: Topic | None = None,
    limit: int = 10,
) -> Found:
    """Return what fits a question best of what the viewer may read. language: in which hits are
    shown; the question may be in any. Raises Refused."""
    readable = tuple(each for each in audiences_of(viewer) if each in audiences)
    question = read_question(asked)
    reader = Reader(tenants=viewer.tenants, audiences=readable, topic=topic)
    index = _SHELF.open()
    found = index.search(question, asked, reader, min(limit, _LOOKED_AT))
    hits = tuple(
        build_hit(_SHELF.articles[key], question, language, score)
        for key, score in found
        if key in _SHELF.articles
    )
    return Found(hits=hits, is_answered=any(each.fit >= ANSWERS_FROM for each in hits[:3]))


def build_hit(article: Article, question: tuple[Word, ...], language: str, score: float) -> Hit:
    spoken = article.content.spoken(language)
    text = article.content.texts[spoken]
    shown = plain_text(f"{text.symptoms}\n\n{text.causes}\n\n{text.steps}")
    return Hit(
        article=article,
        language=spoken,
        score=score,
        fit=fit(question, article.content),
        title=mark(text.title, question),
        extract=extract(shown, question),
    )
