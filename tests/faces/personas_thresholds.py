"""Who may pass the doors of threshold rules: part of the table in `personas`."""

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
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.thresholds.actions import rules as actions
from yunwei.monitor.thresholds.actions import trials
from yunwei.monitor.thresholds.facts import Level, ThresholdContent, ThresholdDraft

AT = {"rule_id": "threshold_rule"}
TRIAL_AT = {"trial_id": "threshold_trial"}
_TRIAL = {"trial": "threshold_trial"}
_PAGE = {"rule": "threshold_rule"}
_CONTENT = {
    "measure": "host.cpu",
    "at": "host",
    "levels": [{"severity": "major", "raise_at": 0.9, "clear_at": 0.8}],
}


def _body(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "name": "again", "content": _CONTENT}


PAGES: dict[str, Door] = {
    "threshold_rules": door(RULE_SEERS_ANY),
    "threshold_rule_new": door(OPERATORS_ANY),
    "threshold_rule": door(RULE_SEERS, at=_PAGE),
    "threshold_rule_change": door(OPERATORS, at=_PAGE),
    "threshold_rule_trial": door(RULE_SEERS, 303, method="post", at=_PAGE, data={"days": "7"}),
    "threshold_trial": door(RULE_SEERS, at=_TRIAL),
    "threshold_trial_cancel": door(RULE_SEERS, 303, method="post", at=_TRIAL),
    "threshold_rule_switch": door(OPERATORS, 303, method="post", at=_PAGE, data={"on": "no"}),
    "threshold_rule_remove": door(OPERATORS, 303, method="post", at=_PAGE),
}

REST: dict[str, Door] = {
    "GET /api/v1/threshold-rules": door(RULE_SEERS_ANY),
    "POST /api/v1/threshold-rules": door(OPERATORS, 201, data=_body),
    "POST /api/v1/threshold-rules/try": door(
        RULE_SEERS, 202, data=lambda world: {"tenant": world["a"], "content": _CONTENT}
    ),
    "POST /api/v1/threshold-rules/{rule_id}/try": door(RULE_SEERS, 202, at=AT, data={"days": 1}),
    "GET /api/v1/threshold-trials/{trial_id}": door(RULE_SEERS, at=TRIAL_AT),
    "POST /api/v1/threshold-trials/{trial_id}/cancel": door(RULE_SEERS, at=TRIAL_AT),
    "GET /api/v1/threshold-rules/{rule_id}": door(RULE_SEERS, at=AT),
    "PATCH /api/v1/threshold-rules/{rule_id}": door(OPERATORS, at=AT, data={"name": "seen"}),
    "GET /api/v1/threshold-rules/{rule_id}/standings": door(RULE_SEERS, at=AT),
    "DELETE /api/v1/threshold-rules/{rule_id}": door(OPERATORS, 204, at=AT),
}


def build(world: World, standing: Standing) -> None:
    """A threshold rule of customer A."""
    content = ThresholdContent(
        measure="host.cpu",
        at=At.HOST,
        levels=(Level(severity=Severity.MAJOR, raise_at=0.9, clear_at=0.8),),
    )
    draft = ThresholdDraft(name="Hosts", content=content)
    now = SystemClock().now()
    root, tenant = standing["root"], standing.a.id
    world["threshold_rule"] = actions.create_rule(root, tenant, draft, now=now)
    world["threshold_trial"] = trials.start_trial(root, tenant, content, days=7, now=now)
