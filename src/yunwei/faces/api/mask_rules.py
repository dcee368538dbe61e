"""REST of mask rules: what is kept quiet, when, why, by whom, and what it did."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.actions import mask_rules as actions
from yunwei.monitor.governance.facts.masks import (
    Effect,
    EndPolicy,
    MaskRuleDraft,
    MaskRuleRow,
    Window,
)
from yunwei.monitor.governance.queries import mask_rules as queries

router = Router()
_clock = SystemClock()


class WindowBody(Body):
    weekdays: list[int] = Field(default=[], description="0 Monday … 6 Sunday; [] every day.")
    from_minute: int = Field(default=0, description="Minutes after midnight.")
    until_minute: int = Field(
        default=0, description="Both 0: the whole day. Before from: past midnight."
    )
    time_zone: str = "Asia/Shanghai"


class MaskRuleOut(Schema):
    id: int
    tenant: int
    version: int
    name: str
    condition: dict[str, Any] = Field(description="all / any / not over {field, op, value}.")
    effect: Effect
    downgrade_to: Severity | None
    end_policy: EndPolicy = Field(description="What is told of what still stands at its end.")
    window: WindowBody
    starts_at: datetime
    expires_at: datetime
    reason: str
    owner: str
    is_enabled: bool
    is_active: bool = Field(description="It holds at this moment.")
    changed_at: datetime
    hits: int = Field(description="Occurrences it kept quiet.")
    hidden_now: int
    last_hit_at: datetime | None


class MaskRuleIn(Body):
    name: str
    condition: dict[str, Any]
    effect: Effect = Effect.HIDE
    downgrade_to: Severity | None = Field(None, description="Of the effect downgrade only.")
    end_policy: EndPolicy = EndPolicy.DIGEST
    window: WindowBody = Field(default_factory=WindowBody)
    starts_at: datetime | None = Field(None, description="null: now.")
    expires_at: datetime
    reason: str
    is_enabled: bool = True

    def draft(self) -> MaskRuleDraft:
        fields = self.dict(exclude={"window", "tenant"})
        window = self.window.dict()
        return MaskRuleDraft(
            **fields, window=Window(**window | {"weekdays": tuple(window["weekdays"])})
        )


class NewMaskRuleIn(MaskRuleIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class MaskRuleQuery(ListQuery):
    is_enabled: bool | None = None
    is_over: bool | None = None
    effect: Effect | None = None
    owner: str | None = None
    search: str | None = None


class HiddenOut(Schema):
    alarm_id: int
    text: str
    managed_object: str
    severity: str
    is_cleared: bool
    since: datetime
    until: datetime | None
    effect: str
    rule_version: int | None


class SwitchIn(Body):
    is_enabled: bool


@router.get("", response=Listed[MaskRuleOut], summary="List mask rules")
def list_mask_rules(request: HttpRequest, query: Query[MaskRuleQuery]) -> Any:
    check_parameters(request, query)
    page = queries.fetch_mask_rules(
        viewer_of_request(request),
        now=_clock.now(),
        filters=query.filters(),
        page=query.page_request(),
    )
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.post("", response={201: MaskRuleOut}, summary="Add a mask rule")
def create_mask_rule(request: HttpRequest, data: NewMaskRuleIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    made = actions.create_mask_rule(viewer, tenant, data.draft(), now=_clock.now())
    return Status(201, _get(request, made))


@router.get("/{int:rule_id}", response=MaskRuleOut, summary="Get a mask rule")
def get_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _get(request, rule_id)


@router.put("/{int:rule_id}", response=MaskRuleOut, summary="Make a mask rule's next version")
def change_mask_rule(request: HttpRequest, rule_id: int, data: MaskRuleIn) -> Any:
    viewer = viewer_of_request(request)
    actions.change_mask_rule(viewer, MaskRuleId(rule_id), data.draft(), now=_clock.now())
    return _get(request, rule_id)


@router.post("/{int:rule_id}/switch", response=MaskRuleOut, summary="Turn a rule on or off")
def switch_mask_rule(request: HttpRequest, rule_id: int, data: SwitchIn) -> Any:
    viewer = viewer_of_request(request)
    actions.switch_mask_rule(
        viewer, MaskRuleId(rule_id), is_enabled=data.is_enabled, now=_clock.now()
    )
    return _get(request, rule_id)


@router.get("/{int:rule_id}/hidden", response=list[HiddenOut], summary="List what a rule hid")
def list_hidden(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    return queries.fetch_hidden_by(viewer, MaskRuleId(rule_id), now=_clock.now())


def _get(request: HttpRequest, rule_id: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    return _out(queries.access_mask_rule(viewer, MaskRuleId(rule_id), now=_clock.now()))


def _out(row: MaskRuleRow) -> dict[str, Any]:
    rule = row.rule
    shown = {name: getattr(rule, name) for name in MaskRuleOut.model_fields if hasattr(rule, name)}
    window = {name: getattr(rule.window, name) for name in WindowBody.model_fields}
    return shown | {
        "condition": condition_to_json(rule.condition),
        "window": window | {"weekdays": list(rule.window.weekdays)},
        "is_active": row.is_active,
        "hits": row.hits,
        "hidden_now": row.hidden_now,
        "last_hit_at": row.last_hit_at,
    }
