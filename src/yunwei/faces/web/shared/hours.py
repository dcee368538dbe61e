"""Hours and lengths of what is owed to customers, as people say them."""

from django.utils.translation import get_language, ngettext

from yunwei.base.core.calendar_texts import say_times_text
from yunwei.base.core.errors import Invalid


def hours_said(text: str) -> str:
    """Hours in words; their time zone only where they have one of their own."""
    try:
        return say_times_text(text, get_language() or "zh")
    except Invalid:
        return text


def minutes_said(minutes: int) -> str:
    """Whole hours from two on, else minutes."""
    hours, rest = divmod(minutes, 60)
    if rest or hours < 2:
        return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
    return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
