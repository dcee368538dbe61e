"""Error texts of articles."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("it has to begin with a head between two lines of +++"),
    gettext_noop("the languages of an article say different things of it"),
    gettext_noop("there is text before the first section"),
)
