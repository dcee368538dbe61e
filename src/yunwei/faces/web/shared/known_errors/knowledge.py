"""Error texts of articles."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("write it in one language at least"),
    gettext_noop("there is no such cause"),
    gettext_noop("this is not text"),
    gettext_noop("somebody else changed the article meanwhile"),
    gettext_noop("this article is retired already"),
    gettext_noop("only the provider writes for all"),
    gettext_noop("it has to begin with a head between two lines of +++"),
    gettext_noop("the languages of an article say different things of it"),
    gettext_noop("there is text before the first section"),
    gettext_noop("there is no article in it"),
    gettext_noop("the file is larger than 10 MB"),
    gettext_noop("this is no ZIP file that can be read"),
    gettext_noop("it holds two files of one name"),
    gettext_noop("choose a file"),
    gettext_noop("these are more articles than one file holds"),
)
