"""Error texts of reports."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("it must not be before the first day"),
    gettext_noop("at most 92 days"),
    gettext_noop("this is still to come"),
    gettext_noop("there is such a report"),
    gettext_noop("this report is not made yet"),
    gettext_noop("this report is made already"),
    gettext_noop("only what failed or was cancelled can be made again"),
    gettext_noop("this report is released already"),
    gettext_noop("only a person can have a test"),
    gettext_noop("release the report first"),
    gettext_noop("this report has no schedule, and so no recipients"),
    gettext_noop("a report that was released stays in the archive"),
    gettext_noop("there is a schedule of this name"),
    gettext_noop("this schedule has the report of its latest period already"),
    gettext_noop("within 15 days after the period"),
    gettext_noop("somebody has to get it"),
    gettext_noop("at most 200 people and groups"),
    gettext_noop("at most 50 domains, such as example.com"),
    gettext_noop("between 64 KB and 50 MB"),
    gettext_noop("at most 50 addresses"),
    gettext_noop("one of these is no e-mail address"),
    gettext_noop("the settings of this customer allow no addresses from outside"),
    gettext_noop("the settings of this customer allow other domains only"),
    gettext_noop("at most three kinds of files"),
)
