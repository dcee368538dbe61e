"""Our error texts in the viewer's language. They are English where they are raised, for logs and
REST; below the pages nobody may know Django. Their list is in `known_errors`; a test finds what
is missing there.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yunwei.base.core.condition import BadText
from yunwei.base.core.errors import YunweiError
from yunwei.faces.web.shared.known_errors import (
    alarms,
    assurance,
    changes,
    common,
    conditions,
    inspection,
    knowledge,
    patterns,
    people,
    reports,
    scripts,
    selfservice,
    service,
)

__all__ = ["KNOWN", "PATTERNS", "say_error"]

PATTERNS = (*patterns.PATTERNS, *inspection.PATTERNS, *assurance.PATTERNS, *changes.PATTERNS)
KNOWN = frozenset(
    text
    for part in (
        common,
        conditions,
        alarms,
        knowledge,
        people,
        reports,
        scripts,
        selfservice,
        assurance,
        changes,
        inspection,
        service,
    )
    for text in part.KNOWN
)
_WITHIN = (
    (r"line (\d+): (.+)", gettext_noop("line %(place)s: %(why)s")),
    (r"parameter (\S+): (.+)", gettext_noop("parameter %(place)s: %(why)s")),
    (r"file (\S+): (.+)", gettext_noop("file %(place)s: %(why)s")),
)
"""Where something is wrong, and what."""


def say_error(error: YunweiError | str) -> str:
    """Return what went wrong in the viewer's language; an unlisted text stays as it is."""
    if isinstance(error, BadText):
        return _("line %(line)s, column %(column)s: %(why)s") % {
            "line": error.line,
            "column": error.column,
            "why": say_error(error.reason),
        }
    text = error.message if isinstance(error, YunweiError) else error
    if not text:
        return ""
    if text in KNOWN:
        return _(text)
    for pattern, said in _WITHIN:
        if within := re.fullmatch(pattern, text, re.DOTALL):
            place, why = within.groups()
            return _(said) % {"place": place, "why": say_error(why)}
    for pattern, known in PATTERNS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return _(known) % found.groupdict()
    return _(text)
