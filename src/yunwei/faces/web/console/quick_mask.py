"""A mask made from alarms at hand: from a row, from an alarm's page, or for many at once."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.alarm_acts import read_chosen
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, render, way_back
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.actions.quick_masks import QuickMask, mask_alarms
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.queries.mask_rules import access_mask_rule
from yunwei.monitor.governance.rules.quick import QuickScope

_HOURS: list[tuple[str, Text]] = [
    ("1", _("1 hour")),
    ("4", _("4 hours")),
    ("24", _("24 hours")),
]
_FIELDS = (
    FormField(
        key="scope",
        label=_("Which alarms"),
        kind="choice",
        options=options("quick_scope"),
        default=QuickScope.EXACT.value,
    ),
    FormField(key="hours", label=_("For how long"), kind="choice", options=_HOURS, default="4"),
    FormField(
        key="effect",
        label=_("Effect"),
        kind="choice",
        options=options("effect", "digest", "downgrade"),
        default=Effect.HIDE.value,
    ),
    FormField(key="reason", label=_("Reason"), kind="area"),
    FormField(key="ticket", label=_("Ticket"), is_required=False),
)
_CRITICAL = FormField(
    key="hides_critical",
    label=_("Critical alarms, too: another person then has to approve the rule"),
    kind="boolean",
    default="true",
)
_WAITS = _("Kept as a draft: another person has to approve it.")


@action(Permission.MANAGE_RULES)
def mask_quickly(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /alarms/mask: mask such alarms as the chosen ones; asks first for how long and why"""
    chosen = read_chosen(request)
    alarms = [access_alarm(viewer, id).alarm for id in chosen]
    is_critical = any(each.reported_severity is Severity.CRITICAL for each in alarms)
    fields = (*_FIELDS, _CRITICAL) if is_critical else _FIELDS
    form = open_form(request, fields)
    if "is_confirmed" not in request.POST:
        first: dict[str, tuple[str, ...]] = {each.key: (each.default,) for each in fields}
        form = Form(fields=fields, values=first, is_sent=False)
    made = form.attempt(
        lambda sent: mask_alarms(viewer, chosen, _read(sent, is_critical), now=CLOCK.now())
    )
    back = way_back(request, "alarms")
    if made is not None:
        return _answer(request, viewer, made, back)
    return render(
        request,
        "console/alarms/mask.html",
        parts=("dialog-body",),
        status=422 if form.is_sent else 200,
        form=form,
        chosen=chosen,
        first=alarms[0],
        back=back,
    )


def _read(form: Form, is_critical: bool) -> QuickMask:
    hours = form.text("hours")
    if hours not in dict(_HOURS):
        raise Invalid("hours", "this is not one of the choices")
    try:
        scope, effect = QuickScope(form.text("scope")), Effect(form.text("effect"))
    except ValueError as error:
        raise Invalid("scope", "this is not one of the choices") from error
    return QuickMask(
        scope=scope,
        hours=int(hours),
        effect=effect,
        reason=form.text("reason"),
        ticket=form.text("ticket"),
        hides_critical=is_critical and form.is_on("hides_critical"),
    )


def _answer(
    request: HttpRequest, viewer: Viewer, made: Sequence[MaskRuleId], back: str
) -> HttpResponseBase:
    rows = [access_mask_rule(viewer, id, now=CLOCK.now()) for id in made]
    if any(row.asked_by for row in rows):
        return done(request, "mask_rule", _WAITS, tone="major", rule=made[0])
    return done(request, back, _("The mask rule holds."), refresh=("alarms",))


urlpatterns = [path("alarms/mask", mask_quickly, name="alarm_mask")]
