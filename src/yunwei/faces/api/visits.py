"""REST of visits on site: planned, begun, done, signed by the customer."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TicketId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import visits as actions
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    SignMethod,
    Visit,
    VisitDraft,
    VisitState,
    Work,
)
from yunwei.operate.service.queries import visits as queries
from yunwei.operate.service.queries.visit_paper import render_sheet
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, check_upload

router = Router()
_clock = SystemClock()
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_SHEET_ANSWER = {
    "responses": {
        200: {"description": "The file.", "content": {"application/pdf": _FILE, _WORD: _FILE}}
    }
}
_FILE_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}}
_FILE_ANSWER = {
    "responses": {200: {"description": "The file.", "content": {"application/octet-stream": _FILE}}}
}


class VisitChangeIn(Body):
    starts_at: datetime
    ends_at: datetime
    engineer: int = Field(description="A person who may be given the customer's tickets.")
    address: str
    contact: str = Field("", description="Whom to ask for.")
    bring: str = ""
    note: str = ""
    version: int = Field(description="That was read; 409 when somebody changed it meanwhile.")


class VisitIn(Body):
    ticket: int
    starts_at: datetime
    ends_at: datetime
    engineer: int = Field(description="A person who may be given the customer's tickets.")
    address: str
    contact: str = Field("", description="Whom to ask for.")
    bring: str = ""
    note: str = ""


class PositionBody(Body):
    latitude: float
    longitude: float
    accuracy_m: float


class ArrivalIn(Body):
    position: PositionBody | None = Field(None, description="As the telephone tells it.")


class VisitResultIn(Body):
    result: str
    minutes: int = Field(0, description="Of work in all, which count at the ticket.")
    is_solved: bool = Field(False, description="The ticket is solved by it.")


class VisitCancelIn(Body):
    note: str


class VisitSignIn(Body):
    name: str = Field(description="Of the customer's person who signs.")
    role: str = ""
    remark: str = ""
    strokes: str = Field(
        description="As drawn: `x,y x,y`, strokes with `;` between them, in a box of 1000 by 400."
    )


class VisitFileOut(Schema):
    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    at: datetime


class VisitSignatureOut(Schema):
    name: str
    role: str
    remark: str
    method: SignMethod
    at: datetime
    by: str = Field(description="In whose session.")
    image_sha256: str
    seal: str = Field(description="Over the visit as it was signed.")
    digest: str = Field(description="Over the signature.")


class VisitOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    ticket: int
    ticket_title: str
    contract: int
    contract_name: str
    state: VisitState
    version: int
    starts_at: datetime
    ends_at: datetime
    first_on: date
    days: int = Field(description="That count of what the contract gives.")
    engineer: int
    engineer_name: str
    address: str
    contact: str
    bring: str
    note: str
    planned_at: datetime
    planned_by: str
    arrived_at: datetime | None
    arrived_by: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    result: str
    minutes: int
    done_at: datetime | None
    done_by: str
    cancelled_at: datetime | None
    cancelled_by: str
    cancel_note: str


class WholeVisitOut(VisitOut):
    files: list[VisitFileOut]
    signature: VisitSignatureOut | None
    is_intact: bool | None = Field(description="It is what was signed; null: it was not signed.")
    quota: int | None = Field(description="Days on site in a year of the contract; null: no limit.")
    used: int = Field(description="Of them, used or planned.")


class VisitQuery(ListQuery):
    tenant: int | None = None
    ticket: int | None = None
    contract: int | None = None
    engineer: int | None = None
    state: VisitState | None = None
    since: datetime | None = Field(None, description="Not over before.")
    until: datetime | None = Field(None, description="Begun before.")
    search: str | None = None


class SheetFileQuery(Schema):
    language: Language = Language.CHINESE


class VisitUploadQuery(Schema):
    name: str = Field("", description="The file's name, with its ending.")


@router.get("", response=Listed[VisitOut], summary="List visits on site")
def list_visits(request: HttpRequest, query: Query[VisitQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_visits(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_head(each) for each in found.items]}


@router.post("", response={201: WholeVisitOut}, summary="Plan a visit on site")
def plan_visit(request: HttpRequest, body: VisitIn) -> Any:
    """Answers 422 when the contract gives no more days on site in this year."""
    viewer, draft = viewer_of_request(request), _draft(body)
    made = actions.plan_visit(viewer, TicketId(body.ticket), draft, now=_clock.now())
    return Status(201, _whole(request, made))


@router.get("/{int:visit_id}", response=WholeVisitOut, summary="Get a visit on site")
def get_visit(request: HttpRequest, visit_id: int) -> Any:
    return _whole(request, visit_id)


@router.put("/{int:visit_id}", response=WholeVisitOut, summary="Change a visit on site")
def change_visit(request: HttpRequest, visit_id: int, body: VisitChangeIn) -> Any:
    """Until somebody has arrived."""
    viewer, draft, now = viewer_of_request(request), _draft(body), _clock.now()
    actions.change_visit(viewer, visit_id, draft, version=body.version, now=now)
    return _whole(request, visit_id)


@router.post("/{int:visit_id}/cancel", response=WholeVisitOut, summary="Cancel a visit on site")
def cancel_visit(request: HttpRequest, visit_id: int, body: VisitCancelIn) -> Any:
    actions.cancel_visit(viewer_of_request(request), visit_id, note=body.note, now=_clock.now())
    return _whole(request, visit_id)


@router.post("/{int:visit_id}/arrive", response=WholeVisitOut, summary="Arrive on site")
def arrive(request: HttpRequest, visit_id: int, body: ArrivalIn) -> Any:
    """The ticket's clock of arrival stops."""
    told = body.position
    position = None if told is None else Position(**told.model_dump())
    viewer = viewer_of_request(request)
    actions.arrive(viewer, visit_id, position=position, now=_clock.now())
    return _whole(request, visit_id)


@router.post(
    "/{int:visit_id}/result", response=WholeVisitOut, summary="Say what came of a visit on site"
)
def finish_visit(request: HttpRequest, visit_id: int, body: VisitResultIn) -> Any:
    """The ticket says so to the customer. It can be said again until the customer has signed."""
    work = Work(**body.model_dump())
    actions.finish_visit(viewer_of_request(request), visit_id, work, now=_clock.now())
    return _whole(request, visit_id)


@router.post("/{int:visit_id}/sign", response=WholeVisitOut, summary="Sign a visit on site")
def sign_visit(request: HttpRequest, visit_id: int, body: VisitSignIn) -> Any:
    """A person of the customer's, drawn on a screen."""
    draft = SignDraft(**body.model_dump())
    actions.sign_visit(viewer_of_request(request), visit_id, draft, now=_clock.now())
    return _whole(request, visit_id)


@router.post(
    "/{int:visit_id}/files",
    response={201: WholeVisitOut},
    openapi_extra=_FILE_BODY,
    summary="Put a file to a visit on site",
)
def add_file(request: HttpRequest, visit_id: int, query: Query[VisitUploadQuery]) -> Any:
    """The bytes of a file: PDF, PNG, JPEG, DOCX, XLSX, without macros, at most 20 MB."""
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    actions.access_work(viewer, visit_id)
    upload = check_upload(query.name, request.read(LARGEST_BYTES + 1))
    actions.add_file(viewer, visit_id, upload, now=_clock.now())
    return Status(201, _whole(request, visit_id))


@router.get(
    "/{int:visit_id}/files/{int:file_id}",
    openapi_extra=_FILE_ANSWER,
    summary="Take a file of a visit on site",
)
def get_file(request: HttpRequest, visit_id: int, file_id: int) -> HttpResponse:
    found = queries.fetch_file(viewer_of_request(request), visit_id, file_id)
    return _send(found.name, found.content_type, found.data)


@router.get(
    "/{int:visit_id}/sheets/{kind}",
    openapi_extra=_SHEET_ANSWER,
    summary="Take the sheet of a visit on site as a file",
)
def get_sheet(
    request: HttpRequest, visit_id: int, kind: str, query: Query[SheetFileQuery]
) -> HttpResponse:
    """pdf or docx."""
    check_parameters(request, query)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    viewer, language = viewer_of_request(request), query.language.value
    whole = queries.access_visit(viewer, visit_id)
    content_type, data = render_sheet(whole, kind, language=language, time_zone=viewer.time_zone)
    actions.note_taken(viewer, visit_id, kind)
    return _send(f"{whole.visit.code}-{language[:2]}.{kind}", content_type, data)


def _send(name: str, content_type: str, data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _draft(body: VisitIn | VisitChangeIn) -> VisitDraft:
    told = body.model_dump(exclude={"ticket", "version"})
    return VisitDraft(**{**told, "engineer": UserId(body.engineer)})


def _head(found: Visit) -> dict[str, Any]:
    return {name: getattr(found, name) for name in VisitOut.model_fields}


def _whole(request: HttpRequest, visit: int) -> dict[str, Any]:
    whole = queries.access_visit(viewer_of_request(request), visit)
    return _head(whole.visit) | {
        "files": list(whole.files),
        "signature": whole.signature,
        "is_intact": whole.is_intact,
        "quota": whole.quota,
        "used": whole.used,
    }
