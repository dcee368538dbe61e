"""The pages of timetables: their list, one with its next times and what became of its starts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ScriptId, TenantId, TimetableId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.wall_clock import say_minute
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.scripts.automation_forms import runnable_scripts
from yunwei.faces.web.console.scripts.follow_forms import (
    THEN,
    asks_how,
    draw_then,
    field_of,
    fill_then,
    first_then,
    read_then,
    then_fields,
)
from yunwei.faces.web.console.scripts.timetable_forms import fields_of, first_of, read_draft
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import word
from yunwei.operate.runs.actions.starting import access_runnable
from yunwei.operate.runs.facts.runs import FollowUpDraft
from yunwei.operate.scripts.facts.library import Version
from yunwei.operate.scripts.queries import library
from yunwei.operate.timetables import actions, queries
from yunwei.operate.timetables.facts import OnDays, Rhythm, StartState, Times, Timetable
from yunwei.operate.timetables.rules import is_over

_SEE = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)
_SHOWN = 50


def _state(row: Timetable) -> str:
    if not row.is_enabled:
        return "paused"
    is_refused = row.last_state is StartState.REFUSED or row.last_reason == "unknown_day"
    if is_refused and row.last_due_at is not None and row.last_due_at >= row.since:
        return "troubled"
    return "over" if is_over(row, CLOCK.now()) else "on"


def say_times(times: Times) -> str:
    """Return when a timetable is due, in the viewer's language."""
    said = str(word("rhythm", times.rhythm).label)
    if times.rhythm is Rhythm.ONCE and times.day is not None:
        said = times.day.isoformat()
    if times.rhythm is Rhythm.WEEKLY:
        said += ": " + " ".join(str(word("weekday", str(day)).label) for day in times.weekdays)
    if times.rhythm is Rhythm.MONTHLY:
        said += ": " + str(_("day %(day)s") % {"day": times.month_day})
    said = f"{said} · {say_minute(times.at_minute)}"
    return (
        said if times.on_days is OnDays.ANY else f"{said} · {word('on_days', times.on_days).label}"
    )


TIMETABLES = ListSpec[Timetable](
    name="timetables",
    title=_("Timetables"),
    columns=(
        Column(
            name="name",
            label=_("Name"),
            value=lambda row: row.name,
            note=lambda row: row.note,
            link=lambda row: reverse("timetable", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(name="state", label=_("State"), value=_state, kind="word", words="timetable_state"),
        Column(
            name="script",
            label=_("Script"),
            value=lambda row: row.script_name,
            sort="script",
            phone="label",
        ),
        Column(name="when", label=_("When"), value=lambda row: say_times(row.times), phone="label"),
        Column(
            name="last_due_at",
            label=_("Last due"),
            value=lambda row: row.last_due_at,
            kind="time",
            sort="last_due_at",
            phone="label",
        ),
        Column(
            name="last_state",
            label=_("What became of it"),
            value=lambda row: row.last_state or "",
            kind="word",
            words="start_state",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Name or script")),
        word_filter("rhythm", _("When: all"), "rhythm"),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
    ),
    fetch=queries.fetch_timetables,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("timetables", "runs"),
    empty_icon="calendar-event",
    empty_title=_("No timetables"),
    empty_text=_(
        "A timetable runs an approved script again and again: on which desktops is asked anew at "
        "each start, and each run is compared with the last one."
    ),
)


@page(*_SEE)
def list_timetables(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /timetables"""
    return serve_list(request, viewer, TIMETABLES, "console/timetables/list.html")


@form_page(Permission.RUN_SCRIPTS)
def new_timetable(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /timetables/new[?script=N]: without a script, one is chosen first"""
    asked = request.GET.get("script", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        scripts = runnable_scripts(viewer)
        return render(request, "console/timetables/choose.html", scripts=scripts)
    script = ScriptId(int(asked))
    try:
        whole, version = access_runnable(viewer, script)
    except Conflict as error:
        return done(request, "script", say_error(error), tone="critical", script=script)
    then, later = then_fields(viewer, request)
    form = open_form(request, (*fields_of(viewer, version, is_new=True), *then))
    fill_then(form, later)
    made = _attempt(
        request,
        form,
        lambda sent: _add(viewer, script, version, sent, read_then(sent, later, request)),
    )
    if made is not None:
        return done(request, "timetable", _("The timetable was added."), timetable=made)
    return _show(request, form, row=None, script_name=whole.row.script.name)


def _attempt[T](request: HttpRequest, form: Form, act: Callable[[Form], T]) -> T | None:
    """Do what the form is for, unless it was only asked how something follows."""
    if asks_how(request):
        return None

    def do(sent: Form) -> T:
        try:
            return act(sent)
        except Invalid as error:
            raise Invalid(field_of(error, sent), error.why) from error

    return form.attempt(do)


def _add(
    viewer: Viewer,
    script: ScriptId,
    version: Version,
    sent: Form,
    then: tuple[FollowUpDraft, ...],
) -> TimetableId:
    tenant = TenantId(sent.number("tenant"))
    draft = replace(read_draft(sent, script, version), then=then)
    return actions.add_timetable(viewer, tenant, draft, now=CLOCK.now())


@form_page(*_SEE)
def show_timetable(request: HttpRequest, viewer: Viewer, timetable: int) -> HttpResponseBase:
    """GET, POST /timetables/N"""
    row = queries.access_timetable(viewer, TimetableId(timetable))
    version = library.access_script(viewer, row.script).approved
    first = first_of(row) | first_then(row.then)
    then, later = then_fields(viewer, request, first)
    form = open_form(request, (*fields_of(viewer, version, is_new=False), *then), first)
    fill_then(form, later)

    def change(sent: Form) -> bool:
        draft = replace(read_draft(sent, row.script, version), then=read_then(sent, later, request))
        actions.change_timetable(viewer, row.id, draft, now=CLOCK.now())
        return True

    if _attempt(request, form, change):
        return done(request, "timetable", _("Saved."), timetable=row.id)
    asked = PageRequest(limit=_SHOWN)
    return _show(
        request,
        form,
        row=row,
        is_cut=not form.is_sent and len(later) < len(row.then),
        script_name=row.script_name,
        state=_state(row),
        said=say_times(row.times),
        next=queries.fetch_next(viewer, row.tenant, row.times, now=CLOCK.now())
        if row.is_enabled
        else (),
        starts=queries.fetch_starts(viewer, {"timetable": row.id}, asked).items,
    )


def _show(request: HttpRequest, form: Form, **context: Any) -> HttpResponseBase:
    return render(
        request,
        "console/timetables/timetable.html",
        parts=("then",),
        status=422 if form.is_sent and not asks_how(request) else 200,
        form=form,
        main=[each for each in form.drawn if not each.field.key.startswith(THEN)],
        then=draw_then(form),
        targets_error=form.take_error("targets"),
        **context,
    )


@action(Permission.RUN_SCRIPTS)
def switch_timetable(request: HttpRequest, viewer: Viewer, timetable: int) -> HttpResponseBase:
    """POST /timetables/N/switch, on=yes|no"""
    is_on = request.POST.get("on") == "yes"
    try:
        actions.switch_timetable(viewer, TimetableId(timetable), is_enabled=is_on, now=CLOCK.now())
    except Invalid as error:
        text = say_error(error)
        return done(request, "timetable", text, tone="critical", timetable=timetable)
    said = _("The timetable is on.") if is_on else _("The timetable is paused.")
    return done(request, "timetable", said, timetable=timetable)


@action(Permission.RUN_SCRIPTS)
def remove_timetable(request: HttpRequest, viewer: Viewer, timetable: int) -> HttpResponseBase:
    """POST /timetables/N/remove"""
    actions.remove_timetable(viewer, TimetableId(timetable), now=CLOCK.now())
    return done(request, "timetables", _("The timetable was removed; its runs stay."))


urlpatterns = [
    path("timetables", list_timetables, name="timetables"),
    path("timetables/new", new_timetable, name="timetable_new"),
    path("timetables/<int:timetable>", show_timetable, name="timetable"),
    path("timetables/<int:timetable>/switch", switch_timetable, name="timetable_switch"),
    path("timetables/<int:timetable>/remove", remove_timetable, name="timetable_remove"),
]
