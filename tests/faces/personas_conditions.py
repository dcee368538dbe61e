"""Who may pass the doors of conditions: part of the table in `personas`."""

from tests.faces.doors import RULE_SEERS_ANY, Door, door

_ROWS = {"condition.0.depth": "0", "condition.0.join": "all", "condition.act": "add:0"}

PAGES: dict[str, Door] = {
    "condition_edit": door(RULE_SEERS_ANY, method="post", data=_ROWS),
    "condition_check": door(RULE_SEERS_ANY, method="post", data=_ROWS),
}

REST: dict[str, Door] = {
    "GET /api/v1/conditions/fields": door(RULE_SEERS_ANY),
    "POST /api/v1/conditions/check": door(RULE_SEERS_ANY, data={"text": "true"}),
}
