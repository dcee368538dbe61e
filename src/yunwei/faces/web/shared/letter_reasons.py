"""Why something that came in could not be understood, in the viewer's language.

The texts are English where they are raised: a decoder knows no languages.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yunwei.faces.web.shared.error_texts import say_error

KNOWN = frozenset(
    {
        gettext_noop("cut short"),
        gettext_noop("a length passes the end of what encloses it"),
        gettext_noop("a length of a form that SNMP does not use"),
        gettext_noop("a number of an impossible length"),
        gettext_noop("an object identifier that does not end"),
        gettext_noop("an object identifier with a number over 32 bits"),
        gettext_noop("the message is not as long as the datagram"),
        gettext_noop("bytes after the security parameters"),
        gettext_noop("security parameters of an impossible form"),
        gettext_noop("an engine id or a user name over 32 bytes"),
        gettext_noop("flags are one byte"),
        gettext_noop("privacy without authentication"),
        gettext_noop("bytes after the encrypted PDU"),
        gettext_noop("the scoped PDU is not as long as the message"),
        gettext_noop("the PDU is not as long as the message"),
        gettext_noop("only an inform is answered"),
        gettext_noop("a message that is still encrypted"),
        gettext_noop("the variables are not as long as the PDU"),
        gettext_noop("bytes after a variable's value"),
        gettext_noop("a tag of a form that SNMP does not use"),
        gettext_noop("an IpAddress is four bytes"),
        gettext_noop("JSON that is nested too deeply"),
        gettext_noop("expected an object"),
    }
)

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"tag (?P<found>\S+) where (?P<wanted>\S+) belongs",
        gettext_noop("tag %(found)s where %(wanted)s belongs"),
    ),
    (r"SNMP version number (?P<number>.+)", gettext_noop("SNMP version number %(number)s")),
    (r"security model (?P<number>.+)", gettext_noop("security model %(number)s")),
    (
        r"PDU (?P<tag>\S+) of version (?P<version>\S+) is no trap",
        gettext_noop("PDU %(tag)s of version %(version)s is no trap"),
    ),
    (
        r"generic trap (?P<generic>\S+), specific (?P<specific>\S+) does not exist",
        gettext_noop("generic trap %(generic)s, specific %(specific)s does not exist"),
    ),
    (r"not JSON: (?P<why>.+)", gettext_noop("this is not JSON: %(why)s")),
    (r"there is nothing at '?(?P<path>[^']*)'?", gettext_noop("there is nothing at %(path)s")),
    (r"there is no value for (?P<names>.+)", gettext_noop("there is no value for %(names)s")),
    (
        r"more than (?P<limit>\d+) alarms at once",
        gettext_noop("more than %(limit)s alarms at once"),
    ),
    (
        r"(?P<name>\S+) is (?P<value>.+), which is not listed",
        gettext_noop("%(name)s is %(value)s, which is not listed"),
    ),
    (r"malformed \((?P<count>\d+) datagrams\)", gettext_noop("%(count)s malformed datagrams")),
    (
        r"(?P<kind>[A-Z]\w*(?:Error|Violation|Exception)): (?P<why>.+)",
        gettext_noop("a defect, or something it names is gone (%(kind)s): %(why)s"),
    ),
)

_FIELD = re.compile(r"(?P<field>[a-z][\w.]*): (?P<why>.+)", re.DOTALL)


def say_reason(text: str) -> str:
    """Return the reason in the viewer's language, its field first; unlisted ones as they are."""
    if text in KNOWN:
        return _(text)
    for pattern, known in PATTERNS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return _(known) % found.groupdict()
    of_field = _FIELD.fullmatch(text)
    if of_field:
        return f"{of_field['field']}: {say_reason(of_field['why'])}"
    return say_error(text)
