"""Who may pass the doors of triggers: part of the table in `personas`."""

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
from yunwei.base.core.ids import ScriptId
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.triggers.actions.triggers import add_trigger
from yunwei.operate.triggers.facts import Occasion, TriggerDraft

AT = {"trigger": "trigger"}
REST_AT = {"trigger_id": "trigger"}


def _body(world: World) -> dict[str, Any]:
    said = {"name": "another", "occasion": "enrolled", "script": world["run_script"]}
    return said | {"tenant": world["a"]}


def _change(world: World) -> dict[str, Any]:
    return {key: value for key, value in _body(world).items() if key != "tenant"}


PAGES: dict[str, Door] = {
    "triggers": door(RULE_SEERS_ANY),
    "trigger_new": door(OPERATORS_ANY),
    "trigger": door(RULE_SEERS, at=AT),
    "trigger_switch": door(OPERATORS, 303, method="post", at=AT, data={"on": "no"}),
    "trigger_remove": door(OPERATORS, 303, method="post", at=AT, data={}),
}

REST: dict[str, Door] = {
    "GET /api/v1/triggers": door(RULE_SEERS_ANY),
    "POST /api/v1/triggers": door(OPERATORS, 201, data=_body),
    "GET /api/v1/triggers/{trigger_id}": door(RULE_SEERS, at=REST_AT),
    "PUT /api/v1/triggers/{trigger_id}": door(OPERATORS, at=REST_AT, data=_change),
    "DELETE /api/v1/triggers/{trigger_id}": door(OPERATORS, 204, at=REST_AT),
    "GET /api/v1/triggers/{trigger_id}/firings": door(RULE_SEERS, at=REST_AT),
}


def build(world: World, standing: Standing) -> None:
    """A trigger of customer A."""
    draft = TriggerDraft(
        name="t", occasion=Occasion.REBUILT, script=ScriptId(int(world["run_script"]))
    )
    now = SystemClock().now()
    world["trigger"] = add_trigger(standing["root"], standing.a.id, draft, now=now)
