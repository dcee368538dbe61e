"""Error texts with something of the case in them: how they are raised, and what is translated."""

from django.utils.translation import gettext_noop

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"at least (?P<limit>[\d.,]+)", gettext_noop("at least %(limit)s")),
    (r"at most (?P<limit>[\d.,]+)", gettext_noop("at most %(limit)s")),
    (r"at least (?P<limit>\d+) characters", gettext_noop("at least %(limit)s characters")),
    (r"at most (?P<limit>\d+) characters", gettext_noop("at most %(limit)s characters")),
    (r"at most (?P<limit>\d+) days from now", gettext_noop("at most %(limit)s days from now")),
    (r"at most (?P<limit>\d+) days at once", gettext_noop("at most %(limit)s days at once")),
    (r"between (?P<low>\d+) and (?P<high>\d+)", gettext_noop("between %(low)s and %(high)s")),
    (r"at most (?P<limit>\d+) articles", gettext_noop("at most %(limit)s articles")),
    (r"at most (?P<limit>\d+) versions", gettext_noop("at most %(limit)s versions")),
    (r"at most (?P<limit>\d+) files", gettext_noop("at most %(limit)s files")),
    (
        r"this does not belong to an article: (?P<name>.*)",
        gettext_noop("this does not belong to an article: %(name)s"),
    ),
    (r"at most (?P<limit>\d+) layers", gettext_noop("at most %(limit)s layers")),
    (r"at most (?P<limit>\d+) turns", gettext_noop("at most %(limit)s turns")),
    (
        r"at most (?P<limit>\d+) people in one turn",
        gettext_noop("at most %(limit)s people in one turn"),
    ),
    (
        r"another override says something about (?P<name>.*) at that time",
        gettext_noop("another override says something about %(name)s at that time"),
    ),
    (
        r"(?P<name>.*) is not on duty at that time",
        gettext_noop("%(name)s is not on duty at that time"),
    ),
    (r"at most (?P<limit>\d+) clauses", gettext_noop("at most %(limit)s clauses")),
    (
        r"(?P<year>\d+) has no holiday: this is not a whole year",
        gettext_noop("%(year)s has no holiday: this is not a whole year"),
    ),
    (
        r"(?P<day>[\d-]+) does not belong to (?P<year>\d+)",
        gettext_noop("%(day)s does not belong to %(year)s"),
    ),
    (r"(?P<day>[\d-]+) stands there twice", gettext_noop("%(day)s stands there twice")),
    (
        r"(?P<day>[\d-]+) is no Saturday or Sunday: nobody makes up for it",
        gettext_noop("%(day)s is no Saturday or Sunday: nobody makes up for it"),
    ),
    (r"(?P<day>[\d-]+) is of another weekday", gettext_noop("%(day)s is of another weekday")),
    (r"this is not a day: (?P<text>.*)", gettext_noop("this is not a day: %(text)s")),
    (
        r"there is no such kind of day: (?P<text>.*)",
        gettext_noop("there is no such kind of day: %(text)s"),
    ),
    (r"said twice: (?P<text>.+)", gettext_noop("said twice: %(text)s")),
    (r"there is no such word: (?P<text>.+)", gettext_noop("there is no such word: %(text)s")),
    (
        r"between (?P<low>\d+) and (?P<high>\d+) steps",
        gettext_noop("between %(low)s and %(high)s steps"),
    ),
    (
        r"routes lead to this policy: (?P<names>.+)",
        gettext_noop("routes lead to this policy: %(names)s"),
    ),
    (
        r"(?P<limit>\d+) live rules already have to be asked about every alarm: .+",
        gettext_noop(
            "%(limit)s live rules already have to be asked about every alarm: let this one name a"
            " type, an object, a text or a network"
        ),
    ),
    (r"rules use this set: (?P<names>.+)", gettext_noop("rules use this set: %(names)s")),
    (r"there is no named set (?P<name>.+)", gettext_noop("there is no named set %(name)s")),
    (
        r"(?P<field>[\w.]+) is not asked for values of (?P<name>.+)",
        gettext_noop("%(field)s is not asked for values of %(name)s: they are of another kind"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.+): a path begins with /",
        gettext_noop("value %(number)s, %(value)s: a path begins with /"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.+): this is every object",
        gettext_noop("value %(number)s, %(value)s: this is every object"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.+): this is every address",
        gettext_noop("value %(number)s, %(value)s: this is every address"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.+): not an address or network",
        gettext_noop("value %(number)s, %(value)s: not an address or network"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.+): no line breaks or control characters",
        gettext_noop("value %(number)s, %(value)s: no line breaks or control characters"),
    ),
    (
        r"value (?P<number>\d+), (?P<value>.*): a value has 1 to (?P<limit>\d+) characters",
        gettext_noop("value %(number)s, %(value)s: a value has 1 to %(limit)s characters"),
    ),
    (r"its default: (?P<why>.+)", gettext_noop("its default: %(why)s")),
    (r"(?P<name>\w+) is there twice", gettext_noop("%(name)s is there twice")),
    (r"at most (?P<limit>\d+) parameters", gettext_noop("at most %(limit)s parameters")),
    (r"at most (?P<limit>\d+) tags", gettext_noop("at most %(limit)s tags")),
    (r"at least (?P<limit>[-\d.e+]+)", gettext_noop("at least %(limit)s")),
    (r"at most (?P<limit>[-\d.e+]+)", gettext_noop("at most %(limit)s")),
    (
        r"this is no section of an article: (?P<name>.+)",
        gettext_noop("this is no section of an article: %(name)s"),
    ),
    (
        r"(?P<field>audience|topic) can not be (?P<value>.+)",
        gettext_noop("%(field)s can not be %(value)s"),
    ),
    (r"its head can not be read: (?P<why>.+)", gettext_noop("its head can not be read: %(why)s")),
    (r"at most (?P<limit>\d+) words", gettext_noop("at most %(limit)s words")),
    (r"at most (?P<limit>\d+) values", gettext_noop("at most %(limit)s values")),
    (r"more than (?P<limit>\d+) terms", gettext_noop("more than %(limit)s terms")),
    (r"nested deeper than (?P<limit>\d+)", gettext_noop("nested deeper than %(limit)s")),
    (
        r"not an address or network: (?P<part>.+)",
        gettext_noop("not an address or network: %(part)s"),
    ),
    (r"bad regular expression: (?P<why>.+)", gettext_noop("bad regular expression: %(why)s")),
    (r"no such field: (?P<name>.+)", gettext_noop("no such field: %(name)s")),
    (r"no such operator: (?P<name>.+)", gettext_noop("no such operator: %(name)s")),
    (r"there is no such sort: (?P<name>.+)", gettext_noop("there is no such sort: %(name)s")),
    (r"'(?P<op>\w+)' needs a value", gettext_noop("“%(op)s” needs a value")),
    (
        r"'(?P<op>\w+)' needs a list that is not empty",
        gettext_noop("“%(op)s” needs a list that is not empty"),
    ),
    (
        r"more than (?P<limit>\d+) values; use a named set",
        gettext_noop("more than %(limit)s values; use a named set"),
    ),
    (
        r"a value is longer than (?P<limit>\d+) characters",
        gettext_noop("a value is longer than %(limit)s characters"),
    ),
    (
        r"no such value of (?P<name>\S+): (?P<value>.+)",
        gettext_noop("no such value of %(name)s: %(value)s"),
    ),
    (r"there is no such kind: (?P<name>.*)", gettext_noop("there is no such kind: %(name)s")),
    (
        r"relation is one of (?P<names>.+)",
        gettext_noop("relation is one of %(names)s"),
    ),
    (r"the heading lacks (?P<names>.+)", gettext_noop("the heading lacks %(names)s")),
    (r"not a number: (?P<value>.+)", gettext_noop("not a number: %(value)s")),
    (
        r"not a time with its zone: (?P<value>.+)",
        gettext_noop("not a time with its zone: %(value)s"),
    ),
    (r"not an address: (?P<value>.+)", gettext_noop("not an address: %(value)s")),
    (
        r"(?P<name>.+) can not be asked with (?P<op>\S+)",
        gettext_noop("%(name)s can not be asked with %(op)s"),
    ),
    (r"no such function: (?P<name>.+)", gettext_noop("no such function: %(name)s")),
    (r"no such escape: (?P<name>.+)", gettext_noop("no such escape: %(name)s")),
    (r"(?P<sign>.+) means nothing here", gettext_noop("%(sign)s means nothing here")),
    (r"expected (?P<sign>\S+)", gettext_noop("expected %(sign)s")),
    (r"the past does not tell (?P<name>.+)", gettext_noop("the past does not tell %(name)s")),
    (
        r"no desktop, or more than one, is called (?P<name>.+)",
        gettext_noop("no desktop, or more than one, is called %(name)s"),
    ),
    (r"no answer within (?P<seconds>[\d.]+) s", gettext_noop("no answer within %(seconds)s s")),
    (
        r"(?P<where>\S.*) gave no answer in (?P<seconds>[\d.]+) s",
        gettext_noop("%(where)s gave no answer in %(seconds)s s"),
    ),
    (
        r"(?P<where>\S.*) can not be reached: (?P<why>.+)",
        gettext_noop("%(where)s can not be reached: %(why)s"),
    ),
    (
        r"(?P<where>\S.*) answered off its documented shape: (?P<why>.+)",
        gettext_noop("%(where)s answered off its documented shape: %(why)s"),
    ),
    (
        r"(?P<where>\S.*) answered (?P<status>\d{3}): (?P<why>.+)",
        gettext_noop("%(where)s answered %(status)s: %(why)s"),
    ),
)
