"""The pages of acceptances: asking the customer, one with its papers, signing, verifying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AcceptanceId, CaseId
from yunwei.base.people.actions.passwords import confirm_password
from yunwei.base.people.facts import Language, Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_upload
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.service.actions import acceptances as actions
from yunwei.operate.service.actions.papers.package import make_package
from yunwei.operate.service.actions.papers.saying import say_criterion, say_measured, say_target
from yunwei.operate.service.facts.acceptances import (
    SCORES,
    AcceptanceState,
    CheckResult,
    Criterion,
    Feedback,
)
from yunwei.operate.service.queries import acceptances as queries
from yunwei.operate.service.queries import cases
from yunwei.operate.service.rules.acceptances import with_feedback
from yunwei.operate.service.rules.uploads import PAPER


@dataclass(frozen=True, kw_only=True)
class DrawnCriterion:
    """One criterion as the template takes it."""

    name: str
    target: str
    measured: str
    verdict: str
    note: str


@dataclass(frozen=True, kw_only=True)
class DrawnCheck:
    text: str
    is_met: Drawn
    note: Drawn


def _draw(criteria: Iterable[Criterion]) -> list[DrawnCriterion]:
    return [
        DrawnCriterion(
            name=say_criterion(each),
            target=say_target(each),
            measured=say_measured(each),
            verdict=each.verdict.value,
            note=each.note,
        )
        for each in criteria
    ]


@form_page(Permission.MANAGE_SERVICE)
def ask_acceptance(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """GET, POST /cases/N/acceptance"""
    now, id = CLOCK.now(), CaseId(case)
    whole = cases.access_case(viewer, id, now=now)
    try:
        criteria = queries.preview_criteria(viewer, id, now=now)
    except Conflict as error:
        return done(request, "case", say_error(error), tone="critical", case=case)
    plan = whole.agreed_plan
    checks = plan.plan.criteria.checks if plan else ()
    language = Language.CHINESE if (get_language() or "zh").startswith("zh") else Language.ENGLISH
    form = open_form(request, tuple(_ask_fields(checks)), {"language": language.value})

    def ask(sent: Form) -> AcceptanceId:
        draft = _read_draft(sent, checks)
        confirm_password(viewer, sent.text("password"), now=CLOCK.now())
        return actions.ask_acceptance(viewer, id, draft, now=CLOCK.now())

    made = form.attempt(ask)
    if made is not None:
        text = _("The papers are sealed, and the customer is asked to accept.")
        return done(request, "acceptance", text, acceptance=made)
    keys = form.by_key
    return render(
        request,
        "console/service/acceptance_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        case=whole.case,
        criteria=_draw(criteria),
        checks=[
            DrawnCheck(text=text, is_met=keys[f"met.{place}"], note=keys[f"said.{place}"])
            for place, text in enumerate(checks)
        ],
    )


def _ask_fields(checks: Sequence[str]) -> Iterable[FormField]:
    for place, _text in enumerate(checks):
        yield FormField(key=f"met.{place}", label=_("It is met"), kind="boolean", default="false")
        yield FormField(key=f"said.{place}", label=_("What was found"), is_required=False)
    yield FormField(
        key="language",
        label=_("Language of the papers"),
        kind="choice",
        options=[(Language.CHINESE.value, "中文"), (Language.ENGLISH.value, "English")],
    )
    yield FormField(
        key="note",
        label=_("What the customer is told of what is not met"),
        kind="area",
        rows=3,
        is_required=False,
    )
    yield FormField(key="name", label=_("Who signs for the provider"), is_required=False)
    yield FormField(key="password", label=_("Your password, to sign"), kind="secret")


def _read_draft(form: Form, checks: Sequence[str]) -> actions.AcceptanceDraft:
    return actions.AcceptanceDraft(
        language=Language(form.text("language"))
        if form.text("language") in set(Language)
        else Language.CHINESE,
        checks=tuple(
            CheckResult(
                text=text, is_met=form.is_on(f"met.{place}"), note=form.text(f"said.{place}")
            )
            for place, text in enumerate(checks)
        ),
        note=form.text("note"),
        name=form.text("name"),
    )


@page(*SEE)
def show_acceptance(request: HttpRequest, viewer: Viewer, acceptance: int) -> HttpResponseBase:
    """GET /acceptances/N"""
    return _show(request, viewer, AcceptanceId(acceptance), _open_sign_form(request, viewer))


def _show(
    request: HttpRequest, viewer: Viewer, acceptance: AcceptanceId, form: Form, *, error: str = ""
) -> HttpResponseBase:
    whole = queries.access_acceptance(viewer, acceptance)
    known = whole.acceptance
    is_asked = known.state is AcceptanceState.ASKED
    speaks = may(viewer, Permission.USE_SERVICE) and viewer.tenant == known.tenant
    is_wrong = bool(error or form.error or form.errors)
    return render(
        request,
        "console/service/acceptance.html",
        parts=("acceptance",),
        status=422 if is_wrong else 200,
        whole=whole,
        acceptance=known,
        data=whole.data,
        files=sorted(whole.files, key=lambda each: -each.version),
        criteria=_draw(with_feedback(whole.data.criteria, whole.feedback)),
        feedback=_scores(whole.feedback),
        form=form,
        scores=[each for each in form.drawn if each.field.key.startswith("score.")],
        error=error,
        signs=is_asked and speaks,
        manages=is_asked and may(viewer, Permission.MANAGE_SERVICE, known.tenant),
    )


def _scores(feedback: Feedback | None) -> list[tuple[Text, int]]:
    if feedback is None:
        return []
    return [(word("score", key).label, feedback.scores[key]) for key in SCORES]


def _open_sign_form(request: HttpRequest, viewer: Viewer) -> Form:
    marks = [(str(mark), str(mark)) for mark in (5, 4, 3, 2, 1)]
    fields = [
        *(
            FormField(
                key=f"score.{key}", label=word("score", key).label, kind="choice", options=marks
            )
            for key in SCORES
        ),
        FormField(
            key="text", label=_("What you want to tell us"), kind="area", rows=3, is_required=False
        ),
        FormField(
            key="remark", label=_("Remarks or conditions"), kind="area", rows=2, is_required=False
        ),
        FormField(key="name", label=_("Who signs"), is_required=False),
        FormField(key="password", label=_("Your password, to sign"), kind="secret"),
    ]
    first = {"name": viewer.name, **{f"score.{key}": "5" for key in SCORES}}
    return open_form(request, fields, first)


@action(*SEE)
def act_on_acceptance(request: HttpRequest, viewer: Viewer, acceptance: int) -> HttpResponseBase:
    """POST /acceptances/N/act: act (sign, refuse, withdraw, scan) and what each needs"""
    id = AcceptanceId(acceptance)
    queries.access_acceptance(viewer, id)
    form = _open_sign_form(request, viewer)
    asked = request.POST.get("act", "")
    if asked == "sign":
        if form.attempt(lambda sent: _sign(request, viewer, id, sent)):
            signed = _("Signed. The case is done and the contract fulfilled.")
            return done(request, "acceptance", signed, acceptance=acceptance)
        return _show(request, viewer, id, form)
    form.is_sent = False
    try:
        text = _act(request, viewer, id, asked)
    except (Conflict, Invalid) as error:
        return _show(request, viewer, id, form, error=say_error(error))
    return done(request, "acceptance", text, acceptance=acceptance)


def _sign(request: HttpRequest, viewer: Viewer, acceptance: AcceptanceId, sent: Form) -> bool:
    feedback = Feedback(
        scores={key: sent.number(f"score.{key}") for key in SCORES}, text=sent.text("text")
    )
    confirm_password(viewer, sent.text("password"), now=CLOCK.now())
    actions.sign_acceptance(
        viewer,
        acceptance,
        feedback,
        name=sent.text("name"),
        remark=sent.text("remark"),
        seal=request.POST.get("seal", ""),
        now=CLOCK.now(),
    )
    return True


def _act(request: HttpRequest, viewer: Viewer, acceptance: AcceptanceId, asked: str) -> Text:
    now, note = CLOCK.now(), request.POST.get("note", "")
    match asked:
        case "refuse":
            actions.refuse_acceptance(viewer, acceptance, note=note, now=now)
            return _("Refused: the case is back at its delivery.")
        case "withdraw":
            actions.withdraw_acceptance(viewer, acceptance, note=note, now=now)
            return _("Taken back.")
        case "scan":
            scan = read_upload(request, kinds=PAPER)
            name = request.POST.get("signer", "")
            actions.sign_on_paper(viewer, acceptance, scan, name=name, now=now)
            return _("The scan is kept. The case is done and the contract fulfilled.")
    raise Refused()


@page(*SEE)
def take_file(request: HttpRequest, viewer: Viewer, acceptance: int, file: int) -> HttpResponseBase:
    """GET /acceptances/N/files/M"""
    found = queries.fetch_file(viewer, AcceptanceId(acceptance), file)
    return send_file(found.name, found.content_type, found.data)


@page(*SEE)
def take_package(request: HttpRequest, viewer: Viewer, acceptance: int) -> HttpResponseBase:
    """GET /acceptances/N/package"""
    id = AcceptanceId(acceptance)
    whole = queries.access_acceptance(viewer, id)
    data = make_package(whole, queries.fetch_files(viewer, id))
    name = f"{whole.data.case}-{whole.acceptance.number}.zip"
    return send_file(name, "application/zip", data)


@page(*SEE)
def verify_acceptance(request: HttpRequest, viewer: Viewer, acceptance: int) -> HttpResponseBase:
    """GET /acceptances/N/verify"""
    id = AcceptanceId(acceptance)
    found = queries.verify(viewer, id, now=CLOCK.now())
    return render(
        request,
        "console/service/verification.html",
        number=acceptance,
        findings=found,
        broken=[each for each in found if not each.is_intact],
    )


urlpatterns = [
    path("cases/<int:case>/acceptance", ask_acceptance, name="acceptance_new"),
    path("acceptances/<int:acceptance>", show_acceptance, name="acceptance"),
    path("acceptances/<int:acceptance>/act", act_on_acceptance, name="acceptance_act"),
    path("acceptances/<int:acceptance>/files/<int:file>", take_file, name="acceptance_file"),
    path("acceptances/<int:acceptance>/package", take_package, name="acceptance_package"),
    path("acceptances/<int:acceptance>/verify", verify_acceptance, name="acceptance_verify"),
]
