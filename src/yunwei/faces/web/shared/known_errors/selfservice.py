"""Error texts of acts on desktops, repairs and requests."""

from django.utils.translation import gettext_noop

KNOWN = (
    gettext_noop("this is not possible in the present state"),
    gettext_noop("something is being done to this desktop already"),
    gettext_noop("the desktop is being serviced"),
    gettext_noop("this desktop is no longer yours: it was passed on when your session ended"),
    gettext_noop("somebody else works on this desktop"),
    gettext_noop("too many repairs within the hour; wait, or write to support"),
    gettext_noop("too many repairs today; write to support"),
    gettext_noop("the desktop cloud of this desktop can not be told to do this"),
    gettext_noop("this is not offered"),
    gettext_noop("you have asked for this already; wait until that is decided and done"),
    gettext_noop("you have asked for this as often as you may within 30 days"),
    gettext_noop("your organisation's quota of this for 30 days is used up"),
    gettext_noop("this request waits for no approval"),
    gettext_noop("this request has expired"),
    gettext_noop("nobody approves a request of their own"),
    gettext_noop("it is too late to take this back"),
    gettext_noop("this is not for people to do"),
    gettext_noop("this did not go wrong"),
    gettext_noop("this is done already"),
    gettext_noop("say which desktop"),
    gettext_noop("say what it is for"),
    gettext_noop("this is you"),
    gettext_noop("frozen: nothing is begun at this time"),
    gettext_noop("the desktop has no desktop cloud any more"),
    gettext_noop("something else is being done to it"),
    gettext_noop("at most 20 people"),
)
