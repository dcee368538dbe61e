"""Tags of the managed service: hours and lengths of what is owed."""

from django import template

from yunwei.faces.web.shared.hours import hours_said, minutes_said

register = template.Library()
register.filter("hours_said", hours_said)
register.filter("minutes_said", minutes_said)
