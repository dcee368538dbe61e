"""The pages of triggers: their list, and one with what it did."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScriptId, TenantId, TriggerId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.scripts.automation_forms import (
    at_values,
    number_field,
    read_values,
    script_fields,
    switch_field,
    write_values,
)
from yunwei.faces.web.console.scripts.run_forms import usual_tenant
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions import triggers as actions
from yunwei.operate.triggers.facts import Occasion, Trigger, TriggerDraft

_SEE = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)
_SHOWN = 50
_NUMBERS = ("off_s", "wait_s", "within_s", "per_hour", "cool_down_s", "breaker_after")


def _state(row: Trigger) -> str:
    if row.broken_at is not None and row.is_enabled:
        return "broken"
    return "on" if row.is_enabled else "off"


TRIGGERS = ListSpec[Trigger](
    name="triggers",
    title=_("Triggers"),
    columns=(
        Column(
            name="name",
            label=_("Trigger"),
            value=lambda row: row.name,
            note=lambda row: row.condition,
            link=lambda row: reverse("trigger", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(name="state", label=_("State"), value=_state, kind="word", words="trigger_state"),
        Column(
            name="occasion",
            label=_("What sets it off"),
            value=lambda row: row.occasion,
            kind="word",
            words="trigger_occasion",
            sort="occasion",
        ),
        Column(name="script", label=_("Script"), value=lambda row: row.script_name, phone="label"),
        Column(
            name="fired",
            label=_("Started"),
            value=lambda row: row.fired,
            kind="number",
            phone="label",
        ),
        Column(
            name="done",
            label=_("Succeeded"),
            value=lambda row: row.done,
            kind="number",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Trigger or script")),
        word_filter("occasion", _("What sets it off: all"), "trigger_occasion"),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
    ),
    fetch=queries.fetch_triggers,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("triggers",),
    empty_icon="bolt",
    empty_title=_("No triggers"),
    empty_text=_(
        "A trigger starts an approved script on a desktop when something happens to it: it is new, "
        "made anew, runs again after being off, is given to a user, or its agent enrols."
    ),
)


@page(*_SEE)
def list_triggers(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /triggers"""
    return serve_list(request, viewer, TRIGGERS, "console/triggers/list.html")


@form_page(Permission.RUN_SCRIPTS)
def new_trigger(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /triggers/new"""
    tenant = tenant_field(tenant_options(viewer), label=_("Tenant"), home=usual_tenant(viewer))
    form = open_form(request, (tenant, *_fields(viewer)), {})
    made = form.attempt(
        at_values(
            lambda sent: actions.add_trigger(
                viewer, TenantId(sent.number("tenant")), _read(sent), now=CLOCK.now()
            )
        )
    )
    if made is not None:
        return done(request, "trigger", _("The trigger was added."), trigger=made)
    status = 422 if form.is_sent else 200
    return render(request, "console/triggers/trigger.html", status=status, form=form, row=None)


@form_page(*_SEE)
def show_trigger(request: HttpRequest, viewer: Viewer, trigger: int) -> HttpResponseBase:
    """GET, POST /triggers/N"""
    row = queries.access_trigger(viewer, TriggerId(trigger))
    form = open_form(request, _fields(viewer), _first(row))

    def change(sent: Form) -> bool:
        actions.change_trigger(viewer, row.id, _read(sent), now=CLOCK.now())
        return True

    if form.attempt(at_values(change)):
        return done(request, "trigger", _("The trigger was changed."), trigger=row.id)
    firings = queries.fetch_firings(viewer, {"trigger": row.id}, PageRequest(limit=_SHOWN))
    return render(
        request,
        "console/triggers/trigger.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        state=_state(row),
        firings=firings.items,
        has_more=firings.next is not None,
    )


@action(Permission.RUN_SCRIPTS)
def switch_trigger(request: HttpRequest, viewer: Viewer, trigger: int) -> HttpResponseBase:
    """POST /triggers/N/switch, on=yes|no"""
    is_on = request.POST.get("on") == "yes"
    try:
        actions.switch_trigger(viewer, TriggerId(trigger), is_enabled=is_on, now=CLOCK.now())
    except Invalid as error:
        return done(request, "trigger", say_error(error), tone="critical", trigger=trigger)
    text = _("The trigger is on.") if is_on else _("The trigger is off.")
    return done(request, "trigger", text, trigger=trigger)


@action(Permission.RUN_SCRIPTS)
def remove_trigger(request: HttpRequest, viewer: Viewer, trigger: int) -> HttpResponseBase:
    """POST /triggers/N/remove"""
    actions.remove_trigger(viewer, TriggerId(trigger), now=CLOCK.now())
    return done(request, "triggers", _("The trigger was removed."))


def _fields(viewer: Viewer) -> tuple[FormField, ...]:
    usual = TriggerDraft(name="", occasion=Occasion.APPEARED, script=ScriptId(0))
    return (
        FormField(key="name", label=_("Name")),
        FormField(
            key="occasion",
            label=_("What sets it off"),
            kind="choice",
            options=options("trigger_occasion"),
            default=usual.occasion.value,
        ),
        FormField(
            key="condition",
            label=_("Which desktops"),
            kind="area",
            rows=2,
            is_required=False,
            help=_('A condition as text, such as pool == "Finance". Empty: all.'),
        ),
        *script_fields(viewer),
        number_field("off_s", _("After being off: for at least, in seconds"), usual),
        number_field("wait_s", _("The script begins so long afterwards, in seconds"), usual),
        number_field("within_s", _("And not later than, in seconds"), usual),
        number_field("per_hour", _("At most so many in an hour; the others wait"), usual),
        number_field("cool_down_s", _("Then the desktop is left alone for, in seconds"), usual),
        number_field("breaker_after", _("It stops after so many in a row that fail"), usual),
        switch_field(),
    )


def _first(row: Trigger) -> dict[str, str | Sequence[str]]:
    return {
        "name": row.name,
        "occasion": row.occasion.value,
        "condition": row.condition,
        "script": str(row.script),
        "values": write_values(row.values),
        "is_enabled": "true" if row.is_enabled else "",
        **{name: str(getattr(row, name)) for name in _NUMBERS},
    }


def _read(sent: Form) -> TriggerDraft:
    return TriggerDraft(
        name=sent.text("name"),
        occasion=chosen_word(sent, "occasion", Occasion),
        condition=sent.text("condition"),
        script=ScriptId(sent.number("script")),
        values=read_values(sent.text("values")),
        off_s=sent.number("off_s"),
        wait_s=sent.number("wait_s"),
        within_s=sent.number("within_s"),
        per_hour=sent.number("per_hour"),
        cool_down_s=sent.number("cool_down_s"),
        breaker_after=sent.number("breaker_after"),
        is_enabled=sent.is_on("is_enabled"),
    )


urlpatterns = [
    path("triggers", list_triggers, name="triggers"),
    path("triggers/new", new_trigger, name="trigger_new"),
    path("triggers/<int:trigger>", show_trigger, name="trigger"),
    path("triggers/<int:trigger>/switch", switch_trigger, name="trigger_switch"),
    path("triggers/<int:trigger>/remove", remove_trigger, name="trigger_remove"),
]
