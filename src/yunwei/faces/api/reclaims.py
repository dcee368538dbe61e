"""REST of reclaims: desktops asked back, answered, stopped; and the ledger."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.reclaim import actions, queries
from yunwei.operate.reclaim.facts import Answer, ReclaimState, Terms
from yunwei.operate.usage.facts.idle import IdleLimits

router = Router()
mine = Router()
_clock = SystemClock()
_USUAL = Terms()


class ReclaimOut(Schema):
    id: int
    code: str
    tenant: int
    desktop: int | None
    desktop_name: str
    logins: list[str] = Field(description="Whose it was when it was asked back.")
    asked: list[str] = Field(description="Sign-in names of those of them who could be asked.")
    state: ReclaimState
    started_by: str
    started_at: datetime
    due_at: datetime = Field(description="Until when its users may answer.")
    grace_days: int
    remind_days: int
    keep_days: int
    quiet_days: int
    unused_days: int | None
    last_used_at: datetime | None
    cpu: int | None
    memory_mb: int | None
    disk_gib: int | None = Field(description="Null: not told by the cloud.")
    reminded_at: datetime | None
    answer: Answer
    answered_by: str
    answered_at: datetime | None
    note: str
    request: int | None = Field(description="The request that the customer approves.")
    held_by: str = Field(description="Why it does not go on.")
    ended_at: datetime | None
    given_back_at: datetime | None = Field(description="When it was deleted.")


class ReclaimQuery(ListQuery):
    state: ReclaimState | None = None
    is_open: bool | None = None
    desktop: int | None = None
    tenant: int | None = None
    search: str | None = None


class ReclaimsIn(Body):
    desktops: list[int] = Field(min_length=1, max_length=200)
    unused_days: int = Field(30, description="Days without use from which a desktop is unused.")
    grace_days: int = Field(_USUAL.grace_days, description="Days in which its users may answer.")
    remind_days: int = Field(_USUAL.remind_days, description="Days before the end; 0: not at all.")
    keep_days: int = Field(_USUAL.keep_days, description="Days between taking and deleting it.")
    quiet_days: int = Field(_USUAL.quiet_days, description="Days a kept one is left alone.")


class ReclaimRefusedOut(Schema):
    desktop: int
    reason: str


class ReclaimsOut(Schema):
    begun: list[int] = Field(description="The reclaims.")
    refused: list[ReclaimRefusedOut]


class ReclaimNoteIn(Body):
    note: str = Field("", max_length=2000)


class ReclaimAnswerIn(Body):
    act: Literal["keep", "give_back"]
    note: str = Field("", max_length=2000, description="Who keeps it says why.")


class LedgerLineOut(Schema):
    month: str
    tenant: int
    tenant_name: str
    desktops: int
    cpu: int
    memory_mb: int
    disk_gib: int
    disk_unknown: int = Field(description="Desktops of which the disk was not told.")
    first_at: datetime


@router.get("", response=Listed[ReclaimOut], summary="List reclaims")
def list_reclaims(request: HttpRequest, query: Query[ReclaimQuery]) -> Any:
    return answer_list(request, query, queries.fetch_reclaims)


@router.post("", response={201: ReclaimsOut}, summary="Ask for desktops back")
def begin_reclaims(request: HttpRequest, body: ReclaimsIn) -> Any:
    values = body.model_dump()
    ids, limits = values.pop("desktops"), IdleLimits(unused_days=values.pop("unused_days"))
    viewer = viewer_of_request(request)
    started = actions.begin_reclaims(viewer, ids, Terms(**values), limits=limits)
    refused = [{"desktop": key, "reason": text} for key, text in started.refused.items()]
    return Status(201, {"begun": list(started.begun), "refused": refused})


@router.get("/ledger", response=list[LedgerLineOut], summary="Get what was given back")
def get_ledger(request: HttpRequest) -> Any:
    return queries.fetch_ledger(viewer_of_request(request))


@router.get("/{int:reclaim_id}", response=ReclaimOut, summary="Get a reclaim")
def get_reclaim(request: HttpRequest, reclaim_id: int) -> Any:
    return queries.access_reclaim(viewer_of_request(request), reclaim_id)[0]


@router.post("/{int:reclaim_id}/stop", response=ReclaimOut, summary="Stop or undo a reclaim")
def stop_reclaim(request: HttpRequest, reclaim_id: int, body: ReclaimNoteIn) -> Any:
    viewer = viewer_of_request(request)
    actions.stop(viewer, reclaim_id, note=body.note, now=_clock.now())
    return queries.access_reclaim(viewer, reclaim_id)[0]


@mine.get("/reclaims", response=list[ReclaimOut], summary="List one's own desktops asked back")
def list_my_reclaims(request: HttpRequest) -> Any:
    return queries.fetch_my_reclaims(viewer_of_request(request))


@mine.post(
    "/reclaims/{int:reclaim_id}/answer",
    response=ReclaimOut,
    summary="Keep a desktop of one's own, or give it back",
)
def answer_reclaim(request: HttpRequest, reclaim_id: int, body: ReclaimAnswerIn) -> Any:
    viewer = viewer_of_request(request)
    actions.answer(viewer, reclaim_id, Answer(body.act), note=body.note, now=_clock.now())
    return queries.access_my_reclaim(viewer, reclaim_id)[0]
