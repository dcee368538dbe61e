"""The pages of routes: the ordered table that says who is told of which alarm."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import PolicyId, RouteId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.targets import (
    TARGET_NAMES,
    build_badges,
    describe_targets,
    fetch_whom,
    read_targets,
    target_fields,
)
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.condition_values import show_condition
from yunwei.faces.web.shared.conditions import ConditionForm, first_rows, read_rows, show_rows
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.notify.actions import routes as actions
from yunwei.monitor.notify.facts.routes import Route, RouteDraft
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.queries.figures import fetch_route_figures

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_ALL = PageRequest(limit=200)
_USUAL = [("severity", "in", "critical, major")]


def _fields(viewer: Viewer, *, route: Route | None) -> tuple[FormField, ...]:
    """The catch-all can only be told whom it tells."""
    if route is not None and route.is_catch_all:
        return _whom_fields(viewer)
    return (
        FormField(key="name", label=_("Name")),
        *(_tenant_field(viewer) if route is None else ()),
        *_whom_fields(viewer),
        FormField(
            key="min_severity",
            label=_("Only from this severity on"),
            kind="choice",
            options=[("", _("every severity")), *options("severity", "indeterminate")],
            is_required=False,
            help=_("Lesser alarms match, and nobody is told."),
        ),
        FormField(
            key="goes_on", label=_("Ask the routes below as well"), kind="boolean", default="false"
        ),
        FormField(key="is_enabled", label=_("In use"), kind="boolean", default="true"),
    )


def _whom_fields(viewer: Viewer) -> tuple[FormField, ...]:
    return (
        FormField(
            key="policy",
            label=_("By an escalation policy"),
            kind="choice",
            options=[("", _("– none: tell the people below at once –")), *_policy_options(viewer)],
            is_required=False,
        ),
        *target_fields(str, fetch_whom(viewer)),
        FormField(
            key="on_screen",
            label=_("Also on screen, under “My messages”"),
            kind="boolean",
            default="true",
        ),
        FormField(
            key="tells_clear", label=_("Also tell when it clears"), kind="boolean", default="true"
        ),
    )


def _tenant_field(viewer: Viewer) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    return (tenant_field(tenants, label=_("Tenant"), home=str(viewer.tenant)),)


def _policy_options(viewer: Viewer) -> list[tuple[str, Text]]:
    found = escalation_queries.fetch_policies(viewer, page=_ALL).items
    return [(str(row.policy.id), row.policy.name) for row in found]


def _read_draft(form: Form, condition: object) -> RouteDraft:
    """condition: JSON form."""
    policy, severity = form.text("policy"), form.text("min_severity")
    whom = read_targets(form)
    return RouteDraft(
        name=form.text("name"),
        condition=condition,
        channels=whom.channels,
        people=whom.people,
        roles=whom.roles,
        schedules=whom.schedules,
        duty_role=whom.duty_role,
        owners=whom.owners,
        min_severity=chosen_word(form, "min_severity", Severity) if severity else None,
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
        **describe_targets(route.targets),
        "min_severity": route.min_severity.value if route.min_severity else "",
        "policy": str(route.policy or ""),
        **{flag: "true" if getattr(route, flag) else "false" for flag in flags},
    }


@page(*_SEE)
def list_routes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /routes: in the order in which they are asked, by tenant"""
    found = route_queries.fetch_routes(viewer, page=_ALL).items
    whom = fetch_whom(viewer)
    names = {tenant.id: tenant.name for tenant in people.fetch_tenants(viewer, {}, _ALL).items}
    policies = dict(_policy_options(viewer))
    figures = fetch_route_figures(viewer, now=CLOCK.now())
    return render(
        request,
        "console/routes/list.html",
        routes=[
            {
                "route": route,
                "tenant": names.get(route.tenant, ""),
                "badges": build_badges(route.targets, whom),
                "policy": policies.get(str(route.policy), "") if route.policy else "",
                "figures": figures.get(route.id),
            }
            for route in found
        ],
        has_channels=bool(whom.channels),
    )


@form_page(Permission.MANAGE_RULES)
def new_route(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /routes/new"""
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else first_rows(_USUAL)
    form = open_form(request, _fields(viewer, route=None))
    made = (
        None
        if condition.apply_act()
        else form.attempt(
            lambda sent: actions.add_route(
                viewer,
                TenantId(sent.number("tenant")),
                _read_draft(sent, condition.to_json()),
                now=CLOCK.now(),
            )
        )
    )
    if made is not None:
        return done(request, "routes", _("The route was added before the last one."))
    return _render_form(request, viewer, form, condition)


@form_page(Permission.MANAGE_RULES)
def change_route(request: HttpRequest, viewer: Viewer, route: int) -> HttpResponseBase:
    """GET, POST /routes/N"""
    found = route_queries.access_route(viewer, RouteId(route))
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else show_rows(found.condition)
    form = open_form(request, _fields(viewer, route=found), _describe(found))

    def change(sent: Form) -> bool:
        kept = condition_to_json(found.condition) if found.is_catch_all else condition.to_json()
        draft = _read_draft(sent, kept)
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
        targets=[drawn for drawn in form.drawn if drawn.field.key in TARGET_NAMES],
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
        if each.tenant == found.tenant and not each.is_catch_all
    ]
    if found.is_catch_all:
        raise Conflict("the last route catches what no other does; it stays the last")
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
