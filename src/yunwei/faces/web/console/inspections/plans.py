"""The pages of what inspections are made by: templates, which are text, and schedules."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.inspections.board import choose_fields, read_choice
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.operate.inspection.actions import plans as actions
from yunwei.operate.inspection.facts.inspections import Rhythm, Schedule, ScheduleDraft
from yunwei.operate.inspection.facts.templates import TemplateRow
from yunwei.operate.inspection.queries import plans as queries
from yunwei.operate.inspection.queries.words import say_said
from yunwei.operate.inspection.rules.templates import parse_template

WORK, MANAGE = Permission.WORK_REQUESTS, Permission.MANAGE_SERVICE

TEMPLATES = ListSpec[TemplateRow](
    name="inspection-templates",
    title=_("Templates of inspections"),
    columns=(
        Column(
            name="title",
            label=_("Template"),
            value=lambda row: say_said(row.title),
            link=lambda row: reverse("inspection_template", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="tenant", label=_("Customer"), value=lambda row: row.tenant_name, phone="label"
        ),
        Column(
            name="checks",
            label=pgettext_lazy("inspection", "Checks"),
            value=lambda row: row.checks,
            kind="number",
            phone="label",
        ),
        Column(
            name="items",
            label=_("Items on site"),
            value=lambda row: row.items,
            kind="number",
            phone="label",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
        Column(
            name="changed_by", label=_("Changed by"), value=lambda row: row.changed_by, phone="hide"
        ),
    ),
    filters=(search_filter(_("Customer or template")),),
    fetch=queries.fetch_templates,
    row_id=lambda row: row.id,
    default_sort="title",
    refresh=("inspection",),
    empty_icon="file-code",
    empty_title=_("No templates of your own"),
    empty_text=_(
        "Every installation has the built-in template. Copy it, and change limits, weights, checks "
        "and items for a customer."
    ),
)


def _fetch_schedules(viewer: Viewer, filters: object, page: PageRequest) -> Page[Schedule]:
    return queries.fetch_schedules(viewer, filters, page, now=CLOCK.now())  # type: ignore[arg-type]


SCHEDULES = ListSpec[Schedule](
    name="inspection-schedules",
    title=_("Schedules of inspections"),
    columns=(
        Column(
            name="title", label=_("Template"), value=lambda row: say_said(row.title), is_main=True
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="rhythm",
            label=_("How often"),
            value=lambda row: row.draft.rhythm,
            kind="word",
            words="inspection_rhythm",
        ),
        Column(
            name="next_at",
            label=_("Due next"),
            value=lambda row: row.next_at,
            kind="time",
            phone="label",
        ),
        Column(
            name="last_due_at",
            label=_("Last asked for"),
            value=lambda row: row.last_due_at,
            kind="time",
            phone="hide",
        ),
        Column(
            name="created_by", label=_("Made by"), value=lambda row: row.created_by, phone="hide"
        ),
        Column(
            name="open",
            label="",
            value=lambda _row: _("Open"),
            link=lambda row: reverse("inspection_schedule", args=[row.id]),
            phone="label",
        ),
    ),
    filters=(word_filter("rhythm", _("How often: all"), "inspection_rhythm"),),
    fetch=_fetch_schedules,
    row_id=lambda row: row.id,
    default_sort="-created_at",
    refresh=("inspection",),
    empty_icon="calendar-event",
    empty_title=_("No schedules"),
    empty_text=_("An inspection can be made by itself every day, week, month or quarter."),
)


@page(WORK)
def list_templates(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /inspections/templates"""
    return serve_list(
        request,
        viewer,
        TEMPLATES,
        "console/inspections/templates.html",
        can=may(viewer, MANAGE),
        **offer(viewer, MANAGE, "inspection_template_new", _("Write a template")),
    )


@page(WORK)
def show_built_in(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /inspections/templates/built-in"""
    return render(
        request,
        "console/inspections/template.html",
        title=say_said(queries.built_in().title),
        checklist=queries.built_in(),
        text=queries.built_in_text(),
        row=None,
        can=False,
        measures={each.name: each for each in queries.list_measures(viewer)},
    )


@page(WORK)
def show_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """GET /inspections/templates/N"""
    row = queries.access_template(viewer, template)
    return render(
        request,
        "console/inspections/template.html",
        title=say_said(row.title),
        checklist=parse_template(row.text),
        text=row.text,
        row=row,
        can=may(viewer, MANAGE, row.tenant),
        measures={each.name: each for each in queries.list_measures(viewer)},
    )


_TEXT = FormField(
    key="text",
    label=_("The template, as TOML"),
    kind="area",
    rows=28,
    help=_("A check names a measure and from where on its value warns or fails."),
)


@form_page(MANAGE)
def new_template(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /inspections/templates/new"""
    tenants = tenant_options(viewer)
    fields = (
        FormField(
            key="tenant",
            label=_("Customer"),
            kind="choice",
            options=tenants,
            default=tenants[-1][0] if tenants else "",
        ),
        _TEXT,
    )
    form = open_form(request, fields, {"text": queries.built_in_text()})
    made = form.attempt(
        lambda sent: actions.add_template(
            viewer, _tenant(viewer, sent), _text(request), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "inspection_template", _("The template is kept."), template=made)
    return _template_form(request, viewer, form, back=reverse("inspection_templates"))


@form_page(MANAGE)
def change_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """GET, POST /inspections/templates/N/change"""
    row = queries.access_template(viewer, template)
    version = FormField(key="version", label="", kind="hidden", default=str(row.version))
    form = open_form(request, (version, _TEXT), {"text": row.text, "version": str(row.version)})

    def change(sent: Form) -> bool:
        number = sent.number("version")
        actions.change_template(viewer, template, _text(request), version=number, now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "inspection_template", _("The template is kept."), template=template)
    back = reverse("inspection_template", args=[template])
    return _template_form(request, viewer, form, back=back)


def _text(request: HttpRequest) -> str:
    # what is hashed keeps its ends; browsers send lines as CRLF
    return request.POST.get("text", "").replace("\r\n", "\n")


def _template_form(
    request: HttpRequest, viewer: Viewer, form: Form, *, back: str
) -> HttpResponseBase:
    return render(
        request,
        "console/inspections/template_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        back=back,
        measures=queries.list_measures(viewer),
    )


def _tenant(viewer: Viewer, form: Form) -> TenantId:
    text = form.text("tenant")
    if not text.isdecimal() or int(text) not in viewer.tenants:
        raise Invalid("tenant", "this is not one of the choices")
    return TenantId(int(text))


@action(MANAGE)
def remove_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """POST /inspections/templates/N/remove"""
    actions.remove_template(viewer, template, now=CLOCK.now())
    return done(request, "inspection_templates", _("Removed."))


@page(WORK)
def list_schedules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /inspections/schedules"""
    return serve_list(
        request,
        viewer,
        SCHEDULES,
        "console/inspections/schedules.html",
        can=may(viewer, MANAGE),
        **offer(viewer, MANAGE, "inspection_schedule_new", _("Make a schedule")),
    )


@page(WORK)
def show_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET /inspections/schedules/N"""
    found = queries.access_schedule(viewer, schedule, now=CLOCK.now())
    return render(
        request,
        "console/inspections/schedule.html",
        found=found,
        can=may(viewer, MANAGE, found.draft.tenant),
        time=f"{found.draft.minute // 60:02}:{found.draft.minute % 60:02}",
    )


@form_page(MANAGE)
def new_schedule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /inspections/schedules/new"""
    today = CLOCK.now().date().isoformat()
    fields = (
        *choose_fields(viewer),
        FormField(
            key="rhythm", label=_("How often"), kind="choice", options=options("inspection_rhythm")
        ),
        FormField(key="first_day", label=_("From which day on"), kind="day", default=today),
        FormField(key="at", label=_("At what time"), kind="time", default="07:00"),
        FormField(key="time_zone", label=_("Time zone"), default=viewer.time_zone),
    )
    form = open_form(request, fields)
    made = form.attempt(
        lambda sent: actions.add_schedule(viewer, _schedule(viewer, sent), now=CLOCK.now())
    )
    if made is not None:
        return done(request, "inspection_schedules", _("The schedule is made."))
    return render(
        request,
        "console/inspections/schedule_form.html",
        status=422 if form.is_sent else 200,
        form=form,
    )


def _schedule(viewer: Viewer, form: Form) -> ScheduleDraft:
    tenant, template = read_choice(viewer, form)
    try:
        first = date.fromisoformat(form.text("first_day"))
    except ValueError as error:
        raise Invalid("first_day", "this is not a date") from error
    try:
        at = datetime.strptime(form.text("at"), "%H:%M")  # noqa: DTZ007  a time of the local day
    except ValueError as error:
        raise Invalid("at", "this is not a time of the day") from error
    return ScheduleDraft(
        tenant=tenant,
        template=template,
        rhythm=chosen_word(form, "rhythm", Rhythm),
        first_day=first,
        minute=at.hour * 60 + at.minute,
        time_zone=form.text("time_zone"),
    )


@action(MANAGE)
def remove_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """POST /inspections/schedules/N/remove"""
    actions.remove_schedule(viewer, schedule, now=CLOCK.now())
    return done(request, "inspection_schedules", _("Removed."))


urlpatterns = [
    path("inspections/templates", list_templates, name="inspection_templates"),
    path("inspections/templates/built-in", show_built_in, name="inspection_template_built_in"),
    path("inspections/templates/new", new_template, name="inspection_template_new"),
    path("inspections/templates/<int:template>", show_template, name="inspection_template"),
    path(
        "inspections/templates/<int:template>/change",
        change_template,
        name="inspection_template_change",
    ),
    path(
        "inspections/templates/<int:template>/remove",
        remove_template,
        name="inspection_template_remove",
    ),
    path("inspections/schedules", list_schedules, name="inspection_schedules"),
    path("inspections/schedules/new", new_schedule, name="inspection_schedule_new"),
    path("inspections/schedules/<int:schedule>", show_schedule, name="inspection_schedule"),
    path(
        "inspections/schedules/<int:schedule>/remove",
        remove_schedule,
        name="inspection_schedule_remove",
    ),
]
