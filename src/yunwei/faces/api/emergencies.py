"""REST of emergencies: declared, led, told of, ended, looked back on."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import EmergencyId, TicketId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import emergencies as actions
from yunwei.operate.service.facts.emergencies import (
    Emergency,
    EmergencyState,
    LineKind,
    Postmortem,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.queries import emergencies as queries
from yunwei.operate.service.queries.emergency_paper import look_back, render_postmortem

router = Router()
_clock = SystemClock()
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILE_ANSWER = {
    "responses": {
        200: {"description": "The file.", "content": {"application/pdf": _FILE, _WORD: _FILE}}
    }
}


class TellingOut(Schema):
    commander: int
    teller: int
    update_minutes: int = Field(description="From one update to the next, at most.")
    people: list[int] = Field(description="Told besides the customer's contacts.")
    outside: list[str] = Field(description="Mail addresses of others who are told.")


class PostmortemOut(Schema):
    summary: str
    impact: str
    causes: str
    went_well: str
    went_badly: str


class EmergencyOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    ticket: int
    ticket_title: str
    state: EmergencyState
    reported_at: datetime
    declared_by: str
    declared_at: datetime
    reason: str
    telling: TellingOut
    commander_name: str
    teller_name: str
    update_due_at: datetime | None = Field(description="null once it has ended.")
    ended_by: str
    ended_at: datetime | None
    resolution: str
    postmortem: PostmortemOut | None = Field(description="The customer's once it is released.")
    version: int
    released_by: str
    released_at: datetime | None
    sha256: str = Field(description="Of what was released.")


class TimeLineOut(Schema):
    at: datetime
    kind: LineKind
    by: str
    text: str
    detail: str = Field(description="Severity of an alarm, kind of an entry, operation of an act.")
    about: int | None = Field(description="Number of the alarm.")


class WholeEmergencyOut(EmergencyOut):
    timeline: list[TimeLineOut]


class EmergencyQuery(ListQuery):
    tenant: int | None = None
    ticket: int | None = None
    contract: int | None = None
    state: EmergencyState | None = None
    search: str | None = None


class TellingIn(Body):
    commander: int
    teller: int
    update_minutes: int = 60
    people: list[int] = Field(default_factory=list)
    outside: list[str] = Field(default_factory=list)


class EmergencyIn(TellingIn):
    ticket: int
    reason: str


class TimeLineIn(Body):
    kind: LineKind = Field(description="observed, judged, decided, acted or restored.")
    text: str
    at: datetime | None = Field(None, description="Absent: now.")


class EmergencyUpdateIn(Body):
    text: str
    next_minutes: int | None = Field(None, description="Until the next one; absent: as usual.")


class EmergencyEndIn(Body):
    resolution: str


class PostmortemIn(Body):
    summary: str = ""
    impact: str = ""
    causes: str = ""
    went_well: str = ""
    went_badly: str = ""
    version: int = Field(description="What was read; 0 for the first.")


class EmergencyActionIn(Body):
    title: str
    text: str = ""
    owner: int
    due_on: date


class EmergencyActionOut(Schema):
    improvement: int


class PostmortemFileQuery(Schema):
    language: Language = Language.CHINESE


@router.get("", response=Listed[EmergencyOut], summary="List emergencies")
def list_emergencies(request: HttpRequest, query: Query[EmergencyQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_emergencies(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_show(each) for each in found.items]}


@router.post("", response={201: WholeEmergencyOut}, summary="Declare an emergency")
def declare_emergency(request: HttpRequest, body: EmergencyIn) -> Any:
    """A ticket for emergency response, once; the customer's contacts are told."""
    made = actions.declare_emergency(
        viewer_of_request(request),
        TicketId(body.ticket),
        _telling(body),
        reason=body.reason,
        now=_clock.now(),
    )
    return Status(201, _whole(request, made))


@router.get("/{int:emergency_id}", response=WholeEmergencyOut, summary="Get an emergency")
def get_emergency(request: HttpRequest, emergency_id: int) -> Any:
    """With its time line: what people wrote, alarms, acts, the ticket's log."""
    return _whole(request, emergency_id)


@router.put("/{int:emergency_id}/lead", response=WholeEmergencyOut, summary="Say who leads")
def lead_emergency(request: HttpRequest, emergency_id: int, body: TellingIn) -> Any:
    """By who leads or a service manager."""
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    actions.lead_emergency(viewer, id, _telling(body), now=_clock.now())
    return _whole(request, emergency_id)


@router.post(
    "/{int:emergency_id}/lines",
    response={201: WholeEmergencyOut},
    summary="Write on a time line",
)
def write_line(request: HttpRequest, emergency_id: int, body: TimeLineIn) -> Any:
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    actions.write_line(viewer, id, body.kind, body.text, at=body.at, now=_clock.now())
    return Status(201, _whole(request, emergency_id))


@router.post(
    "/{int:emergency_id}/updates", response={201: WholeEmergencyOut}, summary="Send an update"
)
def send_update(request: HttpRequest, emergency_id: int, body: EmergencyUpdateIn) -> Any:
    """To the customer's contacts and those who were chosen; it is a message of the ticket, too."""
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    actions.send_update(viewer, id, UpdateDraft(**body.model_dump()), now=_clock.now())
    return Status(201, _whole(request, emergency_id))


@router.post("/{int:emergency_id}/end", response=WholeEmergencyOut, summary="End an emergency")
def end_emergency(request: HttpRequest, emergency_id: int, body: EmergencyEndIn) -> Any:
    """Its ticket is solved, and its time line kept as it is."""
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    actions.end_emergency(viewer, id, resolution=body.resolution, now=_clock.now())
    return _whole(request, emergency_id)


@router.put(
    "/{int:emergency_id}/postmortem", response=WholeEmergencyOut, summary="Write a post-mortem"
)
def write_postmortem(request: HttpRequest, emergency_id: int, body: PostmortemIn) -> Any:
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    said = Postmortem(**body.model_dump(exclude={"version"}))
    actions.write_postmortem(viewer, id, said, version=body.version, now=_clock.now())
    return _whole(request, emergency_id)


@router.post(
    "/{int:emergency_id}/actions",
    response={201: EmergencyActionOut},
    summary="Decide what is to become better",
)
def add_action(request: HttpRequest, emergency_id: int, body: EmergencyActionIn) -> Any:
    """An entry of the improvement register, with its owner and day."""
    draft = ImprovementDraft(
        title=body.title, text=body.text, owner=UserId(body.owner), due_on=body.due_on
    )
    viewer, id = viewer_of_request(request), EmergencyId(emergency_id)
    made = actions.add_action(viewer, id, draft, now=_clock.now())
    return Status(201, {"improvement": made})


@router.post(
    "/{int:emergency_id}/release", response=WholeEmergencyOut, summary="Release a post-mortem"
)
def release_postmortem(request: HttpRequest, emergency_id: int) -> Any:
    """Answers 409 without an entry in the register. It can not be changed afterwards."""
    id = EmergencyId(emergency_id)
    actions.release_postmortem(viewer_of_request(request), id, now=_clock.now())
    return _whole(request, emergency_id)


@router.get(
    "/{int:emergency_id}/files/{kind}",
    openapi_extra=_FILE_ANSWER,
    summary="Take a post-mortem as a file",
)
def get_postmortem_file(
    request: HttpRequest, emergency_id: int, kind: str, query: Query[PostmortemFileQuery]
) -> HttpResponse:
    """pdf or docx. Answers 404 while there is none, and to the customer until it is released."""
    check_parameters(request, query)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    viewer = viewer_of_request(request)
    known = queries.access_emergency(viewer, EmergencyId(emergency_id))
    told = look_back(viewer, known, now=_clock.now())
    language = query.language.value
    content_type, data = render_postmortem(
        told, kind, language=language, time_zone=viewer.time_zone
    )
    actions.note_taken(viewer, known.id, kind)
    name = f"{known.code}-{language[:2]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)


def _telling(body: TellingIn) -> Telling:
    return Telling(
        commander=UserId(body.commander),
        teller=UserId(body.teller),
        update_minutes=body.update_minutes,
        people=tuple(map(UserId, body.people)),
        outside=tuple(body.outside),
    )


def _show(known: Emergency) -> dict[str, Any]:
    return {name: getattr(known, name) for name in EmergencyOut.model_fields}


def _whole(request: HttpRequest, emergency: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    known = queries.access_emergency(viewer, EmergencyId(emergency))
    lines = queries.look_at_timeline(viewer, known, now=_clock.now())
    return _show(known) | {"timeline": list(lines)}
