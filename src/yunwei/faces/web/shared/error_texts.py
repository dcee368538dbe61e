"""Our error texts in the viewer's language. They are English where they are raised, for logs and
REST; below the pages nobody may know Django. A test finds those that are missing here.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yunwei.base.core.condition import BadText
from yunwei.base.core.errors import YunweiError

KNOWN = (
    gettext_noop("There is no such thing, or you may not see it."),
    gettext_noop("Someone was faster, or this is not possible in the present state."),
    gettext_noop("The source did not answer in time."),
    gettext_noop("The source refused the credentials, or they lack a right."),
    gettext_noop("The source asks to be called less often."),
    gettext_noop("The source answered something off its documented shape."),
    gettext_noop("this is required"),
    gettext_noop("this is not one of the choices"),
    gettext_noop("this is not of the expected form"),
    gettext_noop("this does not fit here"),
    gettext_noop("this is not a number"),
    gettext_noop("this is not a date and time"),
    gettext_noop("this is not a day"),
    gettext_noop("this is not a time of day"),
    gettext_noop("this is not JSON"),
    gettext_noop("this is not a web address"),
    gettext_noop("a web address starts with http:// or https://"),
    gettext_noop("credentials do not belong into the address"),
    gettext_noop("the certificate authority is not a readable PEM"),
    gettext_noop("true or false"),
    gettext_noop("zh-hans or en"),
    gettext_noop("this is not a cursor of ours"),
    gettext_noop("there is no such filter"),
    gettext_noop("there is no such field"),
    gettext_noop("there is no such time zone"),
    gettext_noop("there is no such channel"),
    gettext_noop("there is no such connector"),
    gettext_noop("there is no such person"),
    gettext_noop("there is no such role"),
    gettext_noop("there is no such tenant"),
    gettext_noop("it must be before the end"),
    gettext_noop("there is a view of this name already"),
    # relations
    gettext_noop("this is written already"),
    gettext_noop("nothing depends on itself"),
    gettext_noop("this relation is known from inventory and not written"),
    gettext_noop("this is too much for a view"),
    gettext_noop("this is still to come"),
    gettext_noop("a share above 0 and not above 1"),
    gettext_noop("not below the first threshold, and not above 1"),
    # conditions
    gettext_noop("a condition needs at least one term"),
    gettext_noop("a term has field, op and value"),
    gettext_noop("expected an object"),
    gettext_noop("a value has a character that can not be stored"),
    gettext_noop("a path begins with /"),
    gettext_noop("this text does not end"),
    gettext_noop("this text is too long"),
    gettext_noop("expected && or ||"),
    gettext_noop("expected a field"),
    gettext_noop("expected a value"),
    gettext_noop("expected the name of a raw field"),
    gettext_noop("expected ==, !=, >=, <=, >, <, in or a function"),
    # mask rules
    gettext_noop("a rule needs a name"),
    gettext_noop("a rule needs a reason"),
    gettext_noop("a downgrade, and only that, names a severity"),
    gettext_noop("a rule that lives longer than a day needs a ticket"),
    gettext_noop("the condition names Critical: say that Critical is meant"),
    gettext_noop("the end must be in the future"),
    gettext_noop("the start must be before the end"),
    gettext_noop("0 (Monday) to 6 (Sunday)"),
    gettext_noop("the rule is archived; duplicate it to use it again"),
    gettext_noop("the rule has no such version"),
    gettext_noop("simulate the rule first"),
    gettext_noop("its approval is asked for already"),
    gettext_noop("nobody asked for an approval"),
    gettext_noop("another person has to approve it"),
    gettext_noop("say why it is not approved"),
    gettext_noop("no version waits"),
    gettext_noop("the rule is not live"),
    gettext_noop("a version waits: activate it or give it up first"),
    gettext_noop("the rule is so already"),
    gettext_noop("the rule is over; give it a new end first"),
    # trap definitions, schedules, noise rules, fallback
    gettext_noop("this kind of source has no list of current alarms"),
    gettext_noop("it is not enabled"),
    gettext_noop("name at least one thing that they have in common"),
    gettext_noop("name at least one way to depend"),
    gettext_noop("the simulation is over already"),
    gettext_noop("only a payload can be changed"),
    gettext_noop("nobody has changed it"),
    gettext_noop("it is on its way already"),
    gettext_noop("it is dealt with already"),
    gettext_noop("it was not discarded"),
    gettext_noop("what was refused at the door can not be replayed"),
    gettext_noop("this version can not read it either"),
    gettext_noop("choose at least one letter"),
    gettext_noop("nothing is taken here yet"),
    gettext_noop("a family needs a name"),
    gettext_noop("a rule keeps its kind"),
    # named sets
    gettext_noop("a set needs a name"),
    gettext_noop("there is a set of this name"),
    gettext_noop("only the provider's sets can be shared"),
    gettext_noop("another channel of the same tenant"),
    gettext_noop("it has been answered already"),
    gettext_noop("it has begun already"),
    gettext_noop("it is over already"),
    gettext_noop("it must be in the schedule's time zone"),
    gettext_noop("it must be smaller than the beginning"),
    gettext_noop("name a type, or * for all"),
    gettext_noop("nobody is twice in one turn"),
    gettext_noop("nobody takes over from oneself"),
    gettext_noop("somebody changed it in the meantime"),
    gettext_noop("the end must be after the start"),
    gettext_noop("the family is so already"),
    gettext_noop("the file is too large"),
    gettext_noop("the time has no zone"),
    gettext_noop("the times that are swapped must not overlap"),
    gettext_noop("there is another temporary shift at that time"),
    gettext_noop("there is leave at that time already"),
    gettext_noop("there is no such layer"),
    gettext_noop("there is no such trap"),
    gettext_noop("this is needed"),
    gettext_noop("this kind of override does not take one"),
    gettext_noop("what has been is not changed"),
    # calendars
    gettext_noop("a country is two capital letters, such as CN"),
    gettext_noop("no line breaks or control characters"),
    gettext_noop("the file names no day"),
    gettext_noop("this is not a text"),
    gettext_noop("the file is too long"),
    gettext_noop("choose a file, or paste its text"),
    gettext_noop("the first line of a CSV names its columns: date,kind,name,name_en"),
    gettext_noop("expected year and days, or a list of years"),
    gettext_noop("this year is not known yet: import it first"),
    gettext_noop("at most a year from now"),
    gettext_noop("a time needs its zone"),
    # contacts, quiet hours
    gettext_noop("the e-mail address stands in the profile"),
    gettext_noop("this address is here already"),
    gettext_noop("name every address once"),
    gettext_noop("letters, digits and . _ - @ only, at most 64"),
    gettext_noop("a number begins with + and its country: +86 138 0013 8000"),
    gettext_noop("this is not a time of day"),
    gettext_noop("quiet hours end at another time than they begin"),
    gettext_noop("a code was sent a moment ago; the next can be sent after a minute"),
    gettext_noop("too many codes were sent today; try again tomorrow"),
    gettext_noop("no code waits; have a new one sent"),
    gettext_noop("too many wrong codes; have a new one sent"),
    gettext_noop("this is not the code that was sent"),
    gettext_noop("no channel writes to such addresses yet; an administrator can vouch for it"),
    # routes, ownership
    gettext_noop("the last route catches what no other does; it can not be removed"),
    gettext_noop("the last route catches what no other does; it stays the last"),
    gettext_noop("the last route must tell somebody"),
    gettext_noop("name every route of the tenant once"),
    gettext_noop("there is no such schedule"),
    gettext_noop("there is no such pool"),
    gettext_noop("a path begins with /"),
    gettext_noop("somebody owns it already; change that entry"),
    gettext_noop("name an owner: people, a role or a schedule"),
    # duty
    gettext_noop("a layer needs people who take turns"),
    gettext_noop("nobody is twice in one turn"),
    gettext_noop("it must be in the schedule's time zone"),
    gettext_noop("what has been is not changed"),
    gettext_noop("the end must be after the start"),
    gettext_noop("this kind of override does not take one"),
    gettext_noop("nobody takes over from oneself"),
    gettext_noop("the times that are swapped must not overlap"),
    gettext_noop("there is no such layer"),
    gettext_noop("there is leave at that time already"),
    gettext_noop("there is another temporary shift at that time"),
    gettext_noop("it is over already"),
    gettext_noop("it has begun already"),
    gettext_noop("it has been answered already"),
    # calendar expressions
    gettext_noop("name at least one kind of day or some hours"),
    gettext_noop("expected time_zone and clauses"),
    gettext_noop("expected a list of clauses"),
    gettext_noop("a clause has weekdays, kinds, days of a month and minutes"),
    gettext_noop("there is no such kind of day"),
    # alarms
    gettext_noop("found by reconciliation"),
    gettext_noop("a comment needs words"),
    gettext_noop("shelving needs a reason"),
    gettext_noop("at most 30 days"),
    gettext_noop("choose at least one alarm"),
    gettext_noop("the alarm is cleared already"),
    gettext_noop("the alarm is not acknowledged"),
    gettext_noop("the alarm is not shelved"),
    gettext_noop("the alarm is shelved already"),
    gettext_noop("the alarm is already acknowledged"),
    gettext_noop("the alarm is already shelved"),
    # routes, channels, messages
    gettext_noop("a channel needs a name"),
    gettext_noop("there is a channel of this name"),
    gettext_noop("the channel is not in use any more"),
    gettext_noop("a route needs a name"),
    gettext_noop("a route needs a way: a channel, or the screen"),
    gettext_noop("a route on screen needs people or roles"),
    gettext_noop("a route leads to a policy or to people and channels, not both"),
    gettext_noop("there is no such escalation policy"),
    gettext_noop("a policy needs a name"),
    gettext_noop("there is a policy of this name"),
    gettext_noop("between one minute and seven days"),
    gettext_noop("at most seven days"),
    gettext_noop("a step needs somebody, or a channel"),
    gettext_noop("a step needs a way: a channel, or the screen"),
    gettext_noop("nobody in particular is told by this step"),
    gettext_noop("no escalation policy is at work on this alarm"),
    gettext_noop("there is no further step"),
    gettext_noop("the escalation has ended, or the alarm is kept quiet"),
    gettext_noop("this was not signed here"),
    gettext_noop("acknowledged before it was sent"),
    gettext_noop("suppressed before it was sent"),
    gettext_noop("cleared before it was sent"),
    gettext_noop("another policy took over before it was sent"),
    gettext_noop("name every route of the tenant once"),
    gettext_noop("only a message that was given up can be sent again"),
    # sources
    gettext_noop("another source has this name"),
    gettext_noop("privacy needs authentication"),
    gettext_noop("another copy of collect reads this source now"),
    gettext_noop("the source is enabled already"),
    gettext_noop("it is not enabled"),
)

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"at least (?P<limit>[\d.,]+)", gettext_noop("at least %(limit)s")),
    (r"at most (?P<limit>[\d.,]+)", gettext_noop("at most %(limit)s")),
    (r"at least (?P<limit>\d+) characters", gettext_noop("at least %(limit)s characters")),
    (r"at most (?P<limit>\d+) characters", gettext_noop("at most %(limit)s characters")),
    (r"at most (?P<limit>\d+) days from now", gettext_noop("at most %(limit)s days from now")),
    (r"at most (?P<limit>\d+) days at once", gettext_noop("at most %(limit)s days at once")),
    (r"between (?P<low>\d+) and (?P<high>\d+)", gettext_noop("between %(low)s and %(high)s")),
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
    if within := re.fullmatch(r"line (?P<number>\d+): (?P<why>.+)", text, re.DOTALL):
        number, why = within.groups()
        return _("line %(number)s: %(why)s") % {"number": number, "why": say_error(why)}
    for pattern, known in PATTERNS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return _(known) % found.groupdict()
    return _(text)
