"""How triggers and their firings are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

TRIGGER_WORDS: Mapping[str, Mapping[str, Word]] = {
    "trigger_occasion": {
        "appeared": Word(_("A desktop is new"), "idle", "plus"),
        "rebuilt": Word(_("It was made anew"), "idle", "refresh"),
        "started": Word(_("It runs again after being off"), "idle", "power"),
        "assigned": Word(_("It was given to a user"), "idle", "user-check"),
        "enrolled": Word(_("Its agent enrolled"), "idle", "terminal-2"),
    },
    "trigger_state": {
        "on": Word(_("On"), "good"),
        "off": Word(_("Off"), "idle"),
        "broken": Word(_("Stopped: its script keeps failing"), "critical", "alert-octagon"),
    },
    "firing_state": {
        "waiting": Word(_("Waits for its turn"), "idle"),
        "starting": Word(_("Its run is being started"), "accent"),
        "running": Word(_("The script runs"), "accent"),
        "done": Word(_("The script succeeded"), "good", "circle-check"),
        "failed": Word(_("The script did not succeed"), "critical"),
        "refused": Word(_("It could not be started"), "critical"),
        "held_back": Word(_("Left alone"), "idle"),
        "lapsed": Word(_("Not begun"), "minor"),
    },
    "firing_reason": {
        "unreachable": Word(_("nothing reaches the desktop yet")),
        "cooling_down": Word(_("it had the script a short time ago")),
        "late": Word(_("its turn did not come in time")),
        "off": Word(_("the trigger was turned off")),
        "gone": Word(_("the desktop is not there any more")),
        "left_out": Word(_("the desktop was left out of the run")),
        "run_gone": Word(_("the run is not there any more")),
        "declined": Word(pgettext_lazy("run", "Not approved")),
        "lapsed": Word(_("Not approved in time")),
        "failed": Word(_("see its run")),
        "timed_out": Word(_("Timed out")),
        "interrupted": Word(_("Interrupted: its outcome is not known")),
        "expired": Word(_("Expired: not begun in time")),
        "cancelled": Word(pgettext_lazy("run", "Cancelled")),
        "refused": Word(_("Refused")),
        "unknown": Word(_("Unknown: nothing was heard of it any more")),
        "skipped": Word(_("Left out")),
    },
}
