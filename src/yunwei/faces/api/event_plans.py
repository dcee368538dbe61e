"""REST of event plans: written, started behind their gate, ended with a summary; exceptions."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.assurance import actions
from yunwei.operate.assurance.facts import (
    FROZEN,
    ExceptionDraft,
    GateReason,
    Plan,
    PlanDraft,
    PlanKind,
    PlanState,
)
from yunwei.operate.assurance.queries import plans as queries
from yunwei.operate.assurance.queries.paper import render_closing
from yunwei.operate.assurance.queries.rooms import look_into_room
from yunwei.operate.assurance.rules import is_frozen_now
from yunwei.operate.service.facts.emergencies import LineKind

router = Router()
_clock = SystemClock()
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILE_ANSWER = {
    "responses": {
        200: {"description": "The file.", "content": {"application/pdf": _FILE, _WORD: _FILE}}
    }
}


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
    thresholds: list[int] = Field(description="Tighter rules, on while it holds.")
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


class WarRoomLineOut(Schema):
    at: datetime
    kind: LineKind
    by: str
    text: str
    detail: str
    about: int | None


class WarRoomOut(Schema):
    is_frozen: bool
    desktops: int = Field(description="That the plan covers.")
    desktops_faulty: int
    users_online: int | None
    open_alarms: int = Field(description="About what the plan covers.")
    open_alarms_outside: int
    alarms: list[int] = Field(description="Of the open ones the twenty gravest.")
    tickets: list[int] = Field(description="Opened since it began.")
    refused: int = Field(description="Acts that the freeze stopped.")
    on_duty: list[str]
    thresholds: list[str] = Field(description="Tightened rules.")
    timeline: list[WarRoomLineOut]


class ClosingFileQuery(Schema):
    language: Language = Language.CHINESE


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
    thresholds: list[int] = Field(default_factory=list)


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


@router.get("/{int:plan_id}/room", response=WarRoomOut, summary="Look into a war room")
def get_room(request: HttpRequest, plan_id: int) -> Any:
    """What goes on in the scope of a plan now. Answers 409 unless it holds."""
    viewer = viewer_of_request(request)
    found = queries.access_plan(viewer, plan_id)
    if found.state is not PlanState.STARTED:
        raise Conflict("there is a war room while a plan holds")
    now = _clock.now()
    room = look_into_room(viewer, found, now=now)
    return {
        "is_frozen": is_frozen_now(found.draft, now=now),
        "desktops": room.scope.desktops,
        "desktops_faulty": room.scope.error,
        "users_online": room.scope.users_online,
        "open_alarms": room.alarm_count,
        "open_alarms_outside": room.outside,
        "alarms": [each.alarm.id for each in room.alarms],
        "tickets": [each.id for each in room.tickets],
        "refused": room.refused_count,
        "on_duty": [each.user_name for each in room.duty],
        "thresholds": [each.rule.name for each in room.thresholds],
        "timeline": list(room.lines),
    }


@router.get(
    "/{int:plan_id}/files/{kind}",
    openapi_extra=_FILE_ANSWER,
    summary="Take a closing report as a file",
)
def get_closing_file(
    request: HttpRequest, plan_id: int, kind: str, query: Query[ClosingFileQuery]
) -> HttpResponse:
    """pdf or docx. Answers 409 before the plan has ended."""
    check_parameters(request, query)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    viewer, language = viewer_of_request(request), query.language.value
    found = queries.access_plan(viewer, plan_id)
    content_type, data = render_closing(
        found,
        queries.fetch_exceptions(viewer, plan_id),
        kind,
        language=language,
        time_zone=viewer.time_zone,
    )
    actions.note_taken(viewer, plan_id, kind)
    name = f"{found.code}-{language[:2]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)


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
        **{
            **told,
            "tenant": TenantId(body.tenant),
            "operations": tuple(body.operations),
            "thresholds": tuple(body.thresholds),
        }
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
