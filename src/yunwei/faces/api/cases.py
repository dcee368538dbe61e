"""REST of cases: one service on its six steps, what the next one waits for, plans and documents."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import cases as actions
from yunwei.operate.service.actions import plans
from yunwei.operate.service.facts.cases import (
    CaseDraft,
    CaseStep,
    Criteria,
    DocumentKind,
    Lack,
    Plan,
    PlanTask,
    PlanVersion,
)
from yunwei.operate.service.facts.contracts import ContractSide, TermsState
from yunwei.operate.service.facts.matrix import Part, Phase, TaskKey
from yunwei.operate.service.queries import cases as queries
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, check_upload

router = Router()
_clock = SystemClock()
FILE_ANSWER = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class CaseOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    contract: int | None
    contract_name: str
    title: str
    need: str
    step: CaseStep
    opened_by: str
    opened_at: datetime
    since: datetime = Field(description="When its present step began.")
    changed_at: datetime
    changed_by: str


class MissingOut(Schema):
    lack: Lack
    side: ContractSide = Field(description="Whose turn it is.")
    what: str = Field(description="Which task or document.")
    count: int


class CaseTaskOut(Schema):
    key: TaskKey
    phase: Phase
    step: CaseStep
    provider: Part
    customer: Part
    planned_on: date | None
    who: str
    done_on: date | None
    done_by: str
    note: str
    is_late: bool


class CaseDocumentOut(Schema):
    id: int
    step: CaseStep
    kind: DocumentKind
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    by: str
    side: ContractSide
    at: datetime


class CaseMoveOut(Schema):
    at: datetime
    by: str
    from_step: CaseStep
    to_step: CaseStep
    note: str


class PlanTaskBody(Body):
    key: TaskKey
    planned_on: date
    who: str = ""


class CriteriaBody(Body):
    timely_ratio: float = Field(0.95, description="Answered and solved in time, of 1.")
    satisfaction: float | None = Field(None, description="Of 1 to 5; null: no criterion.")
    documents: list[DocumentKind] = Field(default_factory=lambda: [DocumentKind.RECORD])
    checks: list[str] = Field(default_factory=list, description="What people judge.")


class PlanBody(Body):
    goal: str
    starts_on: date
    ends_on: date
    work: list[PlanTaskBody] = Field(default_factory=list)
    criteria: CriteriaBody = Field(default_factory=lambda: CriteriaBody.model_validate({}))
    risks: str = ""
    communication: str = ""

    def as_fact(self) -> Plan:
        criteria = self.criteria
        return Plan(
            goal=self.goal,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            risks=self.risks,
            communication=self.communication,
            work=tuple(PlanTask(**each.model_dump()) for each in self.work),
            criteria=Criteria(
                timely_ratio=criteria.timely_ratio,
                satisfaction=criteria.satisfaction,
                documents=tuple(criteria.documents),
                checks=tuple(each.strip() for each in criteria.checks if each.strip()),
            ),
        )


class PlanIn(PlanBody):
    latest: int = Field(0, description="The version that was looked at; 0: whichever.")


class PlanVersionOut(Schema):
    number: int
    plan: PlanBody
    sha256: str = Field(description="By which both sides know that they confirm the same.")
    state: TermsState
    by: str
    at: datetime
    judged_by: str
    judged_at: datetime | None
    paper: str
    note: str


class WholeCaseOut(CaseOut):
    missing: list[MissingOut] = Field(description="What the next step waits for.")
    tasks: list[CaseTaskOut]
    documents: list[CaseDocumentOut]
    moves: list[CaseMoveOut]
    plans: list[PlanVersionOut] = Field(description="The newest first.")
    tickets: int
    open_tickets: int


class CaseQuery(ListQuery):
    tenant: int | None = None
    contract: int | None = None
    step: CaseStep | None = None
    is_open: bool | None = None
    search: str | None = None


class CaseIn(Body):
    tenant: int | None = Field(None, description="The customer; absent: one's own tenant.")
    title: str
    need: str = ""
    contract: int | None = None


class CaseChangeIn(Body):
    title: str
    need: str = ""
    contract: int | None = None


class StepBackIn(Body):
    to: CaseStep
    note: str


class CaseNoteIn(Body):
    note: str


class TaskDoneIn(Body):
    on: date | None = Field(None, description="Absent: today.")
    note: str = Field("", description="Where the proof is, or why it is late.")


class PlanConfirmIn(Body):
    sha256: str = Field("", description="Of what was read; another plan is not confirmed.")
    paper: str = Field("", description="Where the customer's word is, when the provider notes it.")


class PlanReturnIn(Body):
    note: str
    sha256: str = ""


class DocumentQuery(Schema):
    name: str = Field("", description="With its ending: pdf, png, jpg, docx or xlsx.")
    kind: DocumentKind = DocumentKind.OTHER


@router.get("", response=Listed[CaseOut], summary="List cases")
def list_cases(request: HttpRequest, query: Query[CaseQuery]) -> Any:
    return answer_list(request, query, queries.fetch_cases)


@router.post("", response={201: WholeCaseOut}, summary="Open a case")
def open_case(request: HttpRequest, body: CaseIn) -> Any:
    """It begins with the enquiry."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.open_case(viewer, tenant, _draft(body), now=_clock.now())
    return Status(201, _fetch(request, made))


@router.get("/{int:case_id}", response=WholeCaseOut, summary="Get a case")
def get_case(request: HttpRequest, case_id: int) -> Any:
    return _fetch(request, case_id)


@router.put("/{int:case_id}", response=WholeCaseOut, summary="Change a case")
def change_case(request: HttpRequest, case_id: int, body: CaseChangeIn) -> Any:
    viewer = viewer_of_request(request)
    actions.change_case(viewer, CaseId(case_id), _draft(body), now=_clock.now())
    return _fetch(request, case_id)


@router.post("/{int:case_id}/advance", response=WholeCaseOut, summary="To the next step")
def advance_case(request: HttpRequest, case_id: int) -> Any:
    """Refused while something is missing for it. The last step is the customer's signature."""
    actions.advance_case(viewer_of_request(request), CaseId(case_id), now=_clock.now())
    return _fetch(request, case_id)


@router.post("/{int:case_id}/back", response=WholeCaseOut, summary="Back to an earlier step")
def go_back(request: HttpRequest, case_id: int, body: StepBackIn) -> Any:
    """With a reason; the tasks from there on are to be done again."""
    viewer, id = viewer_of_request(request), CaseId(case_id)
    actions.go_back(viewer, id, body.to, note=body.note, now=_clock.now())
    return _fetch(request, case_id)


@router.post("/{int:case_id}/cancel", response=WholeCaseOut, summary="Cancel a case")
def cancel_case(request: HttpRequest, case_id: int, body: CaseNoteIn) -> Any:
    viewer, id = viewer_of_request(request), CaseId(case_id)
    actions.cancel_case(viewer, id, note=body.note, now=_clock.now())
    return _fetch(request, case_id)


@router.post("/{int:case_id}/tasks/{key}", response=WholeCaseOut, summary="Say a task is done")
def finish_task(request: HttpRequest, case_id: int, key: str, body: TaskDoneIn) -> Any:
    """By the side that leads it in the responsibility matrix."""
    viewer, id = viewer_of_request(request), CaseId(case_id)
    actions.finish_task(viewer, id, key, on=body.on, note=body.note, now=_clock.now())
    return _fetch(request, case_id)


@router.post(
    "/{int:case_id}/documents",
    response={201: WholeCaseOut},
    openapi_extra=FILE_BODY,
    summary="Put a document into a case",
)
def add_document(request: HttpRequest, case_id: int, query: Query[DocumentQuery]) -> Any:
    """The bytes are the body. At most 20 MB; what a file is, its content says."""
    viewer, id, now = viewer_of_request(request), CaseId(case_id), _clock.now()
    queries.access_case(viewer, id, now=now)
    upload = check_upload(query.name, request.read(LARGEST_BYTES + 1))
    actions.add_document(viewer, id, upload, query.kind, now=now)
    return Status(201, _fetch(request, case_id))


@router.get(
    "/{int:case_id}/documents/{int:document_id}",
    openapi_extra=FILE_ANSWER,
    summary="Take a document of a case",
)
def get_document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponse:
    viewer = viewer_of_request(request)
    found = queries.fetch_document(viewer, CaseId(case_id), document_id, now=_clock.now())
    headers = {"Content-Disposition": "attachment"}
    return HttpResponse(found.data, content_type=found.content_type, headers=headers)


@router.put("/{int:case_id}/plan", response=WholeCaseOut, summary="Write the plan of a case")
def write_plan(request: HttpRequest, case_id: int, body: PlanIn) -> Any:
    """A draft is changed; beside a confirmed plan another version is begun."""
    viewer, id = viewer_of_request(request), CaseId(case_id)
    plans.write_plan(viewer, id, body.as_fact(), now=_clock.now(), latest=body.latest)
    return _fetch(request, case_id)


@router.post(
    "/{int:case_id}/plan/offer", response=WholeCaseOut, summary="Ask the customer to confirm a plan"
)
def offer_plan(request: HttpRequest, case_id: int) -> Any:
    plans.offer_plan(viewer_of_request(request), CaseId(case_id), now=_clock.now())
    return _fetch(request, case_id)


@router.post("/{int:case_id}/plan/confirm", response=WholeCaseOut, summary="Confirm a plan")
def confirm_plan(request: HttpRequest, case_id: int, body: PlanConfirmIn) -> Any:
    """By the customer's own people; with `paper` by whoever manages service for the provider."""
    viewer, id = viewer_of_request(request), CaseId(case_id)
    plans.confirm_plan(viewer, id, now=_clock.now(), sha256=body.sha256, paper=body.paper)
    return _fetch(request, case_id)


@router.post("/{int:case_id}/plan/return", response=WholeCaseOut, summary="Return a plan")
def return_plan(request: HttpRequest, case_id: int, body: PlanReturnIn) -> Any:
    viewer, id = viewer_of_request(request), CaseId(case_id)
    plans.return_plan(viewer, id, now=_clock.now(), note=body.note, sha256=body.sha256)
    return _fetch(request, case_id)


def _draft(body: CaseIn | CaseChangeIn) -> CaseDraft:
    contract = None if body.contract is None else ContractId(body.contract)
    return CaseDraft(title=body.title, need=body.need, contract=contract)


def _fetch(request: HttpRequest, case: int) -> dict[str, Any]:
    whole = queries.access_case(viewer_of_request(request), CaseId(case), now=_clock.now())
    return {name: getattr(whole.case, name) for name in CaseOut.model_fields} | {
        "missing": [_pick(MissingOut, each) for each in whole.missing],
        "tasks": [_show_task(each) for each in whole.tasks],
        "documents": [_pick(CaseDocumentOut, each) for each in whole.documents],
        "moves": [_pick(CaseMoveOut, each) for each in whole.moves],
        "plans": [_show_plan(each) for each in whole.plans],
        "tickets": whole.work["tickets"],
        "open_tickets": whole.work["open_tickets"],
    }


def _pick(schema: type[Schema], fact: object) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in schema.model_fields}


def _show_task(task: queries.CaseTask) -> dict[str, Any]:
    done = task.done
    return {
        **{name: getattr(task.row, name) for name in ("key", "phase", "step")},
        "provider": task.row.provider,
        "customer": task.row.customer,
        "planned_on": task.planned_on,
        "who": task.who,
        "done_on": done.on if done else None,
        "done_by": done.by if done else "",
        "note": done.note if done else "",
        "is_late": task.is_late,
    }


def _show_plan(version: PlanVersion) -> dict[str, Any]:
    told = {name: getattr(version, name) for name in PlanVersionOut.model_fields if name != "plan"}
    plan = version.plan
    shown = _pick(PlanBody, plan) | {
        "work": [_pick(PlanTaskBody, each) for each in plan.work],
        "criteria": _pick(CriteriaBody, plan.criteria)
        | {"documents": list(plan.criteria.documents), "checks": list(plan.criteria.checks)},
    }
    return told | {"plan": shown}
