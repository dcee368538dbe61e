"""The pages of a case's plan: what it says at a version, writing it, and the customer's word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import CaseId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_day
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.operate.service.actions import plans as actions
from yunwei.operate.service.actions.contracts import check_paper
from yunwei.operate.service.facts.cases import Criteria, DocumentKind, Plan, PlanTask, PlanVersion
from yunwei.operate.service.facts.matrix import MATRIX
from yunwei.operate.service.queries import cases as queries


@dataclass(frozen=True, kw_only=True)
class DrawnWork:
    label: Text
    on: Drawn
    who: Drawn


@page(*SEE)
def show_plan(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """GET /cases/N/plan[?version=M]"""
    whole = queries.access_case(viewer, CaseId(case), now=CLOCK.now())
    known = whole.case
    version = _choose(whole, request.GET.get("version", ""))
    manages = may(viewer, Permission.MANAGE_SERVICE, known.tenant)
    speaks = may(viewer, Permission.USE_SERVICE) and viewer.tenant == known.tenant
    is_newest = version is not None and version.number == whole.plans[0].number
    return render(
        request,
        "console/service/plan.html",
        parts=("plan",),
        whole=whole,
        case=known,
        version=version,
        is_newest=is_newest,
        work=_work(version),
        can=manages and known.step.is_open,
        speaks=speaks and known.step.is_open,
    )


def _choose(whole: queries.WholeCase, asked: str) -> PlanVersion | None:
    if not asked:
        return next(iter(whole.plans), None)
    found = next((each for each in whole.plans if str(each.number) == asked), None)
    if found is None:
        raise Refused()
    return found


def _work(version: PlanVersion | None) -> list[tuple[object, PlanTask]]:
    work = {each.key: each for each in version.plan.work} if version else {}
    return [(row, work[row.key]) for row in MATRIX if row.key in work]


@form_page(Permission.MANAGE_SERVICE)
def write_plan(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """GET, POST /cases/N/plan/write"""
    whole = queries.access_case(viewer, CaseId(case), now=CLOCK.now())
    known = next(iter(whole.plans), None)
    form = open_form(request, tuple(_fields()), _first(known, whole.today))

    def write(sent: Form) -> int:
        return actions.write_plan(
            viewer, whole.case.id, _read(sent), now=CLOCK.now(), latest=sent.number("latest")
        )

    if form.attempt(write) is not None:
        return done(request, "case_plan", _("Saved as a draft."), case=case)
    keys = form.by_key
    return render(
        request,
        "console/service/plan_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        case=whole.case,
        agreed=whole.agreed_plan,
        work=[
            DrawnWork(
                label=word("case_task", row.key).label,
                on=keys[f"on.{row.key}"],
                who=keys[f"who.{row.key}"],
            )
            for row in MATRIX
        ],
    )


def _fields() -> Iterable[FormField]:
    yield FormField(key="latest", label="", kind="hidden", default="0")
    yield FormField(key="goal", label=_("Goal of the service"), kind="area", rows=3)
    yield FormField(key="starts_on", label=_("First day"), kind="day")
    yield FormField(key="ends_on", label=_("Last day"), kind="day")
    for row in MATRIX:
        yield FormField(
            key=f"on.{row.key}", label=_("To be done by"), kind="day", is_required=False
        )
        yield FormField(key=f"who.{row.key}", label=_("Owner"), is_required=False)
    yield FormField(key="risks", label=_("Risks"), kind="area", rows=3, is_required=False)
    yield FormField(
        key="communication",
        label=_("How the customer is told of progress"),
        kind="area",
        rows=2,
        is_required=False,
    )
    yield from _criteria()


def _criteria() -> Iterable[FormField]:
    yield FormField(
        key="timely_ratio",
        label=_("Answered and solved in time, percent"),
        kind="number",
        minimum=0,
        maximum=100,
        default="95",
    )
    yield FormField(
        key="satisfaction",
        label=_("Least satisfaction, 1 to 5"),
        kind="number",
        minimum=1,
        maximum=5,
        is_required=False,
        help=_(
            "The mean of the surveys' answers and of the feedback at the acceptance. Empty: it is "
            "not a criterion."
        ),
    )
    yield FormField(
        key="documents",
        label=_("Documents that must be in the case"),
        kind="several",
        is_required=False,
        options=options("document_kind"),
        default="record",
    )
    yield FormField(
        key="checks",
        label=_("What else is checked, one a line"),
        kind="area",
        rows=4,
        is_required=False,
        help=_("People judge these, and the test report lists them."),
    )


def _first(known: PlanVersion | None, today: date) -> dict[str, str | list[str]]:
    if known is None:
        return {"starts_on": today.isoformat(), "latest": "0"}
    plan = known.plan
    criteria = plan.criteria
    first: dict[str, str | list[str]] = {
        "latest": str(known.number),
        "goal": plan.goal,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "risks": plan.risks,
        "communication": plan.communication,
        "timely_ratio": f"{criteria.timely_ratio * 100:g}",
        "satisfaction": "" if criteria.satisfaction is None else f"{criteria.satisfaction:g}",
        "documents": [each.value for each in criteria.documents],
        "checks": "\n".join(criteria.checks),
    }
    for each in plan.work:
        first[f"on.{each.key}"] = each.planned_on.isoformat()
        first[f"who.{each.key}"] = each.who
    return first


def _read(form: Form) -> Plan:
    kinds = set(DocumentKind)
    chosen = [each for each in form.several("documents") if each in kinds]
    return Plan(
        goal=form.text("goal"),
        starts_on=_needed(form, "starts_on"),
        ends_on=_needed(form, "ends_on"),
        work=tuple(_read_work(form)),
        risks=form.text("risks"),
        communication=form.text("communication"),
        criteria=Criteria(
            timely_ratio=(_number(form, "timely_ratio") or 0) / 100,
            satisfaction=_number(form, "satisfaction"),
            documents=tuple(DocumentKind(each) for each in chosen),
            checks=tuple(each.strip() for each in form.text("checks").splitlines() if each.strip()),
        ),
    )


def _read_work(form: Form) -> Iterable[PlanTask]:
    for row in MATRIX:
        on = read_day(form.text(f"on.{row.key}"), f"on.{row.key}")
        if on is not None:
            yield PlanTask(key=row.key, planned_on=on, who=form.text(f"who.{row.key}"))


def _needed(form: Form, key: str) -> date:
    found = read_day(form.text(key), key)
    if found is None:
        raise Invalid(key, "this is required")
    return found


def _number(form: Form, key: str) -> float | None:
    typed = form.text(key)
    try:
        return float(typed) if typed else None
    except ValueError as error:
        raise Invalid(key, "this is not a number") from error


@action(*SEE)
def act_on_plan(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """POST /cases/N/plan/act: act (offer, confirm, confirm_on_paper, return), sha256, paper,
    note"""
    id = CaseId(case)
    queries.access_case(viewer, id, now=CLOCK.now())
    try:
        text = _act(request, viewer, id)
    except (Conflict, Invalid) as error:
        return done(request, "case_plan", say_error(error), tone="critical", case=case)
    return done(request, "case_plan", text, case=case)


def _act(request: HttpRequest, viewer: Viewer, case: CaseId) -> Text:
    now, asked = CLOCK.now(), request.POST
    sha256 = asked.get("sha256", "")
    match asked.get("act", ""):
        case "offer":
            actions.offer_plan(viewer, case, now=now)
            return _("The customer is asked to confirm the plan.")
        case "confirm":
            actions.confirm_plan(viewer, case, now=now, sha256=sha256)
            return _("The plan is confirmed.")
        case "confirm_on_paper":
            paper = check_paper(asked.get("paper", ""))
            actions.confirm_plan(viewer, case, now=now, sha256=sha256, paper=paper)
            return _("The plan is confirmed.")
        case "return":
            note = asked.get("note", "")
            actions.return_plan(viewer, case, now=now, note=note, sha256=sha256)
            return _("The provider is told what is to be changed.")
    raise Refused()


urlpatterns = [
    path("cases/<int:case>/plan", show_plan, name="case_plan"),
    path("cases/<int:case>/plan/write", write_plan, name="case_plan_write"),
    path("cases/<int:case>/plan/act", act_on_plan, name="case_plan_act"),
]
