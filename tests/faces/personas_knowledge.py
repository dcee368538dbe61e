"""Who may pass the doors of articles: part of the table in `personas`."""

from typing import Any

from tests.faces.doors import (
    EVERYBODY,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.operate.knowledge import actions, store
from yunwei.operate.knowledge.facts.articles import Audience, Content, Text, Topic
from yunwei.operate.knowledge.queries import own

FOR_OPERATORS = {"key": "article_for_operators"}
FOR_USERS = {"key": "article_for_users"}
OWN = {"article": "own_article"}
REST_OWN = {"article_id": "own_article"}
MISSING = {"missing": "missing_question"}
PORTAL = "root olga mia kai una chen"
FORM = {
    "topic": "desktop",
    "audience": "operators",
    "en_title": "A fault",
    "en_steps": "Do it.",
    "seen": "1",
}
SAID = {"topic": "desktop", "texts": {"en": {"title": "A fault", "steps": "Do it."}}}


def _new(world: World) -> dict[str, Any]:
    return SAID | {"tenant": world["a"]}


PAGES: dict[str, Door] = {
    "knowledge": door(MONITORS_ANY, query="?q=printer"),
    "article": door(MONITORS_ANY, at=FOR_OPERATORS),
    "portal_help": door(PORTAL, query="?q=printer"),
    "portal_help_article": door(PORTAL, at=FOR_USERS),
    "portal_help_feedback": door(PORTAL, 303, method="post", at=FOR_USERS, data={"helped": "yes"}),
    "article_feedback": door(
        MONITORS_ANY, 303, method="post", at=FOR_OPERATORS, data={"helped": "no"}
    ),
    "own_articles": door(OPERATORS_ANY),
    "article_new": door(OPERATORS_ANY),
    "own_article": door(OPERATORS, at=OWN),
    "own_article_change": door(OPERATORS, 303, method="post", at=OWN, data=FORM),
    "own_article_act": door(OPERATORS, 303, method="post", at=OWN, data={"act": "publish"}),
    "article_archive": door(OPERATORS_ANY),
    "article_archive_export": door(OPERATORS, at={"tenant": "a"}),
    "knowledge_missing": door(OPERATORS_ANY),
    "knowledge_missing_close": door(OPERATORS, 303, method="post", at=MISSING, data={}),
}

REST: dict[str, Door] = {
    "GET /api/v1/knowledge": door(EVERYBODY, query="?q=printer"),
    "GET /api/v1/knowledge/{key}": door(MONITORS_ANY, at=FOR_OPERATORS),
    "POST /api/v1/knowledge/{key}/feedback": door(
        MONITORS_ANY, at=FOR_OPERATORS, data={"has_helped": True}
    ),
    "GET /api/v1/knowledge/own": door(OPERATORS_ANY),
    "POST /api/v1/knowledge/own": door(OPERATORS, 201, data=_new),
    "GET /api/v1/knowledge/own/{article_id}": door(OPERATORS, at=REST_OWN),
    "PUT /api/v1/knowledge/own/{article_id}": door(OPERATORS, at=REST_OWN, data=SAID | {"seen": 1}),
    "GET /api/v1/knowledge/own/{article_id}/versions": door(OPERATORS, at=REST_OWN),
    "POST /api/v1/knowledge/own/{article_id}/publish": door(OPERATORS, at=REST_OWN, data={}),
    "POST /api/v1/knowledge/own/{article_id}/retire": door(OPERATORS, at=REST_OWN, data={}),
    "GET /api/v1/knowledge/own/archive": door(OPERATORS_ANY),
    # this is no ZIP file
    "POST /api/v1/knowledge/own/archive": door(OPERATORS_ANY, 422, data={}),
    "GET /api/v1/knowledge/missing": door(OPERATORS_ANY),
    "DELETE /api/v1/knowledge/missing/{question_id}": door(
        OPERATORS, 204, at={"question_id": "missing_question"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Two of the articles that come with the platform, and of customer A a draft and a question."""
    world["article_for_operators"] = "broker-down"
    world["article_for_users"] = "printing-user"
    content = Content(
        audience=Audience.OPERATORS,
        topic=Topic.DESKTOP,
        texts={"en": Text(title="A fault", steps="Do it.")},
    )
    now = SystemClock().now()
    made = actions.add_article(standing["root"], standing.a.id, content, is_for_all=False, now=now)
    world["own_article"] = made
    with transaction() as conn:
        store.note_missing(conn, standing.a.id, "how to fly", most=9, now=now)
    found = own.fetch_missing(standing["root"], {"search": "how to fly"}).items
    world["missing_question"] = found[0].id
