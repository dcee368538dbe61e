"""REST of authorisations, and of the acts that are held against them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.acts import Act, Operation, PermitReason
from yunwei.base.core.ids import AuthorisationId, ContractId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.assurance.actions import system_hold
from yunwei.operate.service.actions import authorisations as actions
from yunwei.operate.service.facts.authorisations import AuthorisationDraft, AuthorisationState
from yunwei.operate.service.queries import authorisations as queries

router = Router()
acts = Router()
_clock = SystemClock()


class AuthorisationOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    contract: int
    contract_name: str
    operations: list[Operation]
    desktops: str
    hours: str
    starts_at: datetime
    ends_at: datetime
    note: str
    state: AuthorisationState
    asked_by: str
    asked_at: datetime
    judged_by: str
    judged_at: datetime | None
    paper: str
    judgement_note: str
    revoked_by: str
    revoked_at: datetime | None
    uses: int = Field(description="Acts that it allowed.")


class AuthorisationQuery(ListQuery):
    tenant: int | None = None
    contract: int | None = None
    state: AuthorisationState | None = None
    operation: Operation | None = None
    at: datetime | None = Field(None, description="Granted ones whose time this is.")


class AuthorisationIn(Body):
    contract: int
    operations: list[Operation]
    desktops: str = Field("", description="Which, as a condition; empty: all it covers.")
    hours: str = Field("", description="A calendar expression; empty: always.")
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class GrantIn(Body):
    paper: str = Field("", description="Where the signed paper is, when the provider notes it.")


class DeclineIn(Body):
    note: str


class ActOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    at: datetime
    by: str
    operation: Operation
    title: str
    count: int = Field(description="Of the desktops that it was about.")
    is_allowed: bool
    reason: PermitReason
    outside: list[str] = Field(description="Some of the desktops that were in the way.")
    authorisation: int | None


class ActQuery(ListQuery):
    tenant: int | None = None
    operation: Operation | None = None
    is_allowed: bool | None = None
    reason: PermitReason | None = None
    authorisation: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str | None = None


class CheckIn(Body):
    tenant: int
    operation: Operation


class PermitOut(Schema):
    is_allowed: bool
    reason: PermitReason
    authorisation: int | None


@router.get("", response=Listed[AuthorisationOut], summary="List authorisations")
def list_authorisations(request: HttpRequest, query: Query[AuthorisationQuery]) -> Any:
    return answer_list(request, query, queries.fetch_authorisations)


@router.post("", response={201: AuthorisationOut}, summary="Ask for an authorisation")
def ask_authorisation(request: HttpRequest, body: AuthorisationIn) -> Any:
    """What the customer's own people ask for is granted thereby."""
    viewer = viewer_of_request(request)
    given = body.model_dump(exclude={"contract"})
    draft = AuthorisationDraft(**{**given, "operations": tuple(body.operations)})
    made = actions.ask_authorisation(viewer, ContractId(body.contract), draft, now=_clock.now())
    return Status(201, queries.access_authorisation(viewer, made))


@router.get("/{int:authorisation_id}", response=AuthorisationOut, summary="Get an authorisation")
def get_authorisation(request: HttpRequest, authorisation_id: int) -> Any:
    return _fetch(request, authorisation_id)


@router.post(
    "/{int:authorisation_id}/grant", response=AuthorisationOut, summary="Grant an authorisation"
)
def grant_authorisation(request: HttpRequest, authorisation_id: int, body: GrantIn) -> Any:
    """By the customer's own people; with `paper` by whoever manages service for the provider."""
    viewer, id = viewer_of_request(request), AuthorisationId(authorisation_id)
    actions.grant_authorisation(viewer, id, now=_clock.now(), paper=body.paper)
    return _fetch(request, authorisation_id)


@router.post("/{int:authorisation_id}/decline", response=AuthorisationOut, summary="Decline it")
def decline_authorisation(request: HttpRequest, authorisation_id: int, body: DeclineIn) -> Any:
    viewer, id = viewer_of_request(request), AuthorisationId(authorisation_id)
    actions.decline_authorisation(viewer, id, now=_clock.now(), note=body.note)
    return _fetch(request, authorisation_id)


@router.post("/{int:authorisation_id}/revoke", response=AuthorisationOut, summary="Revoke it")
def revoke_authorisation(request: HttpRequest, authorisation_id: int) -> Any:
    """It holds no more, from this moment."""
    viewer, id = viewer_of_request(request), AuthorisationId(authorisation_id)
    actions.revoke_authorisation(viewer, id, now=_clock.now())
    return _fetch(request, authorisation_id)


@acts.get("", response=Listed[ActOut], summary="List acts held against authorisations")
def list_acts(request: HttpRequest, query: Query[ActQuery]) -> Any:
    return answer_list(request, query, queries.fetch_acts)


@acts.post("/check", response=PermitOut, summary="Ask whether an act would be allowed now")
def check_act(request: HttpRequest, body: CheckIn) -> Any:
    """By operation and time, frozen periods included; which desktops is held against it when it is
    done, so that a freeze of some desktops counts here. Nothing is written down."""
    act = Act(operation=body.operation, tenant=TenantId(body.tenant))
    viewer, now = viewer_of_request(request), _clock.now()
    permit = queries.may_act(viewer, act, now=now)
    return system_hold(act, viewer.name, now) or permit


def _fetch(request: HttpRequest, authorisation: int) -> Any:
    return queries.access_authorisation(viewer_of_request(request), AuthorisationId(authorisation))
