"""Error texts of standard changes and visits on site."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("a template has at least one step"),
    gettext_noop("a template says how it is verified"),
    gettext_noop("a template says how it is rolled back"),
    gettext_noop("at most 60 steps"),
    gettext_noop("at most 14 days"),
    gettext_noop("at most 8000 characters"),
    gettext_noop("say what came of it"),
    gettext_noop("the window of this change has not begun"),
    gettext_noop("the window of this change is over"),
    gettext_noop("it is not this step's turn"),
    gettext_noop("this is not possible while the step is as it is"),
    gettext_noop("this is not possible while the change is as it is"),
    gettext_noop("what came of this step, its run says"),
    gettext_noop("what verifies a change is not left out"),
    gettext_noop("a step is worked on; end it first"),
    gettext_noop("only a roll-back of which a step failed is given up"),
    gettext_noop("a change that has begun is rolled back, not cancelled"),
    gettext_noop("only a change that has come to an end is concluded"),
    gettext_noop("at most 20 files to a step"),
    gettext_noop("only a ticket that asks for a change has one"),
    gettext_noop("the ticket is not open"),
    gettext_noop("the ticket has an open change already"),
    gettext_noop("it must end after it began"),
    gettext_noop("this is not possible while the visit is as it is"),
    gettext_noop("this is not a position"),
    gettext_noop("between 0 and 20160"),
    gettext_noop("sign in the box"),
    gettext_noop("this is no drawing"),
    gettext_noop("at most 30 files to a visit"),
    gettext_noop("the contract gives no more days on site in this year"),
)
PATTERNS = (
    (r"(?P<name>\w+) is there twice", gettext_noop("%(name)s is there twice")),
    (
        r"(?P<name>\w+): it takes between 1 and 1440 minutes",
        gettext_noop("%(name)s: it takes between 1 and 1440 minutes"),
    ),
    (
        r"(?P<name>\w+): only a script has values",
        gettext_noop("%(name)s: only a script has values"),
    ),
    (
        r"(?P<name>\w+): say it in both languages, in at most 2000 characters",
        gettext_noop("%(name)s: say it in both languages, in at most 2000 characters"),
    ),
    (
        r"there is no script of this name: (?P<text>.+)",
        gettext_noop("there is no script of this name: %(text)s"),
    ),
    (
        r"no version of this script may run yet: (?P<text>.+)",
        gettext_noop("no version of this script may run yet: %(text)s"),
    ),
    (
        r"a runbook keeps no secrets; this asks for one: (?P<text>.+)",
        gettext_noop("a runbook keeps no secrets; this asks for one: %(text)s"),
    ),
    (
        r"no step with a script is called (?P<name>.+)",
        gettext_noop("no step with a script is called %(name)s"),
    ),
)
