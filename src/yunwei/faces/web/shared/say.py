"""Writes values for people: times in the viewer's zone, numbers, our errors in their language."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from yunwei.base.core.errors import YunweiError
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


# Our errors are English, for logs and REST. Those that people can cause are said in their own
# language here; `%` stands for a part that changes.
_KNOWN = (
    gettext_noop("this is required"),
    gettext_noop("this is not a web address"),
    gettext_noop("a web address starts with http:// or https://"),
    gettext_noop("credentials do not belong into the address"),
    gettext_noop("this is not a number"),
    gettext_noop("this is not one of the choices"),
    gettext_noop("true or false"),
    gettext_noop("this is not of the expected form"),
    gettext_noop("a rule needs a name"),
    gettext_noop("a rule needs a reason"),
    gettext_noop("the end must be in the future"),
    gettext_noop("the start must be before the end"),
    gettext_noop("a rule that masks everything is not allowed"),
    gettext_noop("a condition needs at least one term"),
    gettext_noop("the rule is so already"),
    gettext_noop("the rule is over; give it a new end first"),
    gettext_noop("a comment needs words"),
    gettext_noop("there is no such time zone"),
    gettext_noop("this is not a cursor of ours"),
    gettext_noop("The source did not answer in time."),
    gettext_noop("The source refused the credentials, or they lack a right."),
    gettext_noop("The source asks to be called less often."),
    gettext_noop("The source answered something off its documented shape."),
    gettext_noop("There is no such thing, or you may not see it."),
    gettext_noop("Someone was faster, or this is not possible in the present state."),
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"at least (?P<limit>[\d.,]+)", gettext_noop("at least %(limit)s")),
    (r"at most (?P<limit>[\d.,]+)", gettext_noop("at most %(limit)s")),
    (r"at most (?P<limit>\d+) characters", gettext_noop("at most %(limit)s characters")),
    (r"at most (?P<limit>\d+) days from now", gettext_noop("at most %(limit)s days from now")),
    (r"between (?P<low>\d+) and (?P<high>\d+)", gettext_noop("between %(low)s and %(high)s")),
    (
        r"not an address or network: (?P<part>.+)",
        gettext_noop("not an address or network: %(part)s"),
    ),
    (
        r"bad regular expression: (?P<why>.+)",
        gettext_noop("bad regular expression: %(why)s"),
    ),
)


def say_error(error: YunweiError | str) -> str:
    """Return what went wrong in the viewer's language; an unlisted text stays as it is."""
    text = error.message if isinstance(error, YunweiError) else error
    for pattern, known in _PATTERNS:
        found = re.fullmatch(pattern, text)
        if found:
            return _(known) % found.groupdict()
    return _(text) if text else ""


WRITERS: dict[str, Callable[[float], str]] = {
    "number": lambda value: format_value(Formatter.COUNT, value),
    "ratio": lambda value: format_value(Formatter.PERCENT, value),
    "duration": lambda value: format_value(Formatter.DURATION, value),
    "bytes": lambda value: format_value(Formatter.BYTES, value),
}
