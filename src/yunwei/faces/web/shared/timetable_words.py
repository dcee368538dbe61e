"""How timetables and what became of their starts are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

TIMETABLE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "timetable_state": {
        "on": Word(_("On"), "good"),
        "paused": Word(pgettext_lazy("timetable", "Paused"), "idle", "player-pause"),
        "over": Word(pgettext_lazy("timetable", "Over"), "idle"),
        "troubled": Word(_("Could not be started the last time"), "critical", "alert-octagon"),
    },
    "rhythm": {
        "once": Word(pgettext_lazy("rhythm", "Once")),
        "daily": Word(_("Every day")),
        "weekly": Word(_("Every week")),
        "monthly": Word(_("Every month")),
    },
    "on_days": {
        "any": Word(_("Whatever day it is")),
        "workdays": Word(_("Only on working days, make-up days among them")),
        "rest_days": Word(_("Only on weekends and holidays")),
    },
    "missed_starts": {
        "skip": Word(_("Leave them out")),
        "catch_up": Word(_("Catch up: the latest of them is started after all")),
    },
    "start_state": {
        "intended": Word(_("To be started"), "idle"),
        "started": Word(_("Started"), "good", "player-play"),
        "refused": Word(_("It could not be started"), "critical", "ban"),
        "skipped": Word(_("Left out"), "idle"),
        "missed": Word(pgettext_lazy("start", "Missed"), "major"),
    },
    "start_reason": {
        "overlap": Word(_("the last run was not over")),
        "unknown_day": Word(_("the calendar of that year is not published")),
        "window": Word(_("its window went by while nothing was started here")),
        "removed": Word(_("the timetable was removed")),
        "caught_up": Word(_("caught up after its window")),
    },
    "run_change": {
        "newly_fails": Word(_("Newly fails"), "critical", "trending-down"),
        "still_fails": Word(_("Still fails"), "major"),
        "newly_passes": Word(_("Newly passes"), "good", "trending-up"),
        "prints_other": Word(_("Passes, and prints something else"), "warning"),
        "not_reached": Word(_("Was not reached this time"), "minor"),
        "appeared": Word(_("Was not among them before"), "idle"),
        "gone": Word(_("Is not among them any more"), "idle"),
        "undecided": Word(_("Not over yet"), "accent"),
        "same": Word(_("Unchanged"), "idle"),
    },
}
