"""Tags of diagnoses: texts of the checks in the reader's language, measured values."""

from django import template

from yunwei.faces.web.shared.alarm_texts import say_subject
from yunwei.faces.web.shared.change_words import say_field
from yunwei.faces.web.shared.diagnosis_words import say_said
from yunwei.operate.diagnosis.facts.evidence import Changed
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Said
from yunwei.operate.diagnosis.rules.markdown import say_side, write_value

register = template.Library()


register.filter("diagnosed", say_subject)


@register.filter
def said_here(said: Said) -> str:
    """Return a text of the checks in the reader's language."""
    return say_said(said)


@register.filter
def measured(each: Measurement) -> str:
    return write_value(each.value, each.kind)


@register.filter
def usually(each: Measurement) -> str:
    """Return what is usual, "" where that is not known."""
    return "" if each.usual is None else write_value(each.usual, each.kind)


@register.filter
def side(is_ours: bool | None) -> str:
    """Return on whose side the cause lies."""
    return say_said(say_side(is_ours))


@register.filter
def changed_words(change: Changed) -> str:
    """What changed before as `from → to`, in words where the field is of a closed set."""
    before, after = (say_field(change.what, each) for each in (change.before, change.after))
    return f"{before} → {after}"
