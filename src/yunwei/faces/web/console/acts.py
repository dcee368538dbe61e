"""The pages of acts on desktops and of messages to support."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import DesktopId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.row_ids import read_row_id
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.selfservice.actions import acts as actions
from yunwei.operate.selfservice.facts.acts import ActRow, SupportMessage
from yunwei.operate.selfservice.queries import acts as queries
from yunwei.plugins.sdk.contract import DesktopAct

_SEE = Permission.SEE_MONITORING

ACTS = ListSpec[ActRow](
    name="desktop-acts",
    title=_("Acts on desktops"),
    columns=(
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=lambda row: reverse("desktop", args=[row.desktop]),
            sort="desktop",
            is_main=True,
        ),
        Column(
            name="act",
            label=_("Act"),
            value=lambda row: row.act,
            kind="word",
            words="desktop_act",
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            note=lambda row: row.reason,
            kind="word",
            words="act_state",
            sort="state",
        ),
        Column(name="by", label=_("Asked by"), value=lambda row: row.asked_by, phone="hide"),
        Column(
            name="asked_at",
            label=_("When"),
            value=lambda row: row.asked_at,
            kind="time",
            sort="asked_at",
        ),
        Column(
            name="ended_at",
            label=_("Ended"),
            value=lambda row: row.ended_at,
            kind="time",
            phone="hide",
        ),
        Column(
            name="number",
            label=_("Number in the source"),
            value=lambda row: row.number,
            kind="code",
            is_default=False,
            phone="hide",
        ),
        Column(name="note", label=_("Note"), value=lambda row: row.note, phone="hide"),
    ),
    filters=(
        search_filter(_("Desktop, asked by, note")),
        word_filter("act", _("Act: all"), "desktop_act"),
        word_filter("state", _("State: all"), "act_state"),
        yes_filter("is_repair", _("Asked in: all"), _("The portal"), _("The console")),
        Filter(name="desktop", label=_("Number"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_acts,
    row_id=lambda row: row.id,
    default_sort="-asked_at",
    refresh=("selfservice",),
    empty_icon="power",
    empty_title=_("Nothing was done to desktops yet"),
    empty_text=_("Open a desktop and press Act."),
)

MESSAGES = ListSpec[SupportMessage](
    name="support-messages",
    title=_("Messages to support"),
    columns=(
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=lambda row: reverse("support_message", args=[row.id]),
            sort="desktop",
            is_main=True,
        ),
        Column(name="by", label=_("From"), value=lambda row: row.by),
        Column(name="text", label=_("Message"), value=lambda row: row.text[:200], phone="hide"),
        Column(name="at", label=_("When"), value=lambda row: row.at, kind="time", sort="at"),
        Column(
            name="closed_at",
            label=_("Dealt with"),
            value=lambda row: row.closed_at,
            note=lambda row: row.closed_by,
            kind="time",
            phone="label",
        ),
    ),
    filters=(
        search_filter(_("Desktop, from, text")),
        yes_filter("is_open", _("State: all"), _("Waiting"), _("Dealt with")),
    ),
    fetch=queries.fetch_messages,
    row_id=lambda row: row.id,
    default_sort="-at",
    refresh=("selfservice",),
    empty_icon="message",
    empty_title=_("Nobody wrote to support"),
    empty_text=_("Desktop users write from the portal, with a diagnosis of their desktop."),
)


@page(_SEE)
def list_acts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /desktop-acts"""
    return serve_list(request, viewer, ACTS)


@form_page(Permission.OPERATE_DESKTOPS)
def new_act(request: HttpRequest, viewer: Viewer, desktop: int) -> HttpResponseBase:
    """GET, POST /desktops/N/act[?act=restart][&diagnosis=7]"""
    row = inventory.access_desktop(viewer, DesktopId(desktop))
    diagnosis = _read_diagnosis(request)
    if request.method == "POST":
        act, note = read_act(request), request.POST.get("note", "")
        try:
            actions.ask_act(viewer, row.id, act, note=note, diagnosis=diagnosis, now=CLOCK.now())
        except Conflict as error:
            return done(request, request.get_full_path(), say_error(error), tone="critical")
        back = f"{reverse('desktop_acts')}?desktop={row.id}"
        if diagnosis is not None:
            back = f"{reverse('diagnosis', args=[diagnosis])}#acts"
        return done(request, back, _("It is under way."))
    return render(
        request,
        "console/acts/new.html",
        desktop=row,
        acts=list(DesktopAct),
        chosen=request.GET.get("act", ""),
        diagnosis=diagnosis,
    )


def _read_diagnosis(request: HttpRequest) -> int | None:
    text = request.POST.get("diagnosis") or request.GET.get("diagnosis", "")
    return read_row_id(text, "diagnosis")


def read_act(request: HttpRequest) -> DesktopAct:
    try:
        return DesktopAct(request.POST.get("act", ""))
    except ValueError as error:
        raise Invalid("act", "this is not one of the choices") from error


@page(_SEE)
def list_messages(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /support-messages"""
    return serve_list(request, viewer, MESSAGES)


@page(_SEE)
def show_message(request: HttpRequest, viewer: Viewer, message: int) -> HttpResponseBase:
    """GET /support-messages/N"""
    row = queries.access_message(viewer, message)
    act = queries.access_act(viewer, row.act) if row.act else None
    evidence = _evidence(request, row, act)
    return render(request, "console/acts/message.html", message=row, act=act, evidence=evidence)


def _evidence(request: HttpRequest, row: SupportMessage, act: ActRow | None) -> str:
    """Return what a ticket made of a message begins with."""
    lines = [row.text, f"{row.desktop_name} · {row.by} · {row.at:%Y-%m-%d %H:%M} UTC"]
    if row.diagnosis is not None:
        lines.append(request.build_absolute_uri(reverse("diagnosis", args=[row.diagnosis])))
    if act is not None:
        lines.append(f"{act.act.value}: {act.state.value} {act.reason}".strip())
    return "\n".join(line for line in lines if line)


@action(Permission.OPERATE_DESKTOPS)
def close_message(request: HttpRequest, viewer: Viewer, message: int) -> HttpResponseBase:
    """POST /support-messages/N/close"""
    actions.close_message(viewer, message, now=CLOCK.now())
    return done(request, "support_messages", _("The message is dealt with."))


urlpatterns = [
    path("desktop-acts", list_acts, name="desktop_acts"),
    path("desktops/<int:desktop>/act", new_act, name="desktop_act"),
    path("support-messages", list_messages, name="support_messages"),
    path("support-messages/<int:message>", show_message, name="support_message"),
    path("support-messages/<int:message>/close", close_message, name="support_message_close"),
]
