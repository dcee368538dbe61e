"""Writes values for people: times in the viewer's zone, numbers, our errors in their language."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.faces.web.shared.page import CLOCK
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value

NOTHING = "–"


def say_time(value: datetime, *, seconds: bool = False) -> str:
    """Return the wall clock in the viewer's zone, e.g. `2026-11-23 14:30`."""
    local = timezone.localtime(value)
    return local.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def say_ago(value: datetime) -> str:
    """Return e.g. `3 minutes ago` or `in 2 days`; `js/app.js` keeps it true in an open page."""
    away_s = (CLOCK.now() - value).total_seconds()
    if abs(away_s) < 45:
        return _("just now")
    length = say_length(timedelta(seconds=abs(away_s)))
    if away_s < 0:
        return _("in %(length)s") % {"length": length}
    return _("%(length)s ago") % {"length": length}


def say_length(value: timedelta) -> str:
    """Return the greatest unit only, in the words that browsers use: `5 minutes`, `3 hours`."""
    seconds = value.total_seconds()
    if seconds < 3600 - 30:
        count = max(1, round(seconds / 60))
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    if seconds < 86_400 - 720:
        count = round(seconds / 3600)
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    count = round(seconds / 86_400)
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def mark_time(value: datetime | None, *, is_relative: bool = True) -> SafeString:
    """Return a `<time>` with the machine's form, the full time and how long ago it was."""
    if value is None:
        return format_html('<span class="yw-nothing">{}</span>', NOTHING)
    machine, full = value.isoformat(timespec="seconds"), say_time(value, seconds=True)
    if is_relative:
        form = '<time datetime="{}" title="{}" data-relative>{}</time>'
        return format_html(form, machine, full, say_ago(value))
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, full, say_time(value))


def say_number(value: float | None) -> str:
    return format_value(Formatter.COUNT, value)


WRITERS: dict[str, Callable[[float], str]] = {
    "number": lambda value: format_value(Formatter.COUNT, value),
    "ratio": lambda value: format_value(Formatter.PERCENT, value),
    "duration": lambda value: format_value(Formatter.DURATION, value),
    "bytes": lambda value: format_value(Formatter.BYTES, value),
}
