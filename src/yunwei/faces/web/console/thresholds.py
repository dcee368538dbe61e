"""The pages of threshold rules: alarms of our own, tried on the past before they hold."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.core.metrics import Unit
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.threshold_forms import (
    USUAL,
    build_fields,
    first_values,
    group_fields,
    read_draft,
    say_measure,
)
from yunwei.faces.web.console.threshold_trials import draw_trial, read_days, run_trial
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, source_options, word_filter, yes_filter
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.thresholds.actions import rules as actions
from yunwei.monitor.thresholds.actions import trials
from yunwei.monitor.thresholds.facts import StandingRow, ThresholdContent, ThresholdRow, TrialRecord
from yunwei.monitor.thresholds.queries import rules as queries
from yunwei.monitor.thresholds.queries.trials import SPANS
from yunwei.monitor.thresholds.rules.measures import MEASURES
from yunwei.monitor.thresholds.rules.words import say_value

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)

RULES = ListSpec[ThresholdRow](
    name="threshold-rules",
    title=_("Threshold rules"),
    columns=(
        Column(
            name="name",
            label=_("Rule"),
            value=lambda row: row.rule.name,
            link=lambda row: reverse("threshold_rule", args=[row.rule.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="measure",
            label=_("Measure"),
            value=lambda row: say_measure(row.rule.content.measure),
            sort="measure",
            phone="label",
        ),
        Column(
            name="at",
            label=_("Measured at"),
            value=lambda row: row.rule.content.at,
            kind="word",
            words="measured_at",
            phone="hide",
        ),
        Column(
            name="is_enabled",
            label=_("State"),
            value=lambda row: "on" if row.rule.is_enabled else "off",
            kind="word",
            words="on_off",
        ),
        Column(
            name="alarms",
            label=_("Alarms now"),
            value=lambda row: row.alarms,
            kind="number",
            sort="alarms",
            phone="label",
        ),
        Column(
            name="pending",
            label=_("Not long enough yet"),
            value=lambda row: row.pending,
            kind="number",
            sort="pending",
            phone="hide",
        ),
        Column(
            name="evaluated_until",
            label=_("Judged until"),
            value=lambda row: row.rule.evaluated_until if row.rule.is_enabled else None,
            kind="time",
            phone="hide",
        ),
        Column(
            name="tenant",
            label=_("Tenant"),
            value=lambda row: row.tenant_name,
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name")),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
    ),
    fetch=lambda viewer, filters, asked: queries.fetch_rules(viewer, filters=filters, page=asked),
    row_id=lambda row: row.rule.id,
    default_sort="name",
    refresh=("thresholds",),
    empty_icon="chart-line",
    empty_title=_("No threshold rules"),
    empty_text=_("A rule raises an alarm when a measurement leaves its levels."),
)


def _standing_columns(unit: Unit) -> tuple[Column[StandingRow], ...]:
    return (
        Column(
            name="name",
            label=_("Object"),
            value=lambda each: each.name,
            note=lambda each: each.managed_object,
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda each: each.state,
            kind="word",
            words="standing_state",
            sort="state",
        ),
        Column(
            name="severity",
            label=_("Severity"),
            value=lambda each: each.severity,
            kind="badge",
            words="severity",
        ),
        Column(
            name="value",
            label=_("Last value"),
            value=lambda each: None if each.value is None else say_value(each.value, unit),
            sort="value",
            phone="label",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda each: each.changed_at,
            kind="time",
            sort="changed_at",
            phone="label",
        ),
        Column(
            name="source",
            label=_("Source"),
            value=lambda each: each.source_name,
            sort="source",
            phone="hide",
        ),
    )


def build_standings(row: ThresholdRow) -> ListSpec[StandingRow]:
    """Return the list of the objects that are not at rest by a rule."""
    rule = row.rule
    return ListSpec[StandingRow](
        name=f"threshold-rule-{rule.id}",
        title=_("Objects that are not at rest"),
        columns=_standing_columns(MEASURES[rule.content.measure].unit),
        filters=(
            search_filter(_("Name")),
            word_filter("state", _("State: all"), "standing_state"),
            Filter(
                name="source",
                label=_("Source: all"),
                options=source_options,
                parse=int,
                kind="choice",
            ),
        ),
        fetch=lambda viewer, filters, asked: queries.fetch_standings(
            viewer, rule.id, filters=filters, page=asked
        ),
        row_id=lambda each: each.id,
        default_sort="state",
        refresh=("thresholds",),
        empty_icon="circle-check",
        empty_title=_("All objects are at rest"),
        empty_text=_("None is beyond a level now."),
    )


@page(*_SEE)
def list_rules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /threshold-rules"""
    first = offer(viewer, Permission.MANAGE_RULES, "threshold_rule_new", _("Add a threshold rule"))
    return serve_list(request, viewer, RULES, "console/thresholds/rules.html", **first)


@form_page(Permission.MANAGE_RULES)
def new_rule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /threshold-rules/new; with `try` it is tried and not saved"""
    first = first_values("", USUAL, is_enabled=True)
    form = open_form(request, build_fields(viewer, is_new=True), first)
    if "try" in request.POST:
        return _answer_try(request, viewer, form, None)
    made = form.attempt(
        lambda sent: actions.create_rule(
            viewer, _tenant(sent), read_draft(sent, viewer.time_zone), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "threshold_rule", _("The rule was added."), rule=made)
    return _draw_form(request, form, None)


@form_page(Permission.MANAGE_RULES)
def change_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET, POST /threshold-rules/N/change; with `try` it is tried and not saved"""
    row = queries.access_rule(viewer, ThresholdRuleId(rule))
    known = row.rule
    first = first_values(known.name, known.content, is_enabled=known.is_enabled)
    form = open_form(request, build_fields(viewer, is_new=False), first)
    if "try" in request.POST:
        return _answer_try(request, viewer, form, row)
    changed = form.attempt(
        lambda sent: actions.change_rule(
            viewer, known.id, read_draft(sent, known.content.time_zone), now=CLOCK.now()
        )
    )
    if changed is not None:
        return done(request, "threshold_rule", _("The rule was changed."), rule=rule)
    return _draw_form(request, form, row)


def _tenant(form: Form) -> TenantId:
    return TenantId(form.number("tenant"))


def _draw_form(
    request: HttpRequest, form: Form, row: ThresholdRow | None, **context: Any
) -> HttpResponseBase:
    status = 422 if form.errors or form.error else 200
    return render(
        request,
        "console/thresholds/form.html",
        status=status if form.is_sent else 200,
        form=form,
        sections=group_fields(form),
        row=row,
        spans=SPANS,
        **context,
    )


def _answer_try(
    request: HttpRequest, viewer: Viewer, form: Form, row: ThresholdRow | None
) -> HttpResponseBase:
    """Show the form as it was typed, with what its rule would have done below it, once known."""
    typed = request.POST["try"]

    def attempt(sent: Form) -> TrialRecord:
        draft = read_draft(sent, row.rule.content.time_zone if row else viewer.time_zone)
        tenant = row.rule.tenant if row else _tenant(sent)
        days = read_days(typed)
        begun = trials.start_trial(viewer, tenant, draft.content, days=days, now=CLOCK.now())
        return run_trial(viewer, begun)

    record = form.attempt(attempt)
    return _draw_form(request, form, row, **draw_trial(viewer, record))


@page(*_SEE)
def show_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET /threshold-rules/N"""
    row = queries.access_rule(viewer, ThresholdRuleId(rule))
    return serve_list(
        request,
        viewer,
        build_standings(row),
        "console/thresholds/rule.html",
        row=row,
        content=row.rule.content,
        measure=say_measure(row.rule.content.measure),
        levels=[*_said_levels(row.rule.content)],
        spans=SPANS,
    )


def _said_levels(content: ThresholdContent) -> Iterator[tuple[str, str, str]]:
    unit = MEASURES[content.measure].unit
    for level in reversed(content.levels):
        ends = (level.raise_at, level.clear_at)
        if content.is_usual:
            raised, clear = (gettext("%(count)s spreads") % {"count": f"{end:g}"} for end in ends)
        else:
            raised, clear = (say_value(end, unit) for end in ends)
        yield level.severity.value, raised, clear


@action(Permission.MANAGE_RULES)
def switch_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /threshold-rules/N/switch, on=yes|no"""
    is_on = request.POST.get("on") == "yes"
    actions.switch_rule(viewer, ThresholdRuleId(rule), is_enabled=is_on, now=CLOCK.now())
    text = _("The rule is on.") if is_on else _("The rule is off; what stood by it is cleared.")
    return done(request, "threshold_rule", text, rule=rule)


@action(Permission.MANAGE_RULES)
def remove_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /threshold-rules/N/remove"""
    actions.remove_rule(viewer, ThresholdRuleId(rule), now=CLOCK.now())
    return done(request, "threshold_rules", _("The rule was removed."))


urlpatterns = [
    path("threshold-rules", list_rules, name="threshold_rules"),
    path("threshold-rules/new", new_rule, name="threshold_rule_new"),
    path("threshold-rules/<int:rule>", show_rule, name="threshold_rule"),
    path("threshold-rules/<int:rule>/change", change_rule, name="threshold_rule_change"),
    path("threshold-rules/<int:rule>/switch", switch_rule, name="threshold_rule_switch"),
    path("threshold-rules/<int:rule>/remove", remove_rule, name="threshold_rule_remove"),
]
