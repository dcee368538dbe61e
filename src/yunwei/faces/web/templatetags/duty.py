"""Tags of duty: reasons, rotations, changes and findings in the viewer's language."""

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from yunwei.base.core.calendar_texts import say_times
from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.wall_clock import say_minute
from yunwei.faces.web.console.duty.grid import Part
from yunwei.faces.web.shared.words import word
from yunwei.monitor.duty.facts.plans import OverrideRow, PlannedShift
from yunwei.monitor.duty.facts.schedules import Layer, RotationUnit
from yunwei.monitor.duty.facts.shifts import Finding, FindingCode
from yunwei.monitor.duty.rules import reasons
from yunwei.monitor.notify.facts.explaining import WouldTell

register = template.Library()

_GRAVE = frozenset({FindingCode.GAP, FindingCode.NOBODY, FindingCode.LEFT, FindingCode.INACTIVE})


def _language() -> str:
    return get_language() or "zh"


@register.filter
def why(shift: PlannedShift) -> str:
    """Why somebody is on duty."""
    return shift.because(_language())


@register.filter
def part_title(part: Part) -> str:
    """All that a chip or a bar says by place and colour, in words."""
    if part.shift is None:
        return f"{part.from_text}–{part.until_text}"
    role = word("duty_role", part.shift.role).label
    hours = f"{part.from_text}–{part.until_text}"
    reasons_ = dict.fromkeys(why(shift) for shift in part.shifts)
    return " · ".join((part.shift.user_name, str(role), hours, *reasons_))


@register.filter
def as_times(times: CalendarTimes) -> str:
    """A calendar expression in words."""
    return say_times(times, _language())


@register.filter
def say_finding(finding: Finding) -> str:
    return reasons.say_finding(finding.code, finding.user_name, _language())


@register.filter
def finding_tone(finding: Finding) -> str:
    return "critical" if finding.code in _GRAVE else "warning"


@register.filter
def say_change(row: OverrideRow) -> str:
    """An override or a temporary shift as a phrase."""
    names = {"user": row.user_name, "stand_in": row.stand_in_name}
    if row.what == "replace":
        return _("%(stand_in)s takes over from %(user)s") % names
    if row.what == "remove":
        return _("%(user)s is taken off") % names
    if row.what == "add":
        return _("%(stand_in)s is on duty besides") % names
    return _("Temporary shift of %(stand_in)s") % names


@register.filter
def say_rotation(layer: Layer) -> str:
    """How a layer's turns go."""
    count = layer.length
    each = {
        RotationUnit.HOUR: ngettext("every hour", "every %(count)s hours", count),
        RotationUnit.DAY: ngettext("every day", "every %(count)s days", count),
        RotationUnit.WEEK: ngettext("every week", "every %(count)s weeks", count),
        RotationUnit.MONTH: ngettext("every month", "every %(count)s months", count),
    }[layer.unit] % {"count": count}
    values = {
        "each": each,
        "time": say_minute(layer.handoff_minute),
        "day": layer.starts_on.isoformat(),
    }
    return _("The next takes over %(each)s at %(time)s, since %(day)s.") % values


@register.filter
def told_detail(told: WouldTell) -> str:
    """Return which duty and why, which role, or what is owned."""
    return told.detail(_language())
