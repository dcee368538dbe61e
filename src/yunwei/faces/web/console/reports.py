"""The pages of reports: their list, one that is asked for, one with its figures, and its files."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.report_drawing import draw_content
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text, options
from yunwei.operate.reports import actions, own_queries, queries
from yunwei.operate.reports.archive import Report, ReportDraft, ReportState, Schedule
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.own import ComparedWith, OwnContent, own_id
from yunwei.operate.reports.periods import Period, PeriodKind, choose_period
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.reports.saying import say_report, say_span
from yunwei.operate.usage.queries.ground import choose_zone

_SEE, _MANAGE = Permission.SEE_MONITORING, Permission.MANAGE_REPORTS


def say_title(report: Report | Schedule) -> str:
    """Return what a report is called in the language of who reads."""
    return say_report(report, translation.get_language() or "en")


def definition_options(viewer: Viewer, *, shared_only: bool = False) -> list[tuple[str, Text]]:
    """Return what can be made: built-in reports, and those of the viewer's and their tenants."""
    language = translation.get_language() or "en"
    own = [
        (each.key, f"{each.title(language)} · {each.tenant_name}")
        for each in own_queries.list_choices(viewer)
        if each.is_shared or not shared_only
    ]
    return [*((key, each.title) for key, each in BUILT_IN.items()), *own]


REPORTS = ListSpec[Report](
    name="reports",
    title=pgettext_lazy("documents", "Reports"),
    columns=(
        Column(
            name="definition",
            label=_("Report"),
            value=say_title,
            note=lambda row: row.schedule_name,
            link=lambda row: reverse("report", args=[row.id]),
            sort="definition",
            is_main=True,
        ),
        Column(
            name="time",
            label=_("Time"),
            value=lambda row: say_span(row.first_day, row.last_day),
            sort="first_day",
            phone="label",
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="report_state",
            sort="state",
        ),
        Column(
            name="released_at",
            label=_("Released"),
            value=lambda row: row.released_at,
            kind="time",
            phone="label",
        ),
        Column(
            name="language",
            label=_("Language"),
            value=lambda row: row.language,
            kind="word",
            words="language",
            phone="hide",
        ),
        Column(
            name="created_at",
            label=_("Asked for"),
            value=lambda row: row.created_at,
            kind="time",
            sort="created_at",
            phone="hide",
        ),
        Column(
            name="created_by",
            label=_("Prepared by"),
            value=lambda row: row.created_by,
            phone="hide",
        ),
        Column(
            name="tenant",
            label=_("Tenant"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
    ),
    filters=(
        search_filter(_("Tenant, schedule, person or day")),
        word_filter("definition", _("Report: all"), "report_definition"),
        word_filter("state", _("State: all"), "report_state"),
        yes_filter("waits", _("Release: all"), _("Waits for release"), _("Does not wait")),
    ),
    fetch=queries.fetch_reports,
    row_id=lambda row: row.id,
    default_sort="-created_at",
    refresh=("reports",),
    empty_icon="report",
    empty_title=_("No reports"),
    empty_text=_("A report is made of the figures of a time and kept with them as they were."),
)


@page(_SEE)
def list_reports(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /reports"""
    return serve_list(
        request,
        viewer,
        REPORTS,
        "console/reports/list.html",
        **offer(viewer, _MANAGE, "report_new", _("Make a report")),
    )


@form_page(_MANAGE)
def make_report(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /reports/new[?definition=monthly]"""
    asked = request.GET.get("definition", ""), request.GET.get("tenant", "")
    form = open_form(request, _fields(viewer, *asked))
    if form.is_sent:
        made = form.attempt(lambda sent: _ask(viewer, sent))
        if made is not None:
            return done(request, "report", _("The report is being made."), report=made)
    return render(
        request,
        "console/reports/new.html",
        status=422 if form.is_sent else 200,
        form=form,
        kinds=[(key, each.title, each.purpose) for key, each in BUILT_IN.items()],
    )


def _fields(viewer: Viewer, definition: str, tenant: str) -> tuple[FormField, ...]:
    definitions = definition_options(viewer)
    chosen = definition if definition in dict(definitions) else "monthly"
    usual = _usual(viewer, chosen)
    tenants = tenant_options(viewer)
    known = [value for value, _text in tenants]
    return (
        FormField(
            key="tenant",
            label=_("Customer"),
            kind="choice",
            options=tenants,
            default=tenant if tenant in known else usual_tenant(viewer, known),
        ),
        FormField(
            key="definition",
            label=_("Report"),
            kind="choice",
            options=definitions,
            default=chosen,
        ),
        FormField(
            key="period",
            label=_("Time"),
            kind="choice",
            options=options("report_period"),
            default=usual.period.value,
            help=_("The latest one that is over, unless you name a day of another below."),
        ),
        FormField(
            key="first",
            label=_("A day of that time, or the first of your own"),
            kind="day",
            is_required=False,
        ),
        FormField(
            key="last",
            label=_("The last day of your own"),
            kind="day",
            is_required=False,
            help=_("Only for days of your own; at most 92."),
        ),
        FormField(
            key="language",
            label=_("Language"),
            kind="choice",
            options=options("language"),
            default=(viewer.language if chosen in BUILT_IN else usual.language).value,
        ),
        FormField(
            key="compared_with",
            label=_("Compared with"),
            kind="choice",
            options=options("report_compared"),
            default=usual.compared_with.value,
        ),
    )


def _usual(viewer: Viewer, definition: str) -> OwnContent:
    """Return what a report is usually made with."""
    number = own_id(definition)
    if number is None:
        return OwnContent(period=BUILT_IN[definition].period)
    known = own_queries.access_own(viewer, number)
    return own_queries.access_version(viewer, number, known.version).content


def usual_tenant(viewer: Viewer, known: list[str]) -> str:
    home = str(viewer.tenant)
    others = [each for each in known if each != home]
    return others[0] if len(others) == 1 else (home if home in known else "")


def _ask(viewer: Viewer, form: Form) -> int:
    tenant = read_tenant(viewer, form.text("tenant"))
    beside = chosen_word(form, "compared_with", ComparedWith)
    draft = ReportDraft(
        tenant=tenant,
        definition=form.text("definition"),
        language=form.text("language"),
        period=read_period(form, zone=choose_zone(viewer, tenant)),
        is_compared=beside is not ComparedWith.NOTHING,
        is_last_year=beside is ComparedWith.LAST_YEAR,
    )
    return actions.ask_report(viewer, draft, now=CLOCK.now())


def read_tenant(viewer: Viewer, text: str) -> TenantId:
    """Return the tenant that was chosen; raises Invalid for another than the viewer's."""
    if not text.isdecimal() or int(text) not in viewer.tenants:
        raise Invalid("tenant", "this is not one of the choices")
    return TenantId(int(text))


def read_period(form: Form, *, zone: str) -> Period:
    """Return the time that was chosen; raises Invalid naming the field."""
    try:
        kind = PeriodKind(form.text("period"))
    except ValueError as error:
        raise Invalid("period", "this is not one of the choices") from error
    first, last = _day("first", form.text("first")), _day("last", form.text("last"))
    return choose_period(kind, first, last, now=CLOCK.now(), time_zone=zone)


def _day(key: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(key, "this is not a date") from error


@page(_SEE)
def show_report(request: HttpRequest, viewer: Viewer, report: int) -> HttpResponseBase:
    """GET /reports/N: how far it is, or what stands in it"""
    known = queries.access_report(viewer, report)
    can = may(viewer, _MANAGE, known.tenant)
    content = None
    if known.state is ReportState.READY:
        told = queries.fetch_content(viewer, report)
        # what is frozen stands in its own language, whoever reads it
        with translation.override(told.language):
            content = draw_content(told)
    return render(
        request,
        "console/reports/report.html",
        parts=("report",),
        report=known,
        title=say_title(known),
        own=own_id(known.definition),
        span=say_span(known.first_day, known.last_day),
        content=content,
        can=can,
        deliveries=queries.fetch_told(viewer, report) if can else (),
        formats=list(FileKind),
    )


@action(_MANAGE)
def act_on_report(request: HttpRequest, viewer: Viewer, report: int) -> HttpResponseBase:
    """POST /reports/N/act: act (cancel, retry, release, send_test, send_again, remove)"""
    act = request.POST.get("act", "")
    try:
        text = _ACTS[act](viewer, report)
    except KeyError as error:
        raise Refused() from error
    except Conflict as error:
        return done(request, "report", say_error(error), tone="critical", report=report)
    if act == "remove":
        return done(request, "reports", text)
    return done(request, "report", text, report=report)


def _cancel(viewer: Viewer, report: int) -> Text:
    actions.cancel_report(viewer, report)
    return _("It is not made any more.")


def _retry(viewer: Viewer, report: int) -> Text:
    actions.retry_report(viewer, report)
    return _("The report is being made.")


def _release(viewer: Viewer, report: int) -> Text:
    actions.release_report(viewer, report, now=CLOCK.now())
    return _("Released: the customer's people see it now.")


def _send_test(viewer: Viewer, report: int) -> Text:
    actions.send_test(viewer, report, now=CLOCK.now())
    return _("A test is on its way to you.")


def _send_again(viewer: Viewer, report: int) -> Text:
    actions.send_again(viewer, report, now=CLOCK.now())
    return _("It is sent once more, to its schedule's recipients.")


def _remove(viewer: Viewer, report: int) -> Text:
    actions.remove_report(viewer, report)
    return _("Removed.")


_ACTS: dict[str, Callable[[Viewer, int], Text]] = {
    "cancel": _cancel,
    "retry": _retry,
    "release": _release,
    "send_test": _send_test,
    "send_again": _send_again,
    "remove": _remove,
}


@page(_SEE)
def download_report(
    request: HttpRequest, viewer: Viewer, report: int, kind: str
) -> HttpResponseBase:
    """GET /reports/N/file/pdf (xlsx, docx, csv, json)"""
    try:
        wanted = FileKind(kind)
    except ValueError as error:
        raise Refused() from error
    file = actions.take_file(viewer, report, wanted)
    return send_file(file.name, file.content_type, file.data)


@page(_SEE)
def show_logo(request: HttpRequest, viewer: Viewer, report: int) -> HttpResponseBase:
    """GET /reports/N/logo: what stands on its cover"""
    brand = queries.fetch_content(viewer, report).brand
    if brand is None or brand.logo is None:
        raise Refused()
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(brand.logo.data, content_type=brand.logo.content_type, headers=headers)


urlpatterns = [
    path("reports", list_reports, name="reports"),
    path("reports/new", make_report, name="report_new"),
    path("reports/<int:report>", show_report, name="report"),
    path("reports/<int:report>/act", act_on_report, name="report_act"),
    path("reports/<int:report>/logo", show_logo, name="report_logo"),
    path("reports/<int:report>/file/<str:kind>", download_report, name="report_file"),
]
