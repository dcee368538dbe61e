"""The pages of noise rules: what is too short, too restless or too much to be told one by one."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.noise_rule_forms import (
    build_fields,
    first_values,
    read_draft,
    usual_values,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import word_filter, yes_filter
from yunwei.faces.web.shared.forms import open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import word
from yunwei.monitor.governance.actions import noise_rules as actions
from yunwei.monitor.governance.facts.noise import NoiseKind, NoiseRuleRow
from yunwei.monitor.governance.queries import noise_rules as queries

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)

NOISE_RULES = ListSpec[NoiseRuleRow](
    name="noise-rules",
    title=_("Noise rules"),
    columns=(
        Column(
            name="name",
            label=_("Rule"),
            value=lambda row: row.rule.name,
            link=lambda row: reverse("noise_rule", args=[row.rule.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.rule.kind,
            kind="word",
            words="noise_kind",
            sort="kind",
        ),
        Column(
            name="is_enabled",
            label=_("State"),
            value=lambda row: "on" if row.rule.is_enabled else "off",
            kind="word",
            words="on_off",
        ),
        Column(
            name="hits",
            label=_("Kept quiet in 30 days"),
            value=lambda row: row.hits,
            kind="number",
            sort="hits",
            phone="label",
        ),
        Column(
            name="last_hit_at",
            label=_("Last hit"),
            value=lambda row: row.last_hit_at,
            kind="time",
            sort="last_hit_at",
            phone="hide",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.rule.changed_at,
            kind="time",
            sort="changed_at",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        word_filter("kind", _("Kind: all"), "noise_kind"),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
    ),
    fetch=lambda viewer, filters, asked: queries.fetch_noise_rules(
        viewer, filters=filters, page=asked
    ),
    row_id=lambda row: row.rule.id,
    default_sort="kind",
    refresh=("noise_rules",),
    empty_icon="filter",
    empty_title=_("No noise rules"),
    empty_text=_("The provider's rules hold for every customer that has none of its own."),
)


@page(*_SEE)
def list_noise_rules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /noise-rules"""
    return serve_list(request, viewer, NOISE_RULES, "console/noise/rules.html", kinds=[*NoiseKind])


@form_page(Permission.MANAGE_RULES)
def new_noise_rule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /noise-rules/new?kind=storm"""
    kind = _read_kind(request)
    form = open_form(request, build_fields(kind), usual_values(kind))
    made = form.attempt(
        lambda sent: actions.create_noise_rule(
            viewer, TenantId(viewer.tenant), read_draft(sent, kind), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "noise_rules", _("The rule was added."))
    title = word("noise_kind", kind).label
    return render(request, "console/noise/rule.html", form=form, title=title, row=None)


def _read_kind(request: HttpRequest) -> NoiseKind:
    try:
        return NoiseKind(request.GET.get("kind", ""))
    except ValueError as error:
        raise Invalid("kind", "this is not one of the choices") from error


@form_page(*_SEE)
def show_noise_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET, POST /noise-rules/N"""
    row = queries.access_noise_rule(viewer, NoiseRuleId(rule))
    kind = row.rule.kind
    form = open_form(request, build_fields(kind), first_values(row.rule))
    changed = form.attempt(
        lambda sent: actions.change_noise_rule(
            viewer, NoiseRuleId(rule), read_draft(sent, kind), now=CLOCK.now()
        )
    )
    if changed is not None:
        return done(request, "noise_rules", _("The rule was changed."))
    return render(
        request, "console/noise/rule.html", form=form, title=row.rule.name, row=row, kind=kind
    )


@action(Permission.MANAGE_RULES)
def switch_noise_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /noise-rules/N/switch, on=yes|no"""
    is_on = request.POST.get("on") == "yes"
    actions.switch_noise_rule(viewer, NoiseRuleId(rule), is_enabled=is_on, now=CLOCK.now())
    text = _("The rule is on.") if is_on else _("The rule is off.")
    return done(request, "noise_rules", text)


@action(Permission.MANAGE_RULES)
def remove_noise_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /noise-rules/N/remove"""
    actions.remove_noise_rule(viewer, NoiseRuleId(rule), now=CLOCK.now())
    return done(request, "noise_rules", _("The rule was removed."))


urlpatterns = [
    path("noise-rules", list_noise_rules, name="noise_rules"),
    path("noise-rules/new", new_noise_rule, name="noise_rule_new"),
    path("noise-rules/<int:rule>", show_noise_rule, name="noise_rule"),
    path("noise-rules/<int:rule>/switch", switch_noise_rule, name="noise_rule_switch"),
    path("noise-rules/<int:rule>/remove", remove_noise_rule, name="noise_rule_remove"),
]
