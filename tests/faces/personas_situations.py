"""Doors of situations and noise rules, and one of each of customer A."""

from typing import Any

from tests.faces.doors import (
    MONITORS,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.governance.actions import noise_rules, relations
from yunwei.monitor.governance.facts.noise import HoldDown, NoiseRuleDraft
from yunwei.monitor.governance.facts.situations import SituationDraft, SituationKind
from yunwei.monitor.governance.facts.topology import Relation, WrittenRelation
from yunwei.monitor.governance.store import situations as store

_ONE = {"situation_id": "situation"}

_RULE = {"rule_id": "noise_rule"}
_PAGE = {"rule": "noise_rule"}

_RELATION = {"relation_id": "relation"}
_SITUATION = {"situation": "situation"}


def _line(world: World, parent: str) -> dict[str, Any]:
    return {
        "tenant": world["a"],
        "relation": "served_by",
        "parent_kind": "gateway",
        "parent": parent,
        "child_kind": "pool",
    }


PAGES: dict[str, Door] = {
    "noise": door(RULE_SEERS_ANY),
    "noise_rules": door(RULE_SEERS_ANY),
    "noise_rule_new": door(OPERATORS_ANY, query="?kind=storm"),
    "noise_rule": door(RULE_SEERS, at=_PAGE),
    "noise_rule_switch": door(OPERATORS, 303, method="post", at=_PAGE, data={"on": "no"}),
    "noise_rule_remove": door(OPERATORS, 303, method="post", at=_PAGE),
    "relations": door(RULE_SEERS_ANY),
    "relation_new": door(OPERATORS_ANY),
    "relation_import": door(OPERATORS_ANY),
    "relation_file": door(RULE_SEERS, at={"tenant": "a"}),
    "relation": door(OPERATORS, at={"relation": "relation"}),
    "relation_remove": door(OPERATORS, 303, method="post", at={"relation": "relation"}),
    "alarm_place": door(OPERATORS, at={"alarm": "alarm"}),
    "alarm_leave": door(OPERATORS, 409, method="post", at={"alarm": "alarm"}),
    "situation_attach": door(OPERATORS, at=_SITUATION),
    "situations": door(MONITORS_ANY),
    "situation": door(MONITORS, at={"situation": "situation"}),
}
REST: dict[str, Door] = {
    "GET /api/v1/noise": door(RULE_SEERS_ANY),
    "GET /api/v1/noise/over-time": door(RULE_SEERS_ANY),
    "GET /api/v1/noise-rules": door(RULE_SEERS_ANY),
    "POST /api/v1/noise-rules": door(
        OPERATORS,
        201,
        data=lambda world: {
            "name": "no blinking",
            "kind": "hold_down",
            "content": {"minor_s": 20},
            "tenant": world["a"],
        },
    ),
    "GET /api/v1/noise-rules/{rule_id}": door(RULE_SEERS, at=_RULE),
    "PATCH /api/v1/noise-rules/{rule_id}": door(OPERATORS, at=_RULE, data={"name": "other"}),
    "DELETE /api/v1/noise-rules/{rule_id}": door(OPERATORS, 204, at=_RULE),
    "GET /api/v1/relations": door(RULE_SEERS_ANY),
    "POST /api/v1/relations": door(OPERATORS, 201, data=lambda world: _line(world, "GW-2")),
    "POST /api/v1/relations/preview": door(RULE_SEERS, data=lambda world: _line(world, "GW-1")),
    "POST /api/v1/relations/import": door(
        OPERATORS,
        data=lambda world: {
            "tenant": world["a"],
            "text": "relation,parent_kind,parent,child_kind\nserved_by,gateway,GW-3,pool",
        },
    ),
    "GET /api/v1/relations/file/{tenant_id}": door(RULE_SEERS, at={"tenant_id": "a"}),
    "GET /api/v1/relations/{relation_id}": door(RULE_SEERS, at=_RELATION),
    "PUT /api/v1/relations/{relation_id}": door(
        OPERATORS,
        at=_RELATION,
        data=lambda world: {k: v for k, v in _line(world, "GW-9").items() if k != "tenant"},
    ),
    "DELETE /api/v1/relations/{relation_id}": door(OPERATORS, 204, at=_RELATION),
    "GET /api/v1/situations": door(MONITORS_ANY),
    "GET /api/v1/situations/{situation_id}": door(MONITORS, at=_ONE),
    "GET /api/v1/situations/{situation_id}/members": door(MONITORS, at=_ONE),
    "POST /api/v1/situations/{situation_id}/members": door(
        OPERATORS, 409, at=_ONE, data=lambda world: {"alarm": world["alarm"]}
    ),
    "DELETE /api/v1/situations/{situation_id}/members/{alarm_id}": door(
        OPERATORS, 409, at=_ONE | {"alarm_id": "alarm"}
    ),
    "GET /api/v1/situations/{situation_id}/story": door(MONITORS, at=_ONE),
    "GET /api/v1/situations/{situation_id}/affected": door(MONITORS, at=_ONE),
}


def build(world: World, standing: Standing) -> None:
    """Make a situation around the alarm of customer A."""
    draft = SituationDraft(
        tenant=standing.a.id,
        kind=SituationKind.TOPOLOGY,
        key="topology-of-the-alarm",
        rule=None,
        rule_version=None,
        rule_name="a host takes its desktops",
        root=AlarmId(int(world["alarm"])),
        root_occurrence=OccurrenceId(0),
        title="H-1 is down",
        severity=Severity.CRITICAL,
    )
    with transaction() as conn:
        [(situation, _is_new)] = store.open_situations(conn, [draft], SystemClock().now()).values()
    world["situation"] = situation
    line = WrittenRelation(
        relation=Relation.SERVED_BY, parent_kind="gateway", parent="GW-1", child_kind="pool"
    )
    world["relation"] = relations.add_relation(standing["root"], standing.a.id, line)
    rule = NoiseRuleDraft(name="links", content=HoldDown(alarm_type="snmp.link_down", minor_s=5))
    now = SystemClock().now()
    world["noise_rule"] = noise_rules.create_noise_rule(
        standing["root"], standing.a.id, rule, now=now
    )
