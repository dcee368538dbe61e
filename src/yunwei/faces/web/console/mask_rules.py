"""The pages of mask rules: which alarms stay quiet, when, why, and what that hid."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, yes_filter
from yunwei.faces.web.shared.conditions import ConditionRows, first_rows, read_rows, show_rows
from yunwei.faces.web.shared.forms import Form, FormField, none_option, open_form, write_instant
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.actions import mask_rules as actions
from yunwei.monitor.governance.facts.masks import (
    Effect,
    EndPolicy,
    MaskRule,
    MaskRuleDraft,
    MaskRuleRow,
    Window,
)
from yunwei.monitor.governance.queries import mask_rules as governance

_USUAL_LIFE = timedelta(hours=8)
_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)


def rule_url(row: MaskRuleRow) -> str:
    return reverse("mask_rule", args=[row.rule.id])


def _state(row: MaskRuleRow) -> str:
    if row.rule.expires_at <= CLOCK.now():
        return "over"
    if not row.rule.is_enabled:
        return "disabled"
    return "active" if row.is_active else "waiting"


MASK_RULES = ListSpec[MaskRuleRow](
    name="mask-rules",
    title=_("Mask rules"),
    columns=(
        Column(
            name="name",
            label=_("Rule"),
            value=lambda row: row.rule.name,
            note=lambda row: row.rule.reason,
            link=rule_url,
            sort="name",
            is_main=True,
        ),
        Column(name="state", label=_("State"), value=_state, kind="word", words="rule_state"),
        Column(
            name="effect",
            label=_("Effect"),
            value=lambda row: row.rule.effect,
            kind="word",
            words="effect_short",
        ),
        Column(
            name="hidden_now",
            label=_("Quiet now"),
            value=lambda row: row.hidden_now,
            kind="number",
            phone="label",
        ),
        Column(
            name="hits", label=_("Hits"), value=lambda row: row.hits, kind="number", phone="label"
        ),
        Column(
            name="last_hit_at",
            label=_("Last hit"),
            value=lambda row: row.last_hit_at,
            kind="time",
            phone="hide",
        ),
        Column(
            name="expires_at",
            label=_("Until"),
            value=lambda row: row.rule.expires_at,
            kind="day",
            sort="expires_at",
            phone="label",
        ),
        Column(name="owner", label=_("Owner"), value=lambda row: row.rule.owner, phone="hide"),
    ),
    filters=(
        search_filter(_("Name, reason")),
        yes_filter("is_enabled", _("Switched on: all"), _("Switched on"), _("Switched off")),
    ),
    fetch=lambda viewer, filters, page: governance.fetch_mask_rules(
        viewer, now=CLOCK.now(), filters=filters, page=page
    ),
    row_id=lambda row: row.rule.id,
    refresh=("mask_rules",),
    empty_icon="eye-off",
    empty_title=_("No mask rules"),
    empty_text=_(
        "A mask rule keeps alarms quiet for a while, for a reason: planned work, a known fault. "
        "What it hides stays visible in the masked list."
    ),
)


def _fields(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer) if is_new else []
    return (
        FormField(key="name", label=_("Name")),
        FormField(key="reason", label=_("Reason"), kind="area", help=_("Shown wherever it hides.")),
        *_tenant_field(tenants, viewer),
        FormField(
            key="effect",
            label=_("Effect"),
            kind="choice",
            options=options("effect"),
            default=Effect.HIDE.value,
        ),
        FormField(
            key="downgrade_to",
            label=_("Lowered to"),
            kind="choice",
            options=[none_option(), *options("severity", "critical")],
            is_required=False,
            help=_("Of a downgrade only."),
        ),
        FormField(
            key="end_policy",
            label=_("When it ends and alarms still stand"),
            kind="choice",
            options=options("end_policy"),
            default=EndPolicy.DIGEST.value,
        ),
        FormField(key="starts_at", label=_("From"), kind="instant", is_required=False),
        FormField(key="expires_at", label=_("Until"), kind="instant"),
        FormField(
            key="weekdays",
            label=_("Only on these days"),
            kind="several",
            options=options("weekday"),
            is_required=False,
        ),
        FormField(key="from_time", label=_("Daily from"), kind="time", is_required=False),
        FormField(key="until_time", label=_("Daily until"), kind="time", is_required=False),
        FormField(key="is_enabled", label=_("Switched on"), kind="boolean", default="true"),
    )


def _tenant_field(tenants: list[tuple[str, Any]], viewer: Viewer) -> tuple[FormField, ...]:
    if not tenants:
        return ()
    kind = "choice" if len(tenants) > 1 else "hidden"
    home = str(viewer.tenant)
    default = home if home in dict(tenants) else tenants[0][0]
    label = _("Tenant")
    return (FormField(key="tenant", label=label, kind=kind, options=tenants, default=default),)


def _read_draft(form: Form, condition: ConditionRows, time_zone: str) -> MaskRuleDraft:
    return MaskRuleDraft(
        name=form.text("name"),
        condition=condition.to_json(),
        effect=_read_word(form, "effect", Effect),
        downgrade_to=(
            _read_word(form, "downgrade_to", Severity) if form.text("downgrade_to") else None
        ),
        end_policy=_read_word(form, "end_policy", EndPolicy),
        window=Window(
            weekdays=tuple(int(day) for day in form.several("weekdays")),
            from_minute=_read_minute(form, "from_time"),
            until_minute=_read_minute(form, "until_time"),
            time_zone=time_zone,
        ),
        starts_at=form.instant("starts_at"),
        expires_at=form.needed_instant("expires_at"),
        reason=form.text("reason"),
        is_enabled=form.is_on("is_enabled"),
    )


def _read_word[W: StrEnum](form: Form, key: str, words: type[W]) -> W:
    try:
        return words(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not one of the choices") from error


def _read_minute(form: Form, key: str) -> int:
    typed = form.text(key)
    if not typed:
        return 0
    try:
        moment = datetime.strptime(typed[:5], "%H:%M")  # noqa: DTZ007  a time of day has no zone
    except ValueError as error:
        raise Invalid(key, "this is not a time of day") from error
    return moment.hour * 60 + moment.minute


def _write_minute(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _describe(rule: MaskRule) -> Mapping[str, str | tuple[str, ...]]:
    has_hours = rule.window.from_minute != rule.window.until_minute
    return {
        "name": rule.name,
        "reason": rule.reason,
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "end_policy": rule.end_policy.value,
        "starts_at": write_instant(rule.starts_at),
        "expires_at": write_instant(rule.expires_at),
        "weekdays": tuple(str(day) for day in rule.window.weekdays),
        "from_time": _write_minute(rule.window.from_minute) if has_hours else "",
        "until_time": _write_minute(rule.window.until_minute) if has_hours else "",
        "is_enabled": "true" if rule.is_enabled else "false",
    }


@page(*_SEE)
def list_mask_rules(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /mask-rules"""
    return serve_list(
        request,
        viewer,
        MASK_RULES,
        "console/mask_rules/list.html",
        **offer(viewer, Permission.MANAGE_RULES, "mask_rule_new", _("Add a mask rule")),
    )


@form_page(Permission.MANAGE_RULES)
def new_mask_rule(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /mask-rules/new; ?alarm=N begins with that alarm's type and object"""
    condition, first = _begin(request, viewer)
    form = open_form(request, _fields(viewer, is_new=True), first)
    made = (
        None
        if _wants_row(request, condition)
        else form.attempt(
            lambda sent: actions.create_mask_rule(
                viewer,
                TenantId(sent.number("tenant")),
                _read_draft(sent, condition, viewer.time_zone),
                now=CLOCK.now(),
            )
        )
    )
    if made is not None:
        return done(request, "mask_rule", _("The mask rule holds."), rule=made)
    return _render_form(request, form, condition)


@form_page(Permission.MANAGE_RULES)
def change_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET, POST /mask-rules/N/change"""
    row = governance.access_mask_rule(viewer, MaskRuleId(rule), now=CLOCK.now())
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else show_rows(row.rule.condition)
    form = open_form(request, _fields(viewer, is_new=False), _describe(row.rule))
    zone = row.rule.window.time_zone
    changed = (
        None
        if _wants_row(request, condition)
        else form.attempt(
            lambda sent: actions.change_mask_rule(
                viewer, row.rule.id, _read_draft(sent, condition, zone), now=CLOCK.now()
            )
        )
    )
    if changed is not None:
        return done(request, "mask_rule", _("Saved."), rule=rule)
    return _render_form(request, form, condition, row=row)


def _begin(request: HttpRequest, viewer: Viewer) -> tuple[ConditionRows, dict[str, str]]:
    if request.method == "POST":
        return read_rows(request), {}
    first = {"expires_at": write_instant(CLOCK.now() + _USUAL_LIFE)}
    asked = request.GET.get("alarm", "")
    if not asked.isdecimal():
        return first_rows([("alarm_type", "eq", "")]), first
    alarm = access_alarm(viewer, AlarmId(int(asked))).alarm
    first |= {"tenant": str(alarm.tenant), "name": alarm.text[:80]}
    rows = first_rows(
        [
            ("alarm_type", "eq", alarm.alarm_type),
            ("managed_object", "under", alarm.managed_object),
        ]
    )
    return rows, first


def _wants_row(request: HttpRequest, condition: ConditionRows) -> bool:
    """Without scripts "add a row" is a button that sends the form and gets it back longer."""
    if "add_term" not in request.POST:
        return False
    condition.rows.extend(first_rows([("alarm_type", "eq", "")]).rows)
    return True


def _render_form(
    request: HttpRequest, form: Form, condition: ConditionRows, *, row: MaskRuleRow | None = None
) -> HttpResponseBase:
    error = form.take_error("condition")
    is_wrong = form.is_sent and bool(error or form.error or form.errors)
    return render(
        request,
        "console/mask_rules/form.html",
        status=422 if is_wrong else 200,
        form=form,
        condition=condition,
        condition_error=error,
        row=row,
    )


@page(*_SEE)
def show_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET /mask-rules/N"""
    now = CLOCK.now()
    row = governance.access_mask_rule(viewer, MaskRuleId(rule), now=now)
    return render(
        request,
        "console/mask_rules/detail.html",
        parts=("rule",),
        row=row,
        rule=row.rule,
        rule_state=_state(row),
        hidden=governance.fetch_hidden_by(viewer, row.rule.id, now=now),
        versions=governance.fetch_versions(viewer, row.rule.id, now=now),
    )


@action(Permission.MANAGE_RULES)
def switch_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /mask-rules/N/switch with `on` yes or no"""
    is_on = request.POST.get("on") == "yes"
    actions.switch_mask_rule(viewer, MaskRuleId(rule), is_enabled=is_on, now=CLOCK.now())
    text = _("The rule holds again.") if is_on else _("The rule is switched off.")
    return done(request, "mask_rule", text, rule=rule)


urlpatterns = [
    path("mask-rules", list_mask_rules, name="mask_rules"),
    path("mask-rules/new", new_mask_rule, name="mask_rule_new"),
    path("mask-rules/<int:rule>", show_mask_rule, name="mask_rule"),
    path("mask-rules/<int:rule>/change", change_mask_rule, name="mask_rule_change"),
    path("mask-rules/<int:rule>/switch", switch_mask_rule, name="mask_rule_switch"),
]
