"""The pages of simulations: what a mask rule would have done, before it does it."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.alarm_types import title_of
from yunwei.faces.web.console.mask_rule_forms import build_fields, read_draft
from yunwei.faces.web.shared.conditions import read_rows
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.words import Text, word
from yunwei.monitor.governance.queries import mask_rules as governance
from yunwei.monitor.simulation import actions, queries
from yunwei.monitor.simulation.facts import SPANS, Simulation, SimulationState
from yunwei.monitor.simulation.jobs import shared_runner
from yunwei.operate.reports import figures

_USUAL_SPAN = 30


@action(Permission.MANAGE_RULES)
def simulate_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /mask-rules/N/simulate with `days`; shows what it finds while it finds it"""
    try:
        id = actions.start_simulation(
            viewer, MaskRuleId(rule), days=_read_days(request), now=CLOCK.now()
        )
    except (Conflict, Invalid) as error:
        return done(request, "mask_rule", say_error(error), tone="critical", rule=rule)
    shared_runner().submit(viewer, id)
    return done(request, "simulation", simulation=id)


@action(Permission.MANAGE_RULES)
def simulate_draft(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /mask-rules/simulate, ?rule=N for one that is changed: tries what stands in the form"""
    tenant = _tenant_of_rule(request, viewer)
    condition = read_rows(request)
    form = open_form(request, build_fields(viewer, is_new=tenant is None), {})
    id = form.attempt(
        lambda sent: actions.start_with_draft(
            viewer,
            tenant or TenantId(sent.number("tenant")),
            read_draft(sent, condition, viewer.time_zone),
            days=_read_days(request),
            now=CLOCK.now(),
        )
    )
    if id is None:
        return render(
            request, "console/mask_rules/not_simulated.html", status=422, wrong=_name_errors(form)
        )
    shared_runner().submit(viewer, id)
    return done(request, "simulation", simulation=id)


def _tenant_of_rule(request: HttpRequest, viewer: Viewer) -> TenantId | None:
    """Return whose rule is being changed, None for a new one."""
    rule = request.GET.get("rule", "")
    if not rule.isdecimal():
        return None
    return governance.access_mask_rule(viewer, MaskRuleId(int(rule)), now=CLOCK.now()).rule.tenant


def _name_errors(form: Form) -> list[str]:
    labels = {each.key: str(each.label) for each in form.fields}
    named = [f"{labels.get(key, key)}: {text}" for key, text in form.errors.items() if text]
    return [form.error, *named] if form.error else named


def _read_days(request: HttpRequest) -> int:
    typed = request.POST.get("days", "") or str(_USUAL_SPAN)
    if not typed.isdecimal():
        raise Invalid("days", "this is not a number")
    return int(typed)


@page(Permission.SEE_RULES, Permission.MANAGE_RULES)
def show_simulation(request: HttpRequest, viewer: Viewer, simulation: int) -> HttpResponseBase:
    """GET /simulations/N; asks again every second while it runs"""
    found = queries.access_simulation(viewer, simulation)
    rule = found.rule and governance.access_mask_rule(viewer, found.rule, now=CLOCK.now()).rule
    return render(
        request,
        "console/mask_rules/simulation.html",
        parts=("simulation",),
        simulation=found,
        rule=rule,
        said=governance.rule_of_content(found.tenant, found.content, now=found.started_at),
        is_running=found.state is SimulationState.RUNNING,
        spans=SPANS,
        **_draw(found),
    )


def _draw(found: Simulation) -> dict[str, Any]:
    """Return the figure and the groups of what was found, the types by their names."""
    outcome = found.outcome
    if outcome is None:
        return {}
    return {
        "figure": figures.hidden_by_day(outcome.by_day, time_zone=found.time_zone),
        "groups": (
            (
                _("By severity"),
                [(_severity(each.word), each.count) for each in outcome.by_severity],
            ),
            (_("By alarm type"), [(title_of(each.word), each.count) for each in outcome.by_type]),
            (_("By object"), [(each.word, each.count) for each in outcome.by_object]),
        ),
    }


def _severity(name: str) -> Text:
    return word("severity", name).label


@action(Permission.MANAGE_RULES)
def cancel_simulation(request: HttpRequest, viewer: Viewer, simulation: int) -> HttpResponseBase:
    """POST /simulations/N/cancel"""
    try:
        actions.cancel_simulation(viewer, simulation, now=CLOCK.now())
    except Conflict as error:
        address = reverse("simulation", args=[simulation])
        return done(request, address, say_error(error), tone="critical")
    return done(request, "simulation", _("Given up."), simulation=simulation)


urlpatterns = [
    path("mask-rules/simulate", simulate_draft, name="mask_rule_simulate_draft"),
    path("mask-rules/<int:rule>/simulate", simulate_mask_rule, name="mask_rule_simulate"),
    path("simulations/<int:simulation>", show_simulation, name="simulation"),
    path("simulations/<int:simulation>/cancel", cancel_simulation, name="simulation_cancel"),
]
