"""The form of a mask rule: drawn, read, first filled from an alarm. No view of its own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.calendar import DayKind
from yunwei.base.core.calendar_texts import parse_times_text, times_to_text
from yunwei.base.core.calendar_times import CalendarTimes, Clause
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.base.core.wall_clock import parse_minute, say_minute
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.conditions import ConditionForm
from yunwei.faces.web.shared.forms import Form, FormField, none_option, tenant_field, write_instant
from yunwei.faces.web.shared.words import options
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.masks import Effect, EndPolicy, MaskRule, MaskRuleDraft

USUAL_LIFE = timedelta(hours=24)
_TIMES = ("weekdays", "day_kinds", "month_end_days", "from_time", "until_time")


def build_fields(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    return (
        FormField(key="name", label=_("Name")),
        FormField(key="reason", label=_("Reason"), kind="area", help=_("Shown wherever it hides.")),
        FormField(
            key="ticket",
            label=_("Ticket"),
            is_required=False,
            help=_("Needed when the rule lives longer than a day."),
        ),
        FormField(
            key="owner",
            label=_("Owner"),
            is_required=False,
            help=_("Sign-in name of whoever answers for it; empty: you."),
        ),
        *_tenant_field(tenant_options(viewer) if is_new else [], viewer),
        *_effect_fields(),
        FormField(key="starts_at", label=_("From"), kind="instant", is_required=False),
        FormField(
            key="expires_at",
            label=_("Until"),
            kind="instant",
            help=_(
                "Longer than a day: simulated first, with a ticket. Over 90 days: approved, too."
            ),
        ),
        *_times_fields(),
    )


def _effect_fields() -> tuple[FormField, ...]:
    return (
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
            key="hides_critical",
            label=_("Critical alarms, too: another person then has to approve the rule"),
            kind="boolean",
        ),
        FormField(
            key="end_policy",
            label=_("When it ends and alarms still stand"),
            kind="choice",
            options=options("end_policy"),
            default=EndPolicy.DIGEST.value,
        ),
    )


def _times_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="weekdays",
            label=_("Only on these days"),
            kind="several",
            options=options("weekday"),
            is_required=False,
        ),
        FormField(
            key="day_kinds",
            label=_("Only on these kinds of days"),
            kind="several",
            options=options("day_kind"),
            is_required=False,
            help=_("By the tenant's calendar. On days that nobody has published it does not hold."),
        ),
        FormField(
            key="month_end_days",
            label=_("Only on the last days of a month: how many"),
            kind="number",
            minimum=0,
            maximum=28,
            is_required=False,
        ),
        FormField(key="from_time", label=_("Daily from"), kind="time", is_required=False),
        FormField(key="until_time", label=_("Daily until"), kind="time", is_required=False),
        FormField(
            key="times_text",
            label=_("Or as an expression"),
            is_required=False,
            help=_("Such as: workday 22:00-06:00; rest_day in Asia/Shanghai"),
        ),
        FormField(
            key="lasts_minutes",
            label=_("Begins with the first alarm that matches, and lasts so many minutes"),
            kind="number",
            minimum=1,
            is_required=False,
        ),
    )


def _tenant_field(tenants: list[tuple[str, Any]], viewer: Viewer) -> tuple[FormField, ...]:
    if not tenants:
        return ()
    return (tenant_field(tenants, label=_("Tenant"), home=str(viewer.tenant)),)


def read_draft(form: Form, condition: ConditionForm, time_zone: str) -> MaskRuleDraft:
    """Return what was typed; raises Invalid at the field. time_zone: of days and hours."""
    lowered = form.text("downgrade_to")
    return MaskRuleDraft(
        name=form.text("name"),
        condition=condition.to_json(),
        effect=_read_word(form, "effect", Effect),
        downgrade_to=_read_word(form, "downgrade_to", Severity) if lowered else None,
        hides_critical=form.is_on("hides_critical"),
        end_policy=_read_word(form, "end_policy", EndPolicy),
        times=_read_times(form, time_zone),
        lasts_minutes=form.number("lasts_minutes") if form.text("lasts_minutes") else None,
        starts_at=form.instant("starts_at"),
        expires_at=form.needed_instant("expires_at"),
        reason=form.text("reason"),
        ticket=form.text("ticket"),
        owner=form.text("owner"),
    )


def _read_word[W: StrEnum](form: Form, key: str, words: type[W]) -> W:
    try:
        return words(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not one of the choices") from error


def _read_times(form: Form, time_zone: str) -> CalendarTimes | None:
    if form.text("times_text"):
        return parse_times_text(form.text("times_text"), time_zone=time_zone, field="times_text")
    if not any(form.several(key) and form.text(key) for key in _TIMES):
        return None
    kinds = form.several("day_kinds")
    clause = Clause(
        weekdays=tuple(int(day) for day in form.several("weekdays") if day.isdecimal()),
        kinds=tuple(kind for kind in DayKind if kind.value in kinds),
        month_end_days=form.number("month_end_days") if form.text("month_end_days") else 0,
        from_minute=_read_minute(form, "from_time"),
        until_minute=_read_minute(form, "until_time"),
    )
    return CalendarTimes(clauses=(clause,), time_zone=time_zone)


def _read_minute(form: Form, key: str) -> int:
    typed = form.text(key)
    return parse_minute(typed[:5], field=key) if typed else 0


def describe(rule: MaskRule) -> Mapping[str, str | tuple[str, ...]]:
    """Return the first values of the form of a rule."""
    return {
        "name": rule.name,
        "reason": rule.reason,
        "ticket": rule.ticket,
        "owner": rule.owner,
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "hides_critical": "true" if rule.hides_critical else "false",
        "end_policy": rule.end_policy.value,
        "starts_at": write_instant(rule.starts_at),
        "expires_at": write_instant(rule.expires_at),
        "lasts_minutes": "" if rule.lasts_minutes is None else str(rule.lasts_minutes),
        **_describe_times(rule.times),
    }


def _describe_times(times: CalendarTimes | None) -> Mapping[str, str | tuple[str, ...]]:
    """Return the fields of one clause, or the expression where fields can not say it."""
    if times is None:
        return {}
    [first, *others] = times.clauses
    if others or first.month_start_days:
        return {"times_text": times_to_text(times)}
    return {
        "weekdays": tuple(str(day) for day in first.weekdays),
        "day_kinds": tuple(kind.value for kind in first.kinds),
        "month_end_days": str(first.month_end_days or ""),
        "from_time": "" if first.is_all_day else say_minute(first.from_minute % 1440),
        "until_time": "" if first.is_all_day else say_minute(first.until_minute % 1440),
    }


def begin_with_alarm(alarm: Alarm, now: datetime) -> dict[str, str]:
    """Return the first values of a rule about such alarms as this one."""
    return {
        "tenant": str(alarm.tenant),
        "name": alarm.text[:80],
        "expires_at": write_instant(now + USUAL_LIFE),
        "hides_critical": ("true" if alarm.reported_severity is Severity.CRITICAL else "false"),
    }
