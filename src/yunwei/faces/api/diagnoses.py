"""REST of diagnoses: ask for one, read it, as data or as Markdown; the checks that there are."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.diagnosis.actions.diagnosing import make_diagnosis
from yunwei.operate.diagnosis.facts.evidence import SubjectKind
from yunwei.operate.diagnosis.facts.verdicts import Act, Part, Risk, Standing
from yunwei.operate.diagnosis.queries import diagnoses as queries
from yunwei.operate.diagnosis.rules.markdown import write_markdown

router = Router()
_clock = SystemClock()


class SaidOut(Schema):
    zh: str
    en: str


class MeasurementOut(Schema):
    name: SaidOut
    value: float | None = Field(description="null: not measured, which is not zero.")
    kind: str = Field(description="`ratio`, `seconds` or `count`.")
    usual: float | None
    compared: SaidOut | None


class GroundOut(Schema):
    weight: float = Field(description="0 to 1; the score is 100 * (1 - product of (1 - weight)).")
    text: SaidOut
    alarm: int | None


class RemedyOut(Schema):
    text: SaidOut
    risk: Risk
    act: Act | None = Field(description="What a call to /desktop-acts does; null: nothing does.")
    scripts: list[str] = Field(description="Of the starter set, that do it or look further.")
    request: str = Field(description="Kind of request that gets it; empty: none does.")


class DiagnosedFindingOut(Schema):
    check: str
    part: Part
    standing: Standing
    title: SaidOut
    text: SaidOut
    source: SaidOut
    score: float
    grounds: list[GroundOut]
    measurements: list[MeasurementOut]
    remedies: list[RemedyOut] = Field(description="The least risky first.")
    explained_by: str = Field(description="The check whose cause explains this; empty: none.")


class DiagnosedPartOut(Schema):
    part: Part
    standing: Standing
    checks: list[str]


class ChangedOut(Schema):
    at: datetime
    what: str
    before: str
    after: str


class DiagnosisOut(Schema):
    id: int
    tenant: int
    subject_kind: SubjectKind
    subject_id: int
    subject_name: str
    at: datetime
    by: str
    cause: str = Field(description="The best founded; empty: none was found.")
    score: float
    took_s: float


class DiagnosisDetailOut(DiagnosisOut):
    from_at: datetime
    source_name: str
    is_ours: bool | None = Field(description="Whether it lies within the desktop cloud.")
    causes: list[str] = Field(description="Checks that accuse, the best founded first.")
    parts: list[DiagnosedPartOut]
    findings: list[DiagnosedFindingOut]
    changes: list[ChangedOut]
    desktop: int | None = Field(description="That was looked at, whoever complained.")
    desktop_name: str
    stale: list[str] = Field(description="Reads that are too old to say anything of.")


class DiagnosisCheckOut(Schema):
    name: str
    part: Part
    title: SaidOut
    source: SaidOut
    explains: list[str]


class DiagnosisQuery(ListQuery):
    subject_kind: SubjectKind | None = None
    subject_id: int | None = None
    cause: str | None = None
    by: str | None = None
    tenant: int | None = None
    search: str | None = None


class NewDiagnosisIn(Body):
    kind: SubjectKind
    id: int = Field(
        ge=1, lt=2**63, description="Of a desktop, desktop user, pool, alarm or situation."
    )


class MarkdownQuery(Schema):
    language: str = Field("zh-hans", pattern="^(zh-hans|en)$")


@router.get("", response=Listed[DiagnosisOut], summary="List diagnoses")
def list_diagnoses(request: HttpRequest, query: Query[DiagnosisQuery]) -> Any:
    return answer_list(request, query, queries.fetch_diagnoses)


@router.post("", response={201: DiagnosisDetailOut}, summary="Diagnose something as it is now")
def add_diagnosis(request: HttpRequest, body: NewDiagnosisIn) -> Any:
    viewer = viewer_of_request(request)
    made = make_diagnosis(viewer, body.kind, body.id, now=_clock.now())
    return Status(201, _detail(queries.access_diagnosis(viewer, made)))


@router.get("/checks", response=list[DiagnosisCheckOut], summary="List the checks")
def list_checks(request: HttpRequest) -> Any:
    return list(queries.list_checks(viewer_of_request(request)))


@router.get("/{int:diagnosis_id}", response=DiagnosisDetailOut, summary="Get a diagnosis")
def get_diagnosis(request: HttpRequest, diagnosis_id: int) -> Any:
    return _detail(queries.access_diagnosis(viewer_of_request(request), diagnosis_id))


@router.get(
    "/{int:diagnosis_id}/markdown",
    summary="Get a diagnosis as a Markdown page",
    openapi_extra={
        "responses": {200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}}
    },
)
def get_markdown(
    request: HttpRequest, diagnosis_id: int, query: Query[MarkdownQuery]
) -> HttpResponse:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    row = queries.access_diagnosis(viewer, diagnosis_id)
    assert row.verdict is not None  # noqa: S101  one row has it
    text = write_markdown(row.verdict, query.language, ZoneInfo(viewer.time_zone))
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def _detail(row: queries.DiagnosisRow) -> dict[str, Any]:
    verdict = row.verdict
    assert verdict is not None  # noqa: S101  one row has it
    names = [*DiagnosisOut.model_fields]
    of_verdict = set(DiagnosisDetailOut.model_fields) - set(names)
    return {
        **{name: getattr(row, name) for name in names},
        **{name: getattr(verdict, name) for name in of_verdict},
    }
