"""Tags of calendars: how a day's cell is said."""

from django import template
from django.utils.translation import pgettext

from yunwei.base.calendar.facts import DayRow
from yunwei.base.core.calendar import DayKind
from yunwei.faces.web.console.calendar import say_day, say_name

register = template.Library()


@register.filter
def day_mark(kind: DayKind) -> str:
    """The letter in the corner of a special day."""
    if kind is DayKind.STATUTORY_HOLIDAY:
        return pgettext("mark of a holiday in a calendar", "H")
    if kind is DayKind.MAKEUP_WORKDAY:
        return pgettext("mark of a make-up workday in a calendar", "W")
    return ""


@register.filter
def day_title(row: DayRow) -> str:
    """All that a cell says by its colour and its mark, in words."""
    return say_day(row)


@register.filter
def day_name(row: DayRow) -> str:
    return say_name(row)
