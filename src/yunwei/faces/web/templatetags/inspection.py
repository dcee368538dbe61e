"""Tags of inspections: values with their units, limits, and pages of things."""

from django import template
from django.urls import reverse

from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import Result, Sample, ThingKind
from yunwei.operate.inspection.facts.templates import FigureUnit
from yunwei.operate.inspection.queries import words

register = template.Library()

_PAGES = {
    ThingKind.HOST: "host",
    ThingKind.POOL: "pool",
    ThingKind.DESKTOP: "desktop",
    ThingKind.LICENCE: "licence",
    ThingKind.AGENT: "agent",
    ThingKind.ALARM: "alarm",
    ThingKind.SOURCE: "source",
    ThingKind.ACCOUNT: "desktop_user",
}


@register.filter
def in_words(said: Said) -> str:
    """Return a text of a template in the reader's language."""
    return words.say_said(said)


@register.filter
def in_unit(value: float | None, unit: FigureUnit) -> str:
    return words.say_value(value, unit)


@register.filter
def note_said(sample: Sample) -> str:
    return words.say_note(sample)


@register.filter
def limits(result: Result) -> str:
    """Return from where on a check warns and fails."""
    return words.say_criterion(result.check.criterion, result.unit)


@register.filter
def page_of(sample: Sample) -> str:
    """Return the address of a thing's page, "" where it has none."""
    name = _PAGES.get(sample.kind)
    return reverse(name, args=[sample.id]) if name and sample.id is not None else ""
