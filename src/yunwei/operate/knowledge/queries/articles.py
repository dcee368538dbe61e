"""Questions about articles: one, those about something, those that one may browse."""

from collections.abc import Mapping

from yunwei.base.core.errors import Refused
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.operate.knowledge.facts.articles import Article, Audience, Topic
from yunwei.operate.knowledge.queries.searching import (
    ANSWERS_FROM,
    audiences_of,
    readable_articles,
    search_articles,
)


def access_article(
    viewer: Viewer, key: str, *, audiences: tuple[Audience, ...] = tuple(Audience)
) -> Article:
    """Return an article that is published. Raises Refused."""
    for each in readable_articles(viewer, audiences):
        if each.key == key:
            return each
    raise Refused()


def fetch_by_topic(
    viewer: Viewer,
    *,
    audiences: tuple[Audience, ...] = tuple(Audience),
    topic: Topic | None = None,
    language: str,
) -> Mapping[str, tuple[Article, ...]]:
    """Return what the viewer may read by topic, by title. Raises Refused."""
    audiences_of(viewer)
    found: dict[str, list[Article]] = {each.value: [] for each in Topic}
    for article in readable_articles(viewer, audiences):
        if topic in (None, article.content.topic):
            found[article.content.topic.value].append(article)
    return {
        name: tuple(sorted(articles, key=lambda each: each.content.text(language).title))
        for name, articles in found.items()
        if articles
    }


def fetch_about_alarm_type(viewer: Viewer, alarm_type: str) -> tuple[Article, ...]:
    """Return the articles about an alarm type; nothing for who may not see monitoring."""
    if not may(viewer, Permission.SEE_MONITORING):
        return ()
    return tuple(
        each
        for each in readable_articles(viewer)
        if any(_covers(told, alarm_type) for told in each.content.links.alarm_types)
    )


def fetch_about_causes(
    viewer: Viewer, causes: tuple[str, ...]
) -> Mapping[str, tuple[Article, ...]]:
    """Return the articles about causes of a diagnosis, by cause."""
    if not may(viewer, Permission.SEE_MONITORING):
        return {}
    readable = tuple(readable_articles(viewer))
    return {
        cause: tuple(each for each in readable if cause in each.content.links.causes)
        for cause in causes
    }


def fetch_near(viewer: Viewer, said: str, *, limit: int = 3) -> tuple[Article, ...]:
    """Return articles that speak of what is said somewhere (a ticket's title, an alarm's text);
    nothing when none does, or for who may read none."""
    if not any(may(viewer, each) for each in (Permission.SEE_MONITORING, Permission.USE_PORTAL)):
        return ()
    found = search_articles(viewer, said, language="zh", limit=limit)
    return tuple(each.article for each in found.hits if each.fit >= ANSWERS_FROM)


def fetch_for_alarm(viewer: Viewer, alarm_type: str, said: str) -> tuple[Article, ...]:
    """Return the articles about an alarm type, or else those that speak of what it says."""
    return fetch_about_alarm_type(viewer, alarm_type) or fetch_near(viewer, said)


def _covers(told: str, alarm_type: str) -> bool:
    """Say whether a link means an alarm type: the same, or `huawei.ces.*` for all beneath."""
    return told == alarm_type or (told.endswith(".*") and alarm_type.startswith(told[:-1]))
