"""REST of inspections: asked for, made in the background, answered, sealed, taken as files."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.inspection.actions import inspections as actions
from yunwei.operate.inspection.actions import plans as plan_actions
from yunwei.operate.inspection.facts.inspections import (
    Change,
    Grade,
    InspectionState,
    Level,
    Missing,
    Rhythm,
    ScheduleDraft,
    ThingKind,
    WholeInspection,
)
from yunwei.operate.inspection.facts.templates import Domain, FigureUnit, Gravity
from yunwei.operate.inspection.queries import inspections as queries
from yunwei.operate.inspection.queries import plans
from yunwei.operate.inspection.queries.paper import render_inspection

router = Router()
templates = Router()
schedules = Router()
_clock = SystemClock()
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILE_ANSWER = {
    "responses": {
        200: {"description": "The file.", "content": {"application/pdf": _FILE, _WORD: _FILE}}
    }
}


class InspectionSaidOut(Schema):
    zh: str
    en: str


class InspectionOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    template: int | None = Field(description="null: the built-in.")
    title: InspectionSaidOut
    schedule: int | None
    state: InspectionState
    error: str
    asked_at: datetime
    asked_by: str
    measured_at: datetime | None
    score: float | None = Field(description="0 to 100; null: nothing was measured.")
    grade: Grade | None
    coverage: float | None = Field(description="Share (0-1) of the weight that was measured.")
    failed: int
    warned: int
    unmeasured: int
    sha256: str = Field(description="Of what was measured.")
    before: int | None = Field(description="The inspection that it is compared with.")
    sealed_at: datetime | None
    sealed_by: str
    seal: str = Field(description="Over what was measured, what was answered, who sealed it.")


class InspectionThingOut(Schema):
    kind: ThingKind
    key: str
    name: str
    value: float
    id: int | None
    note: str
    level: Level
    ticket: int | None


class InspectionResultOut(Schema):
    check: str
    title: InspectionSaidOut
    domain: Domain
    gravity: Gravity
    weight: int
    measure: str
    unit: FigureUnit
    warn: float | None
    fail: float | None
    is_low_bad: bool
    level: Level
    missing: Missing | None = Field(description="Why nothing was measured.")
    considered: int = Field(description="Things that were held against it.")
    total: int = Field(description="Things that are not well; the worst 200 are listed.")
    worst: float | None
    advice: InspectionSaidOut
    found: list[InspectionThingOut]


class InspectionItemOut(Schema):
    item: str
    title: InspectionSaidOut
    how: InspectionSaidOut
    gravity: Gravity
    weight: int
    level: Level | None = Field(description="null: no answer.")
    note: str
    by: str
    at: datetime | None


class InspectionDomainOut(Schema):
    domain: Domain
    weight: float
    gained: float
    left: float = Field(description="Weight that was not measured.")


class InspectionChangeOut(Schema):
    check: str
    key: str
    name: str
    change: Change
    before: float | None
    after: float | None


class WholeInspectionOut(InspectionOut):
    is_intact: bool = Field(description="What is kept is what was measured and sealed.")
    domains: list[InspectionDomainOut]
    plain_score: float | None = Field(description="Before the cap.")
    cap: float | None = Field(description="At most so many points, since a grave check fails.")
    results: list[InspectionResultOut]
    items: list[InspectionItemOut]
    differences: list[InspectionChangeOut]


class InspectionQuery(ListQuery):
    tenant: int | None = None
    state: InspectionState | None = None
    grade: Grade | None = None
    schedule: int | None = None
    template: int | None = None
    search: str | None = None


class InspectionIn(Body):
    tenant: int
    template: int | None = Field(None, description="null: the built-in.")


class InspectionAnswerIn(Body):
    item: str
    level: Level
    note: str = ""


class InspectionAnswersIn(Body):
    answers: list[InspectionAnswerIn]


class InspectionTicketIn(Body):
    check: str = Field(description="A check, or an item that was answered.")
    key: str = Field("", description="Of the thing; empty for an item.")
    contract: int | None = Field(None, description="null: the one in force with inspections.")


class InspectionTicketOut(Schema):
    ticket: int


class InspectionFileQuery(Schema):
    language: Language = Language.CHINESE


@router.get("", response=Listed[InspectionOut], summary="List inspections")
def list_inspections(request: HttpRequest, query: Query[InspectionQuery]) -> Any:
    """Customers see those that were sealed."""
    return answer_list(request, query, queries.fetch_inspections)


@router.post("", response={201: InspectionOut}, summary="Have a customer inspected now")
def ask_inspection(request: HttpRequest, body: InspectionIn) -> Any:
    """It is made in the background; `state` tells when it is measured."""
    viewer = viewer_of_request(request)
    tenant = TenantId(body.tenant)
    made = actions.ask_inspection(viewer, tenant, body.template, now=_clock.now())
    return Status(201, queries.find_inspection(viewer, made))


@router.get("/{int:inspection_id}", response=WholeInspectionOut, summary="Get an inspection")
def get_inspection(request: HttpRequest, inspection_id: int) -> Any:
    return _whole(request, inspection_id)


@router.post(
    "/{int:inspection_id}/answers", response=WholeInspectionOut, summary="Answer items on site"
)
def answer_items(request: HttpRequest, inspection_id: int, body: InspectionAnswersIn) -> Any:
    said = {each.item: (each.level.value, each.note) for each in body.answers}
    actions.answer_items(viewer_of_request(request), inspection_id, said, now=_clock.now())
    return _whole(request, inspection_id)


@router.post("/{int:inspection_id}/seal", response=WholeInspectionOut, summary="Sign and seal")
def seal_inspection(request: HttpRequest, inspection_id: int) -> Any:
    """Answers 409 while an item has no answer. Nothing of it changes afterwards."""
    actions.seal_inspection(viewer_of_request(request), inspection_id, now=_clock.now())
    return _whole(request, inspection_id)


@router.post(
    "/{int:inspection_id}/tickets",
    response={201: InspectionTicketOut},
    summary="Open a ticket about a finding",
)
def make_ticket(request: HttpRequest, inspection_id: int, body: InspectionTicketIn) -> Any:
    """Once for each finding; answers 409 where there is one."""
    contract = None if body.contract is None else ContractId(body.contract)
    made = actions.make_ticket(
        viewer_of_request(request),
        inspection_id,
        (body.check, body.key),
        now=_clock.now(),
        contract=contract,
    )
    return Status(201, {"ticket": made})


@router.get(
    "/{int:inspection_id}/files/{kind}",
    openapi_extra=_FILE_ANSWER,
    summary="Take an inspection as a file",
)
def get_file(
    request: HttpRequest, inspection_id: int, kind: str, query: Query[InspectionFileQuery]
) -> HttpResponse:
    """pdf or docx. Answers 409 while it is not made."""
    check_parameters(request, query)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    viewer = viewer_of_request(request)
    whole = queries.access_inspection(viewer, inspection_id)
    content_type, data = render_inspection(
        whole, kind, language=query.language.value, time_zone=viewer.time_zone
    )
    actions.note_taken(viewer, inspection_id, kind)
    name = f"{whole.row.code}-{query.language.value[:2]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)


@router.delete("/{int:inspection_id}", response={204: None}, summary="Remove an inspection")
def remove_inspection(request: HttpRequest, inspection_id: int) -> Any:
    """Answers 409 for one that was sealed, or of which tickets were made."""
    actions.remove_inspection(viewer_of_request(request), inspection_id)
    return Status(204, None)


def _whole(request: HttpRequest, inspection: int) -> dict[str, Any]:
    whole = queries.access_inspection(viewer_of_request(request), inspection)
    known = {name: getattr(whole.row, name) for name in InspectionOut.model_fields}
    score, content = whole.score, whole.content
    return known | {
        "is_intact": whole.is_intact,
        "domains": list(score.domains) if score else [],
        "plain_score": score.plain if score else None,
        "cap": score.cap if score else None,
        "results": _results(whole),
        "items": [
            {
                "item": item.name,
                "title": item.title,
                "how": item.how,
                "gravity": item.gravity,
                "weight": item.weight,
                "level": answer.level if answer else None,
                "note": answer.note if answer else "",
                "by": answer.by if answer else "",
                "at": answer.at if answer else None,
            }
            for item in (content.items if content else ())
            for answer in [whole.answers.get(item.name)]
        ],
        "differences": [
            {
                "check": each.check,
                "key": each.key,
                "name": each.name,
                "change": each.change,
                "before": each.before.sample.value if each.before else None,
                "after": each.after.sample.value if each.after else None,
            }
            for each in whole.differences
        ],
    }


def _results(whole: WholeInspection) -> list[dict[str, Any]]:
    content = whole.content
    tickets = {about: each.ticket for about, each in whole.follow_ups.items()}
    return [
        {
            "check": each.check.name,
            "title": each.check.title,
            "domain": each.check.domain,
            "gravity": each.check.gravity,
            "weight": each.check.weight,
            "measure": each.check.measure,
            "unit": each.unit,
            "warn": each.check.criterion.warn,
            "fail": each.check.criterion.fail,
            "is_low_bad": each.check.criterion.is_low_bad,
            "level": each.level,
            "missing": each.missing,
            "considered": each.considered,
            "total": each.total,
            "worst": each.worst,
            "advice": each.check.advice,
            "found": [
                {
                    "kind": found.sample.kind,
                    "key": found.sample.key,
                    "name": found.sample.name,
                    "value": found.sample.value,
                    "id": found.sample.id,
                    "note": found.sample.note,
                    "level": found.level,
                    "ticket": tickets.get((each.check.name, found.sample.key)),
                }
                for found in each.found
            ],
        }
        for each in (content.results if content else ())
    ]


class InspectionTemplateOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    title: InspectionSaidOut
    text: str = Field(description="TOML, as it was written.")
    sha256: str
    checks: int
    items: int
    version: int
    changed_at: datetime
    changed_by: str


class InspectionTemplateQuery(ListQuery):
    tenant: int | None = None
    search: str | None = None


class InspectionTemplateIn(Body):
    tenant: int
    text: str


class InspectionTemplateChange(Body):
    version: int
    text: str


class InspectionMeasureOut(Schema):
    name: str
    unit: FigureUnit
    title: InspectionSaidOut


class BuiltInTemplateOut(Schema):
    text: str
    measures: list[InspectionMeasureOut]


class InspectionScheduleOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    template: int | None
    title: InspectionSaidOut
    rhythm: Rhythm
    first_day: date
    minute: int = Field(description="Of the local day.")
    time_zone: str
    is_enabled: bool
    created_at: datetime
    created_by: str
    last_due_at: datetime | None
    next_at: datetime | None


class InspectionScheduleQuery(ListQuery):
    tenant: int | None = None
    rhythm: Rhythm | None = None


class InspectionScheduleIn(Body):
    tenant: int
    template: int | None = None
    rhythm: Rhythm
    first_day: date
    minute: int = 420
    time_zone: str = "Asia/Shanghai"


@templates.get("", response=Listed[InspectionTemplateOut], summary="List one's own templates")
def list_templates(request: HttpRequest, query: Query[InspectionTemplateQuery]) -> Any:
    return answer_list(request, query, plans.fetch_templates)


@templates.get("/built-in", response=BuiltInTemplateOut, summary="Get the built-in template")
def get_built_in(request: HttpRequest) -> Any:
    """And the measures that checks may name."""
    measures = list(plans.list_measures(viewer_of_request(request)))
    return {"text": plans.built_in_text(), "measures": measures}


@templates.post("", response={201: InspectionTemplateOut}, summary="Write a template")
def add_template(request: HttpRequest, body: InspectionTemplateIn) -> Any:
    viewer, tenant = viewer_of_request(request), TenantId(body.tenant)
    made = plan_actions.add_template(viewer, tenant, body.text, now=_clock.now())
    return Status(201, plans.access_template(viewer, made))


@templates.get("/{int:template_id}", response=InspectionTemplateOut, summary="Get a template")
def get_template(request: HttpRequest, template_id: int) -> Any:
    return plans.access_template(viewer_of_request(request), template_id)


@templates.put("/{int:template_id}", response=InspectionTemplateOut, summary="Change a template")
def change_template(request: HttpRequest, template_id: int, body: InspectionTemplateChange) -> Any:
    viewer = viewer_of_request(request)
    plan_actions.change_template(
        viewer, template_id, body.text, version=body.version, now=_clock.now()
    )
    return plans.access_template(viewer, template_id)


@templates.delete("/{int:template_id}", response={204: None}, summary="Remove a template")
def remove_template(request: HttpRequest, template_id: int) -> Any:
    """Its schedules end; its inspections stay."""
    plan_actions.remove_template(viewer_of_request(request), template_id, now=_clock.now())
    return Status(204, None)


@schedules.get("", response=Listed[InspectionScheduleOut], summary="List schedules of inspections")
def list_schedules(request: HttpRequest, query: Query[InspectionScheduleQuery]) -> Any:
    check_parameters(request, query)
    found = plans.fetch_schedules(
        viewer_of_request(request), query.filters(), query.page_request(), now=_clock.now()
    )
    listed = as_listed(found)
    return listed | {"items": [_schedule(each) for each in found.items]}


@schedules.post("", response={201: InspectionScheduleOut}, summary="Make a schedule")
def add_schedule(request: HttpRequest, body: InspectionScheduleIn) -> Any:
    viewer, now = viewer_of_request(request), _clock.now()
    draft = ScheduleDraft(**{**body.model_dump(), "tenant": TenantId(body.tenant)})
    made = plan_actions.add_schedule(viewer, draft, now=now)
    return Status(201, _schedule(plans.access_schedule(viewer, made, now=now)))


@schedules.get("/{int:schedule_id}", response=InspectionScheduleOut, summary="Get a schedule")
def get_schedule(request: HttpRequest, schedule_id: int) -> Any:
    found = plans.access_schedule(viewer_of_request(request), schedule_id, now=_clock.now())
    return _schedule(found)


@schedules.delete("/{int:schedule_id}", response={204: None}, summary="End a schedule")
def remove_schedule(request: HttpRequest, schedule_id: int) -> Any:
    plan_actions.remove_schedule(viewer_of_request(request), schedule_id, now=_clock.now())
    return Status(204, None)


def _schedule(found: Any) -> dict[str, Any]:
    names = ("id", "tenant_name", "title", "created_at", "created_by", "last_due_at", "next_at")
    drafted = ("tenant", "template", "rhythm", "first_day", "minute", "time_zone", "is_enabled")
    return {
        **{name: getattr(found, name) for name in names},
        **{name: getattr(found.draft, name) for name in drafted},
    }
