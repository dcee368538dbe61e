"""The pages of surveys: what customers said, what it comes to, and asking about a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ContractId, SurveyId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_day
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.survey import address_of
from yunwei.operate.reports import service_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.service.actions import surveys as actions
from yunwei.operate.service.facts.surveys import PeriodDraft, Satisfaction, Survey, SurveyState
from yunwei.operate.service.queries import contracts, improvements
from yunwei.operate.service.queries import surveys as queries

_MANY = PageRequest(limit=200)
_YEAR = timedelta(days=365)


def _fetch(viewer: Viewer, filters: Mapping[str, Any], asked: PageRequest) -> Page[Survey]:
    return queries.fetch_surveys(viewer, filters, asked, now=CLOCK.now())


SURVEYS = ListSpec[Survey](
    name="surveys",
    title=_("Satisfaction"),
    columns=(
        Column(
            name="about",
            label=_("What it is about"),
            value=lambda row: row.code,
            note=lambda row: row.ticket_title or row.contract_name,
            link=lambda row: reverse("survey", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="state", label=_("State"), value=lambda row: row.state, kind="word", words="survey"
        ),
        Column(
            name="csat",
            label=_("Satisfaction, 1 to 5"),
            value=lambda row: row.answer and row.answer.csat,
            kind="number",
            sort="csat",
            phone="label",
        ),
        Column(
            name="nps",
            label=_("Would recommend, 0 to 10"),
            value=lambda row: row.answer and row.answer.nps,
            kind="number",
            sort="nps",
            phone="label",
        ),
        Column(
            name="comment",
            label=_("What they said"),
            value=lambda row: row.answer and row.answer.comment,
            note=lambda row: row.answer.name if row.answer else "",
            phone="label",
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="asked_at",
            label=_("Asked at"),
            value=lambda row: row.asked_at,
            kind="time",
            sort="asked_at",
            phone="hide",
        ),
        Column(
            name="answered_at",
            label=_("Answered at"),
            value=lambda row: row.answered_at,
            kind="time",
            sort="answered_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Ticket, customer, contract or what they said")),
        word_filter("state", _("State: all"), "survey"),
        word_filter("kind", _("About: all"), "survey_kind"),
        yes_filter("is_low", _("Scores: all"), _("Low scores"), _("Other scores")),
        Filter(
            name="tenant",
            label=_("Customer: all"),
            options=tenant_options,
            parse=int,
            kind="choice",
        ),
        Filter(name="contract", label=_("Contract"), parse=int, is_main=False),
    ),
    fetch=_fetch,
    row_id=lambda row: row.id,
    default_sort="-asked_at",
    refresh=("service",),
    empty_icon="message",
    empty_title=_("Nobody was asked yet"),
    empty_text=_(
        "When a ticket is closed, its customer may say how satisfied they are: by a link, without "
        "signing in. A contract's customer can be asked about a period, too."
    ),
)


@dataclass
class SurveyBoard:
    """What stands above the list; only what its part asks is fetched."""

    viewer: Viewer
    now: datetime

    @cached_property
    def sums(self) -> Satisfaction:
        return queries.sum_up(self.viewer, since=self.now - _YEAR)

    @cached_property
    def spec(self) -> ChartSpec:
        scores = queries.fetch_by_month(self.viewer, since=self.now - _YEAR)
        today = self.now.astimezone(ZoneInfo(self.viewer.time_zone)).date()
        return figures.satisfaction_by_month(scores, until=today)


@page(*SEE)
def list_surveys(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /surveys"""
    board = SurveyBoard(viewer=viewer, now=CLOCK.now())
    can = may(viewer, Permission.MANAGE_SERVICE)
    template = "console/service/surveys.html"
    return serve_list(request, viewer, SURVEYS, template, board=board, can=can)


@page(*SEE)
def show_survey(request: HttpRequest, viewer: Viewer, survey: int) -> HttpResponseBase:
    """GET /surveys/N"""
    found = queries.access_survey(viewer, SurveyId(survey), now=CLOCK.now())
    entries = improvements.fetch_improvements(viewer, {"survey": found.id}).items
    return render(
        request,
        "console/service/survey.html",
        parts=("survey",),
        survey=found,
        link=address_of(request, found) if found.state is SurveyState.OPEN else "",
        works=may(viewer, Permission.WORK_REQUESTS, found.tenant),
        improvement=next(iter(entries), None),
    )


@form_page(Permission.MANAGE_SERVICE)
def ask_survey(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /surveys/new[?contract=N]"""
    now = CLOCK.now()
    known = contracts.fetch_contracts(viewer, {}, _MANY, now=now).items
    choices = [
        (str(head.id), f"{head.number} {head.name} · {head.tenant_name}")
        for head, _state in known
        if head.agreed is not None
    ]
    today = now.astimezone(ZoneInfo(viewer.time_zone)).date()
    first = {
        "contract": request.GET.get("contract", ""),
        "first_on": (today - timedelta(days=91)).isoformat(),
        "last_on": today.isoformat(),
    }
    form = open_form(request, tuple(_fields(choices)), first)
    made = form.attempt(lambda sent: actions.ask_about_period(viewer, _read(sent), now=CLOCK.now()))
    if made is not None:
        return done(request, "survey", _("Send the customer the link below."), survey=made)
    status = 422 if form.is_sent else 200
    template = "console/service/survey_form.html"
    return render(request, template, status=status, form=form, has_contracts=bool(choices))


def _fields(choices: list[tuple[str, str]]) -> tuple[FormField, ...]:
    return (
        FormField(key="contract", label=_("Contract"), kind="choice", options=choices),
        FormField(key="first_on", label=_("First day"), kind="day"),
        FormField(key="last_on", label=_("Last day"), kind="day"),
    )


def _read(form: Form) -> PeriodDraft:
    contract = ContractId(form.number("contract"))
    first_on, last_on = _day(form, "first_on"), _day(form, "last_on")
    return PeriodDraft(contract=contract, first_on=first_on, last_on=last_on)


def _day(form: Form, key: str) -> date:
    found = read_day(form.text(key), key)
    if found is None:
        raise Invalid(key, "this is required")
    return found


urlpatterns = [
    path("surveys", list_surveys, name="surveys"),
    path("surveys/new", ask_survey, name="survey_new"),
    path("surveys/<int:survey>", show_survey, name="survey"),
]
