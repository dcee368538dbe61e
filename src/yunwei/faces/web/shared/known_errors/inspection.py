"""Error texts of inspections."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("at most 100000 characters"),
    gettext_noop("a template asks at least one thing"),
    gettext_noop("at most 200 checks and items"),
    gettext_noop("there is no such item"),
    gettext_noop("there is no such finding"),
    gettext_noop("say what is wrong"),
    gettext_noop("at most 2000 characters"),
    gettext_noop("answer every item before it is sealed"),
    gettext_noop("this inspection is sealed already"),
    gettext_noop("this inspection is not made yet"),
    gettext_noop("an inspection that was sealed stays"),
    gettext_noop("tickets were made of it: it stays"),
    gettext_noop("there is a ticket about it"),
    gettext_noop("no contract with inspections is in force"),
    gettext_noop("this is not a time of the day"),
)
PATTERNS = (
    (r"this is not TOML: (?P<why>.+)", gettext_noop("this is not TOML: %(why)s")),
    (r"this can not be read: (?P<why>.+)", gettext_noop("this can not be read: %(why)s")),
    (
        r"(?:(?P<name>\w+): )there is no such measure: (?P<text>.+)",
        gettext_noop("%(name)s: there is no such measure: %(text)s"),
    ),
    (
        r"(?P<name>\w+): say from where on it warns or fails",
        gettext_noop("%(name)s: say from where on it warns or fails"),
    ),
    (
        r"(?P<name>\w+): it fails before it warns",
        gettext_noop("%(name)s: it fails before it warns"),
    ),
    (
        r"(?P<name>\w+): its weight is between 1 and 100",
        gettext_noop("%(name)s: its weight is between 1 and 100"),
    ),
    (
        r"(?P<name>\w+): say it in both languages, in at most 500 characters",
        gettext_noop("%(name)s: say it in both languages, in at most 500 characters"),
    ),
    (
        r"a name is made of letters, digits and _: (?P<text>.*)",
        gettext_noop("a name is made of letters, digits and _: %(text)s"),
    ),
)
