"""How reclaims are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

RECLAIM_WORDS: Mapping[str, Mapping[str, Word]] = {
    "reclaim_state": {
        "asked": Word(_("Its user is asked"), "accent"),
        "approval": Word(_("Waits for the customer's approval"), "accent"),
        "taking": Word(_("Is being taken back"), "accent"),
        "reclaimed": Word(pgettext_lazy("reclaim", "Taken back"), "good"),
        "kept": Word(_("Kept by its user"), "idle"),
        "used": Word(_("Used in between"), "idle"),
        "stopped": Word(pgettext_lazy("reclaim", "Stopped"), "idle"),
        "undone": Word(_("Given again"), "idle"),
        "declined": Word(_("Not approved"), "idle"),
        "failed": Word(pgettext_lazy("reclaim", "Given up"), "critical"),
        "gone": Word(_("Was gone already"), "idle"),
    },
    "reclaim_answer": {
        "": Word(_("None yet")),
        "keep": Word(pgettext_lazy("reclaim", "Keeps it")),
        "give_back": Word(pgettext_lazy("reclaim", "Gives it back")),
    },
    "reclaim_said": {
        "given_back": Word(pgettext_lazy("reclaim", "Gives it back")),
        "no_answer": Word(_("Asked, and did not answer in time")),
        "not_asked": Word(_("Could not be asked: none of its users has an account here")),
        "nobody": Word(_("It is assigned to nobody")),
    },
}
