"""REST of surveys: what customers were asked and said, and what it comes to."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ContractId, SurveyId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.letters.actions.surveys import choose_surveys
from yunwei.operate.letters.queries import surveys as letters
from yunwei.operate.service.actions import surveys as actions
from yunwei.operate.service.facts.surveys import PeriodDraft, Survey, SurveyKind, SurveyState
from yunwei.operate.service.queries import surveys as queries

router = Router()
_clock = SystemClock()


class SurveyAnswerOut(Schema):
    csat: int = Field(description="1 to 5.")
    nps: int | None = Field(description="0 to 10; null: not said.")
    comment: str
    name: str


class SurveyChoiceOut(Schema):
    tenant: int
    tenant_name: str
    sends: bool
    changed_by: str
    changed_at: datetime | None


class SurveyChoiceIn(Body):
    sends: bool


class SurveyOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    contract: int
    contract_name: str
    kind: SurveyKind
    state: SurveyState
    ticket: int | None
    ticket_title: str
    first_on: date | None
    last_on: date | None
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer: SurveyAnswerOut | None


class SurveyQuery(ListQuery):
    tenant: int | None = None
    contract: int | None = None
    ticket: int | None = None
    kind: SurveyKind | None = None
    state: SurveyState | None = None
    is_low: bool | None = Field(None, description="CSAT of at most 2, or NPS of at most 6.")
    search: str | None = None


class SurveyIn(Body):
    contract: int
    first_on: date
    last_on: date


class SatisfactionQuery(Schema):
    days: int = Field(365, ge=1, le=3660, description="Of all that was asked in so many days.")


class SatisfactionOut(Schema):
    asked: int
    answered: int
    csat: float | None = Field(description="Mean of 1 to 5; null without an answer.")
    satisfied: int = Field(description="How many gave 4 or 5.")
    nps: float | None = Field(description="-100 to 100; null without an answer.")
    nps_answers: int
    promoters: int
    detractors: int


def _fetch(viewer: Viewer, filters: Any, page: PageRequest) -> Page[Survey]:
    return queries.fetch_surveys(viewer, filters, page, now=_clock.now())


@router.get("", response=Listed[SurveyOut], summary="List surveys")
def list_surveys(request: HttpRequest, query: Query[SurveyQuery]) -> Any:
    return answer_list(request, query, _fetch)


@router.post("", response={201: SurveyOut}, summary="Ask a customer about a period")
def ask_survey(request: HttpRequest, body: SurveyIn) -> Any:
    """Its link stands on the survey's page."""
    viewer, now = viewer_of_request(request), _clock.now()
    contract = ContractId(body.contract)
    draft = PeriodDraft(contract=contract, first_on=body.first_on, last_on=body.last_on)
    made = actions.ask_about_period(viewer, draft, now=now)
    return Status(201, queries.access_survey(viewer, made, now=now))


@router.get("/satisfaction", response=SatisfactionOut, summary="Get what the answers come to")
def get_satisfaction(request: HttpRequest, query: Query[SatisfactionQuery]) -> Any:
    since = _clock.now() - timedelta(days=query.days)
    found = queries.sum_up(viewer_of_request(request), since=since)
    return {name: getattr(found, name) for name in SatisfactionOut.model_fields}


@router.get("/letters", response=list[SurveyChoiceOut], summary="List who is sent surveys")
def list_choices(request: HttpRequest) -> Any:
    """Without a choice, a customer's people are sent them."""
    return letters.fetch_choices(viewer_of_request(request))


@router.put("/letters/{int:tenant_id}", response=SurveyChoiceOut, summary="Send surveys, or not")
def choose_letters(request: HttpRequest, tenant_id: int, body: SurveyChoiceIn) -> Any:
    viewer, tenant = viewer_of_request(request), TenantId(tenant_id)
    choose_surveys(viewer, tenant, sends=body.sends, now=_clock.now())
    return next(each for each in letters.fetch_choices(viewer) if each.tenant == tenant)


@router.get("/{int:survey_id}", response=SurveyOut, summary="Get a survey")
def get_survey(request: HttpRequest, survey_id: int) -> Any:
    viewer = viewer_of_request(request)
    return queries.access_survey(viewer, SurveyId(survey_id), now=_clock.now())
