"""REST of noise rules: what is too short, too restless or too much to be told one by one."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.actions import noise_rules as actions
from yunwei.monitor.governance.facts.noise import NoiseKind, NoiseRuleDraft, NoiseRuleRow
from yunwei.monitor.governance.queries import noise_rules as queries
from yunwei.monitor.governance.rules.noise_drafts import build_content

router = Router()
_clock = SystemClock()


class NoiseRuleOut(Schema):
    id: int
    tenant: int = Field(description="The provider's rules hold for all without their own.")
    kind: NoiseKind
    version: int
    name: str
    content: dict[str, Any] = Field(description="The numbers and conditions of its kind.")
    is_enabled: bool
    changed_at: datetime
    hits: int = Field(description="Occurrences that it kept quiet in the last 30 days.")
    last_hit_at: datetime | None


class NoiseRuleQuery(ListQuery):
    kind: NoiseKind | None = None
    tenant: int | None = None
    is_enabled: bool | None = None


class NewNoiseRuleIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    kind: NoiseKind
    name: str
    content: dict[str, Any] = Field(description="What is absent takes its usual value.")
    is_enabled: bool = True


class NoiseRuleIn(Body):
    name: str | None = None
    content: dict[str, Any] | None = Field(None, description="Merged into the present content.")
    is_enabled: bool | None = None


@router.get("", response=Listed[NoiseRuleOut], summary="List noise rules")
def list_noise_rules(request: HttpRequest, query: Query[NoiseRuleQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_noise_rules(viewer, filters=query.filters(), page=query.page_request())
    listed = as_listed(found)
    return listed | {"items": [_show(row) for row in found.items]}


@router.post("", response={201: NoiseRuleOut}, summary="Add a noise rule")
def add_noise_rule(request: HttpRequest, body: NewNoiseRuleIn) -> Any:
    viewer = viewer_of_request(request)
    draft = NoiseRuleDraft(
        name=body.name,
        content=build_content(body.kind, body.content),
        is_enabled=body.is_enabled,
    )
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.create_noise_rule(viewer, tenant, draft, now=_clock.now())
    return Status(201, _show(queries.access_noise_rule(viewer, made)))


@router.get("/{int:rule_id}", response=NoiseRuleOut, summary="Get a noise rule")
def get_noise_rule(request: HttpRequest, rule_id: int) -> Any:
    return _show(queries.access_noise_rule(viewer_of_request(request), NoiseRuleId(rule_id)))


@router.patch("/{int:rule_id}", response=NoiseRuleOut, summary="Change a noise rule")
def change_noise_rule(request: HttpRequest, rule_id: int, body: NoiseRuleIn) -> Any:
    viewer, rule = viewer_of_request(request), NoiseRuleId(rule_id)
    known = queries.access_noise_rule(viewer, rule).rule
    content = asdict(known.content) | (body.content or {})
    draft = NoiseRuleDraft(
        name=known.name if body.name is None else body.name,
        content=build_content(known.kind, content),
        is_enabled=known.is_enabled if body.is_enabled is None else body.is_enabled,
    )
    actions.change_noise_rule(viewer, rule, draft, now=_clock.now())
    return _show(queries.access_noise_rule(viewer, rule))


@router.delete("/{int:rule_id}", response={204: None}, summary="Remove a noise rule")
def remove_noise_rule(request: HttpRequest, rule_id: int) -> Any:
    actions.remove_noise_rule(viewer_of_request(request), NoiseRuleId(rule_id), now=_clock.now())
    return Status(204, None)


def _show(row: NoiseRuleRow) -> dict[str, Any]:
    rule = row.rule
    return {
        "id": rule.id,
        "tenant": rule.tenant,
        "kind": rule.kind,
        "version": rule.version,
        "name": rule.name,
        "content": asdict(rule.content),
        "is_enabled": rule.is_enabled,
        "changed_at": rule.changed_at,
        "hits": row.hits,
        "last_hit_at": row.last_hit_at,
    }
