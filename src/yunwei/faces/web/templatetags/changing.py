"""Tags of changes: texts of their templates and what runs of steps came to."""

from django import template

from yunwei.operate.changes.facts import Outcome
from yunwei.operate.changes.queries.words import say_outcome

register = template.Library()


@register.filter
def outcome(value: Outcome) -> str:
    return say_outcome(value)
