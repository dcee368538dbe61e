"""REST of mask rules: what is kept quiet, when, why, by whom, and what it did."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.calendar_texts import times_to_text
from yunwei.base.core.calendar_times import times_to_json
from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import AlarmId, MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.mask_rule_bodies import MaskRuleIn, QuickMaskIn, RulesFile, build_file
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.actions import mask_life
from yunwei.monitor.governance.actions import mask_rules as actions
from yunwei.monitor.governance.actions.quick_masks import mask_alarms
from yunwei.monitor.governance.facts.hygiene import EXTENSION_DAYS, Flag
from yunwei.monitor.governance.facts.masks import (
    Effect,
    EndPolicy,
    MaskRuleRow,
    Missing,
    Prospect,
    Risk,
    RuleState,
)
from yunwei.monitor.governance.queries import hygiene
from yunwei.monitor.governance.queries import mask_rules as queries

router = Router()
_clock = SystemClock()


class MaskRuleOut(Schema):
    id: int
    tenant: int
    version: int
    state: RuleState
    name: str
    condition: dict[str, Any] = Field(description="all / any / not over {field, op, value}.")
    effect: Effect
    downgrade_to: Severity | None
    hides_critical: bool = Field(description="Critical alarms, too; otherwise they are spared.")
    end_policy: EndPolicy = Field(description="What is told of what still stands at its end.")
    times: dict[str, Any] | None = Field(description="Within its life only then; null: always.")
    times_text: str = Field(description="The same in words, such as `workday 22:00-06:00`.")
    lasts_minutes: int | None = Field(description="Begins with the first match, lasts so long.")
    flexible_since: datetime | None
    starts_at: datetime
    expires_at: datetime
    reason: str
    ticket: str
    owner: str
    is_enabled: bool = Field(description="It is active or in shadow.")
    is_active: bool = Field(description="It holds at this moment.")
    changed_at: datetime
    hits: int = Field(description="Occurrences that it treated.")
    hidden_now: int
    unique_objects: int = Field(description="Alarms that it treated.")
    would_hide: int = Field(description="Occurrences that it noted in shadow.")
    last_hit_at: datetime | None
    pending: int | None = Field(description="A newer version that waits.")
    asked_by: str = Field(description='Who asks for an approval; "" when nobody does.')
    flags: list[Flag] = Field(description="What its checkup noticed; in lists only.")


class VersionOut(Schema):
    version: int
    content: dict[str, Any]
    by: str
    at: datetime
    simulated_at: datetime | None
    simulated_by: str
    asked_at: datetime | None
    asked_by: str
    approved_at: datetime | None
    approved_by: str
    rejected_at: datetime | None
    rejected_by: str
    note: str


class ProspectOut(Schema):
    version: int = Field(description="The version that would become active next.")
    is_pending: bool = Field(description="An older version holds meanwhile.")
    missing: list[Missing] = Field(description="What it still needs; [] when nothing.")
    risks: list[Risk] = Field(description="Why a second person has to approve; [] when not.")


class NewMaskRuleIn(MaskRuleIn):
    tenant: int | None = Field(None, description="Absent: one's own.")
    state: RuleState = Field(
        RuleState.ACTIVE, description="Wanted: draft, shadow or active. It may become a draft."
    )


class MaskRuleQuery(ListQuery):
    state: list[RuleState] | None = None
    effect: Effect | None = None
    owner: str | None = None
    waits: bool | None = Field(None, description="A version or an approval waits.")
    search: str | None = None
    flag: Flag | Literal["any"] | None = Field(None, description="What the checkup noticed.")


class CheckupOut(Schema):
    flags: list[Flag]
    hidden: int = Field(description="Occurrences that it hid in 30 days.")
    critical: int = Field(description="Those of them that were raised as Critical.")
    total: int = Field(description="All occurrences of its tenant in 30 days.")
    last_hit_at: datetime | None
    live_since: datetime
    has_owner: bool
    other: int | None = Field(description="The rule that hid most of them before it did.")
    other_name: str
    other_first: int = Field(description="How many that one hid first.")


class ExtendIn(Body):
    days: int = Field(EXTENSION_DAYS, description="Counted from its end, or from now.")


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


class ShadowHitOut(Schema):
    alarm_id: int
    text: str
    managed_object: str
    severity: str
    is_cleared: bool
    at: datetime
    effect: str
    rule_version: int


class SwitchIn(Body):
    is_enabled: bool


class NoteIn(Body):
    note: str = Field(min_length=1)


class NameIn(Body):
    name: str = Field(min_length=1)


class ImportIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    file: RulesFile


@router.get("", response=Listed[MaskRuleOut], summary="List mask rules")
def list_mask_rules(request: HttpRequest, query: Query[MaskRuleQuery]) -> Any:
    check_parameters(request, query)
    page = hygiene.fetch_checked(
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
    draft = data.draft(viewer.time_zone)
    made = actions.create_mask_rule(viewer, tenant, draft, now=_clock.now(), state=data.state)
    return Status(201, _get(request, made))


@router.post("/quick", response={201: list[MaskRuleOut]}, summary="Mask alarms for some hours")
def mask_quickly(request: HttpRequest, data: QuickMaskIn) -> Any:
    """One rule for each tenant of the alarms. Where Critical is meant it waits for approval."""
    viewer = viewer_of_request(request)
    made = mask_alarms(viewer, [*map(AlarmId, data.alarms)], data.wanted(), now=_clock.now())
    return Status(201, [_get(request, each) for each in made])


@router.get("/export", response=RulesFile, summary="Export mask rules")
def export_mask_rules(request: HttpRequest, query: Query[MaskRuleQuery]) -> Any:
    check_parameters(request, query)
    page = hygiene.fetch_checked(
        viewer_of_request(request),
        now=_clock.now(),
        filters=query.filters(),
        page=query.page_request(),
    )
    return build_file(row.rule for row in page.items)


@router.post("/import", response={201: list[int]}, summary="Import mask rules as drafts")
def import_mask_rules(request: HttpRequest, data: ImportIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    drafts = data.file.drafts(viewer.time_zone, now=_clock.now())
    made = actions.import_mask_rules(viewer, tenant, drafts, now=_clock.now())
    return Status(201, list(made))


@router.get("/{int:rule_id}", response=MaskRuleOut, summary="Get a mask rule")
def get_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _get(request, rule_id)


@router.get("/{int:rule_id}/checkup", response=CheckupOut, summary="See how a live rule does")
def check_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    """Answers 409 for a rule that is not live."""
    viewer = viewer_of_request(request)
    found = hygiene.access_checkup(viewer, MaskRuleId(rule_id), now=_clock.now())
    if found is None:
        raise Conflict("the rule is not live")
    return asdict(found.evidence) | {"flags": found.flags}


@router.post("/{int:rule_id}/extend", response=MaskRuleOut, summary="Let a rule live longer")
def extend_mask_rule(request: HttpRequest, rule_id: int, data: ExtendIn) -> Any:
    viewer, rule = viewer_of_request(request), MaskRuleId(rule_id)
    actions.extend_mask_rule(viewer, rule, days=data.days, now=_clock.now())
    return _get(request, rule_id)


@router.put("/{int:rule_id}", response=MaskRuleOut, summary="Make a mask rule's next version")
def change_mask_rule(request: HttpRequest, rule_id: int, data: MaskRuleIn) -> Any:
    viewer = viewer_of_request(request)
    draft = data.draft(viewer.time_zone)
    actions.change_mask_rule(viewer, MaskRuleId(rule_id), draft, now=_clock.now())
    return _get(request, rule_id)


@router.post("/{int:rule_id}/switch", response=MaskRuleOut, summary="Activate or stop a rule")
def switch_mask_rule(request: HttpRequest, rule_id: int, data: SwitchIn) -> Any:
    act = mask_life.activate_mask_rule if data.is_enabled else mask_life.stop_mask_rule
    act(viewer_of_request(request), MaskRuleId(rule_id), now=_clock.now())
    return _get(request, rule_id)


@router.post("/{int:rule_id}/activate", response=MaskRuleOut, summary="Let a rule hold")
def activate_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.activate_mask_rule)


@router.post("/{int:rule_id}/shadow", response=MaskRuleOut, summary="Try a rule in shadow")
def shadow_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.start_shadow)


@router.post("/{int:rule_id}/stop", response=MaskRuleOut, summary="Make a rule a draft again")
def stop_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.stop_mask_rule)


@router.post("/{int:rule_id}/archive", response=MaskRuleOut, summary="Put a rule away for good")
def archive_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.archive_mask_rule)


@router.post("/{int:rule_id}/approve", response=MaskRuleOut, summary="Approve as second person")
def approve_mask_rule(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.approve_mask_rule)


@router.post("/{int:rule_id}/reject", response=MaskRuleOut, summary="Do not approve")
def reject_mask_rule(request: HttpRequest, rule_id: int, data: NoteIn) -> Any:
    viewer = viewer_of_request(request)
    mask_life.reject_mask_rule(viewer, MaskRuleId(rule_id), note=data.note, now=_clock.now())
    return _get(request, rule_id)


@router.post("/{int:rule_id}/discard", response=MaskRuleOut, summary="Give up what waits")
def discard_pending(request: HttpRequest, rule_id: int) -> Any:
    return _act(request, rule_id, mask_life.discard_pending)


@router.post("/{int:rule_id}/duplicate", response={201: MaskRuleOut}, summary="Copy as a draft")
def duplicate_mask_rule(request: HttpRequest, rule_id: int, data: NameIn) -> Any:
    viewer = viewer_of_request(request)
    made = actions.duplicate_mask_rule(
        viewer, MaskRuleId(rule_id), name=data.name, now=_clock.now()
    )
    return Status(201, _get(request, made))


@router.get("/{int:rule_id}/versions", response=list[VersionOut], summary="List versions")
def list_versions(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    return list(queries.fetch_versions(viewer, MaskRuleId(rule_id), now=_clock.now()))


@router.post(
    "/{int:rule_id}/versions/{int:version}/restore",
    response=MaskRuleOut,
    summary="Make an earlier version the next one",
)
def restore_mask_rule(request: HttpRequest, rule_id: int, version: int) -> Any:
    viewer = viewer_of_request(request)
    actions.restore_mask_rule(viewer, MaskRuleId(rule_id), version, now=_clock.now())
    return _get(request, rule_id)


@router.get("/{int:rule_id}/prospect", response=ProspectOut, summary="What activation needs")
def get_prospect(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    return _prospect(queries.fetch_prospect(viewer, MaskRuleId(rule_id), now=_clock.now()))


@router.get("/{int:rule_id}/hidden", response=list[HiddenOut], summary="List what a rule hid")
def list_hidden(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    return queries.fetch_hidden_by(viewer, MaskRuleId(rule_id), now=_clock.now())


@router.get(
    "/{int:rule_id}/shadow-hits",
    response=list[ShadowHitOut],
    summary="List what a rule in shadow would have done",
)
def list_shadow_hits(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    return queries.fetch_shadow_hits(viewer, MaskRuleId(rule_id), now=_clock.now())


def _act(request: HttpRequest, rule_id: int, act: Callable[..., object]) -> dict[str, Any]:
    act(viewer_of_request(request), MaskRuleId(rule_id), now=_clock.now())
    return _get(request, rule_id)


def _get(request: HttpRequest, rule_id: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    return _out(queries.access_mask_rule(viewer, MaskRuleId(rule_id), now=_clock.now()))


def _prospect(prospect: Prospect) -> dict[str, Any]:
    return {
        "version": prospect.version.version,
        "is_pending": prospect.is_pending,
        "missing": list(prospect.missing),
        "risks": list(prospect.risks),
    }


def _out(row: MaskRuleRow) -> dict[str, Any]:
    rule = row.rule
    shown = {
        name: getattr(holder, name)
        for holder in (row, rule)
        for name in MaskRuleOut.model_fields
        if hasattr(holder, name)
    }
    state = rule.state_at(_clock.now())
    return shown | {
        "state": state,
        "condition": condition_to_json(rule.condition),
        "times": times_to_json(rule.times) if rule.times else None,
        "times_text": times_to_text(rule.times) if rule.times else "",
        "is_enabled": state in (RuleState.ACTIVE, RuleState.SHADOW),
    }
