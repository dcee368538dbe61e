"""Doors of saved views: one that Olga shares with the provider's people."""

from tests.faces.doors import MONITORS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.base.saved_views import actions
from yunwei.base.saved_views.facts import SavedPage, SavedViewDraft

_SHARED_WITH = "root olga mia audrey"
_CHANGED_BY = "root olga"
_PAGE = {"view": "saved_view"}
_ONE = {"view_id": "saved_view"}
_DRAFT = {"page": "alarms", "name": "grave", "query": "severity=critical"}

PAGES: dict[str, Door] = {
    "saved_view": door(_SHARED_WITH, 302, at=_PAGE),
    "saved_view_new": door(MONITORS_ANY, query="?page=alarms&query=severity%3Dcritical"),
    "saved_view_change": door(_CHANGED_BY, at=_PAGE),
    "saved_view_overwrite": door(
        _CHANGED_BY, 303, method="post", at=_PAGE, data={"query": "sort=count"}
    ),
    "saved_view_default": door(_SHARED_WITH, 303, method="post", at=_PAGE, data={"on": "yes"}),
    "saved_view_remove": door(_CHANGED_BY, at=_PAGE),
}
REST: dict[str, Door] = {
    "GET /api/v1/saved-views": door(MONITORS_ANY),
    "POST /api/v1/saved-views": door(MONITORS_ANY, 201, data=_DRAFT),
    "GET /api/v1/saved-views/{view_id}": door(_SHARED_WITH, at=_ONE),
    "PATCH /api/v1/saved-views/{view_id}": door(_CHANGED_BY, at=_ONE, data={"name": "other"}),
    "DELETE /api/v1/saved-views/{view_id}": door(_CHANGED_BY, 204, at=_ONE),
    "PUT /api/v1/saved-views/{view_id}/default": door(_SHARED_WITH, at=_ONE),
    "DELETE /api/v1/saved-views/{view_id}/default": door(_SHARED_WITH, at=_ONE),
}


def build(world: World, standing: Standing) -> None:
    draft = SavedViewDraft(
        page=SavedPage.ALARMS, name="of the night", query="severity=major", is_shared=True
    )
    world["saved_view"] = actions.save_view(standing["olga"], draft, now=SystemClock().now())
