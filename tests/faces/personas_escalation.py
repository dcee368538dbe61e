"""The doors of escalation policies, and of what they do on alarms."""

from typing import Any

from tests.faces.doors import (
    ANYBODY,
    MONITORS,
    OPERATORS,
    OPERATORS_ANY,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.core.ids import UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.notify.actions import ownerships, policies
from yunwei.monitor.notify.facts.escalation import PolicyDraft, PolicyStep
from yunwei.monitor.notify.facts.reaching import OwnershipDraft, Scope, Targets


def _policy_form(world: World) -> dict[str, Any]:
    step = {"delay_s": 0, "targets": {"people": [world["kai"]]}}
    return {"name": "nights", "steps": [step]}


PAGES: dict[str, Door] = {
    "policies": door(RULE_SEERS_ANY),
    "policy_new": door(OPERATORS_ANY),
    "policy": door(RULE_SEERS, at={"policy": "policy"}),
    "policy_change": door(OPERATORS, at={"policy": "policy"}),
    "policy_remove": door(OPERATORS, 303, method="post", at={"policy": "policy"}),
}

PAGES |= {
    "routes_explain": door(RULE_SEERS_ANY),
    "ownerships": door(RULE_SEERS_ANY),
    "ownership_new": door(OPERATORS_ANY),
    "ownership": door(OPERATORS, at={"ownership": "ownership"}),
    "ownership_remove": door(OPERATORS, 303, method="post", at={"ownership": "ownership"}),
}

PAGES["acknowledge_by_link"] = door(
    # it asks for no sign-in, and this is no link of ours
    ANYBODY,
    404,
    at={"token": "token_that_is_none"},
)

_ALARM = {"alarm_id": "alarm"}
_POLICY = {"policy_id": "policy"}
_OWNERSHIP = {"ownership_id": "ownership"}


def _owners(world: World) -> dict[str, Any]:
    return {"people": [world["kai"]]}


REST: dict[str, Door] = {
    "GET /api/v1/alarms/{alarm_id}/escalations": door(MONITORS, at=_ALARM),
    "GET /api/v1/alarms/{alarm_id}/untold": door(MONITORS, at=_ALARM),
    # no policy is at work on it
    "POST /api/v1/alarms/{alarm_id}/escalate": door(OPERATORS, 409, at=_ALARM),
    "GET /api/v1/routes/explain": door(RULE_SEERS_ANY),
    "GET /api/v1/ownerships": door(RULE_SEERS_ANY),
    "POST /api/v1/ownerships": door(
        OPERATORS,
        201,
        data=lambda world: (
            _owners(world) | {"tenant": world["a"], "scope": "object", "path": "/host"}
        ),
    ),
    "GET /api/v1/ownerships/{ownership_id}": door(RULE_SEERS, at=_OWNERSHIP),
    "PUT /api/v1/ownerships/{ownership_id}": door(OPERATORS, at=_OWNERSHIP, data=_owners),
    "DELETE /api/v1/ownerships/{ownership_id}": door(OPERATORS, 204, at=_OWNERSHIP),
    "GET /api/v1/escalation-policies": door(RULE_SEERS_ANY),
    "POST /api/v1/escalation-policies": door(
        OPERATORS, 201, data=lambda world: _policy_form(world) | {"tenant": world["a"]}
    ),
    "GET /api/v1/escalation-policies/{policy_id}": door(RULE_SEERS, at=_POLICY),
    "PUT /api/v1/escalation-policies/{policy_id}": door(OPERATORS, at=_POLICY, data=_policy_form),
    "DELETE /api/v1/escalation-policies/{policy_id}": door(OPERATORS, 204, at=_POLICY),
    "GET /api/v1/escalation-policies/{policy_id}/versions": door(RULE_SEERS, at=_POLICY),
}


def build(world: World, standing: Standing) -> None:
    """Make an escalation policy of customer A that no route leads to, and an owner of a host."""
    world["token_that_is_none"] = "no-such-token"
    people = (standing["kai"].user_id or UserId(0),)
    draft = PolicyDraft(name="days", steps=(PolicyStep(delay_s=0, targets=Targets(people=people)),))
    now = SystemClock().now()
    world["policy"] = policies.add_policy(standing["root"], standing.a.id, draft, now=now)
    owners = OwnershipDraft(scope=Scope.OBJECT, path="/host/H-03", people=people)
    world["ownership"] = ownerships.add_ownership(standing["root"], standing.a.id, owners, now=now)
