"""REST of the improvement register."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ContractId, ImprovementId, TenantId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import improvements as actions
from yunwei.operate.service.facts.improvements import (
    Improvement,
    ImprovementDraft,
    ImprovementState,
)
from yunwei.operate.service.queries import improvements as queries

router = Router()
_clock = SystemClock()


class ImprovementOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    contract: int | None
    contract_name: str
    survey: int | None = Field(description="The survey whose low score opened it.")
    emergency: int | None = Field(description="In whose post-mortem it was decided.")
    title: str
    text: str
    owner: int | None
    owner_name: str
    due_on: date | None
    state: ImprovementState
    result: str
    opened_by: str
    opened_at: datetime
    ended_by: str
    ended_at: datetime | None
    changed_at: datetime


class ImprovementQuery(ListQuery):
    tenant: int | None = None
    contract: int | None = None
    survey: int | None = None
    emergency: int | None = None
    state: ImprovementState | None = None
    owner: int | None = None
    late_on: date | None = Field(None, description="Open ones that were due before this day.")
    search: str | None = None


class ImprovementChangeIn(Body):
    title: str
    text: str = ""
    contract: int | None = None
    owner: int | None = None
    due_on: date | None = None


class ImprovementIn(ImprovementChangeIn):
    tenant: int


class ImprovementEndIn(Body):
    state: ImprovementState
    result: str


@router.get("", response=Listed[ImprovementOut], summary="List the improvement register")
def list_improvements(request: HttpRequest, query: Query[ImprovementQuery]) -> Any:
    return answer_list(request, query, queries.fetch_improvements)


@router.post("", response={201: ImprovementOut}, summary="Write into the improvement register")
def add_improvement(request: HttpRequest, body: ImprovementIn) -> Any:
    viewer = viewer_of_request(request)
    draft = _read(body)
    made = actions.add_improvement(viewer, TenantId(body.tenant), draft, now=_clock.now())
    return Status(201, queries.access_improvement(viewer, made))


@router.get("/{int:improvement_id}", response=ImprovementOut, summary="Get an improvement")
def get_improvement(request: HttpRequest, improvement_id: int) -> Any:
    return _fetch(request, improvement_id)


@router.put("/{int:improvement_id}", response=ImprovementOut, summary="Change an improvement")
def change_improvement(request: HttpRequest, improvement_id: int, body: ImprovementChangeIn) -> Any:
    viewer, id = viewer_of_request(request), ImprovementId(improvement_id)
    actions.change_improvement(viewer, id, _read(body), now=_clock.now())
    return _fetch(request, improvement_id)


@router.post("/{int:improvement_id}/end", response=ImprovementOut, summary="End an improvement")
def end_improvement(request: HttpRequest, improvement_id: int, body: ImprovementEndIn) -> Any:
    """It is done, or is not going to be; `result` says what became of it."""
    viewer, id = viewer_of_request(request), ImprovementId(improvement_id)
    actions.end_improvement(viewer, id, body.state, result=body.result, now=_clock.now())
    return _fetch(request, improvement_id)


def _fetch(request: HttpRequest, improvement: int) -> Improvement:
    return queries.access_improvement(viewer_of_request(request), ImprovementId(improvement))


def _read(body: ImprovementChangeIn) -> ImprovementDraft:
    return ImprovementDraft(
        title=body.title,
        text=body.text,
        contract=None if body.contract is None else ContractId(body.contract),
        owner=None if body.owner is None else UserId(body.owner),
        due_on=body.due_on,
    )
