"""Error texts of event plans."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("at most 92 days"),
    gettext_noop("between 0 and 100"),
    gettext_noop("say why"),
    gettext_noop("it can not start: the customer was not inspected"),
    gettext_noop("it can not start: the latest inspection is not sealed"),
    gettext_noop("it can not start: the latest inspection is older than a week"),
    gettext_noop("it can not start: the latest inspection has too low a score"),
    gettext_noop("it can not start: a critical check of the latest inspection fails"),
    gettext_noop("the time of this plan is over"),
    gettext_noop("there is no closing report of it"),
    gettext_noop("there is a war room while a plan holds"),
    gettext_noop("there is no such threshold rule"),
    gettext_noop("a threshold rule of this plan is on already"),
    gettext_noop("this plan was started or ended already"),
    gettext_noop("only a plan that was started can end"),
    gettext_noop("only a plan that was started freezes anything"),
)
PATTERNS = (
    (
        r"changes and scripts are frozen now: (?P<name>.+)",
        gettext_noop("changes and scripts are frozen now: %(name)s"),
    ),
)
