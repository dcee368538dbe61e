"""How acts on desktops are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

ACT_WORDS: Mapping[str, Mapping[str, Word]] = {
    "desktop_act": {
        "start": Word(_("Start"), "", "power"),
        "stop": Word(_("Shut down"), "", "power"),
        "restart": Word(_("Restart"), "", "refresh"),
        "force_restart": Word(_("Restart by force"), "", "bolt"),
        "log_off": Word(_("Log off"), "", "logout"),
        "rebuild": Word(_("Rebuild the system disk"), "", "tool"),
        "snapshot": Word(_("Take a snapshot"), "", "copy"),
        "restore": Word(_("Restore the newest snapshot"), "", "history"),
    },
    "desktop_act_risk": {
        "start": Word(_("Disturbs nobody.")),
        "stop": Word(_("Whoever works on it loses what is not saved.")),
        "restart": Word(_("Whoever works on it loses what is not saved.")),
        "force_restart": Word(
            _("As if the power went: what is not saved is lost, files may suffer.")
        ),
        "log_off": Word(_("Programs are ended; what is not saved is lost.")),
        "rebuild": Word(_("Everything on the system disk is wiped. This can not be undone.")),
        "snapshot": Word(_("Disturbs nobody; it takes some minutes.")),
        "restore": Word(
            _("The newest snapshot of the system disk; what changed on it since then is lost.")
        ),
    },
    "act_state": {
        "asked": Word(pgettext_lazy("act", "Asked for"), "accent"),
        "sending": Word(pgettext_lazy("act", "Being sent"), "accent"),
        "sent": Word(pgettext_lazy("act", "Under way"), "accent"),
        "checking": Word(pgettext_lazy("act", "Being checked"), "accent"),
        "succeeded": Word(pgettext_lazy("act", "Done"), "good"),
        "failed": Word(pgettext_lazy("act", "Failed"), "critical"),
        "refused": Word(pgettext_lazy("act", "Refused by the cloud"), "critical"),
        "unknown": Word(_("Not known: sent, and nothing tells what became of it"), "major"),
    },
}
