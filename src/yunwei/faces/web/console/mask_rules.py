"""The pages of mask rules: which alarms stay quiet, when, why, and what that hid."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import AlarmId, MaskRuleId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.named_sets.queries import find_lacking
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.mask_rule_forms import (
    USUAL_LIFE,
    begin_with_alarm,
    build_fields,
    describe,
    read_draft,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.condition_values import show_condition
from yunwei.faces.web.shared.conditions import ConditionForm, first_rows, read_rows, show_rows
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, open_form, write_instant
from yunwei.faces.web.shared.hygiene_words import tell_checkup
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.mask_words import say_state, tell_versions
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text, word
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.actions import mask_life
from yunwei.monitor.governance.actions import mask_rules as actions
from yunwei.monitor.governance.facts.masks import MaskRuleRow, Prospect, RuleState
from yunwei.monitor.governance.queries import hygiene
from yunwei.monitor.governance.queries import mask_rules as governance
from yunwei.monitor.simulation import queries as simulations
from yunwei.monitor.simulation.facts import SPANS

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_USUAL_STATES = [state.value for state in RuleState if state is not RuleState.ARCHIVED]


def rule_url(row: MaskRuleRow) -> str:
    return reverse("mask_rule", args=[row.rule.id])


def _fetch(viewer: Viewer, filters: Mapping[str, Any], page: PageRequest) -> Page[MaskRuleRow]:
    wanted = {"state": _USUAL_STATES, **filters}
    return hygiene.fetch_checked(viewer, now=CLOCK.now(), filters=wanted, page=page)


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
        Column(
            name="state",
            label=_("State"),
            value=lambda row: say_state(row, CLOCK.now()),
            kind="word",
            words="rule_state",
            sort="state",
        ),
        Column(
            name="flags",
            label=_("Noticed"),
            value=lambda row: [word("rule_flag", flag).label for flag in row.flags],
            kind="tags",
            phone="label",
        ),
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
            sort="hidden_now",
            phone="label",
        ),
        Column(
            name="hits",
            label=_("Hits"),
            value=lambda row: row.hits,
            kind="number",
            sort="hits",
            phone="label",
        ),
        Column(
            name="unique_objects",
            label=_("Alarms concerned"),
            value=lambda row: row.unique_objects,
            kind="number",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="would_hide",
            label=_("In shadow"),
            value=lambda row: row.would_hide,
            kind="number",
            is_default=False,
            phone="hide",
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
            name="expires_at",
            label=_("Until"),
            value=lambda row: row.rule.expires_at,
            kind="day",
            sort="expires_at",
            phone="label",
        ),
        Column(
            name="owner",
            label=_("Owner"),
            value=lambda row: row.rule.owner,
            sort="owner",
            phone="hide",
        ),
        Column(
            name="ticket",
            label=_("Ticket"),
            value=lambda row: row.rule.ticket,
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name, reason, ticket")),
        word_filter(
            "state",
            _("State: all in use"),
            "rule_state",
            "asked",
            "pending",
            "waiting",
            is_listed=True,
        ),
        word_filter("flag", _("Checkup: all"), "rule_flag"),
        yes_filter("waits", _("Waiting: all"), _("Something waits"), _("Nothing waits")),
        word_filter("effect", _("Effect: all"), "effect_short"),
    ),
    fetch=_fetch,
    row_id=lambda row: row.rule.id,
    refresh=("mask_rules",),
    empty_icon="eye-off",
    empty_title=_("No mask rules"),
    empty_text=_(
        "A mask rule keeps alarms quiet for a while, for a reason: planned work, a known fault. "
        "What it hides stays visible in the masked list."
    ),
)


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
    form = open_form(request, build_fields(viewer, is_new=True), first)
    made = (
        None
        if condition.apply_act()
        else form.attempt(
            lambda sent: actions.create_mask_rule(
                viewer,
                TenantId(sent.number("tenant")),
                read_draft(sent, condition, viewer.time_zone),
                now=CLOCK.now(),
                state=_wanted_state(request),
            )
        )
    )
    if made is not None:
        row = governance.access_mask_rule(viewer, made, now=CLOCK.now())
        return done(request, "mask_rule", _MADE[say_state(row, CLOCK.now())], rule=made)
    return _render_form(request, viewer, form, condition)


_MADE: Mapping[str, Text] = {
    "active": _("The mask rule holds."),
    "waiting": _("The mask rule is in force and waits for its time."),
    "shadow": _("The rule judges in shadow: it only notes what it would do."),
    "asked": _("Kept as a draft: another person has to approve it."),
    "draft": _("Kept as a draft."),
}


def _wanted_state(request: HttpRequest) -> RuleState:
    wanted = request.POST.get("state", "")
    known = {state.value for state in (RuleState.DRAFT, RuleState.SHADOW, RuleState.ACTIVE)}
    return RuleState(wanted) if wanted in known else RuleState.ACTIVE


@form_page(Permission.MANAGE_RULES)
def change_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET, POST /mask-rules/N/change; begins with the version that waits, if one does"""
    now = CLOCK.now()
    row = governance.access_mask_rule(viewer, MaskRuleId(rule), now=now)
    said = governance.fetch_prospect(viewer, row.rule.id, now=now).rule
    is_sent = request.method == "POST"
    condition = read_rows(request) if is_sent else show_rows(said.condition)
    form = open_form(request, build_fields(viewer, is_new=False), describe(said))
    zone = said.times.time_zone if said.times else viewer.time_zone
    changed = (
        None
        if condition.apply_act()
        else form.attempt(
            lambda sent: actions.change_mask_rule(
                viewer, row.rule.id, read_draft(sent, condition, zone), now=CLOCK.now()
            )
        )
    )
    if changed is not None:
        after = governance.access_mask_rule(viewer, row.rule.id, now=CLOCK.now())
        is_waiting = after.rule.version != changed.version
        return done(request, "mask_rule", _WAITS if is_waiting else _("Saved."), rule=rule)
    return _render_form(request, viewer, form, condition, row=replace(row, rule=said))


_WAITS = _("Saved as the next version. The present one holds until the next is activated.")


def _begin(request: HttpRequest, viewer: Viewer) -> tuple[ConditionForm, dict[str, str]]:
    if request.method == "POST":
        return read_rows(request), {}
    now = CLOCK.now()
    asked = request.GET.get("alarm", "")
    if not asked.isdecimal():
        first = {"expires_at": write_instant(now + USUAL_LIFE)}
        return first_rows([("alarm_type", "eq", "")]), first
    alarm = access_alarm(viewer, AlarmId(int(asked))).alarm
    rows = first_rows(
        [
            ("alarm_type", "eq", alarm.alarm_type),
            ("managed_object", "under", alarm.managed_object),
        ]
    )
    return rows, begin_with_alarm(alarm, now)


def _render_form(
    request: HttpRequest,
    viewer: Viewer,
    form: Form,
    condition: ConditionForm,
    *,
    row: MaskRuleRow | None = None,
) -> HttpResponseBase:
    error = form.take_error("condition")
    is_wrong = form.is_sent and bool(error or form.error or form.errors)
    return render(
        request,
        "console/mask_rules/form.html",
        status=422 if is_wrong else 200,
        form=form,
        row=row,
        **show_condition(viewer, condition, error=error, may_be_everything=True),
    )


@page(*_SEE)
def show_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """GET /mask-rules/N"""
    now = CLOCK.now()
    row = governance.access_mask_rule(viewer, MaskRuleId(rule), now=now)
    versions = governance.fetch_versions(viewer, row.rule.id, now=now)
    return render(
        request,
        "console/mask_rules/detail.html",
        parts=("rule",),
        row=row,
        rule=row.rule,
        state=row.rule.state_at(now),
        rule_state=say_state(row, now),
        prospect=governance.find_prospect(row.rule, versions),
        hidden=governance.fetch_hidden_by(viewer, row.rule.id, now=now),
        shadow=governance.fetch_shadow_hits(viewer, row.rule.id, now=now),
        versions=tell_versions(row.rule, versions),
        trial=simulations.latest_of_rule(viewer, row.rule.id),
        spans=SPANS,
        lacking=find_lacking(viewer, row.rule.tenant, row.rule.condition),
        noticed=tell_checkup(hygiene.access_checkup(viewer, row.rule.id, now=now), row.rule),
    )


type Act = Callable[[HttpRequest, Viewer, MaskRuleId, datetime], tuple[Text, str]]


def _activate(
    _request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
) -> tuple[Text, str]:
    prospect = mask_life.activate_mask_rule(viewer, rule, now=now)
    return (_ASKED, "major") if prospect.missing else (_("The mask rule holds."), "good")


_ASKED = _("Another person is asked to approve it; then it holds.")


def _approve(
    _request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
) -> tuple[Text, str]:
    prospect: Prospect = mask_life.approve_mask_rule(viewer, rule, now=now)
    if prospect.missing:
        return _("Approved. It still has to be simulated."), "good"
    return _("Approved. The mask rule holds."), "good"


def _reject(
    request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
) -> tuple[Text, str]:
    mask_life.reject_mask_rule(viewer, rule, note=request.POST.get("note", ""), now=now)
    return _("Not approved."), "good"


def _restore(
    request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
) -> tuple[Text, str]:
    typed = request.POST.get("version", "")
    if not typed.isdecimal():
        raise Invalid("version", "this is not a number")
    actions.restore_mask_rule(viewer, rule, int(typed), now=now)
    return _("The earlier version is the next one now."), "good"


def _extend(
    _request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
) -> tuple[Text, str]:
    after = actions.extend_mask_rule(viewer, rule, now=now)
    present = governance.access_mask_rule(viewer, rule, now=now)
    if present.rule.version != after.version:
        return _WAITS, "major"
    return _("The rule lives 30 days longer."), "good"


def _plain(act: Callable[..., None], text: Text) -> Act:
    def run(
        _request: HttpRequest, viewer: Viewer, rule: MaskRuleId, now: datetime
    ) -> tuple[Text, str]:
        act(viewer, rule, now=now)
        return text, "good"

    return run


_ACTS: Mapping[str, Act] = {
    "activate": _activate,
    "approve": _approve,
    "reject": _reject,
    "restore": _restore,
    "extend": _extend,
    "shadow": _plain(mask_life.start_shadow, _MADE["shadow"]),
    "stop": _plain(mask_life.stop_mask_rule, _("The rule holds no longer; it is a draft again.")),
    "archive": _plain(mask_life.archive_mask_rule, _("The rule is archived.")),
    "discard": _plain(mask_life.discard_pending, _("The version that waited is given up.")),
}


@action(Permission.MANAGE_RULES)
def act_on_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /mask-rules/N/act with `act`: activate, shadow, stop, archive, approve, reject (with
    `note`), restore (with `version`), discard, extend"""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid("act", "this is not one of the choices")
    try:
        text, tone = act(request, viewer, MaskRuleId(rule), CLOCK.now())
    except (Conflict, Invalid) as error:
        text, tone = say_error(error), "critical"
    return done(request, "mask_rule", text, tone=tone, rule=rule)


@action(Permission.MANAGE_RULES)
def duplicate_mask_rule(request: HttpRequest, viewer: Viewer, rule: int) -> HttpResponseBase:
    """POST /mask-rules/N/duplicate"""
    row = governance.access_mask_rule(viewer, MaskRuleId(rule), now=CLOCK.now())
    name = gettext("%(name)s (copy)") % {"name": row.rule.name}
    made = actions.duplicate_mask_rule(viewer, row.rule.id, name=name, now=CLOCK.now())
    return done(request, "mask_rule", _("A draft that says the same."), rule=made)


urlpatterns = [
    path("mask-rules", list_mask_rules, name="mask_rules"),
    path("mask-rules/new", new_mask_rule, name="mask_rule_new"),
    path("mask-rules/<int:rule>", show_mask_rule, name="mask_rule"),
    path("mask-rules/<int:rule>/change", change_mask_rule, name="mask_rule_change"),
    path("mask-rules/<int:rule>/act", act_on_mask_rule, name="mask_rule_act"),
    path("mask-rules/<int:rule>/duplicate", duplicate_mask_rule, name="mask_rule_duplicate"),
]
