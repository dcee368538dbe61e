"""The pages of routes: the ordered table that says who is told of which alarm."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import ChannelId, PolicyId, RouteId, TenantId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.condition_values import show_condition
from yunwei.faces.web.shared.conditions import ConditionForm, first_rows, read_rows, show_rows
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.notify.actions import routes as actions
from yunwei.monitor.notify.facts.routes import Route, RouteDraft
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.queries import routes as route_queries

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_ALL = PageRequest(limit=200)
_USUAL = [("severity", "in", "critical, major")]


def _fields(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    return (
        FormField(key="name", label=_("Name")),
        *(_tenant_field(viewer) if is_new else ()),
        FormField(
            key="policy",
            label=_("By an escalation policy"),
            kind="choice",
            options=[("", _("– none: tell the people below at once –")), *_policy_options(viewer)],
            is_required=False,
        ),
        *_several("channels", _("Send by"), _channel_options(viewer)),
        *_several("roles", _("Everybody with the role"), options("role", "desktop_user")),
        *_several("people", _("These people"), _people_options(viewer)),
        FormField(
            key="on_screen",
            label=_("Also on screen, under “My messages”"),
            kind="boolean",
            default="true",
        ),
        FormField(
            key="tells_clear", label=_("Also tell when it clears"), kind="boolean", default="true"
        ),
        FormField(
            key="goes_on", label=_("Ask the routes below as well"), kind="boolean", default="false"
        ),
        FormField(key="is_enabled", label=_("In use"), kind="boolean", default="true"),
    )


def _several(key: str, label: Text, choices: list[tuple[str, Text]]) -> tuple[FormField, ...]:
    """A choice of several, where there is anything to choose."""
    if not choices:
        return ()
    field = FormField(key=key, label=label, kind="several", options=choices, is_required=False)
    return (field,)


def _tenant_field(viewer: Viewer) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    names = [value for value, _text in tenants]
    home = str(viewer.tenant)
    default = home if home in names else next(iter(names), "")
    kind = "choice" if len(names) > 1 else "hidden"
    return (
        FormField(key="tenant", label=_("Tenant"), kind=kind, options=tenants, default=default),
    )


def _channel_options(viewer: Viewer) -> list[tuple[str, Text]]:
    found = channel_queries.fetch_channels(viewer, page=_ALL).items
    return [(str(channel.id), channel.name) for channel in found]


def _policy_options(viewer: Viewer) -> list[tuple[str, Text]]:
    found = escalation_queries.fetch_policies(viewer, page=_ALL).items
    return [(str(row.policy.id), row.policy.name) for row in found]


def _people_options(viewer: Viewer) -> list[tuple[str, Text]]:
    """People that the viewer may see; those who may see nobody choose roles only."""
    if Permission.SEE_PEOPLE not in viewer.permissions:
        return []
    found = people.fetch_people(viewer, {}, _ALL).items
    return [(str(each.id), each.display_name or each.username) for each in found if each.is_active]


def _read_draft(form: Form, condition: ConditionForm) -> RouteDraft:
    policy = form.text("policy")
    return RouteDraft(
        name=form.text("name"),
        condition=condition.to_json(),
        channels=tuple(ChannelId(int(each)) for each in form.several("channels")),
        people=tuple(UserId(int(each)) for each in form.several("people")),
        roles=form.several("roles"),
        policy=PolicyId(int(policy)) if policy.isdecimal() else None,
        on_screen=form.is_on("on_screen"),
        tells_clear=form.is_on("tells_clear"),
        goes_on=form.is_on("goes_on"),
        is_enabled=form.is_on("is_enabled"),
    )


def _describe(route: Route) -> Mapping[str, str | tuple[str, ...]]:
    flags = ("on_screen", "tells_clear", "goes_on", "is_enabled")
    return {
        "name": route.name,
        "channels": tuple(str(each) for each in route.channels),
        "people": tuple(str(each) for each in route.people),
        "roles": route.roles,
        "policy": str(route.policy or ""),
        **{flag: "true" if getattr(route, flag) else "false" for flag in flags},
    }


@page(*_SEE)
def list_routes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /routes: in the order in which they are asked, by tenant"""
    found = route_queries.fetch_routes(viewer, page=_ALL).items
    channels = {
        channel.id: channel for channel in channel_queries.fetch_channels(viewer, page=_ALL).items
    }
    names = {tenant.id: tenant.name for tenant in people.fetch_tenants(viewer, {}, _ALL).items}
    persons = dict(_people_options(viewer))
    policies = dict(_policy_options(viewer))
    return render(
        request,
        "console/routes/list.html",
        routes=[
            {
                "route": route,
                "tenant": names.get(route.tenant, ""),
                "channels": [channels[each] for each in route.channels if each in channels],
                "policy": policies.get(str(route.policy), "") if route.policy else "",
                "people": [persons.get(str(each), "?") for each in route.people],
            }
            for route in found
        ],
        has_channels=bool(channels),
    )


@form_page(Permission.MANAGE_RULES)
def new_route(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /routes/new"""
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else first_rows(_USUAL)
    form = open_form(request, _fields(viewer, is_new=True))
    made = (
        None
        if condition.apply_act()
        else form.attempt(
            lambda sent: actions.add_route(
                viewer,
                TenantId(sent.number("tenant")),
                _read_draft(sent, condition),
                now=CLOCK.now(),
            )
        )
    )
    if made is not None:
        return done(request, "routes", _("The route was added as the last one."))
    return _render_form(request, viewer, form, condition)


@form_page(Permission.MANAGE_RULES)
def change_route(request: HttpRequest, viewer: Viewer, route: int) -> HttpResponseBase:
    """GET, POST /routes/N"""
    found = route_queries.access_route(viewer, RouteId(route))
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else show_rows(found.condition)
    form = open_form(request, _fields(viewer, is_new=False), _describe(found))

    def change(sent: Form) -> bool:
        draft = _read_draft(sent, condition)
        actions.change_route(viewer, found.id, draft, now=CLOCK.now())
        return True

    if not condition.apply_act() and form.attempt(change):
        return done(request, "routes", _("Saved."))
    return _render_form(request, viewer, form, condition, route=found)


def _render_form(
    request: HttpRequest,
    viewer: Viewer,
    form: Form,
    condition: ConditionForm,
    *,
    route: Route | None = None,
) -> HttpResponseBase:
    error = form.take_error("condition")
    is_wrong = form.is_sent and bool(error or form.error or form.errors)
    return render(
        request,
        "console/routes/form.html",
        status=422 if is_wrong else 200,
        form=form,
        route=route,
        **show_condition(viewer, condition, error=error, may_be_everything=True),
    )


@action(Permission.MANAGE_RULES)
def move_route(request: HttpRequest, viewer: Viewer, route: int) -> HttpResponseBase:
    """POST /routes/N/move with `way` up or down: swaps it with its neighbour of the same tenant"""
    found = route_queries.access_route(viewer, RouteId(route))
    mine = [
        each.id
        for each in route_queries.fetch_routes(viewer, page=_ALL).items
        if each.tenant == found.tenant
    ]
    here = mine.index(found.id)
    there = here - 1 if request.POST.get("way") == "up" else here + 1
    if 0 <= there < len(mine):
        mine[here], mine[there] = mine[there], mine[here]
        actions.reorder_routes(viewer, found.tenant, mine, now=CLOCK.now())
    return done(request, "routes")


@action(Permission.MANAGE_RULES)
def remove_route(request: HttpRequest, viewer: Viewer, route: int) -> HttpResponseBase:
    """POST /routes/N/remove"""
    actions.remove_route(viewer, RouteId(route), now=CLOCK.now())
    return done(request, "routes", _("The route is gone."))


urlpatterns = [
    path("routes", list_routes, name="routes"),
    path("routes/new", new_route, name="route_new"),
    path("routes/<int:route>", change_route, name="route"),
    path("routes/<int:route>/move", move_route, name="route_move"),
    path("routes/<int:route>/remove", remove_route, name="route_remove"),
]
