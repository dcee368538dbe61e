"""Who may pass the doors of mask rules: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

from tests.faces.doors import (
    ANYBODY,
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
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import MaskRuleDraft
from yunwei.monitor.simulation import actions as simulations

RULE = {"rule_id": "mask_rule"}
SIMULATION = {"simulation_id": "simulation"}


def mask_rule_form(world: World, *, without: str = "") -> dict[str, Any]:
    form = {
        "name": "planned work",
        "tenant": world["a"],
        "condition": {"field": "alarm_type", "op": "eq", "value": "host.down"},
        "expires_at": _tomorrow(),
        "reason": "change 7",
    }
    return {key: value for key, value in form.items() if key != without}


def _rules_file(world: World) -> dict[str, Any]:
    form = mask_rule_form(world, without="tenant")
    del form["expires_at"]
    return {"format": "yunwei.mask-rules.1", "rules": [form | {"life_minutes": 60}]}


PAGES: dict[str, Door] = {
    "maintenance": door(RULE_SEERS_ANY),
    "maintenance_file": door(RULE_SEERS_ANY),
    "maintenance_feed": door(ANYBODY, 404, at={"token": "feed_token"}),  # Kai sees no rules
    "mask_rules": door(RULE_SEERS_ANY),
    "mask_rule_new": door(OPERATORS_ANY),
    "mask_rule": door(RULE_SEERS, at={"rule": "mask_rule"}),
    "mask_rule_change": door(OPERATORS, at={"rule": "mask_rule"}),
    "alarm_mask": door(
        OPERATORS,
        method="post",
        data=lambda world: {"id": world["alarm"]},
    ),
    "mask_rule_act": door(
        OPERATORS, 303, method="post", at={"rule": "mask_rule"}, data={"act": "stop"}
    ),
    "mask_rule_simulate": door(
        OPERATORS, 303, method="post", at={"rule": "mask_rule"}, data={"days": "7"}
    ),
    "mask_rule_simulate_draft": door(
        OPERATORS_ANY, 422, method="post", data={"name": "half a rule"}
    ),
    "simulation": door(RULE_SEERS, at={"simulation": "simulation"}),
    "simulation_cancel": door(OPERATORS, 303, method="post", at={"simulation": "simulation"}),
    "mask_rule_duplicate": door(OPERATORS, 303, method="post", at={"rule": "mask_rule"}),
}

REST: dict[str, Door] = {
    "GET /api/v1/maintenance": door(RULE_SEERS_ANY),
    "GET /api/v1/mask-rules": door(RULE_SEERS_ANY),
    "POST /api/v1/mask-rules": door(
        OPERATORS, 201, data=lambda world: mask_rule_form(world, without="")
    ),
    "GET /api/v1/mask-rules/{rule_id}": door(RULE_SEERS, at=RULE),
    "PUT /api/v1/mask-rules/{rule_id}": door(
        OPERATORS, at=RULE, data=lambda world: mask_rule_form(world, without="tenant")
    ),
    "GET /api/v1/mask-rules/{rule_id}/checkup": door(RULE_SEERS, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/extend": door(OPERATORS, 422, at=RULE, data={"days": 30}),
    "POST /api/v1/mask-rules/{rule_id}/switch": door(
        OPERATORS, at=RULE, data={"is_enabled": False}
    ),
    "POST /api/v1/mask-rules/quick": door(
        OPERATORS, 201, data=lambda world: {"alarms": [world["alarm"]], "reason": "change 7"}
    ),
    "GET /api/v1/mask-rules/export": door(RULE_SEERS_ANY),
    "POST /api/v1/mask-rules/import": door(
        OPERATORS, 201, data=lambda world: {"tenant": world["a"], "file": _rules_file(world)}
    ),
    "POST /api/v1/mask-rules/{rule_id}/activate": door(OPERATORS, 409, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/shadow": door(OPERATORS, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/stop": door(OPERATORS, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/archive": door(OPERATORS, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/approve": door(OPERATORS, 409, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/reject": door(OPERATORS, 409, at=RULE, data={"note": "no"}),
    "POST /api/v1/mask-rules/{rule_id}/discard": door(OPERATORS, 409, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/duplicate": door(
        OPERATORS, 201, at=RULE, data={"name": "again"}
    ),
    "POST /api/v1/mask-rules/{rule_id}/versions/{version}/restore": door(
        OPERATORS, at=RULE | {"version": "one"}
    ),
    "GET /api/v1/mask-rules/{rule_id}/versions": door(RULE_SEERS, at=RULE),
    "GET /api/v1/mask-rules/{rule_id}/prospect": door(RULE_SEERS, at=RULE),
    "GET /api/v1/mask-rules/{rule_id}/hidden": door(RULE_SEERS, at=RULE),
    "GET /api/v1/mask-rules/{rule_id}/shadow-hits": door(RULE_SEERS, at=RULE),
    "POST /api/v1/mask-rules/{rule_id}/simulate": door(OPERATORS, 202, at=RULE, data={"days": 7}),
    "POST /api/v1/mask-rules/simulate": door(OPERATORS, 202, data=mask_rule_form),
    "GET /api/v1/simulations/{simulation_id}": door(RULE_SEERS, at=SIMULATION),
    "POST /api/v1/simulations/{simulation_id}/cancel": door(OPERATORS, at=SIMULATION),
}


def build(world: World, standing: Standing) -> None:
    """A mask rule of customer A."""
    now = SystemClock().now()
    form = mask_rule_form(world, without="tenant")
    form["condition"] = {"field": "alarm_type", "op": "eq", "value": "no.such"}
    rule = MaskRuleDraft(**form | {"expires_at": now + timedelta(hours=24)})
    root, tenant = standing["root"], standing.a.id
    made = mask_rules.create_mask_rule(root, tenant, rule, now=now)
    world["mask_rule"] = made
    world["simulation"] = simulations.start_simulation(root, made, days=7, now=now)
    world["one"] = 1


def _tomorrow() -> str:
    return (SystemClock().now() + timedelta(hours=23)).isoformat()
