"""REST of event plans: written, started behind their gate, ended with a summary; exceptions."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.assurance import actions, queries
from yunwei.operate.assurance.facts import (
    FROZEN,
    ExceptionDraft,
    GateReason,
    Plan,
    PlanDraft,
    PlanKind,
    PlanState,
)

router = Router()
_clock = SystemClock()


class EventSummaryOut(Schema):
    alarms: dict[str, int] = Field(description="Raised in its time, by severity.")
    alarms_open: int
    peak_online: int | None = Field(description="null: not measured.")
    tickets: int
    tickets_open: int
    refused: int
    exceptions: int
    note: str


class EventPlanOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    kind: PlanKind
    name: str
    covers: str
    starts_at: datetime
    ends_at: datetime
    frozen_from: datetime
    frozen_until: datetime
    operations: list[Operation] = Field(description="What is frozen.")
    people: str
    duty: str
    note: str
    least_score: int
    state: PlanState
    version: int
    inspection: int | None = Field(description="By which it was started.")
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    summary: EventSummaryOut | None


class EventExceptionOut(Schema):
    id: int
    who: str
    reason: str
    until: datetime
    granted_by: str
    granted_at: datetime


class EventGateOut(Schema):
    reason: GateReason
    is_open: bool
    inspection: int | None


class WholeEventPlanOut(EventPlanOut):
    gate: EventGateOut
    exceptions: list[EventExceptionOut]


class EventPlanQuery(ListQuery):
    tenant: int | None = None
    kind: PlanKind | None = None
    state: PlanState | None = None
    search: str | None = None


class EventPlanIn(Body):
    tenant: int
    kind: PlanKind = PlanKind.EVENT
    name: str
    covers: str = ""
    starts_at: datetime
    ends_at: datetime
    frozen_from: datetime
    frozen_until: datetime
    operations: list[Operation] = Field(default_factory=lambda: list(FROZEN))
    people: str = ""
    duty: str = ""
    note: str = ""
    least_score: int = 60


class EventPlanChange(EventPlanIn):
    version: int


class EventEndIn(Body):
    note: str = ""


class EventExceptionIn(Body):
    who: str = Field(description="A sign-in name.")
    reason: str
    until: datetime


@router.get("", response=Listed[EventPlanOut], summary="List event plans")
def list_plans(request: HttpRequest, query: Query[EventPlanQuery]) -> Any:
    check_parameters(request, query)
    found = queries.fetch_plans(viewer_of_request(request), query.filters(), query.page_request())
    return as_listed(found) | {"items": [_plan(each) for each in found.items]}


@router.post("", response={201: WholeEventPlanOut}, summary="Write an event plan")
def add_plan(request: HttpRequest, body: EventPlanIn) -> Any:
    made = actions.add_plan(viewer_of_request(request), _draft(body), now=_clock.now())
    return Status(201, _whole(request, made))


@router.get("/{int:plan_id}", response=WholeEventPlanOut, summary="Get an event plan")
def get_plan(request: HttpRequest, plan_id: int) -> Any:
    return _whole(request, plan_id)


@router.put("/{int:plan_id}", response=WholeEventPlanOut, summary="Change an event plan")
def change_plan(request: HttpRequest, plan_id: int, body: EventPlanChange) -> Any:
    """Until it is started."""
    viewer, now = viewer_of_request(request), _clock.now()
    actions.change_plan(viewer, plan_id, _draft(body), version=body.version, now=now)
    return _whole(request, plan_id)


@router.post("/{int:plan_id}/start", response=WholeEventPlanOut, summary="Start an event plan")
def start_plan(request: HttpRequest, plan_id: int) -> Any:
    """Answers 409 while its gate is closed: no passed inspection."""
    actions.start_plan(viewer_of_request(request), plan_id, now=_clock.now())
    return _whole(request, plan_id)


@router.post("/{int:plan_id}/end", response=WholeEventPlanOut, summary="End an event plan")
def end_plan(request: HttpRequest, plan_id: int, body: EventEndIn) -> Any:
    """Its freeze holds no more; what happened is summed up and kept."""
    actions.end_plan(viewer_of_request(request), plan_id, note=body.note, clock=_clock)
    return _whole(request, plan_id)


@router.post("/{int:plan_id}/cancel", response=WholeEventPlanOut, summary="Give up an event plan")
def cancel_plan(request: HttpRequest, plan_id: int) -> Any:
    actions.cancel_plan(viewer_of_request(request), plan_id, now=_clock.now())
    return _whole(request, plan_id)


@router.post(
    "/{int:plan_id}/exceptions",
    response={201: WholeEventPlanOut},
    summary="Grant an exception from a freeze",
)
def grant_exception(request: HttpRequest, plan_id: int, body: EventExceptionIn) -> Any:
    """By name, with a reason; it can not be taken back."""
    draft = ExceptionDraft(**body.model_dump())
    actions.grant_exception(viewer_of_request(request), plan_id, draft, now=_clock.now())
    return Status(201, _whole(request, plan_id))


def _draft(body: EventPlanIn) -> PlanDraft:
    told = body.model_dump(exclude={"version"})
    return PlanDraft(
        **{**told, "tenant": TenantId(body.tenant), "operations": tuple(body.operations)}
    )


def _plan(found: Plan) -> dict[str, Any]:
    drafted = set(EventPlanIn.model_fields) - {"tenant"}
    return {
        **{name: getattr(found.draft, name) for name in drafted},
        **{name: getattr(found, name) for name in EventPlanOut.model_fields if name not in drafted},
    }


def _whole(request: HttpRequest, plan: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    found = queries.access_plan(viewer, plan)
    gate = queries.look_at_gate(viewer, found, now=_clock.now())
    return _plan(found) | {
        "gate": gate,
        "exceptions": list(queries.fetch_exceptions(viewer, plan)),
    }
