"""Who may pass the doors of articles: part of the table in `personas`."""

from tests.faces.doors import EVERYBODY, MONITORS_ANY, Door, World, door
from tests.support.people import Standing

FOR_OPERATORS = {"key": "article_for_operators"}
FOR_USERS = {"key": "article_for_users"}
PORTAL = "root olga mia kai una chen"

PAGES: dict[str, Door] = {
    "knowledge": door(MONITORS_ANY, query="?q=printer"),
    "article": door(MONITORS_ANY, at=FOR_OPERATORS),
    "portal_help": door(PORTAL, query="?q=printer"),
    "portal_help_article": door(PORTAL, at=FOR_USERS),
}

REST: dict[str, Door] = {
    "GET /api/v1/knowledge": door(EVERYBODY, query="?q=printer"),
    "GET /api/v1/knowledge/{key}": door(MONITORS_ANY, at=FOR_OPERATORS),
}


def build(world: World, _standing: Standing) -> None:
    """Two of the articles that come with the platform."""
    world["article_for_operators"] = "broker-down"
    world["article_for_users"] = "printing-user"
