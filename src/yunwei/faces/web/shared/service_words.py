"""How contracts, authorisations and what stands in them are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

SERVICE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "service_type": {
        "remote": Word(_("Remote support")),
        "on_site": Word(_("On-site support")),
        "inspection": Word(_("Inspection")),
        "emergency": Word(_("Emergency response")),
        "event": Word(_("Support of great events")),
        "change": Word(_("Standard change")),
    },
    "contract_state": {
        "drafted": Word(pgettext_lazy("contract", "Being written"), "idle", "pencil"),
        "offered": Word(
            pgettext_lazy("contract", "The customer is asked"), "warning", "user-check"
        ),
        "coming": Word(pgettext_lazy("contract", "Agreed, not begun"), "accent", "clock"),
        "in_force": Word(pgettext_lazy("contract", "In force"), "good", "circle-check"),
        "over": Word(pgettext_lazy("contract", "Over"), "idle", "history"),
        "ended": Word(pgettext_lazy("contract", "Ended early"), "minor", "ban"),
    },
    "terms_state": {
        "draft": Word(_("Draft"), "idle"),
        "offered": Word(pgettext_lazy("contract", "The customer is asked"), "warning"),
        "returned": Word(pgettext_lazy("contract", "Returned by the customer"), "major"),
        "agreed": Word(pgettext_lazy("contract", "Agreed"), "good"),
        "replaced": Word(pgettext_lazy("contract", "Replaced by other terms"), "idle"),
    },
    "contract_side": {
        "provider": Word(_("Provider")),
        "customer": Word(_("Customer")),
    },
    "priority": {
        "p1": Word(_("P1 – everything stands still"), "critical"),
        "p2": Word(_("P2 – many can not work"), "major"),
        "p3": Word(_("P3 – somebody can not work"), "minor"),
        "p4": Word(_("P4 – a question or a wish"), "idle"),
    },
    "service_metric": {
        "response": Word(pgettext_lazy("service level", "Answered within")),
        "arrival": Word(pgettext_lazy("service level", "On site within")),
        "resolution": Word(pgettext_lazy("service level", "Solved within")),
    },
    "operation": {
        "read": Word(_("Read data")),
        "session": Word(_("Log off, send messages")),
        "power": Word(_("Start, stop, restart")),
        "configure": Word(_("Assign, rebuild, change")),
        "script": Word(_("Run scripts")),
        "self_service": Word(_("Self-service of desktop users")),
    },
    "authorisation_state": {
        "asked": Word(pgettext_lazy("authorisation", "The customer is asked"), "warning"),
        "granted": Word(pgettext_lazy("authorisation", "Granted"), "good"),
        "declined": Word(pgettext_lazy("authorisation", "Declined"), "major"),
        "revoked": Word(pgettext_lazy("authorisation", "Revoked"), "idle"),
    },
    "permit": {
        "True": Word(pgettext_lazy("act", "Allowed"), "good"),
        "False": Word(pgettext_lazy("act", "Refused"), "critical"),
    },
    "permit_reason": {
        "no_contract_kept": Word(_("No contract is kept here: nothing is limited")),
        "own": Word(_("The customer's own people")),
        "authorised": Word(_("The customer authorised it")),
        "no_contract": Word(_("No contract was in force")),
        "not_covered": Word(_("The contract is about other desktops")),
        "not_authorised": Word(_("This kind of operation is not authorised")),
        "ended": Word(_("The authorisation did not hold then")),
        "other_times": Word(_("Authorised at other times only")),
        "other_objects": Word(_("Authorised for other desktops only")),
        "unknown_day": Word(_("It hangs on a calendar that is not published")),
    },
}
