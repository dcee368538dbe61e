"""REST of threshold rules: alarms of our own, tried on the past before they hold."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.thresholds.actions import rules as actions
from yunwei.monitor.thresholds.actions import trials
from yunwei.monitor.thresholds.facts import (
    Missing,
    Reduce,
    Side,
    StandingState,
    ThresholdContent,
    ThresholdDraft,
    ThresholdRow,
    TrialState,
)
from yunwei.monitor.thresholds.jobs import shared_runner
from yunwei.monitor.thresholds.queries import rules as queries
from yunwei.monitor.thresholds.queries.trials import access_trial

router = Router()
trial_router = Router()
_clock = SystemClock()


class ThresholdLevelBody(Body):
    severity: Severity
    raise_at: float = Field(description="In the measure's unit (shares 0 to 1), or in spreads.")
    clear_at: float = Field(description="On the good side of raise_at, or the same.")


class ThresholdContentBody(Body):
    """What a threshold rule says; what is absent takes its usual value."""

    measure: str = Field(description="Such as desktop.cpu or licence.use.")
    at: At
    condition: str = Field("true", description="Which objects, as text.")
    side: Side = Side.ABOVE
    is_usual: bool = Field(
        False, description="Levels count in spreads from the usual of this hour and weekday."
    )
    levels: list[ThresholdLevelBody] = Field(description="From mild to severe.")
    step_s: int = 300
    reduce: Reduce = Reduce.MEAN
    needed: int = 3
    of: int = 3
    hold_steps: int = 0
    clear_steps: int = 2
    missing: Missing = Missing.IGNORE
    missing_steps: int = 12
    missing_severity: Severity = Severity.WARNING
    grace_s: int = 900
    weeks: int = 4
    least_spread: float = 0.0
    time_zone: str = Field("", description="Of hours and weekdays; empty: the asker's.")


class ThresholdRuleOut(Schema):
    id: int
    tenant: int = Field(description="The provider's rules are about everybody's objects.")
    version: int
    name: str
    content: ThresholdContentBody
    is_enabled: bool
    changed_at: datetime
    evaluated_until: datetime | None
    alarms: int = Field(description="Objects with an alarm now.")
    pending: int = Field(description="Objects beyond a level, but not long enough yet.")


class ThresholdRuleQuery(ListQuery):
    measure: str | None = None
    tenant: int | None = None
    is_enabled: bool | None = None
    search: str | None = None


class NewThresholdRuleIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    name: str
    content: ThresholdContentBody
    is_enabled: bool = True


class ThresholdRuleIn(Body):
    name: str | None = None
    content: ThresholdContentBody | None = None
    is_enabled: bool | None = None


class ThresholdStandingQuery(ListQuery):
    state: StandingState | None = None
    severity: Severity | None = None
    source: int | None = None
    search: str | None = None


class ThresholdStandingOut(Schema):
    tenant: int
    source: int
    source_name: str
    object_id: str = Field(description="The source's own id.")
    managed_object: str
    name: str
    state: StandingState
    severity: str
    value: float | None
    changed_at: datetime


class ThresholdTrialIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    content: ThresholdContentBody
    days: int = Field(7, description="1, 7, 14 or 30.")


class ThresholdTriedDayOut(Schema):
    day: date
    raised: int


class ThresholdTriedAlarmOut(Schema):
    tenant: int
    source: int
    managed_object: str
    name: str
    raised_at: datetime
    cleared_at: datetime | None = Field(description="Null: it would still stand.")
    worst: Severity
    value: float | None
    is_missing: bool


class ThresholdTrialOut(Schema):
    from_at: datetime = Field(description="Later than asked when so much can not be judged.")
    to_at: datetime
    asked_from_at: datetime
    objects: int
    measured: int = Field(description="Objects that were ever beyond the first level.")
    coverage: float = Field(description="Share of the steps in which the sources told anything.")
    learning: float = Field(description="Share of the values whose usual was not known yet.")
    total: int
    objects_hit: int
    by_day: list[ThresholdTriedDayOut]
    by_object: list[tuple[str, int]]
    alarms: list[ThresholdTriedAlarmOut] = Field(description="The latest 200.")
    lacking: list[str] = Field(description="Named sets that are not there, or empty.")


class ThresholdTrialRecordOut(Schema):
    id: int
    tenant: int
    rule: int | None = Field(description="Null: what was tried is not saved.")
    days: int
    state: TrialState
    progress: float = Field(description="0 to 1.")
    by: str
    started_at: datetime
    finished_at: datetime | None
    error: str
    trial: ThresholdTrialOut | None = Field(description="Once it is done.")


class ThresholdTrialSpanIn(Body):
    days: int = Field(7, description="1, 7, 14 or 30.")


@router.get("", response=Listed[ThresholdRuleOut], summary="List threshold rules")
def list_threshold_rules(request: HttpRequest, query: Query[ThresholdRuleQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_rules(viewer, filters=query.filters(), page=query.page_request())
    return as_listed(found) | {"items": [_show(row) for row in found.items]}


@router.post("", response={201: ThresholdRuleOut}, summary="Add a threshold rule")
def add_threshold_rule(request: HttpRequest, body: NewThresholdRuleIn) -> Any:
    viewer = viewer_of_request(request)
    draft = ThresholdDraft(
        name=body.name,
        content=_read(body.content, viewer.time_zone),
        is_enabled=body.is_enabled,
    )
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.create_rule(viewer, tenant, draft, now=_clock.now())
    return Status(201, _show(queries.access_rule(viewer, made)))


@router.post(
    "/try", response={202: ThresholdTrialRecordOut}, summary="Try a threshold rule on the past"
)
def try_threshold_rule(request: HttpRequest, body: ThresholdTrialIn) -> Any:
    """The rule is not saved. Steps are judged by the same decisions as live ones. It runs in the
    background: ask for the trial until it is over."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    content = _read(body.content, viewer.time_zone)
    begun = trials.start_trial(viewer, tenant, content, days=body.days, now=_clock.now())
    return Status(202, _run(request, begun))


@router.post(
    "/{int:rule_id}/try",
    response={202: ThresholdTrialRecordOut},
    summary="Try a saved threshold rule on the past",
)
def try_saved_threshold_rule(request: HttpRequest, rule_id: int, body: ThresholdTrialSpanIn) -> Any:
    viewer, rule = viewer_of_request(request), ThresholdRuleId(rule_id)
    begun = trials.start_trial_of_rule(viewer, rule, days=body.days, now=_clock.now())
    return Status(202, _run(request, begun))


@trial_router.get(
    "/{int:trial_id}", response=ThresholdTrialRecordOut, summary="Get a trial of a threshold rule"
)
def get_threshold_trial(request: HttpRequest, trial_id: int) -> Any:
    return _show_trial(request, trial_id)


@trial_router.post(
    "/{int:trial_id}/cancel",
    response=ThresholdTrialRecordOut,
    summary="Give a trial of a threshold rule up",
)
def cancel_threshold_trial(request: HttpRequest, trial_id: int) -> Any:
    trials.cancel_trial(viewer_of_request(request), trial_id, now=_clock.now())
    return _show_trial(request, trial_id)


def _run(request: HttpRequest, begun: int) -> dict[str, Any]:
    shared_runner().submit(viewer_of_request(request), begun)
    return _show_trial(request, begun)


def _show_trial(request: HttpRequest, id: int) -> dict[str, Any]:
    found = access_trial(viewer_of_request(request), id)
    shown = {name: getattr(found, name) for name in ThresholdTrialRecordOut.model_fields}
    return shown | {"trial": msgspec.to_builtins(found.trial)}


@router.get("/{int:rule_id}", response=ThresholdRuleOut, summary="Get a threshold rule")
def get_threshold_rule(request: HttpRequest, rule_id: int) -> Any:
    return _show(queries.access_rule(viewer_of_request(request), ThresholdRuleId(rule_id)))


@router.patch("/{int:rule_id}", response=ThresholdRuleOut, summary="Change a threshold rule")
def change_threshold_rule(request: HttpRequest, rule_id: int, body: ThresholdRuleIn) -> Any:
    """`content`, where it is sent, replaces the whole content."""
    viewer, rule = viewer_of_request(request), ThresholdRuleId(rule_id)
    known = queries.access_rule(viewer, rule).rule
    content = known.content
    if body.content is not None:
        content = _read(body.content, known.content.time_zone)
    draft = ThresholdDraft(
        name=known.name if body.name is None else body.name,
        content=content,
        is_enabled=known.is_enabled if body.is_enabled is None else body.is_enabled,
    )
    actions.change_rule(viewer, rule, draft, now=_clock.now())
    return _show(queries.access_rule(viewer, rule))


@router.delete("/{int:rule_id}", response={204: None}, summary="Remove a threshold rule")
def remove_threshold_rule(request: HttpRequest, rule_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.remove_rule(viewer, ThresholdRuleId(rule_id), now=_clock.now())
    return Status(204, None)


@router.get(
    "/{int:rule_id}/standings",
    response=Listed[ThresholdStandingOut],
    summary="List the objects that are not at rest by a threshold rule",
)
def list_standings(request: HttpRequest, rule_id: int, query: Query[ThresholdStandingQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_standings(
        viewer, ThresholdRuleId(rule_id), filters=query.filters(), page=query.page_request()
    )
    return as_listed(found)


def _read(body: ThresholdContentBody, time_zone: str) -> ThresholdContent:
    said = body.model_dump(mode="json")
    said["time_zone"] = said["time_zone"] or time_zone
    try:
        return msgspec.convert(said, ThresholdContent)
    except msgspec.ValidationError as error:
        raise Invalid("content", "this does not fit here") from error


def _show(row: ThresholdRow) -> dict[str, Any]:
    rule = row.rule
    return {
        "id": rule.id,
        "tenant": rule.tenant,
        "version": rule.version,
        "name": rule.name,
        "content": msgspec.to_builtins(rule.content),
        "is_enabled": rule.is_enabled,
        "changed_at": rule.changed_at,
        "evaluated_until": rule.evaluated_until,
        "alarms": row.alarms,
        "pending": row.pending,
    }
