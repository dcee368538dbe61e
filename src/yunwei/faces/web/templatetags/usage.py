"""Tags of the pages of use: changes against the time before, times of day."""

from typing import NamedTuple

from django import template

from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.usage.rules.days import say_clock

register = template.Library()


class Change(NamedTuple):
    icon: str
    text: str


@register.simple_tag
def change(now: float | None, before: float | None) -> Change | None:
    """How much more or less a figure is than before, as a share; None where there is nothing to
    compare with."""
    if now is None or not before:
        return None
    share = now / before - 1
    text = format_value(Formatter.PERCENT, share)
    if text in {"0%", "-0%"}:
        return Change("minus", "±0%")
    return Change("trending-up", f"+{text}") if share > 0 else Change("trending-down", text)


@register.filter
def time_of_day(since_midnight_s: float) -> str:
    """The wall clock of a time of day."""
    return say_clock(since_midnight_s)
