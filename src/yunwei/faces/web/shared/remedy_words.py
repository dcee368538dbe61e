"""How remedies and their attempts are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

REMEDY_WORDS: Mapping[str, Mapping[str, Word]] = {
    "remedy_mode": {
        "proposed": Word(_("A person applies it"), "idle", "user-check"),
        "automatic": Word(_("It applies itself"), "accent", "player-play"),
    },
    "remedy_state": {
        "on": Word(_("On"), "good"),
        "off": Word(_("Off"), "idle"),
        "broken": Word(_("Stopped: it healed nothing"), "critical", "alert-octagon"),
    },
    "attempt_state": {
        "intended": Word(_("To be started"), "idle"),
        "running": Word(_("The script runs"), "accent"),
        "verifying": Word(_("The script succeeded; the alarm is watched"), "accent"),
        "healed": Word(_("Healed: verified, the alarm cleared"), "good", "circle-check"),
        "not_healed": Word(_("Not healed: the alarm still stands"), "major"),
        "failed": Word(_("The script did not succeed"), "critical"),
        "refused": Word(_("It could not be started"), "critical"),
    },
    "attempt_brief": {
        "intended": Word(_("A remedy is to be applied")),
        "running": Word(_("A remedy is being applied")),
        "verifying": Word(_("A remedy was applied; watched")),
        "healed": Word(_("Healed by a remedy")),
        "not_healed": Word(_("A remedy did not heal it")),
        "failed": Word(_("A remedy failed")),
        "refused": Word(_("A remedy could not be applied")),
    },
    "attempt_reason": {
        "stands": Word(_("the alarm did not clear in time")),
        "run_failed": Word(_("see its run")),
        "declined": Word(pgettext_lazy("run", "Not approved")),
        "lapsed": Word(_("Not approved in time")),
    },
}
