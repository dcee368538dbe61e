"""A search for articles as a page asks it, for operators and for people who use desktops."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import get_language

from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.page import CLOCK
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.articles import Article, Audience, Topic
from yunwei.operate.knowledge.facts.searching import Found
from yunwei.operate.knowledge.queries import articles as queries
from yunwei.operate.knowledge.queries.searching import search_articles

_LONGEST = 200
_MOST = 20


@dataclass
class KnowledgeSearch:
    """audiences: whose articles the page shows. topic: None, all of them."""

    viewer: Viewer
    text: str
    topic: Topic | None
    audiences: tuple[Audience, ...]

    @cached_property
    def found(self) -> Found:
        return search_articles(
            self.viewer,
            self.text,
            language=get_language() or "zh",
            audiences=self.audiences,
            topic=self.topic,
            limit=_MOST,
        )

    @cached_property
    def shelves(self) -> Mapping[str, tuple[Article, ...]]:
        """What there is by topic, when nothing is asked."""
        return queries.fetch_by_topic(
            self.viewer,
            audiences=self.audiences,
            topic=self.topic,
            language=get_language() or "zh",
        )

    @property
    def topics(self) -> tuple[Topic, ...]:
        return tuple(Topic)


def read_search(
    request: HttpRequest, viewer: Viewer, audiences: tuple[Audience, ...]
) -> KnowledgeSearch:
    """Return what the address asks: `q` and `topic`, a topic that is none being all of them."""
    asked = request.GET.get("topic", "")
    topic = Topic(asked) if asked in set(Topic) else None
    text = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    return KnowledgeSearch(viewer=viewer, text=text, topic=topic, audiences=audiences)


def note(request: HttpRequest, search: KnowledgeSearch) -> KnowledgeSearch:
    """Count a question that no article answers, once it was sent; not while it is being typed."""
    is_typing = bool(getattr(request, "htmx", None))
    if search.text and not is_typing and not search.found.is_answered:
        actions.note_missing(search.viewer, search.text, now=CLOCK.now())
    return search
