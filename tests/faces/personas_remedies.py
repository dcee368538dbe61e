"""Who may pass the doors of remedies: part of the table in `personas`."""

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
from yunwei.operate.remedies.actions import add_remedy
from yunwei.operate.remedies.facts import RemedyDraft

AT = {"remedy": "remedy"}
REST_AT = {"remedy_id": "remedy"}


def _body(world: World) -> dict[str, Any]:
    said = {"name": "another", "condition": 'alarm_type == "x"', "script": world["run_script"]}
    return said | {"tenant": world["a"]}


def _change(world: World) -> dict[str, Any]:
    return {key: value for key, value in _body(world).items() if key != "tenant"}


PAGES: dict[str, Door] = {
    "remedies": door(RULE_SEERS_ANY),
    "remedy_new": door(OPERATORS_ANY),
    "remedy": door(RULE_SEERS, at=AT),
    "remedy_switch": door(OPERATORS, 303, method="post", at=AT, data={"on": "no"}),
    "remedy_remove": door(OPERATORS, 303, method="post", at=AT, data={}),
    # it does not fit this alarm, and the page says so
    "alarm_remedy": door(OPERATORS, 303, method="post", at={**AT, "alarm": "alarm"}, data={}),
}

REST: dict[str, Door] = {
    "GET /api/v1/remedies": door(RULE_SEERS_ANY),
    "POST /api/v1/remedies": door(OPERATORS, 201, data=_body),
    "GET /api/v1/remedies/{remedy_id}": door(RULE_SEERS, at=REST_AT),
    "PUT /api/v1/remedies/{remedy_id}": door(OPERATORS, at=REST_AT, data=_change),
    "DELETE /api/v1/remedies/{remedy_id}": door(OPERATORS, 204, at=REST_AT),
    "POST /api/v1/remedies/{remedy_id}/apply": door(
        OPERATORS, 409, at=REST_AT, data=lambda world: {"alarm": world["alarm"]}
    ),
    "GET /api/v1/remedies/{remedy_id}/attempts": door(RULE_SEERS, at=REST_AT),
}


def build(world: World, standing: Standing) -> None:
    """A remedy of customer A that fits nothing."""
    draft = RemedyDraft(
        name="r", condition='alarm_type == "nothing"', script=ScriptId(int(world["run_script"]))
    )
    now = SystemClock().now()
    world["remedy"] = add_remedy(standing["root"], standing.a.id, draft, now=now)
