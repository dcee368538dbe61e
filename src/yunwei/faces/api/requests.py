"""REST of requests: asked for, approved, worked on; and of how their kinds go."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.actions import working
from yunwei.operate.selfservice.facts.requests import (
    Cost,
    EventKind,
    RequestDraft,
    RequestKind,
    RequestRule,
    RequestState,
    StepKind,
    StepState,
    WholeRequest,
)
from yunwei.operate.selfservice.queries import requests as queries

router = Router()
mine = Router()
catalogue = Router()
_clock = SystemClock()


class RequestCostOut(Schema):
    monthly: Decimal = Field(description="Each month from when it is fulfilled.")
    once: Decimal
    currency: str = Field(description="Of ISO 4217; empty where nothing is said of the cost.")
    note: str = Field(description="What it is reckoned by, in words.")


class RequestCostIn(Body):
    monthly: Decimal = Field(Decimal(), ge=0, max_digits=10, decimal_places=2)
    once: Decimal = Field(Decimal(), ge=0, max_digits=10, decimal_places=2)
    currency: str = Field("", max_length=3)
    note: str = Field("", max_length=200)


class ServiceRequestOut(Schema):
    id: int
    code: str
    tenant: int
    kind: RequestKind
    state: RequestState
    desktop: int | None
    desktop_name: str
    asked_by: str
    login: str = Field(description="The desktop user whom it is for.")
    reason: str
    details: dict[str, str]
    approvers: list[str] = Field(description="Of whom one approves first.")
    needs_provider: bool
    asked_at: datetime
    expires_at: datetime
    held_by: str = Field(description="Why it is approved and not begun.")
    ended_at: datetime | None
    end_note: str
    cost: RequestCostOut = Field(description="As the catalogue had it when it was asked for.")
    department: str = Field(description="Of the desktop user, then.")


class RequestStepOut(Schema):
    id: int
    place: int
    kind: StepKind
    what: str
    state: StepState
    desktop: str = Field(description="The native id; of a desktop that was made, its own.")
    name: str
    login: str
    number: str
    reason: str
    act: int | None
    sending_at: datetime | None
    done_at: datetime | None
    done_by: str


class RequestEventOut(Schema):
    at: datetime
    by: str
    kind: EventKind
    text: str


class WholeRequestOut(ServiceRequestOut):
    steps: list[RequestStepOut]
    events: list[RequestEventOut]


class RequestQuery(ListQuery):
    kind: RequestKind | None = None
    state: RequestState | None = None
    is_open: bool | None = None
    by: str | None = None
    desktop: int | None = None
    tenant: int | None = None
    search: str | None = None


class NewRequestIn(Body):
    kind: RequestKind
    desktop: int | None = Field(None, ge=1, lt=2**63)
    reason: str = Field(max_length=2000)
    details: dict[str, str] = Field(default_factory=dict)


class RequestDecisionIn(Body):
    act: Literal["approve", "decline"]
    note: str = Field("", max_length=2000)


class RequestNoteIn(Body):
    note: str = Field("", max_length=2000)


class RequestRuleOut(Schema):
    kind: RequestKind
    is_offered: bool
    approvers: list[str]
    needs_provider: bool
    most_open: int = Field(description="Of one person, open at a time; 0: without limit.")
    most_within: int = Field(description="Of one person, asked within 30 days.")
    most_of_tenant: int = Field(description="Of the whole tenant, asked within 30 days.")
    frozen: str = Field(description="Times in which nothing is begun.")
    expires_days: int
    like: str = Field(description="Name of the desktop that new ones are made like.")
    cost: RequestCostOut


class QuotaUseOut(Schema):
    """Limits of 0 are none."""

    open_now: int = Field(description="One's own that are open.")
    most_open: int
    within: int = Field(description="One's own, asked within 30 days.")
    most_within: int
    of_tenant: int = Field(description="Of the whole tenant, asked within 30 days.")
    most_of_tenant: int


class RequestOfferOut(Schema):
    kind: RequestKind
    approvers: list[str] = Field(description="Of whom one approves first.")
    needs_provider: bool
    cost: RequestCostOut
    quota: QuotaUseOut


class RequestRuleIn(Body):
    is_offered: bool = True
    approvers: list[str] = Field(default_factory=list, max_length=20)
    needs_provider: bool = True
    most_open: int = 1
    most_within: int = 5
    most_of_tenant: int = 0
    frozen: str = Field("", max_length=1000)
    expires_days: int = 14
    like: str = ""
    cost: RequestCostIn = Field(default_factory=lambda: RequestCostIn.model_validate({}))


def _whole(found: WholeRequest) -> dict[str, Any]:
    row = found.request
    fields = ServiceRequestOut.model_fields
    return {
        **{name: getattr(row, name) for name in fields},
        "steps": list(found.steps),
        "events": list(found.events),
    }


@router.get("", response=Listed[ServiceRequestOut], summary="List requests")
def list_requests(request: HttpRequest, query: Query[RequestQuery]) -> Any:
    return answer_list(request, query, queries.fetch_requests)


@router.get("/{int:request_id}", response=WholeRequestOut, summary="Get a request")
def get_request(request: HttpRequest, request_id: int) -> Any:
    return _whole(queries.access_request(viewer_of_request(request), request_id))


@router.post(
    "/{int:request_id}/decide", response=WholeRequestOut, summary="Approve or decline a request"
)
def decide_request(request: HttpRequest, request_id: int, body: RequestDecisionIn) -> Any:
    viewer, is_approved = viewer_of_request(request), body.act == "approve"
    actions.decide_for_provider(
        viewer, request_id, is_approved=is_approved, note=body.note, now=_clock.now()
    )
    return _whole(queries.access_request(viewer, request_id))


@router.post(
    "/{int:request_id}/steps/{int:step_id}/done",
    response=WholeRequestOut,
    summary="Say that a step was done by hand",
)
def finish_step(request: HttpRequest, request_id: int, step_id: int, body: RequestNoteIn) -> Any:
    viewer = viewer_of_request(request)
    working.finish_step(viewer, request_id, step_id, note=body.note, now=_clock.now())
    return _whole(queries.access_request(viewer, request_id))


@router.post(
    "/{int:request_id}/steps/{int:step_id}/retry",
    response=WholeRequestOut,
    summary="Have a step that went wrong tried again",
)
def retry_step(request: HttpRequest, request_id: int, step_id: int) -> Any:
    viewer = viewer_of_request(request)
    working.retry_step(viewer, request_id, step_id, now=_clock.now())
    return _whole(queries.access_request(viewer, request_id))


@router.post("/{int:request_id}/give-up", response=WholeRequestOut, summary="Give a request up")
def give_up(request: HttpRequest, request_id: int, body: RequestNoteIn) -> Any:
    viewer = viewer_of_request(request)
    working.give_up(viewer, request_id, note=body.note, now=_clock.now())
    return _whole(queries.access_request(viewer, request_id))


@mine.get("/requests", response=Listed[ServiceRequestOut], summary="List one's own requests")
def list_my_requests(request: HttpRequest, query: Query[RequestQuery]) -> Any:
    return answer_list(request, query, queries.fetch_my_requests)


@mine.get("/request-offers", response=list[RequestOfferOut], summary="List what one may ask for")
def list_offers(request: HttpRequest) -> Any:
    """With what it costs, and how much of the quotas is used."""
    viewer, now = viewer_of_request(request), _clock.now()
    return [
        {
            "kind": rule.kind,
            "approvers": list(rule.approvers),
            "needs_provider": rule.needs_provider,
            "cost": rule.cost,
            "quota": queries.fetch_quota_use(viewer, rule, now=now),
        }
        for rule in queries.fetch_offers(viewer)
    ]


@mine.post("/requests", response={201: WholeRequestOut}, summary="Ask for something")
def add_request(request: HttpRequest, body: NewRequestIn) -> Any:
    viewer = viewer_of_request(request)
    draft = RequestDraft(
        kind=body.kind,
        desktop=DesktopId(body.desktop) if body.desktop else None,
        reason=body.reason,
        details=body.details,
    )
    made = actions.ask_request(viewer, draft, now=_clock.now())
    return Status(201, _whole(queries.access_my_request(viewer, made)))


@mine.get(
    "/requests/{int:request_id}", response=WholeRequestOut, summary="Get a request of one's own"
)
def get_my_request(request: HttpRequest, request_id: int) -> Any:
    return _whole(queries.access_my_request(viewer_of_request(request), request_id))


@mine.post(
    "/requests/{int:request_id}/cancel", response=WholeRequestOut, summary="Take a request back"
)
def cancel_request(request: HttpRequest, request_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.cancel_request(viewer, request_id, now=_clock.now())
    return _whole(queries.access_my_request(viewer, request_id))


@mine.post(
    "/requests/{int:request_id}/decide",
    response=WholeRequestOut,
    summary="Approve or decline a request as the first of two",
)
def decide_first(request: HttpRequest, request_id: int, body: RequestDecisionIn) -> Any:
    viewer, is_approved = viewer_of_request(request), body.act == "approve"
    actions.decide_first(
        viewer, request_id, is_approved=is_approved, note=body.note, now=_clock.now()
    )
    return _whole(queries.access_my_request(viewer, request_id))


@catalogue.get(
    "/{int:tenant}", response=list[RequestRuleOut], summary="Get how kinds of requests go"
)
def get_catalogue(request: HttpRequest, tenant: int) -> Any:
    return queries.fetch_rules(viewer_of_request(request), TenantId(tenant))


@catalogue.put(
    "/{int:tenant}/{kind}",
    response=list[RequestRuleOut],
    summary="Change how a kind of request goes",
)
def change_rule(request: HttpRequest, tenant: int, kind: str, body: RequestRuleIn) -> Any:
    viewer = viewer_of_request(request)
    if kind not in set(RequestKind):
        raise Refused()
    values = {
        **body.model_dump(),
        "approvers": tuple(body.approvers),
        "cost": Cost(**body.cost.model_dump()),
    }
    rule = RequestRule(kind=RequestKind(kind), **values)
    actions.save_rule(viewer, TenantId(tenant), rule, time_zone=viewer.time_zone)
    return queries.fetch_rules(viewer, TenantId(tenant))
