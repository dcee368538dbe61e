"""The pages of agents: which there are, one of them, and the tokens by which they enrol."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    search_filter,
    tenant_options,
    word_filter,
    yes_filter,
)
from yunwei.faces.web.shared.forms import Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.facts.agents import AgentRow, TokenDraft, TokenRow
from yunwei.operate.agents.queries import agents as queries
from yunwei.operate.agents.queries.releases import look_at_offer

_SEE = Permission.SEE_MONITORING
_MANAGE = Permission.MANAGE_SOURCES


def _desktop_url(row: AgentRow | TokenRow) -> str:
    return reverse("desktop", args=[row.desktop]) if row.desktop else ""


AGENTS = ListSpec[AgentRow](
    name="agents",
    title=_("Agents"),
    columns=(
        Column(
            name="name",
            label=_("Agent"),
            value=lambda row: row.name,
            link=lambda row: reverse("agent", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="agent_state",
            sort="state",
        ),
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=_desktop_url,
            sort="desktop",
        ),
        Column(
            name="seen_at",
            label=_("Last heartbeat"),
            value=lambda row: row.seen_at,
            kind="time",
            sort="seen_at",
            phone="label",
        ),
        Column(
            name="version",
            label=_("Version"),
            value=lambda row: row.version,
            sort="version",
            phone="hide",
        ),
        Column(name="system", label=_("System"), value=lambda row: row.system, phone="hide"),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="enrolled_at",
            label=_("Enrolled"),
            value=lambda row: row.enrolled_at,
            kind="time",
            sort="enrolled_at",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Agent or desktop")),
        word_filter("state", _("State: all"), "agent_state"),
        yes_filter("has_desktop", _("Desktops: all"), _("Has a desktop"), _("Has no desktop")),
    ),
    fetch=queries.fetch_agents,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("agents",),
    empty_icon="terminal-2",
    empty_title=_("No agents"),
    empty_text=_(
        "An agent is a small program on a desktop that carries out what people here order, and "
        "says how the desktop is. Make an enrolment token and install the agent with it."
    ),
)

ENROLMENTS = ListSpec[TokenRow](
    name="enrolments",
    title=_("Enrolment tokens"),
    columns=(
        Column(
            name="name",
            label=_("What it is for"),
            value=lambda row: row.name,
            note=lambda row: f"{row.prefix}…",
            link=lambda row: reverse("enrolment", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="enrolment_state",
        ),
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=_desktop_url,
            phone="hide",
        ),
        Column(
            name="uses_left",
            label=_("Uses left"),
            value=lambda row: row.uses_left,
            kind="number",
            phone="label",
        ),
        Column(
            name="expires_at",
            label=_("Valid until"),
            value=lambda row: row.expires_at,
            kind="time",
            sort="expires_at",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="created_at",
            label=_("Made"),
            value=lambda row: row.created_at,
            kind="time",
            sort="created_at",
            phone="hide",
        ),
        Column(
            name="created_by",
            label=_("By"),
            value=lambda row: row.created_by,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name or desktop")),
        word_filter("state", _("State: all"), "enrolment_state"),
    ),
    fetch=queries.fetch_tokens,
    row_id=lambda row: row.id,
    default_sort="-created_at",
    refresh=("agents",),
    empty_icon="key",
    empty_title=_("No enrolment tokens"),
    empty_text=_("A token lets a machine become an agent, as often as you say and until you say."),
)


@page(_SEE)
def list_agents(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /agents"""
    online, enrolled = queries.count_agents(viewer)
    return serve_list(
        request,
        viewer,
        AGENTS,
        "console/agents/list.html",
        online=online,
        enrolled=enrolled,
        offer=look_at_offer(viewer),
        **offer(viewer, _MANAGE, "enrolment_new", _("Make an enrolment token")),
    )


@page(_SEE)
def show_agent(request: HttpRequest, viewer: Viewer, agent: int) -> HttpResponseBase:
    """GET /agents/N"""
    row = queries.access_agent(viewer, agent)
    return render(
        request,
        "console/agents/agent.html",
        parts=("state",),
        **_describe(row, can=may(viewer, _MANAGE, row.tenant)),
    )


def _describe(row: AgentRow, *, can: bool) -> dict[str, Any]:
    sample = row.sample
    return {
        "row": row,
        "can": can,
        "figures": [
            (label, sample[key])
            for key, label in _FIGURES
            if isinstance(sample.get(key), int | float)
        ],
        "sessions": [str(each) for each in _list(sample.get("sessions"))],
        "processes": [each for each in _list(sample.get("processes")) if isinstance(each, dict)],
        "facts": [(label, row.told[key]) for key, label in _FACTS if row.told.get(key)],
    }


_FIGURES = (
    ("desktop.cpu", _("CPU use")),
    ("desktop.memory", _("Memory use")),
    ("desktop.disk", _("Disk use")),
)
_FACTS = (
    ("system", _("System")),
    ("kernel", _("Kernel")),
    ("host", _("Host name")),
    ("cpus", _("Processors")),
    ("memory_mb", _("Memory, MB")),
    ("run_as", _("Runs scripts as")),
    ("languages", _("Runs scripts in")),
)


def _list(value: object) -> list[Any]:
    return value[:50] if isinstance(value, list) else []


@action(_MANAGE)
def revoke_agent(request: HttpRequest, viewer: Viewer, agent: int) -> HttpResponseBase:
    """POST /agents/N/revoke"""
    actions.revoke_agent(viewer, agent, now=CLOCK.now())
    return done(request, "agent", _("The agent is cut off."), agent=agent)


@form_page(_MANAGE)
def place_agent(request: HttpRequest, viewer: Viewer, agent: int) -> HttpResponseBase:
    """GET, POST /agents/N/desktop"""
    row = queries.access_agent(viewer, agent)
    field = FormField(
        key="desktop",
        label=_("Desktop"),
        is_required=False,
        help=_("Its name. Empty: none."),
    )
    form = open_form(request, (field,), {"desktop": row.desktop_name})
    changed = form.attempt(
        lambda sent: actions.give_desktop(
            viewer, agent, _find_desktop(viewer, row.tenant, sent.text("desktop"))
        )
    )
    if changed is not None:
        return done(request, "agent", _("Saved."), agent=agent)
    return _render_form(
        request, form, title=_("Desktop of the agent"), save=_("Save"), back=("agents", row.name)
    )


def _find_desktop(viewer: Viewer, tenant: TenantId, name: str) -> DesktopId | None:
    if not name.strip():
        return None
    wanted = {"search": name.strip(), "tenant": tenant}
    found = inventory.fetch_desktops(viewer, filters=wanted, page=PageRequest(limit=200)).items
    named = [row for row in found if row.name.lower() == name.strip().lower()]
    # 0 is no desktop's number: the action says that there is none
    return named[0].id if len(named) == 1 else DesktopId(0)


@page(_MANAGE)
def list_enrolments(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /agents/enrolments"""
    return serve_list(
        request,
        viewer,
        ENROLMENTS,
        "console/agents/enrolments.html",
        **offer(viewer, _MANAGE, "enrolment_new", _("Make an enrolment token")),
    )


def _fields(tenants: Sequence[tuple[str, Text]], home: str) -> tuple[FormField, ...]:
    return (
        tenant_field(tenants, label=_("Tenant"), home=home),
        FormField(key="name", label=_("What it is for")),
        FormField(
            key="desktop",
            label=_("Desktop"),
            is_required=False,
            help=_("Its name. Empty: each agent is given to the desktop of its machine's name."),
        ),
        FormField(
            key="uses",
            label=_("How many agents may enrol by it"),
            kind="number",
            default="1",
            help=_("More than one for an image or a roll-out; then keep it short-lived."),
        ),
        FormField(key="expires_at", label=_("Valid until"), kind="instant"),
    )


@form_page(_MANAGE)
def new_enrolment(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /agents/enrolments/new: the one page that shows a token's text"""
    form = open_form(request, _fields(tenant_options(viewer), str(viewer.tenant)))
    made = form.attempt(lambda sent: _create(viewer, sent))
    if made is None:
        return _render_form(
            request,
            form,
            title=_("New enrolment token"),
            save=_("Make it"),
            back=("enrolments", _("Enrolment tokens")),
        )
    row, text = made
    response = render(
        request,
        "console/agents/new_enrolment.html",
        status=201,
        row=row,
        text=text,
        address=request.build_absolute_uri("/").rstrip("/"),
    )
    response["Cache-Control"] = "no-store"
    return response


def _create(viewer: Viewer, sent: Form) -> tuple[TokenRow, str]:
    tenant = TenantId(sent.number("tenant"))
    draft = TokenDraft(
        name=sent.text("name"),
        expires_at=sent.instant("expires_at") or CLOCK.now(),
        desktop=_find_desktop(viewer, tenant, sent.text("desktop")),
        uses=sent.number("uses"),
    )
    return actions.create_token(viewer, tenant, draft, now=CLOCK.now())


@page(_MANAGE)
def show_enrolment(request: HttpRequest, viewer: Viewer, enrolment: int) -> HttpResponseBase:
    """GET /agents/enrolments/N"""
    return render(
        request,
        "console/agents/enrolment.html",
        row=queries.access_token(viewer, enrolment),
    )


@action(_MANAGE)
def revoke_enrolment(request: HttpRequest, viewer: Viewer, enrolment: int) -> HttpResponseBase:
    """POST /agents/enrolments/N/revoke"""
    actions.revoke_token(viewer, enrolment, now=CLOCK.now())
    return done(request, "enrolments", _("The token opens nothing any more."))


def _render_form(
    request: HttpRequest, form: Form, *, title: object, save: object, back: tuple[str, object]
) -> HttpResponseBase:
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/agents/form.html",
        status=422 if is_wrong else 200,
        form=form,
        title=title,
        save=save,
        back_url=reverse(back[0]),
        back_label=back[1],
    )


urlpatterns = [
    path("agents", list_agents, name="agents"),
    path("agents/<int:agent>", show_agent, name="agent"),
    path("agents/<int:agent>/revoke", revoke_agent, name="agent_revoke"),
    path("agents/<int:agent>/desktop", place_agent, name="agent_desktop"),
    path("agents/enrolments", list_enrolments, name="enrolments"),
    path("agents/enrolments/new", new_enrolment, name="enrolment_new"),
    path("agents/enrolments/<int:enrolment>", show_enrolment, name="enrolment"),
    path("agents/enrolments/<int:enrolment>/revoke", revoke_enrolment, name="enrolment_revoke"),
]
