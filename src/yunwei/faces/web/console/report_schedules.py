"""The pages of schedules of reports: what is made again and again, and who gets it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ChannelId, TenantId, UserId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.reports import definition_options, read_tenant, say_title
from yunwei.faces.web.console.targets import fetch_whom
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.archive import Recipients, Schedule, ScheduleDraft
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.usage.queries.ground import choose_zone

_MANAGE = Permission.MANAGE_REPORTS
_DAY_MINUTES = 24 * 60


def _say_due(schedule: Schedule) -> str:
    days, minutes = divmod(int(schedule.draft.after.total_seconds() // 60), _DAY_MINUTES)
    told = {"day": days + 1, "time": f"{minutes // 60:02d}:{minutes % 60:02d}"}
    return str(_DUE[schedule.draft.period]) % told


_DUE = {
    PeriodKind.DAY: _("Each day, on day %(day)s after it at %(time)s"),
    PeriodKind.WEEK: _("Each week, on day %(day)s after it at %(time)s"),
    PeriodKind.MONTH: _("Each month, on day %(day)s after it at %(time)s"),
    PeriodKind.QUARTER: _("Each quarter, on day %(day)s after it at %(time)s"),
    PeriodKind.YEAR: _("Each year, on day %(day)s after it at %(time)s"),
}


SCHEDULES = ListSpec[Schedule](
    name="report_schedules",
    title=_("Report schedules"),
    columns=(
        Column(
            name="name",
            label=_("Name"),
            value=lambda row: row.draft.name,
            link=lambda row: reverse("report_schedule", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="definition",
            label=_("Report"),
            value=say_title,
            sort="definition",
            phone="label",
        ),
        Column(name="due", label=_("Due"), value=_say_due, phone="label"),
        Column(
            name="is_enabled",
            label=_("On"),
            value=lambda row: row.draft.is_enabled,
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(
            name="needs_approval",
            label=_("Released by a person"),
            value=lambda row: row.draft.needs_approval,
            kind="word",
            words="yes_no",
            phone="hide",
        ),
        Column(
            name="last",
            label=_("Made until"),
            value=lambda row: row.last_last_day.isoformat() if row.last_last_day else None,
            phone="label",
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
        search_filter(_("Name")),
        word_filter("definition", _("Report: all"), "report_definition"),
    ),
    fetch=queries.fetch_schedules,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("reports",),
    empty_icon="calendar-event",
    empty_title=_("No schedules of reports"),
    empty_text=_("A schedule has a report made for every period, and sends it."),
)


@page(_MANAGE)
def list_schedules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /reports/schedules"""
    return serve_list(
        request,
        viewer,
        SCHEDULES,
        "console/reports/schedules.html",
        **offer(viewer, _MANAGE, "report_schedule_new", _("New schedule")),
    )


@form_page(_MANAGE)
def new_schedule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /reports/schedules/new"""
    form = open_form(request, _fields(viewer, is_new=True))
    if form.is_sent:
        made = form.attempt(lambda sent: _add(viewer, sent))
        if made is not None:
            return done(request, "report_schedules", _("The schedule is on."))
    return _show(request, form, None)


def _add(viewer: Viewer, form: Form) -> int:
    draft = _read(form, read_tenant(viewer, form.text("tenant")))
    return actions.add_schedule(viewer, _with_zone(viewer, draft), now=CLOCK.now())


def _with_zone(viewer: Viewer, draft: ScheduleDraft) -> ScheduleDraft:
    return replace(draft, time_zone=choose_zone(viewer, draft.tenant))


@form_page(_MANAGE)
def edit_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET, POST /reports/schedules/N"""
    known = queries.access_schedule(viewer, schedule)
    form = open_form(request, _fields(viewer, is_new=False), _first(known))
    if form.is_sent:
        made = form.attempt(lambda sent: _change(viewer, known, sent))
        if made is not None:
            return done(request, "report_schedules", _("Saved."))
    return _show(request, form, known)


def _change(viewer: Viewer, known: Schedule, form: Form) -> bool:
    draft = _with_zone(viewer, _read(form, known.draft.tenant))
    version = form.number("version")
    actions.change_schedule(viewer, known.id, draft, version=version, now=CLOCK.now())
    return True


def _show(request: HttpRequest, form: Form, known: Schedule | None) -> HttpResponseBase:
    return render(
        request,
        "console/reports/schedule.html",
        status=422 if form.is_sent else 200,
        form=form,
        schedule=known,
    )


@action(_MANAGE)
def make_scheduled(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """POST /reports/schedules/N/make: the report of the latest period that is over"""
    try:
        made = actions.make_scheduled(viewer, schedule, now=CLOCK.now())
    except Conflict as error:
        text = say_error(error)
        return done(request, "report_schedule", text, tone="critical", schedule=schedule)
    return done(request, "report", _("The report is being made."), report=made)


@action(_MANAGE)
def remove_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """POST /reports/schedules/N/remove"""
    try:
        actions.remove_schedule(viewer, schedule, now=CLOCK.now())
    except Conflict as error:
        return done(request, "report_schedules", say_error(error), tone="critical")
    return done(request, "report_schedules", _("Removed; its reports stay."))


def _fields(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    tenant = FormField(
        key="tenant",
        label=_("Customer"),
        kind="choice",
        options=tenant_options(viewer),
        default=str(viewer.tenant),
    )
    return (
        *((tenant,) if is_new else (FormField(key="version", label="", kind="hidden"),)),
        FormField(key="name", label=_("Name")),
        FormField(
            key="definition",
            label=_("Report"),
            kind="choice",
            options=definition_options(viewer, shared_only=True),
            default="monthly",
        ),
        FormField(
            key="period",
            label=_("Of each"),
            kind="choice",
            options=options("report_period", "custom"),
            default="month",
        ),
        FormField(
            key="days",
            label=_("Due on this day after the period"),
            kind="number",
            default="1",
            minimum=1,
            maximum=15,
            help=_("1 is the first day after it. What was missed is caught up."),
        ),
        FormField(key="time", label=_("At"), kind="time", default="08:00"),
        FormField(
            key="language",
            label=_("Language"),
            kind="choice",
            options=options("language"),
            default=viewer.language.value,
        ),
        FormField(
            key="needs_approval",
            label=_("A person releases each report before it is sent"),
            kind="boolean",
            is_required=False,
            default="true",
        ),
        *_recipient_fields(viewer),
        FormField(
            key="is_enabled",
            label=_("It is on"),
            kind="boolean",
            is_required=False,
            default="true",
        ),
    )


def _recipient_fields(viewer: Viewer) -> tuple[FormField, ...]:
    whom = fetch_whom(viewer)
    return (
        FormField(
            key="roles",
            label=_("Everybody with the role"),
            kind="several",
            options=options("role", "desktop_user"),
            is_required=False,
        ),
        *(_several("people", _("These people"), whom.people)),
        *(_several("channels", _("Send by"), whom.channels)),
        FormField(
            key="outside",
            label=_("Mail addresses from outside"),
            kind="area",
            is_required=False,
            help=_("One a line. Only where the report settings of the customer allow it."),
        ),
        FormField(
            key="files",
            label=_("A mail brings these files along"),
            kind="several",
            options=[(each.value, each.value.upper()) for each in FileKind],
            is_required=False,
            default="pdf",
        ),
    )


def _several(key: str, label: object, choices: Sequence[tuple[str, object]]) -> list[FormField]:
    if not choices:
        return []
    listed = [(value, str(text)) for value, text in choices]
    return [FormField(key=key, label=str(label), kind="several", options=listed, is_required=False)]


def _first(known: Schedule) -> Mapping[str, str | Sequence[str]]:
    draft = known.draft
    days, minutes = divmod(int(draft.after.total_seconds() // 60), _DAY_MINUTES)
    return {
        "version": str(known.version),
        "name": draft.name,
        "definition": draft.definition,
        "period": draft.period.value,
        "days": str(days + 1),
        "time": f"{minutes // 60:02d}:{minutes % 60:02d}",
        "language": draft.language,
        "needs_approval": "true" if draft.needs_approval else "false",
        "is_enabled": "true" if draft.is_enabled else "false",
        "roles": draft.recipients.roles,
        "people": [str(each) for each in draft.recipients.people],
        "channels": [str(each) for each in draft.recipients.channels],
        "outside": "\n".join(draft.recipients.outside),
        "files": draft.recipients.files,
    }


def _read(form: Form, tenant: TenantId) -> ScheduleDraft:
    """Return what was typed; raises Invalid naming the field."""
    try:
        period = PeriodKind(form.text("period"))
    except ValueError as error:
        raise Invalid("period", "this is not one of the choices") from error
    return ScheduleDraft(
        tenant=tenant,
        name=form.text("name"),
        definition=form.text("definition"),
        language=form.text("language"),
        period=period,
        after=_after(form),
        time_zone="UTC",
        recipients=Recipients(
            people=tuple(UserId(each) for each in _ids(form, "people")),
            roles=form.several("roles"),
            channels=tuple(ChannelId(each) for each in _ids(form, "channels")),
            outside=tuple(form.text("outside").split()),
            files=form.several("files"),
        ),
        needs_approval=form.is_on("needs_approval"),
        is_enabled=form.is_on("is_enabled"),
    )


def _after(form: Form) -> timedelta:
    try:
        hours, minutes = (int(each) for each in form.text("time").split(":")[:2])
    except ValueError as error:
        raise Invalid("time", "this is not a time of day") from error
    days = form.number("days")
    if not 1 <= days <= 15:
        raise Invalid("days", "within 15 days after the period")
    return timedelta(days=days - 1, hours=hours, minutes=minutes)


def _ids(form: Form, key: str) -> list[int]:
    return [int(each) for each in form.several(key) if each.isdecimal()]


urlpatterns = [
    path("reports/schedules", list_schedules, name="report_schedules"),
    path("reports/schedules/new", new_schedule, name="report_schedule_new"),
    path("reports/schedules/<int:schedule>", edit_schedule, name="report_schedule"),
    path("reports/schedules/<int:schedule>/make", make_scheduled, name="report_schedule_make"),
    path("reports/schedules/<int:schedule>/remove", remove_schedule, name="report_schedule_remove"),
]
