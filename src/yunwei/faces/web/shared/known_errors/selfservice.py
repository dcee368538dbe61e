"""Error texts of acts on desktops, repairs and requests."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("something is being done to this desktop already"),
    gettext_noop("the desktop is being serviced"),
    gettext_noop("somebody else works on this desktop"),
    gettext_noop("too many repairs within the hour; wait, or write to support"),
    gettext_noop("too many repairs today; write to support"),
    gettext_noop("the desktop cloud of this desktop can not be told to do this"),
)
