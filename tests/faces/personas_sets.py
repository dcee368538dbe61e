"""Who may pass the doors of named sets: part of the table in `personas`."""

from typing import Any

from tests.faces.doors import (
    OPERATORS,
    OPERATORS_ANY,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.base.named_sets import actions
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind

AT = {"set_id": "named_set"}


def _body(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "name": "again", "kind": "texts", "values": ["x"]}


PAGES: dict[str, Door] = {
    "named_sets": door(RULE_SEERS_ANY),
    "named_set_new": door(OPERATORS_ANY),
    "named_set": door(RULE_SEERS, at={"named_set": "named_set"}),
    "named_set_export": door(RULE_SEERS, at={"named_set": "named_set"}),
    "named_set_remove": door(OPERATORS, 303, method="post", at={"named_set": "named_set"}),
}

REST: dict[str, Door] = {
    "GET /api/v1/named-sets": door(RULE_SEERS_ANY),
    "POST /api/v1/named-sets": door(OPERATORS, 201, data=_body),
    "GET /api/v1/named-sets/{set_id}": door(RULE_SEERS, at=AT),
    "PATCH /api/v1/named-sets/{set_id}": door(OPERATORS, at=AT, data={"note": "seen"}),
    "POST /api/v1/named-sets/{set_id}/values": door(OPERATORS, at=AT, data={"add": ["/host/9"]}),
    "GET /api/v1/named-sets/{set_id}/uses": door(RULE_SEERS, at=AT),
    "DELETE /api/v1/named-sets/{set_id}": door(OPERATORS, 204, at=AT),
}


def build(world: World, standing: Standing) -> None:
    """A named set of customer A."""
    draft = NamedSetDraft(name="core hosts", kind=SetKind.OBJECTS, values=("/host/1",))
    now = SystemClock().now()
    world["named_set"] = actions.add_set(standing["root"], standing.a.id, draft, now=now)
