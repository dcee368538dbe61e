"""How the closed sets of agents are said."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

AGENT_WORDS: Mapping[str, Mapping[str, Word]] = {
    "agent_state": {
        "online": Word(pgettext_lazy("agent", "Online"), "good", "circle-check"),
        "silent": Word(pgettext_lazy("agent", "Silent"), "warning", "wifi-off"),
        "never": Word(_("Not heard yet"), "", "circle-dashed"),
        "doubled": Word(_("Its key is on two machines"), "critical", "copy"),
        "revoked": Word(pgettext_lazy("agent", "Cut off"), "", "ban"),
    },
    "enrolment_state": {
        "open": Word(_("Usable"), "good", "circle-check"),
        "used": Word(_("Used up"), "", "checks"),
        "expired": Word(pgettext_lazy("enrolment", "Expired"), "", "clock"),
        "revoked": Word(pgettext_lazy("enrolment", "Stopped"), "", "ban"),
    },
}
