"""REST of standard changes: planned, begun, carried out step by step, rolled back, concluded."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.changes.actions import planning, stepping, working
from yunwei.operate.changes.facts import (
    Change,
    ChangeDraft,
    ChangeState,
    LineKind,
    NewTicket,
    Phase,
    Risk,
    Step,
    StepState,
)
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.queries.paper import render_record
from yunwei.operate.changes.rules import next_step
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, check_upload

router = Router()
_clock = SystemClock()
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_RECORD_ANSWER = {
    "responses": {
        200: {"description": "The file.", "content": {"application/pdf": _FILE, _WORD: _FILE}}
    }
}
_EVIDENCE_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}}
_EVIDENCE_ANSWER = {
    "responses": {200: {"description": "The file.", "content": {"application/octet-stream": _FILE}}}
}


class SaidOut(Schema):
    zh: str
    en: str


class ChangeTargetsBody(Body):
    names: list[str] = Field(default_factory=list, description="Of desktops.")
    pools: list[int] = Field(default_factory=list)
    condition: str = ""


class ChangeIn(Body):
    template: int
    ticket: int | None = Field(None, description="Which it belongs to; null: one is opened.")
    contract: int | None = Field(None, description="By which a ticket is opened, without `ticket`.")
    title: str = Field("", description="Of the ticket that is opened; empty: as the template's.")
    priority: Priority = Priority.P4
    language: Language = Field(Language.CHINESE, description="Of the ticket that is opened.")
    starts_at: datetime
    ends_at: datetime
    targets: ChangeTargetsBody | None = Field(None, description="Where its scripts run.")
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Of parameters, by the name of the step."
    )
    note: str = ""


class ChangeReasonIn(Body):
    reason: str


class ChangeResultIn(Body):
    is_done: bool = Field(description="False: it failed, which halts the change.")
    result: str


class ConclusionIn(Body):
    text: str = Field(description="As the customer reads it in the ticket.")


class StepOutcomeOut(Schema):
    run: int
    state: str
    total: int
    succeeded: int
    failed: int


class ChangeStepOut(Schema):
    id: int
    place: int
    name: str
    phase: Phase
    title: SaidOut
    how: SaidOut
    script: str = Field(description="Empty: a person does it.")
    values: dict[str, str]
    state: StepState
    attempt: int
    run: int | None
    outcome: StepOutcomeOut | None = Field(description="Of its run, once that is over.")
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    result: str
    is_turn: bool = Field(description="It is the next, or is being done.")


class StepEvidenceOut(Schema):
    id: int
    step: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    at: datetime


class ChangeLineOut(Schema):
    at: datetime
    by: str
    kind: LineKind
    step: int | None
    run: int | None
    text: str


class StandardChangeOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    ticket: int
    ticket_title: str
    template: int
    title: SaidOut
    purpose: SaidOut
    risk: Risk
    template_version: int
    template_sha256: str
    note: str
    state: ChangeState
    starts_at: datetime
    ends_at: datetime
    planned_at: datetime
    planned_by: str
    started_at: datetime | None
    started_by: str
    ended_at: datetime | None
    ended_by: str
    conclusion: str
    concluded_at: datetime | None
    concluded_by: str
    steps: int = Field(description="Roll-back not counted.")
    steps_over: int


class WholeStandardChangeOut(StandardChangeOut):
    targets: ChangeTargetsBody
    runbook: list[ChangeStepOut]
    evidence: list[StepEvidenceOut]
    record: list[ChangeLineOut]


class ChangeQuery(ListQuery):
    tenant: int | None = None
    ticket: int | None = None
    template: int | None = None
    state: ChangeState | None = None
    risk: Risk | None = None
    is_open: bool | None = None
    search: str | None = None


class RecordFileQuery(Schema):
    language: Language = Language.CHINESE


class EvidenceQuery(Schema):
    name: str = Field("", description="The file's name, with its ending.")


@router.get("", response=Listed[StandardChangeOut], summary="List standard changes")
def list_changes(request: HttpRequest, query: Query[ChangeQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_changes(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_head(each) for each in found.items]}


@router.post("", response={201: WholeStandardChangeOut}, summary="Plan a standard change")
def plan_change(request: HttpRequest, body: ChangeIn) -> Any:
    """By a template, in a window, for a ticket that asks for a change; without one, it is opened.
    Scripts, parameters and desktops are looked at now."""
    viewer, now = viewer_of_request(request), _clock.now()
    targets = body.targets or ChangeTargetsBody()
    draft = ChangeDraft(
        template=body.template,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        choice=Choice(
            names=tuple(targets.names), pools=tuple(targets.pools), condition=targets.condition
        ),
        values=body.values,
        note=body.note,
    )
    if body.ticket is not None:
        made = planning.plan_change(viewer, TicketId(body.ticket), draft, now=now)
    else:
        new = NewTicket(
            contract=ContractId(body.contract or 0),
            title=body.title,
            priority=body.priority,
            language=body.language.value,
        )
        made = planning.ask_change(viewer, new, draft, now=now)
    return Status(201, _whole(request, made))


@router.get("/{int:change_id}", response=WholeStandardChangeOut, summary="Get a standard change")
def get_change(request: HttpRequest, change_id: int) -> Any:
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/start", response=WholeStandardChangeOut, summary="Begin a standard change"
)
def start_change(request: HttpRequest, change_id: int) -> Any:
    """Answers 409 outside its window, where the customer has not authorised changes now, and while
    they are frozen."""
    working.start_change(viewer_of_request(request), change_id, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/start",
    response=WholeStandardChangeOut,
    summary="Begin a step",
)
def start_step(request: HttpRequest, change_id: int, step_id: int) -> Any:
    """The step whose turn it is; a script's run is started. Answers 409 when it may not be now."""
    viewer = viewer_of_request(request)
    stepping.start_step(viewer, change_id, step_id, box=_box(), now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/result",
    response=WholeStandardChangeOut,
    summary="Say what came of a step",
)
def finish_step(request: HttpRequest, change_id: int, step_id: int, body: ChangeResultIn) -> Any:
    """Of a step that a person does; of a script's, its run says so."""
    viewer, told = viewer_of_request(request), body.model_dump()
    stepping.finish_step(viewer, change_id, step_id, **told, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/skip",
    response=WholeStandardChangeOut,
    summary="Leave out a step",
)
def skip_step(request: HttpRequest, change_id: int, step_id: int, body: ChangeReasonIn) -> Any:
    """Steps that verify are not left out."""
    viewer = viewer_of_request(request)
    stepping.skip_step(viewer, change_id, step_id, reason=body.reason, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/accept",
    response=WholeStandardChangeOut,
    summary="Count a failed step as done",
)
def accept_step(request: HttpRequest, change_id: int, step_id: int, body: ChangeReasonIn) -> Any:
    viewer = viewer_of_request(request)
    stepping.accept_step(viewer, change_id, step_id, reason=body.reason, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/retry",
    response=WholeStandardChangeOut,
    summary="Try a failed step again",
)
def try_again(request: HttpRequest, change_id: int, step_id: int) -> Any:
    viewer = viewer_of_request(request)
    stepping.try_again(viewer, change_id, step_id, box=_box(), now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/steps/{int:step_id}/evidence",
    response={201: StepEvidenceOut},
    openapi_extra=_EVIDENCE_BODY,
    summary="Put evidence to a step",
)
def add_evidence(
    request: HttpRequest, change_id: int, step_id: int, query: Query[EvidenceQuery]
) -> Any:
    """The bytes of a file: PDF, PNG, JPEG, DOCX, XLSX, without macros, at most 20 MB."""
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    stepping.access_step(viewer, change_id, step_id)
    upload = check_upload(query.name, request.read(LARGEST_BYTES + 1))
    made = stepping.add_evidence(viewer, change_id, step_id, upload, now=_clock.now())
    whole = queries.access_change(viewer, change_id)
    (kept,) = (each for each in whole.evidence if each.id == made)
    return Status(201, kept)


@router.get(
    "/{int:change_id}/evidence/{int:evidence_id}",
    openapi_extra=_EVIDENCE_ANSWER,
    summary="Take evidence as a file",
)
def get_evidence(request: HttpRequest, change_id: int, evidence_id: int) -> HttpResponse:
    found = queries.fetch_evidence(viewer_of_request(request), change_id, evidence_id)
    return _send(found.name, found.content_type, found.data)


@router.post(
    "/{int:change_id}/roll-back",
    response=WholeStandardChangeOut,
    summary="Roll back a standard change",
)
def roll_back(request: HttpRequest, change_id: int, body: ChangeReasonIn) -> Any:
    """The steps that bring back the state before come next; also after the window."""
    viewer = viewer_of_request(request)
    working.roll_back(viewer, change_id, reason=body.reason, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/give-up",
    response=WholeStandardChangeOut,
    summary="Give up rolling back a standard change",
)
def give_up(request: HttpRequest, change_id: int, body: ChangeReasonIn) -> Any:
    """Answers 409 unless a step of the roll-back has failed."""
    viewer = viewer_of_request(request)
    working.give_up(viewer, change_id, reason=body.reason, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/cancel",
    response=WholeStandardChangeOut,
    summary="Give up a standard change before it begins",
)
def cancel_change(request: HttpRequest, change_id: int, body: ChangeReasonIn) -> Any:
    viewer = viewer_of_request(request)
    working.cancel_change(viewer, change_id, reason=body.reason, now=_clock.now())
    return _whole(request, change_id)


@router.post(
    "/{int:change_id}/conclude",
    response=WholeStandardChangeOut,
    summary="Conclude a standard change",
)
def conclude(request: HttpRequest, change_id: int, body: ConclusionIn) -> Any:
    """Once it has come to an end. Its ticket says so: solved, when the change succeeded."""
    working.conclude(viewer_of_request(request), change_id, text=body.text, now=_clock.now())
    return _whole(request, change_id)


@router.get(
    "/{int:change_id}/files/{kind}",
    openapi_extra=_RECORD_ANSWER,
    summary="Take the record of a standard change as a file",
)
def get_record(
    request: HttpRequest, change_id: int, kind: str, query: Query[RecordFileQuery]
) -> HttpResponse:
    """pdf or docx."""
    check_parameters(request, query)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    viewer, language = viewer_of_request(request), query.language.value
    whole = queries.access_change(viewer, change_id)
    content_type, data = render_record(whole, kind, language=language, time_zone=viewer.time_zone)
    working.note_taken(viewer, change_id, kind)
    return _send(f"{whole.change.code}-{language[:2]}.{kind}", content_type, data)


def _send(name: str, content_type: str, data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _box() -> SecretBox:
    return open_secret_box(load_settings())


def _head(found: Change) -> dict[str, Any]:
    return {name: getattr(found, name) for name in StandardChangeOut.model_fields}


def _step(step: Step, *, is_turn: bool) -> dict[str, Any]:
    spec = step.spec
    own = {"name", "phase", "title", "how", "script", "values", "is_turn"}
    names = (name for name in ChangeStepOut.model_fields if name not in own)
    return {name: getattr(step, name) for name in names} | {
        "name": spec.name,
        "phase": spec.phase,
        "title": spec.title,
        "how": spec.how,
        "script": spec.script,
        "values": dict(spec.values),
        "is_turn": is_turn,
    }


def _whole(request: HttpRequest, change: int) -> dict[str, Any]:
    whole = queries.access_change(viewer_of_request(request), change)
    turn = next_step(whole)
    choice = whole.change.choice
    return _head(whole.change) | {
        "targets": {
            "names": list(choice.names),
            "pools": list(choice.pools),
            "condition": choice.condition,
        },
        "runbook": [
            _step(each, is_turn=turn is not None and turn.id == each.id) for each in whole.steps
        ],
        "evidence": list(whole.evidence),
        "record": list(whole.lines),
    }
