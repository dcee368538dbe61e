"""The pages of event plans: their calendar, one with its gate and its war room, exceptions."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, write_instant
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.thresholds.queries.rules import fetch_rules
from yunwei.operate.assurance import actions
from yunwei.operate.assurance.facts import (
    FROZEN,
    ExceptionDraft,
    Plan,
    PlanDraft,
    PlanKind,
    PlanState,
)
from yunwei.operate.assurance.queries import plans as queries
from yunwei.operate.assurance.queries.paper import render_closing
from yunwei.operate.assurance.queries.rooms import look_into_room
from yunwei.operate.assurance.rules import is_frozen_now

SEE, MANAGE = Permission.SEE_SERVICE, Permission.MANAGE_SERVICE

PLANS = ListSpec[Plan](
    name="event-plans",
    title=_("Event plans"),
    columns=(
        Column(
            name="name",
            label=pgettext_lazy("event plan", "Plan"),
            value=lambda row: row.draft.name,
            note=lambda row: row.code,
            link=lambda row: reverse("event_plan", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="event_plan_state",
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.draft.kind,
            kind="word",
            words="plan_kind",
            phone="label",
        ),
        Column(
            name="starts_at",
            label=pgettext_lazy("event plan", "Begins"),
            value=lambda row: row.draft.starts_at,
            kind="day",
            sort="starts_at",
            phone="label",
        ),
        Column(
            name="ends_at",
            label=pgettext_lazy("event plan", "Ends"),
            value=lambda row: row.draft.ends_at,
            kind="day",
            phone="label",
        ),
        Column(
            name="frozen_from",
            label=_("Frozen from"),
            value=lambda row: row.draft.frozen_from,
            kind="day",
            phone="hide",
        ),
        Column(
            name="frozen_until",
            label=_("Frozen until"),
            value=lambda row: row.draft.frozen_until,
            kind="day",
            phone="hide",
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
    ),
    filters=(
        search_filter(_("Customer or plan")),
        word_filter("state", _("State: all"), "event_plan_state"),
        word_filter("kind", _("Kind: all"), "plan_kind"),
    ),
    fetch=queries.fetch_plans,
    row_id=lambda row: row.id,
    default_sort="-starts_at",
    refresh=("assurance",),
    empty_icon="shield-check",
    empty_title=_("No event plans"),
    empty_text=_(
        "A plan guards a great event of a customer: who does what, an inspection that is passed "
        "before, and a period in which changes and scripts are frozen."
    ),
)


@page(SEE)
def list_plans(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /event-plans"""
    return serve_list(
        request,
        viewer,
        PLANS,
        "console/service/event_plans.html",
        can=may(viewer, MANAGE),
        **offer(viewer, MANAGE, "event_plan_new", _("Write a plan")),
    )


@page(SEE)
def show_plan(request: HttpRequest, viewer: Viewer, plan: int) -> HttpResponseBase:
    """GET /event-plans/N: its gate before, the war room while it holds, its summary after"""
    found, now = queries.access_plan(viewer, plan), CLOCK.now()
    is_on = found.state is PlanState.STARTED
    is_before = found.state is PlanState.DRAFTED
    return render(
        request,
        "console/service/event_plan.html",
        found=found,
        draft=found.draft,
        can=may(viewer, MANAGE, found.tenant),
        gate=queries.look_at_gate(viewer, found, now=now) if is_before else None,
        has_report=found.summary is not None and found.summary.closing is not None,
        file_kinds=("pdf", "docx"),
        room=look_into_room(viewer, found, now=now) if is_on else None,
        exceptions=queries.fetch_exceptions(viewer, plan),
        is_frozen=is_on and found.draft.frozen_from <= now < found.draft.frozen_until,
    )


@page(SEE)
def show_room(request: HttpRequest, viewer: Viewer, plan: int) -> HttpResponseBase:
    """GET /event-plans/N/room: the war room on a wall, while the plan holds"""
    found, now = queries.access_plan(viewer, plan), CLOCK.now()
    if found.state is not PlanState.STARTED:
        return done(request, "event_plan", _("There is a war room while a plan holds."), plan=plan)
    return render(
        request,
        "console/service/room.html",
        parts=("room",),
        is_wall=True,
        found=found,
        room=look_into_room(viewer, found, now=now),
        is_frozen=is_frozen_now(found.draft, now=now),
        moment=now,
    )


@page(SEE)
def download_closing(
    request: HttpRequest, viewer: Viewer, plan: int, kind: str
) -> HttpResponseBase:
    """GET /event-plans/N/file/pdf (docx)"""
    found = queries.access_plan(viewer, plan)
    if kind not in {"pdf", "docx"} or found.summary is None or found.summary.closing is None:
        raise Refused()
    language = get_language() or viewer.language.value
    content_type, data = render_closing(
        found,
        queries.fetch_exceptions(viewer, plan),
        kind,
        language=language,
        time_zone=viewer.time_zone,
    )
    actions.note_taken(viewer, plan, kind)
    return send_file(f"{found.code}-{language[:2]}.{kind}", content_type, data)


@form_page(MANAGE)
def new_plan(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /event-plans/new"""
    now = CLOCK.now()
    first = {
        "starts_at": write_instant(now + timedelta(days=7)),
        "ends_at": write_instant(now + timedelta(days=10)),
        "frozen_from": write_instant(now + timedelta(days=6)),
        "frozen_until": write_instant(now + timedelta(days=11)),
        "operations": [each.value for each in FROZEN],
        "least_score": "60",
    }
    form = open_form(request, _fields(viewer), first)
    made = form.attempt(lambda sent: actions.add_plan(viewer, _read(viewer, sent), now=CLOCK.now()))
    if made is not None:
        return done(
            request, "event_plan", _("The plan is kept; it holds once it is started."), plan=made
        )
    return _form(request, form, back=reverse("event_plans"))


@form_page(MANAGE)
def change_plan(request: HttpRequest, viewer: Viewer, plan: int) -> HttpResponseBase:
    """GET, POST /event-plans/N/change"""
    found = queries.access_plan(viewer, plan)
    if not may(viewer, MANAGE, found.tenant):
        raise Refused()
    version = FormField(key="version", label="", kind="hidden", default=str(found.version))
    form = open_form(request, (version, *_fields(viewer, found.draft.thresholds)), _first(found))

    def change(sent: Form) -> bool:
        draft, number = _read(viewer, sent), sent.number("version")
        actions.change_plan(viewer, plan, draft, version=number, now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(
            request, "event_plan", _("The plan is kept; it holds once it is started."), plan=plan
        )
    return _form(request, form, back=reverse("event_plan", args=[plan]))


def _form(request: HttpRequest, form: Form, *, back: str) -> HttpResponseBase:
    return render(
        request,
        "console/service/event_plan_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        back=back,
    )


def _first(found: Plan) -> dict[str, str | list[str]]:
    draft = found.draft
    texts = ("name", "covers", "people", "duty", "note")
    times = ("starts_at", "ends_at", "frozen_from", "frozen_until")
    return {
        "tenant": str(found.tenant),
        "version": str(found.version),
        "kind": draft.kind.value,
        "operations": [each.value for each in draft.operations],
        "least_score": str(draft.least_score),
        "thresholds": [str(each) for each in draft.thresholds],
        **{name: getattr(draft, name) for name in texts},
        **{name: write_instant(getattr(draft, name)) for name in times},
    }


def _fields(viewer: Viewer, chosen: tuple[int, ...] = ()) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    return (
        FormField(
            key="tenant",
            label=_("Customer"),
            kind="choice",
            options=tenants,
            default=tenants[-1][0] if tenants else "",
        ),
        FormField(key="kind", label=_("Kind"), kind="choice", options=options("plan_kind")),
        FormField(key="name", label=_("Name")),
        FormField(key="starts_at", label=_("The event begins"), kind="instant"),
        FormField(key="ends_at", label=_("The event ends"), kind="instant"),
        FormField(key="frozen_from", label=_("Frozen from"), kind="instant"),
        FormField(key="frozen_until", label=_("Frozen until"), kind="instant"),
        FormField(
            key="operations",
            label=_("What is frozen"),
            kind="several",
            options=options("operation", "read"),
        ),
        FormField(
            key="covers",
            label=_("On which desktops"),
            is_required=False,
            help=_('Empty: all of the customer\'s. Else a condition: pool == "Finance".'),
        ),
        FormField(
            key="least_score",
            label=_("Score that the inspection before needs"),
            kind="number",
            minimum=0,
            maximum=100,
            default="60",
        ),
        FormField(
            key="thresholds",
            label=_("Tighter threshold rules, on while it holds"),
            kind="several",
            options=_thresholds(viewer, chosen),
            is_required=False,
            help=_("Write them beforehand and leave them off."),
        ),
        FormField(key="people", label=_("Who does what"), kind="area", rows=4, is_required=False),
        FormField(
            key="duty", label=_("Who is reached when"), kind="area", rows=3, is_required=False
        ),
        FormField(key="note", label=_("What else"), kind="area", rows=3, is_required=False),
    )


def _thresholds(viewer: Viewer, chosen: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return rules that a plan may turn on: those that are off, and those it has."""
    if not may(viewer, Permission.SEE_RULES):
        return []
    return [
        (str(row.rule.id), f"{row.rule.name} · {row.tenant_name}")
        for row in fetch_rules(viewer, page=PageRequest(limit=200)).items
        if not row.rule.is_enabled or row.rule.id in chosen
    ]


def _read(viewer: Viewer, form: Form) -> PlanDraft:
    tenant = form.text("tenant")
    if not tenant.isdecimal() or int(tenant) not in viewer.tenants:
        raise Invalid("tenant", "this is not one of the choices")
    try:
        operations = tuple(Operation(each) for each in form.several("operations"))
    except ValueError as error:
        raise Invalid("operations", "this is not one of the choices") from error
    return PlanDraft(
        tenant=TenantId(int(tenant)),
        kind=chosen_word(form, "kind", PlanKind),
        name=form.text("name"),
        covers=form.text("covers"),
        starts_at=form.needed_instant("starts_at"),
        ends_at=form.needed_instant("ends_at"),
        frozen_from=form.needed_instant("frozen_from"),
        frozen_until=form.needed_instant("frozen_until"),
        operations=operations,
        people=form.text("people"),
        duty=form.text("duty"),
        note=form.text("note"),
        least_score=form.number("least_score"),
        thresholds=tuple(int(each) for each in form.several("thresholds") if each.isdecimal()),
    )


@action(MANAGE)
def act_on_plan(request: HttpRequest, viewer: Viewer, plan: int) -> HttpResponseBase:
    """POST /event-plans/N/act: act (start, end with note, cancel)"""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    try:
        text = act(request, viewer, plan)
    except (Conflict, Invalid) as error:
        return done(request, "event_plan", say_error(error), tone="critical", plan=plan)
    return done(request, "event_plan", text, plan=plan)


def _start(_request: HttpRequest, viewer: Viewer, plan: int) -> Text:
    actions.start_plan(viewer, plan, now=CLOCK.now())
    return _("Started: its freeze holds in its time.")


def _end(request: HttpRequest, viewer: Viewer, plan: int) -> Text:
    actions.end_plan(viewer, plan, note=request.POST.get("note", ""), clock=CLOCK)
    return _("Ended: nothing is frozen by it any more.")


def _cancel(_request: HttpRequest, viewer: Viewer, plan: int) -> Text:
    actions.cancel_plan(viewer, plan, now=CLOCK.now())
    return _("Given up.")


_ACTS: dict[str, Callable[[HttpRequest, Viewer, int], Text]] = {
    "start": _start,
    "end": _end,
    "cancel": _cancel,
}


@form_page(MANAGE)
def new_exception(request: HttpRequest, viewer: Viewer, plan: int) -> HttpResponseBase:
    """GET, POST /event-plans/N/exceptions/new"""
    found = queries.access_plan(viewer, plan)
    if not may(viewer, MANAGE, found.tenant):
        raise Refused()
    fields = (
        FormField(key="who", label=_("Who may act: their sign-in name")),
        FormField(key="until", label=_("Until"), kind="instant"),
        FormField(key="reason", label=_("Why"), kind="area", rows=3),
    )
    first = {"until": write_instant(CLOCK.now() + timedelta(hours=2)), "who": viewer.name}
    form = open_form(request, fields, first)
    made = form.attempt(
        lambda sent: actions.grant_exception(
            viewer,
            plan,
            ExceptionDraft(
                who=sent.text("who"),
                reason=sent.text("reason"),
                until=sent.needed_instant("until"),
            ),
            now=CLOCK.now(),
        )
    )
    if made is not None:
        return done(request, "event_plan", _("The exception is written down."), plan=plan)
    return render(
        request,
        "console/service/event_exception_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        found=found,
    )


urlpatterns = [
    path("event-plans", list_plans, name="event_plans"),
    path("event-plans/new", new_plan, name="event_plan_new"),
    path("event-plans/<int:plan>", show_plan, name="event_plan"),
    path("event-plans/<int:plan>/room", show_room, name="event_room"),
    path("event-plans/<int:plan>/file/<str:kind>", download_closing, name="event_file"),
    path("event-plans/<int:plan>/change", change_plan, name="event_plan_change"),
    path("event-plans/<int:plan>/act", act_on_plan, name="event_plan_act"),
    path("event-plans/<int:plan>/exceptions/new", new_exception, name="event_exception_new"),
]
