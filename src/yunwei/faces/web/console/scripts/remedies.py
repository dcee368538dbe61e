"""The pages of remedies: their list, one with what it did; and one applied from an alarm's page."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import AlarmId, RemedyId, ScriptId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.scripts.automation_forms import (
    at_values,
    number_field,
    read_values,
    script_fields,
    switch_field,
    write_values,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.operate.remedies import actions, queries
from yunwei.operate.remedies.facts import Mode, Remedy, RemedyDraft

_SEE = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)
_SHOWN = 50


def _state(row: Remedy) -> str:
    if row.broken_at is not None:
        return "broken"
    return "on" if row.is_enabled else "off"


REMEDIES = ListSpec[Remedy](
    name="remedies",
    title=_("Remedies"),
    columns=(
        Column(
            name="name",
            label=_("Remedy"),
            value=lambda row: row.name,
            note=lambda row: row.condition,
            link=lambda row: reverse("remedy", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(name="state", label=_("State"), value=_state, kind="word", words="remedy_state"),
        Column(
            name="mode",
            label=_("How it is applied"),
            value=lambda row: row.mode,
            kind="word",
            words="remedy_mode",
            sort="mode",
        ),
        Column(name="script", label=_("Script"), value=lambda row: row.script_name, phone="label"),
        Column(
            name="attempts",
            label=_("Applied"),
            value=lambda row: row.attempts,
            kind="number",
            phone="label",
        ),
        Column(
            name="healed",
            label=_("Healed"),
            value=lambda row: row.healed,
            kind="number",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Remedy or script")),
        word_filter("mode", _("How: all"), "remedy_mode"),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
    ),
    fetch=queries.fetch_remedies,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("remedies",),
    empty_icon="tool",
    empty_title=_("No remedies"),
    empty_text=_(
        "A remedy links an approved script to alarms: a person applies it from the alarm's page, "
        "or it applies itself. Afterwards the alarm is watched until it clears."
    ),
)


@page(*_SEE)
def list_remedies(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /remedies"""
    return serve_list(request, viewer, REMEDIES, "console/remedies/list.html")


@form_page(Permission.RUN_SCRIPTS)
def new_remedy(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /remedies/new"""
    tenant = tenant_field(tenant_options(viewer), label=_("Tenant"), home=str(viewer.tenant))
    form = open_form(request, (tenant, *_fields(viewer)), {})
    made = form.attempt(
        at_values(
            lambda sent: actions.add_remedy(
                viewer, TenantId(sent.number("tenant")), _read(sent), now=CLOCK.now()
            )
        )
    )
    if made is not None:
        return done(request, "remedy", _("The remedy was added."), remedy=made)
    status = 422 if form.is_sent else 200
    return render(request, "console/remedies/remedy.html", status=status, form=form, row=None)


@form_page(*_SEE)
def show_remedy(request: HttpRequest, viewer: Viewer, remedy: int) -> HttpResponseBase:
    """GET, POST /remedies/N"""
    row = queries.access_remedy(viewer, RemedyId(remedy))
    form = open_form(request, _fields(viewer), _first(row))

    def change(sent: Form) -> bool:
        actions.change_remedy(viewer, row.id, _read(sent), now=CLOCK.now())
        return True

    if form.attempt(at_values(change)):
        return done(request, "remedy", _("The remedy was changed."), remedy=row.id)
    asked = PageRequest(limit=_SHOWN)
    return render(
        request,
        "console/remedies/remedy.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        state=_state(row),
        attempts=queries.fetch_attempts(viewer, {"remedy": row.id}, asked).items,
    )


@action(Permission.RUN_SCRIPTS)
def switch_remedy(request: HttpRequest, viewer: Viewer, remedy: int) -> HttpResponseBase:
    """POST /remedies/N/switch, on=yes|no"""
    is_on = request.POST.get("on") == "yes"
    try:
        actions.switch_remedy(viewer, RemedyId(remedy), is_enabled=is_on, now=CLOCK.now())
    except Invalid as error:
        return done(request, "remedy", say_error(error), tone="critical", remedy=remedy)
    text = _("The remedy is on.") if is_on else _("The remedy is off.")
    return done(request, "remedy", text, remedy=remedy)


@action(Permission.RUN_SCRIPTS)
def remove_remedy(request: HttpRequest, viewer: Viewer, remedy: int) -> HttpResponseBase:
    """POST /remedies/N/remove"""
    actions.remove_remedy(viewer, RemedyId(remedy), now=CLOCK.now())
    return done(request, "remedies", _("The remedy was removed."))


@action(Permission.RUN_SCRIPTS)
def apply_to_alarm(
    request: HttpRequest, viewer: Viewer, alarm: int, remedy: int
) -> HttpResponseBase:
    """POST /alarms/N/remedies/M"""
    try:
        actions.apply_remedy(
            viewer, RemedyId(remedy), AlarmId(alarm), box=secret_box(), now=CLOCK.now()
        )
    except (Conflict, Invalid) as error:
        return done(request, "alarm", say_error(error), tone="critical", alarm=alarm)
    return done(request, "alarm", _("The remedy is applied; its story stands below."), alarm=alarm)


def _fields(viewer: Viewer) -> tuple[FormField, ...]:
    usual = RemedyDraft(name="", condition="", script=ScriptId(0))
    return (
        FormField(key="name", label=_("Name")),
        FormField(
            key="condition",
            label=_("Which alarms"),
            kind="area",
            rows=2,
            help=_('A condition as text, such as contains(alarm_type, "cpu_util").'),
        ),
        *script_fields(viewer),
        FormField(
            key="mode",
            label=_("How it is applied"),
            kind="choice",
            options=options("remedy_mode"),
            default=usual.mode.value,
        ),
        number_field("wait_s", _("By itself only once the alarm has stood for, in seconds"), usual),
        number_field("per_hour", _("At most so often in an hour"), usual),
        number_field("cool_down_s", _("Then the desktop is left alone for, in seconds"), usual),
        number_field("verify_s", _("The alarm may take so long to clear, in seconds"), usual),
        number_field(
            "breaker_after", _("It stops after so many in a row that heal nothing"), usual
        ),
        switch_field(),
    )


def _first(row: Remedy) -> dict[str, str | Sequence[str]]:
    numbers = ("wait_s", "per_hour", "cool_down_s", "verify_s", "breaker_after")
    return {
        "name": row.name,
        "condition": row.condition,
        "script": str(row.script),
        "values": write_values(row.values),
        "mode": row.mode.value,
        "is_enabled": "true" if row.is_enabled else "",
        **{name: str(getattr(row, name)) for name in numbers},
    }


def _read(sent: Form) -> RemedyDraft:
    return RemedyDraft(
        name=sent.text("name"),
        condition=sent.text("condition"),
        script=ScriptId(sent.number("script")),
        values=read_values(sent.text("values")),
        mode=chosen_word(sent, "mode", Mode),
        per_hour=sent.number("per_hour"),
        cool_down_s=sent.number("cool_down_s"),
        breaker_after=sent.number("breaker_after"),
        verify_s=sent.number("verify_s"),
        wait_s=sent.number("wait_s"),
        is_enabled=sent.is_on("is_enabled"),
    )


urlpatterns = [
    path("remedies", list_remedies, name="remedies"),
    path("remedies/new", new_remedy, name="remedy_new"),
    path("remedies/<int:remedy>", show_remedy, name="remedy"),
    path("remedies/<int:remedy>/switch", switch_remedy, name="remedy_switch"),
    path("remedies/<int:remedy>/remove", remove_remedy, name="remedy_remove"),
    path("alarms/<int:alarm>/remedies/<int:remedy>", apply_to_alarm, name="alarm_remedy"),
]
