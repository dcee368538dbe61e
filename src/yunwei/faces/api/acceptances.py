"""REST of acceptances: what the data meet, papers, signatures, refusal, and verification."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import AcceptanceId, CaseId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.actions.passwords import confirm_password
from yunwei.base.people.facts import Language
from yunwei.faces.api.cases import FILE_ANSWER, FILE_BODY
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import acceptances as actions
from yunwei.operate.service.actions.contracts import check_speaks_for
from yunwei.operate.service.actions.papers.package import make_package
from yunwei.operate.service.facts.acceptances import (
    AcceptanceState,
    CheckResult,
    CriterionKind,
    Feedback,
    Method,
    PaperKind,
    Proof,
    Verdict,
)
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.queries import acceptances as queries
from yunwei.operate.service.rules.acceptances import with_feedback
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, PAPER, check_upload

router = Router()
of_case = Router()
_clock = SystemClock()


class CriterionOut(Schema):
    dimension: CriterionKind
    verdict: Verdict
    good: int
    all: int
    target: float | None
    measured: float | None
    text: str
    note: str


class AcceptanceFileOut(Schema):
    id: int
    kind: PaperKind
    version: int = Field(description="1: what is signed; 2: with the signatures.")
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    at: datetime


class FeedbackBody(Body):
    scores: dict[str, int] = Field(description="speed, skill, result, attitude, papers, overall.")
    text: str = ""


class SignatureOut(Schema):
    side: ContractSide
    by: str
    name: str
    at: datetime
    method: Method
    seal: str
    remark: str
    feedback: FeedbackBody | None
    scan: str
    digest: str


class AcceptanceOut(Schema):
    id: int
    case: int
    number: int
    language: str
    state: AcceptanceState
    data_sha256: str
    seal: str = Field(description="Over the data and the files of version 1: what is signed.")
    signed_seal: str = Field(description="Over all files and signatures.")
    asked_by: str
    asked_at: datetime
    judged_by: str
    judged_at: datetime | None
    note: str


class WholeAcceptanceOut(AcceptanceOut):
    criteria: list[CriterionOut]
    files: list[AcceptanceFileOut]
    signatures: list[SignatureOut]


class SealFindingOut(Schema):
    proof: Proof
    is_intact: bool
    what: str
    expected: str
    found: str
    details: list[str] = Field(description="Which data are not what they were.")


class VerificationOut(Schema):
    is_intact: bool
    findings: list[SealFindingOut]


class CheckResultBody(Body):
    text: str
    is_met: bool
    note: str = ""


class AcceptanceIn(Body):
    language: Language = Language.CHINESE
    checks: list[CheckResultBody] = Field(default_factory=list)
    note: str = ""
    name: str = Field("", description="Who signs for the provider.")
    password: str = Field(description="One's own: asking signs for the provider.")


class AcceptanceSignIn(Body):
    feedback: FeedbackBody
    name: str = ""
    remark: str = ""
    seal: str = Field("", description="Of what was read; nothing else is signed.")
    password: str


class AcceptanceNoteIn(Body):
    note: str


class ScanQuery(Schema):
    name: str = Field("", description="Of the file, with its ending: pdf, png, jpg.")
    signer: str = Field("", description="Who signed on paper.")


@of_case.get(
    "/{int:case_id}/criteria", response=list[CriterionOut], summary="What a case meets now"
)
def get_criteria(request: HttpRequest, case_id: int) -> Any:
    found = queries.preview_criteria(viewer_of_request(request), CaseId(case_id), now=_clock.now())
    return [_pick(CriterionOut, each) for each in found]


@of_case.get(
    "/{int:case_id}/acceptances",
    response=list[AcceptanceOut],
    summary="List the acceptances of a case",
)
def list_acceptances(request: HttpRequest, case_id: int) -> Any:
    viewer = viewer_of_request(request)
    found = queries.fetch_acceptances(viewer, CaseId(case_id), now=_clock.now())
    return [_pick(AcceptanceOut, each) for each in found]


@of_case.post(
    "/{int:case_id}/acceptances",
    response={201: WholeAcceptanceOut},
    summary="Ask the customer to accept",
)
def ask_acceptance(request: HttpRequest, case_id: int, body: AcceptanceIn) -> Any:
    """Makes and seals the four papers and signs them for the provider."""
    viewer, id, now = viewer_of_request(request), CaseId(case_id), _clock.now()
    draft = actions.AcceptanceDraft(
        language=body.language,
        checks=tuple(CheckResult(**each.model_dump()) for each in body.checks),
        note=body.note,
        name=body.name,
    )
    actions.check_may_begin(viewer, id, now=now)
    confirm_password(viewer, body.password, now=_clock.now())
    made = actions.ask_acceptance(viewer, id, draft, now=now)
    return Status(201, _fetch(request, made))


@router.get("/{int:acceptance_id}", response=WholeAcceptanceOut, summary="Get an acceptance")
def get_acceptance(request: HttpRequest, acceptance_id: int) -> Any:
    return _fetch(request, acceptance_id)


@router.post("/{int:acceptance_id}/sign", response=WholeAcceptanceOut, summary="Sign an acceptance")
def sign_acceptance(request: HttpRequest, acceptance_id: int, body: AcceptanceSignIn) -> Any:
    """By the customer's own people, with their password. The case is done then."""
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    whole = queries.access_acceptance(viewer, id)
    check_speaks_for(viewer, whole.acceptance.tenant)
    confirm_password(viewer, body.password, now=_clock.now())
    feedback = Feedback(scores=body.feedback.scores, text=body.feedback.text)
    actions.sign_acceptance(
        viewer,
        id,
        feedback,
        name=body.name,
        remark=body.remark,
        seal=body.seal,
        now=_clock.now(),
    )
    return _fetch(request, acceptance_id)


@router.post(
    "/{int:acceptance_id}/scan",
    response=WholeAcceptanceOut,
    openapi_extra=FILE_BODY,
    summary="Put in the scan of the signed paper",
)
def sign_on_paper(request: HttpRequest, acceptance_id: int, query: Query[ScanQuery]) -> Any:
    """The bytes are the body: PDF, PNG or JPEG, at most 20 MB."""
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    queries.access_acceptance(viewer, id)
    scan = check_upload(query.name, request.read(LARGEST_BYTES + 1), kinds=PAPER)
    actions.sign_on_paper(viewer, id, scan, name=query.signer, now=_clock.now())
    return _fetch(request, acceptance_id)


@router.post("/{int:acceptance_id}/refuse", response=WholeAcceptanceOut, summary="Do not accept")
def refuse_acceptance(request: HttpRequest, acceptance_id: int, body: AcceptanceNoteIn) -> Any:
    """With reasons; the case is back at its delivery."""
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    actions.refuse_acceptance(viewer, id, note=body.note, now=_clock.now())
    return _fetch(request, acceptance_id)


@router.post("/{int:acceptance_id}/withdraw", response=WholeAcceptanceOut, summary="Take it back")
def withdraw_acceptance(request: HttpRequest, acceptance_id: int, body: AcceptanceNoteIn) -> Any:
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    actions.withdraw_acceptance(viewer, id, note=body.note, now=_clock.now())
    return _fetch(request, acceptance_id)


@router.get(
    "/{int:acceptance_id}/files/{int:file_id}",
    openapi_extra=FILE_ANSWER,
    summary="Take a file of an acceptance",
)
def get_file(request: HttpRequest, acceptance_id: int, file_id: int) -> HttpResponse:
    viewer = viewer_of_request(request)
    found = queries.fetch_file(viewer, AcceptanceId(acceptance_id), file_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return HttpResponse(found.data, content_type=found.content_type, headers=headers)


@router.get(
    "/{int:acceptance_id}/package",
    openapi_extra=FILE_ANSWER,
    summary="Take all of an acceptance as one ZIP file",
)
def get_package(request: HttpRequest, acceptance_id: int) -> HttpResponse:
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    whole = queries.access_acceptance(viewer, id)
    data = make_package(whole, queries.fetch_files(viewer, id))
    headers = {"Content-Disposition": f'attachment; filename="acceptance-{acceptance_id}.zip"'}
    return HttpResponse(data, content_type="application/zip", headers=headers)


@router.get(
    "/{int:acceptance_id}/verification",
    response=VerificationOut,
    summary="Verify that nothing was changed since it was sealed",
)
def verify_acceptance(request: HttpRequest, acceptance_id: int) -> Any:
    """Each file byte by byte, the data, what they were made from, seals and signatures."""
    viewer, id = viewer_of_request(request), AcceptanceId(acceptance_id)
    found = queries.verify(viewer, id, now=_clock.now())
    findings = [_pick(SealFindingOut, each) | {"details": list(each.details)} for each in found]
    return {"is_intact": all(each.is_intact for each in found), "findings": findings}


def _fetch(request: HttpRequest, acceptance: int) -> dict[str, Any]:
    whole = queries.access_acceptance(viewer_of_request(request), AcceptanceId(acceptance))
    criteria = with_feedback(whole.data.criteria, whole.feedback)
    return _pick(AcceptanceOut, whole.acceptance) | {
        "criteria": [_pick(CriterionOut, each) for each in criteria],
        "files": [_pick(AcceptanceFileOut, each) for each in whole.files],
        "signatures": [
            _pick(SignatureOut, each)
            | {"feedback": _pick(FeedbackBody, each.feedback) if each.feedback else None}
            for each in whole.signatures
        ],
    }


def _pick(schema: type[Schema], fact: object) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in schema.model_fields}
