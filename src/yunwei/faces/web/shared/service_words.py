"""How contracts, authorisations and what stands in them are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word
from yunwei.operate.service.facts.emergencies import WRITTEN, LineKind
from yunwei.operate.service.queries.emergency_words import FINDINGS, LINES

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
        "accepted": Word(pgettext_lazy("contract", "Fulfilled and accepted"), "good", "checks"),
    },
    "service_lane": {
        "overdue": Word(pgettext_lazy("what is owed", "Overdue"), "critical", "alert-triangle"),
        "soon": Word(pgettext_lazy("what is owed", "Due within 2 hours"), "major", "clock"),
        "near": Word(pgettext_lazy("what is owed", "Due within a day"), "accent", "clock"),
        "later": Word(pgettext_lazy("what is owed", "Due later"), "good", "circle-check"),
        "standing": Word(pgettext_lazy("what is owed", "Waiting, nothing runs"), "idle", "history"),
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
        "frozen": Word(_("Changes and scripts were frozen")),
        "unknown_day": Word(_("It hangs on a calendar that is not published")),
    },
}

SURVEY_WORDS: Mapping[str, Mapping[str, Word]] = {
    "survey": {
        "open": Word(pgettext_lazy("survey", "Waits for an answer"), "warning", "clock"),
        "answered": Word(pgettext_lazy("survey", "Answered"), "good", "check"),
        "expired": Word(pgettext_lazy("survey", "Not answered"), "idle", "clock-pause"),
    },
    "survey_kind": {
        "ticket": Word(pgettext_lazy("survey", "A ticket")),
        "period": Word(pgettext_lazy("survey", "A period")),
    },
    "improvement_state": {
        "open": Word(pgettext_lazy("improvement", "To be improved"), "accent", "tool"),
        "done": Word(pgettext_lazy("improvement", "Done"), "good", "circle-check"),
        "dropped": Word(pgettext_lazy("improvement", "Not going to be done"), "idle", "ban"),
    },
}

TICKET_WORDS: Mapping[str, Mapping[str, Word]] = {
    "mail_state": {
        "opened": Word(pgettext_lazy("mail", "Became a ticket"), "good", "inbox"),
        "answered": Word(pgettext_lazy("mail", "Went into its ticket"), "good", "message"),
        "automatic": Word(pgettext_lazy("mail", "From a machine, kept aside"), "idle", "ban"),
        "unknown": Word(pgettext_lazy("mail", "Sender unknown"), "warning", "user"),
        "unplaced": Word(pgettext_lazy("mail", "Belongs nowhere"), "warning", "help"),
        "taken": Word(pgettext_lazy("mail", "Taken by a person"), "good", "user-check"),
        "dismissed": Word(pgettext_lazy("mail", "Dismissed"), "idle", "x"),
    },
    "ticket_state": {
        "new": Word(pgettext_lazy("ticket", "New"), "warning", "inbox"),
        "assigned": Word(pgettext_lazy("ticket", "Assigned"), "accent", "user-check"),
        "working": Word(pgettext_lazy("ticket", "Being worked on"), "accent", "tool"),
        "waiting": Word(pgettext_lazy("ticket", "Waits"), "minor", "clock-pause"),
        "resolved": Word(pgettext_lazy("ticket", "Solved, to be confirmed"), "good", "check"),
        "closed": Word(pgettext_lazy("ticket", "Closed"), "idle", "circle-check"),
        "cancelled": Word(pgettext_lazy("ticket", "Withdrawn"), "idle", "ban"),
        "merged": Word(pgettext_lazy("ticket", "Goes on in another"), "idle", "link"),
    },
    "wait_reason": {
        "customer": Word(_("Waits for the customer")),
        "third_party": Word(_("Waits for a third party")),
        "window": Word(_("Waits for a maintenance window")),
        "parts": Word(_("Waits for spare parts")),
        "observation": Word(_("Is being observed")),
    },
    "entry_kind": {
        "opened": Word(pgettext_lazy("entry", "Opened")),
        "assigned": Word(pgettext_lazy("entry", "Assigned")),
        "started": Word(pgettext_lazy("entry", "Work begun")),
        "replied": Word(pgettext_lazy("entry", "Message")),
        "noted": Word(pgettext_lazy("entry", "Internal note")),
        "arrived": Word(pgettext_lazy("entry", "On site")),
        "waited": Word(pgettext_lazy("entry", "Put on hold")),
        "resumed": Word(pgettext_lazy("entry", "Goes on")),
        "prioritised": Word(pgettext_lazy("entry", "Priority changed")),
        "resolved": Word(pgettext_lazy("entry", "Solved")),
        "reopened": Word(pgettext_lazy("entry", "Reopened")),
        "closed": Word(pgettext_lazy("entry", "Confirmed and closed")),
        "cancelled": Word(pgettext_lazy("entry", "Withdrawn")),
        "merged": Word(pgettext_lazy("entry", "Merged into")),
        "parted": Word(pgettext_lazy("entry", "Goes on by itself again, no more in")),
        "took_in": Word(pgettext_lazy("entry", "Took in")),
        "let_go": Word(pgettext_lazy("entry", "No more part of this")),
        "split": Word(pgettext_lazy("entry", "A part became")),
    },
    "clock_state": {
        "running": Word(pgettext_lazy("clock", "Running"), "accent"),
        "paused": Word(pgettext_lazy("clock", "Paused"), "minor"),
        "met": Word(pgettext_lazy("clock", "Met"), "good"),
        "late": Word(pgettext_lazy("clock", "Too late"), "critical"),
        "cancelled": Word(pgettext_lazy("clock", "Counts for nothing"), "idle"),
    },
    "clock_stand": {
        "running": Word(pgettext_lazy("clock", "It ran")),
        "paused": Word(pgettext_lazy("clock", "It was paused")),
        "solved": Word(pgettext_lazy("clock", "It was solved")),
    },
    "ticket_detail": {
        "affected": Word(_("Who and what is affected")),
        "place": Word(_("Where")),
        "wanted_at": Word(_("When somebody is to be there")),
        "entry": Word(_("How to get in")),
        "scope": Word(_("What is to be looked at")),
        "impact": Word(_("What stands still")),
        "event": Word(_("Which event")),
        "period": Word(_("From when until when")),
        "window": Word(_("When it may be changed")),
        "risk": Word(_("What can go wrong")),
        "steps": Word(_("What is to be done")),
        "verification": Word(_("How it is verified")),
        "rollback": Word(_("How it is taken back")),
    },
}

_ICONS = {
    LineKind.OBSERVED: "eye",
    LineKind.DECIDED: "user-check",
    LineKind.ACTED: "tool",
    LineKind.RESTORED: "circle-check",
    LineKind.TOLD: "message",
    LineKind.ALARM: "alert-triangle",
}
EMERGENCY_WORDS: Mapping[str, Mapping[str, Word]] = {
    "emergency_state": {
        "declared": Word(pgettext_lazy("emergency", "Going on"), "critical", "alert-triangle"),
        "ended": Word(
            pgettext_lazy("emergency", "Ended, to be looked back on"), "warning", "clock"
        ),
        "released": Word(pgettext_lazy("emergency", "Looked back on"), "good", "circle-check"),
    },
    "line_kind": {
        kind.value: Word(text, icon=_ICONS.get(kind, "")) for kind, text in LINES.items()
    },
    "written_line": {kind.value: Word(LINES[kind]) for kind in WRITTEN},
    "postmortem": {name: Word(text) for name, text in FINDINGS.items()},
}
