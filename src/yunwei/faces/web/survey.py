"""The page behind a survey's link: a customer says how it was, without signing in.

Asking for the page changes nothing, since mail programs and virus scanners follow links, too.
"""

from datetime import timedelta
from functools import cache as once

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.infra.settings import load_settings
from yunwei.base.infra.signing import Signer, open_signer
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.middleware import too_many_requests
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, render
from yunwei.operate.service.actions import surveys as actions
from yunwei.operate.service.facts.surveys import Answer, Survey, SurveyKind, SurveyState
from yunwei.operate.service.queries import surveys as queries
from yunwei.operate.service.rules.surveys import PURPOSE

_TIMES_A_MINUTE = 30
_GRADES = (
    ("5", _("Very satisfied")),
    ("4", _("Satisfied")),
    ("3", _("Neither")),
    ("2", _("Dissatisfied")),
    ("1", _("Very dissatisfied")),
)


@once
def survey_signer() -> Signer:
    """This installation's signer of surveys' links; its key is read once per process."""
    return open_signer(load_settings(), PURPOSE)


def address_of(request: HttpRequest, survey: Survey) -> str:
    """Return the whole address of a survey's link."""
    token = queries.make_token(survey_signer(), survey)
    return request.build_absolute_uri(f"/survey/{token}")


@require_http_methods(["GET", "HEAD", "POST"])
def answer_survey(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET, POST /survey/TOKEN: csat, nps, comment, name"""
    address = str(request.META.get("REMOTE_ADDR") or "")
    if _asks_too_often(address):
        return too_many_requests(request)
    try:
        survey = queries.open_link(survey_signer(), token, now=CLOCK.now())
    except (Invalid, Refused):
        return _close(render(request, "account/survey.html", status=404, survey=None))
    form = open_form(request, tuple(_fields(survey.kind)))
    is_ours = _is_of_provider(getattr(request, "viewer", None), survey)
    before = survey.state
    if not is_ours and survey.state is SurveyState.OPEN:
        said = form.attempt(lambda sent: _answer(token, sent, survey.kind, address))
        survey = said or queries.open_link(survey_signer(), token, now=CLOCK.now())
    is_done = before is not SurveyState.ANSWERED and survey.state is SurveyState.ANSWERED
    return _close(
        render(
            request,
            "account/survey.html",
            status=_status(survey, form, is_done=is_done),
            survey=survey,
            form=form,
            grades=_GRADES,
            numbers=[str(number) for number in range(11)],
            is_done=is_done,
            is_ours=is_ours,
        )
    )


def _status(survey: Survey, form: Form, *, is_done: bool) -> int:
    if is_done:
        return 200
    if survey.state is not SurveyState.OPEN:
        return 410
    return 422 if form.error or form.errors else 200


def _fields(kind: SurveyKind) -> tuple[FormField, ...]:
    return (
        FormField(
            key="csat", label=pgettext_lazy("survey", "How satisfied are you?"), kind="choice"
        ),
        FormField(
            key="nps",
            label=_("How likely is it that you would recommend this service to others?"),
            kind="choice",
            is_required=kind is SurveyKind.PERIOD,
        ),
        FormField(
            key="comment",
            label=_("What was good, and what should become better?"),
            kind="area",
            rows=4,
            is_required=False,
        ),
        FormField(key="name", label=_("Your name"), is_required=False),
    )


def _answer(token: str, sent: Form, kind: SurveyKind, address: str) -> Survey:
    has_nps = bool(sent.text("nps")) or kind is SurveyKind.PERIOD
    answer = Answer(
        csat=sent.number("csat"),
        nps=sent.number("nps") if has_nps else None,
        comment=sent.text("comment"),
        name=sent.text("name"),
    )
    return actions.answer_by_link(survey_signer(), token, answer, address=address, now=CLOCK.now())


def _is_of_provider(viewer: Viewer | None, survey: Survey) -> bool:
    """Whoever works for the provider does not say how satisfied the customer is."""
    return viewer is not None and may(viewer, Permission.WORK_REQUESTS, survey.tenant)


def _close(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it is neither kept nor told to whoever is visited next."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asks_too_often(address: str) -> bool:
    key = f"survey:{address}:{int(CLOCK.now().timestamp() // 60)}"
    cache.add(key, 0, timeout=int(timedelta(minutes=2).total_seconds()))
    return int(cache.incr(key)) > _TIMES_A_MINUTE


urlpatterns = [path("survey/<str:token>", answer_survey, name="survey_by_link")]
