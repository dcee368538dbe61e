"""Tags of the pages of use: changes against the time before, times of day."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yunwei.faces.web.console.usage.stretches import name_part
from yunwei.faces.web.shared.words import word
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.usage.facts.experience import Cause
from yunwei.operate.usage.facts.use import Logon
from yunwei.operate.usage.rules.days import say_clock
from yunwei.operate.usage.rules.experience import class_of

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


register.simple_tag(name_part, name="part_name")


@register.simple_tag
def logon_url(logon: Logon) -> str:
    """Where one attempt with its stages is shown."""
    started_ms = round(logon.started_at.timestamp() * 1000)
    return reverse("logon", args=[logon.source, started_ms, logon.native_id])


class Drawn(Protocol):
    """What a waterfall draws: thousandths of the whole, and a tone."""

    x: float
    width: float
    tone: str


@register.simple_tag
def waterfall(bar: Drawn) -> SafeString:
    """One line of a waterfall, where it lies in the whole; widths are SVG attributes."""
    return format_html(
        '<svg class="yw-bar" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" width="{}" height="6" data-tone="{}"></rect></svg>',
        f"{bar.x:.1f}",
        f"{max(bar.width, 2.0):.1f}",
        bar.tone,
    )


@register.filter
def time_of_day(since_midnight_s: float) -> str:
    """The wall clock of a time of day."""
    return say_clock(since_midnight_s)


@register.simple_tag
def score(points: float) -> SafeString:
    """An experience score with the tone of its class."""
    return format_html(
        '<span class="yw-state" data-tone="{}">{}</span>',
        word("experience", class_of(points)).tone,
        f"{points:.0f}",
    )


@register.simple_tag
def lost(points: Mapping[Cause, float | None], cause: Cause) -> str:
    """The points lost to a cause, or a dash where it was not measured."""
    told = points.get(cause)
    return "–" if told is None else f"{told:.1f}"


@register.simple_tag
def lost_bar(points: float) -> SafeString:
    """A bar of the points that are missing to 100."""
    width = max(0.0, min(100.0, 100.0 - points)) * 10
    return format_html(
        '<svg class="yw-bar" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="0" width="{}" height="6" data-tone="{}"></rect></svg>',
        f"{width:.1f}",
        word("experience", class_of(points)).tone,
    )
