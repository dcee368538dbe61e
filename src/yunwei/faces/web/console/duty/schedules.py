"""The pages of schedules: the list, one of them, and the editor of its layers with a preview."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScheduleId, TenantId
from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.duty.calendar import SEE
from yunwei.faces.web.console.duty.grid import Sheet, build_sheet
from yunwei.faces.web.console.duty.schedule_forms import (
    draw_layers,
    open_schedule_form,
    read_draft,
)
from yunwei.faces.web.shared.calendars import calendar_of
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options
from yunwei.faces.web.shared.day_bars import span_of_days, week_days
from yunwei.faces.web.shared.forms import Form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render, wanted_part
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.monitor.duty.actions import schedules as actions
from yunwei.monitor.duty.facts.plans import PlannedShift, ScheduleRow
from yunwei.monitor.duty.facts.schedules import Schedule, ScheduleDraft
from yunwei.monitor.duty.queries import changes as change_queries
from yunwei.monitor.duty.queries import findings, people, plans

_PREVIEW_WEEKS = 4


def _now_names(shifts: Sequence[PlannedShift]) -> str:
    return ", ".join(shift.user_name for shift in shifts)


SCHEDULES = ListSpec[ScheduleRow](
    name="schedules",
    title=_("Schedules"),
    columns=(
        Column(
            name="name",
            label=_("Schedule"),
            value=lambda row: row.schedule.name,
            note=lambda row: row.schedule.note,
            link=lambda row: reverse("schedule", args=[row.schedule.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="now", label=_("On duty now"), value=lambda row: _now_names(row.now), phone="label"
        ),
        Column(
            name="next_at",
            label=_("Next handoff"),
            value=lambda row: row.next_at,
            kind="time",
            phone="label",
        ),
        Column(
            name="gaps",
            label=_("Gaps in four weeks"),
            value=lambda row: row.gaps,
            kind="number",
            phone="label",
        ),
        Column(
            name="layers",
            label=_("Layers"),
            value=lambda row: len(row.schedule.layers),
            kind="number",
            phone="hide",
        ),
        Column(
            name="time_zone",
            label=_("Time zone"),
            value=lambda row: row.schedule.time_zone,
            phone="hide",
        ),
    ),
    filters=(search_filter(_("Name")),),
    fetch=lambda viewer, filters, asked: plans.fetch_schedules(
        viewer, filters, asked, now=CLOCK.now()
    ),
    row_id=lambda row: row.schedule.id,
    default_sort="name",
    refresh=("duty",),
    empty_icon="calendar-event",
    empty_title=_("No schedules yet"),
    empty_text=_(
        "A schedule says who is on duty when: people who take turns, by day or week, on workdays "
        "or rest days. Escalation tells whoever is on duty."
    ),
)


@page(*SEE)
def list_schedules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /duty/schedules"""
    return serve_list(
        request,
        viewer,
        SCHEDULES,
        "console/duty/schedules.html",
        **offer(viewer, Permission.MANAGE_DUTY, "schedule_new", _("Add a schedule")),
    )


@page(*SEE)
def show_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET /duty/schedules/N"""
    now = CLOCK.now()
    found = plans.access_schedule(viewer, ScheduleId(schedule))
    since = {"schedule": found.id, "since": now.isoformat()}
    return render(
        request,
        "console/duty/schedule.html",
        parts=("schedule",),
        schedule=found,
        names=people.fetch_names(viewer),
        on_duty=[
            each for each in plans.fetch_on_duty(viewer, now=now) if each.schedule == found.id
        ],
        findings=findings.fetch_findings(viewer, found.id, now=now),
        changes=[
            *change_queries.fetch_overrides(viewer, since).items,
            *change_queries.fetch_temporaries(viewer, since).items,
        ],
        record=plans.fetch_record(viewer, {"schedule": found.id}).items[:10],
    )


@form_page(Permission.MANAGE_DUTY)
def new_schedule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /duty/schedules/new"""
    tenants = tenant_options(viewer)
    tenant = _chosen_tenant(request, viewer, [int(value) for value, _text in tenants])
    form = open_schedule_form(
        request, None, people.fetch_candidates(viewer, tenant), tenants, today=_today(viewer)
    )
    made = (
        None
        if _asks_preview(request)
        else form.attempt(
            lambda sent: actions.add_schedule(viewer, tenant, read_draft(sent), now=CLOCK.now())
        )
    )
    if made is not None:
        return done(request, "schedule", _("The schedule was added."), schedule=made)
    return _render_form(request, viewer, form, tenant)


@form_page(Permission.MANAGE_DUTY)
def change_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET, POST /duty/schedules/N/change"""
    stored = plans.access_schedule(viewer, ScheduleId(schedule))
    candidates = people.fetch_candidates(viewer, stored.tenant)
    form = open_schedule_form(request, stored, candidates, [], today=_today(viewer))

    def change(sent: Form) -> bool:
        actions.change_schedule(viewer, stored.id, read_draft(sent), now=CLOCK.now())
        return True

    if not _asks_preview(request) and form.attempt(change):
        return done(request, "schedule", _("Saved."), schedule=schedule)
    return _render_form(request, viewer, form, stored.tenant, stored=stored)


def _chosen_tenant(request: HttpRequest, viewer: Viewer, allowed: Sequence[int]) -> TenantId:
    typed = request.POST.get("tenant", "")
    home = viewer.tenant if viewer.tenant in allowed else next(iter(allowed), viewer.tenant)
    chosen = int(typed) if typed.isdecimal() else home
    return TenantId(chosen if chosen in allowed else home)


def _today(viewer: Viewer) -> str:
    return local_day(CLOCK.now(), find_zone(viewer.time_zone)).isoformat()


def _asks_preview(request: HttpRequest) -> bool:
    """A press on "Preview", or HTMX while somebody types: nothing is saved, nothing is refused."""
    return "preview" in request.POST or wanted_part(request, ("preview",)) == "preview"


def _render_form(
    request: HttpRequest,
    viewer: Viewer,
    form: Form,
    tenant: TenantId,
    *,
    stored: Schedule | None = None,
) -> HttpResponseBase:
    sheet, why = _preview(request, viewer, form, tenant, stored)
    is_wrong = form.is_sent and not _asks_preview(request) and bool(form.error or form.errors)
    return render(
        request,
        "console/duty/schedule_form.html",
        parts=("preview",),
        status=422 if is_wrong else 200,
        form=form,
        layers=draw_layers(form),
        stored=stored,
        sheet=sheet,
        why=why,
    )


def _preview(
    request: HttpRequest, viewer: Viewer, form: Form, tenant: TenantId, stored: Schedule | None
) -> tuple[Sheet | None, str]:
    """Return the next four weeks as the form would have them, or what is in the way."""
    try:
        draft = read_draft(form)
        if not draft.layers:
            return None, ""
        return _preview_draft(viewer, tenant, draft), ""
    except Invalid as error:
        return None, error.why


def _preview_draft(viewer: Viewer, tenant: TenantId, draft: ScheduleDraft) -> Sheet:
    now = CLOCK.now()
    zone = find_zone(draft.time_zone)
    first = week_days(local_day(now, zone))[0]
    days = [first + timedelta(days=number) for number in range(7 * _PREVIEW_WEEKS)]
    plan = plans.preview_plan(viewer, tenant, draft, span_of_days(days, zone), now=now)
    return build_sheet(plan, days, calendar_of(viewer, plan.schedule.tenant, days), now=now)


@action(Permission.MANAGE_DUTY)
def remove_schedule(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """POST /duty/schedules/N/remove"""
    actions.remove_schedule(viewer, ScheduleId(schedule), now=CLOCK.now())
    return done(request, "schedules", _("The schedule is gone; its record stays."))


urlpatterns = [
    path("duty/schedules", list_schedules, name="schedules"),
    path("duty/schedules/new", new_schedule, name="schedule_new"),
    path("duty/schedules/<int:schedule>", show_schedule, name="schedule"),
    path("duty/schedules/<int:schedule>/change", change_schedule, name="schedule_change"),
    path("duty/schedules/<int:schedule>/remove", remove_schedule, name="schedule_remove"),
]
