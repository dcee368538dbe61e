"""How closed sets are said: a word, a tone and an icon for each value. No decisions."""

from collections.abc import Mapping

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.faces.web.shared.act_words import ACT_WORDS
from yunwei.faces.web.shared.agent_words import AGENT_WORDS
from yunwei.faces.web.shared.assurance_words import ASSURANCE_WORDS
from yunwei.faces.web.shared.case_words import CASE_WORDS
from yunwei.faces.web.shared.diagnosis_words import DIAGNOSIS_WORDS
from yunwei.faces.web.shared.inspection_words import INSPECTION_WORDS
from yunwei.faces.web.shared.knowledge_words import KNOWLEDGE_WORDS
from yunwei.faces.web.shared.noise_words import NOISE_WORDS, RULE_FLAGS
from yunwei.faces.web.shared.posture_words import POSTURE_WORDS
from yunwei.faces.web.shared.reclaim_words import RECLAIM_WORDS
from yunwei.faces.web.shared.remedy_words import REMEDY_WORDS
from yunwei.faces.web.shared.report_words import REPORT_WORDS
from yunwei.faces.web.shared.request_words import REQUEST_WORDS
from yunwei.faces.web.shared.run_words import RUN_WORDS
from yunwei.faces.web.shared.runbook_words import RUNBOOK_WORDS
from yunwei.faces.web.shared.script_words import SCRIPT_WORDS
from yunwei.faces.web.shared.service_words import (
    EMERGENCY_WORDS,
    SERVICE_WORDS,
    SURVEY_WORDS,
    TICKET_WORDS,
)
from yunwei.faces.web.shared.ssh_words import SSH_WORDS
from yunwei.faces.web.shared.telling_words import TELLING_WORDS
from yunwei.faces.web.shared.threshold_words import THRESHOLD_WORDS
from yunwei.faces.web.shared.timetable_words import TIMETABLE_WORDS
from yunwei.faces.web.shared.trigger_words import TRIGGER_WORDS
from yunwei.faces.web.shared.word import Text, Word
from yunwei.plugins.sdk.manifest import Label

__all__ = ["WORDS", "Text", "Word"]

WORDS: Mapping[str, Mapping[str, Word]] = {
    **ACT_WORDS,
    **RECLAIM_WORDS,
    **REQUEST_WORDS,
    **AGENT_WORDS,
    **ASSURANCE_WORDS,
    **RUNBOOK_WORDS,
    **DIAGNOSIS_WORDS,
    **KNOWLEDGE_WORDS,
    **INSPECTION_WORDS,
    **NOISE_WORDS,
    **POSTURE_WORDS,
    **REMEDY_WORDS,
    **TRIGGER_WORDS,
    **REPORT_WORDS,
    **RUN_WORDS,
    **SCRIPT_WORDS,
    **SERVICE_WORDS,
    **SURVEY_WORDS,
    **CASE_WORDS,
    **TICKET_WORDS,
    **EMERGENCY_WORDS,
    **TELLING_WORDS,
    **THRESHOLD_WORDS,
    **SSH_WORDS,
    **TIMETABLE_WORDS,
    "severity": {
        "critical": Word(_("Critical"), "critical", "alert-octagon"),
        "major": Word(_("Major"), "major", "alert-triangle"),
        "minor": Word(_("Minor"), "minor", "alert-circle"),
        "warning": Word(pgettext_lazy("severity", "Warning"), "warning", "info-circle"),
        "indeterminate": Word(_("Indeterminate"), "indeterminate", "help"),
    },
    "alarm_view": {
        "open": Word(pgettext_lazy("alarms", "Open"), "", "bell"),
        "masked": Word(_("Masked"), "", "eye-off"),
        "shelved": Word(_("Shelved"), "", "clock-pause"),
        "history": Word(_("History"), "", "history"),
    },
    "operator_state": {
        "none": Word(_("Not taken up")),
        "acknowledged": Word(_("Acknowledged"), "accent", "check"),
        "shelved": Word(_("Shelved"), "", "clock-pause"),
    },
    "clear_cause": {
        "": Word("–"),
        "source": Word(_("By the source")),
        "operator": Word(_("By hand")),
        "notice": Word(_("A notice without an end")),
        "reconciled": Word(_("By reconciliation: its source no longer lists it")),
    },
    "verdict": {
        "raised": Word(_("Raised"), "major"),
        "repeated": Word(_("Repeated")),
        "worsened": Word(_("Worsened"), "critical"),
        "eased": Word(_("Eased"), "good"),
        "cleared": Word(_("Cleared"), "good"),
        "noticed": Word(_("Noticed"), "warning"),
        "duplicate": Word(_("Duplicate")),
        "stale": Word(_("Out of date")),
        "orphan_clear": Word(_("Clear without an alarm")),
        "unprocessed": Word(_("Not understood"), "critical"),
    },
    "occasion": {
        "raised": Word(_("When it was raised")),
        "worsened": Word(_("When it worsened")),
        "cleared": Word(_("When it cleared")),
        "noticed": Word(_("When it was noticed")),
        "reconsidered": Word(_("When rules, shelves or waiting times changed it")),
        "flapping": Word(_("When it began to flap")),
        "settled": Word(_("When it had settled")),
    },
    "outcome": {
        "pass": Word(_("goes on"), "good", "check"),
        "soften": Word(_("softens it"), "minor", "chevron-down"),
        "suppress": Word(_("keeps it quiet"), "major", "bell-off"),
        "announce": Word(_("is told once, then quiet"), "minor", "bell-ringing"),
        "stop": Word(_("ends here"), "", "minus"),
    },
    "stage": {
        "news": Word(_("Is it news?")),
        "shelf": Word(_("Is it shelved?")),
        "hold_down": Word(_("Has it stood for long enough?")),
        "flapping": Word(_("Does it come and go?")),
        "masks": Word(_("Do mask rules match?")),
        "service": Word(_("Is the object in service?")),
        "inhibition": Word(_("Does a greater fault explain it?")),
        "storm": Word(_("Is it one of a storm?")),
        "grouping": Word(_("Is it one of many alike?")),
        "ending": Word(_("Silence is over: what is told?")),
        "routes": Word(_("Who is to know?")),
    },
    "silence": {
        "mask": Word(_("Nobody is told, because a mask rule matches")),
        "shelved": Word(_("Nobody is told, because it was put aside")),
        "transient": Word(_("Nobody is told yet: it may be over in a moment")),
        "flapping": Word(_("It comes and goes: people hear of it when it has settled")),
        "out_of_service": Word(_("Nobody is told, because its object is in maintenance")),
        "inhibited": Word(_("Nobody is told, because a greater fault explains it")),
        "storm": Word(_("It came in a storm, which people hear of in digests")),
        "grouped": Word(_("It is one of many alike, which people hear of as a whole")),
        "waiting": Word(_("Nobody is told yet: a greater fault may explain it in a moment")),
    },
    "effect": {
        "hide": Word(_("Hide: moves to the masked list, nobody is told"), "", "eye-off"),
        "mute": Word(_("Mute: stays in the open list, nobody is told"), "", "bell-off"),
        "digest": Word(_("Digest: told in the next digest, not at once"), "", "stack-2"),
        "downgrade": Word(_("Downgrade: counts and is told as less severe"), "", "chevron-down"),
    },
    "effect_short": {
        "hide": Word(_("Hide"), "", "eye-off"),
        "mute": Word(_("Mute"), "", "bell-off"),
        "digest": Word(_("Digest"), "", "stack-2"),
        "downgrade": Word(_("Downgrade"), "", "chevron-down"),
    },
    "window_kind": {
        "once": Word(_("One-off"), "", "clock"),
        "recurring": Word(_("Recurring"), "", "refresh"),
        "flexible": Word(_("Flexible"), "", "arrows-sort"),
    },
    "end_policy": {
        "digest": Word(_("One message that names all that still stand")),
        "each": Word(_("One message for each that still stands")),
        "silent": Word(_("Nothing is told")),
    },
    "axis": {
        "resource": Word(_("Resource")),
        "operator": Word(_("People")),
        "suppression": Word(_("Silence")),
    },
    "desktop_state": {
        "running": Word(_("Running"), "good"),
        "stopped": Word(_("Stopped"), "idle"),
        "hibernated": Word(_("Hibernated"), "idle"),
        "error": Word(_("Faulty"), "critical"),
        "changing": Word(_("Changing"), "warning"),
        "unknown": Word(_("Unknown"), "indeterminate"),
    },
    "login_state": {
        "unregistered": Word(_("Unregistered"), "major"),
        "ready": Word(_("Ready"), "good"),
        "connected": Word(_("In use"), "accent"),
        "disconnected": Word(_("Disconnected"), "minor"),
        "unknown": Word(_("Unknown"), "indeterminate"),
    },
    "desktop_kind": {
        "dedicated": Word(_("Dedicated")),
        "pooled": Word(_("Pooled")),
        "shared": Word(_("Shared")),
    },
    "source_state": {
        "new": Word(_("No answer yet"), "idle"),
        "ok": Word(_("Working"), "good"),
        "throttled": Word(_("Slowed down"), "minor"),
        "babbling": Word(_("Answers not understood"), "major"),
        "unreachable": Word(_("Unreachable"), "critical"),
        "refused": Word(_("Credentials refused"), "critical"),
        "disabled": Word(_("Switched off"), "idle"),
    },
    "read": {
        "inventory": Word(_("Inventory")),
        "licences": Word(_("Licences")),
        "sessions": Word(_("Sessions")),
        "metrics": Word(_("Performance")),
        "activity": Word(_("Connections and actions")),
        "alarms": Word(_("Alarms")),
        "traps": Word(_("SNMP traps")),
        "payloads": Word(_("Webhooks")),
    },
    "act": {
        "raise": Word(_("Raised"), "major"),
        "clear": Word(_("Cleared"), "good"),
        "notice": Word(_("Noticed"), "warning"),
    },
    "heard_kind": {
        "received": Word(_("Taken")),
        "buried": Word(_("Dead letters"), "major"),
        "gap": Word(_("Missing in the sequence"), "major"),
        "healed.raise": Word(_("Lost raises found by reconciliation"), "minor"),
        "healed.clear": Word(_("Lost clears found by reconciliation"), "minor"),
        "refused.unknown_community": Word(_("Refused: unknown community")),
        "refused.malformed": Word(_("Refused: malformed")),
        "refused.oversized": Word(_("Refused: too large")),
        "refused.unsupported_version": Word(_("Refused: unsupported version")),
        "refused.overload": Word(_("Lost: the receiver was overloaded"), "critical"),
        "refused.unknown_user": Word(_("Refused: unknown SNMP v3 user")),
        "refused.wrong_digest": Word(_("Refused: not authentic")),
        "refused.undecryptable": Word(_("Refused: can not be decrypted")),
        "refused.unsupported_level": Word(_("Refused: other security level")),
        "refused.not_in_time_window": Word(_("Refused: out of time")),
        "refused.unknown_token": Word(_("Refused: unknown token")),
        "refused.wrong_signature": Word(_("Refused: wrong signature")),
        "refused.too_large": Word(_("Refused: too large")),
        "refused.too_often": Word(_("Refused: too often")),
    },
    "overdue": {
        "intake": Word(_("Reports that were accepted are applied")),
        "raise": Word(_("Something is decided about every alarm")),
        "escalation": Word(_("Steps of escalations are told in time")),
        "message": Word(_("Messages are sent in time")),
    },
    "overdue_limit": {
        "intake": Word(_("2 minutes without a step")),
        "raise": Word(_("2 minutes")),
        "escalation": Word(_("2 minutes after its time")),
        "message": Word(_("critical 5 minutes, major 15, minor 1 hour, others 4 hours")),
    },
    "check_state": {
        "well": Word(_("In time"), "good"),
        "overdue": Word(_("Overdue"), "critical"),
        "unknown": Word(_("Not looked at yet"), "idle"),
    },
    "letter_kind": {
        "datagram": Word(_("Trap")),
        "payload": Word(_("Webhook")),
        "report": Word(_("Raw alarm")),
        "batch": Word(_("Batch")),
        "refused": Word(_("Sample of what was refused")),
    },
    "letter_state": {
        "open": Word(_("Waits"), "major"),
        "replaying": Word(_("Being replayed"), "warning"),
        "done": Word(_("Understood"), "good"),
        "discarded": Word(_("Discarded"), "idle"),
    },
    "tier": {
        "none": Word(_("Not rated"), "idle"),
        "bronze": Word(_("Bronze")),
        "silver": Word(_("Silver")),
        "gold": Word(_("Gold"), "minor"),
    },
    "role": {
        "platform_administrator": Word(_("Platform administrator")),
        "operator": Word(_("Operator")),
        "service_manager": Word(_("Service manager")),
        "customer_contact": Word(_("Customer contact")),
        "desktop_user": Word(_("Desktop user")),
        "auditor": Word(_("Auditor")),
    },
    "online": {
        "True": Word(_("Online"), "accent"),
        "False": Word(_("Not online"), "idle"),
    },
    "account": {
        "locked": Word(_("Locked"), "major"),
        "disabled": Word(_("Disabled"), "idle"),
    },
    "session_state": {
        "connected": Word(_("Connected now"), "accent"),
        "disconnected": Word(_("Disconnected"), "minor"),
    },
    "experience": {
        "good": Word(_("Good"), "good"),
        "fair": Word(_("Fair"), "minor"),
        "poor": Word(_("Poor"), "critical"),
    },
    "cause": {
        "logon": Word(_("Slow logons")),
        "failures": Word(_("Failed attempts")),
        "rtt": Word(_("Long round trips")),
        "drops": Word(_("Dropped connections")),
    },
    "idle_kind": {
        "unassigned": Word(_("Assigned to nobody"), "idle"),
        "owner_gone": Word(_("User gone"), "major"),
        "never_used": Word(_("Never used"), "idle"),
        "unused": Word(_("Unused for long"), "idle"),
        "zombie": Word(_("Session without a machine"), "major"),
        "left_behind": Word(_("Left without logging off"), "minor"),
        "left_on": Word(_("On without a session"), "minor"),
    },
    "health": {
        "True": Word(_("Well"), "good"),
        "False": Word(_("Not well"), "critical"),
    },
    "licence_use": {
        "plenty": Word(_("Plenty"), "good"),
        "scarce": Word(_("Scarce"), "major"),
        "spent": Word(_("Nearly spent"), "critical"),
    },
    "licence_life": {
        "lasting": Word(_("Lasting"), "good"),
        "ending": Word(_("Ends soon"), "major"),
        "ended": Word(_("Ended"), "critical"),
    },
    "licence_kind": {
        "quota": Word(_("Quota")),
        "concurrent": Word(_("Concurrent users")),
        "named": Word(_("Named users")),
        "certificate": Word(_("Certificate")),
    },
    "licence_field": {
        "total": Word(_("Owned")),
        "expires_at": Word(_("Ends")),
        "edition": Word(_("Edition")),
        "kind": Word(_("Kind")),
        "server": Word(_("Licence server")),
        "binding": Word(_("Binding")),
        "grace_ends_at": Word(_("Grace until")),
        "exists": Word(_("In the source")),
        "name": Word(_("Name")),
    },
    "desktop_field": {
        "state": Word(_("Machine")),
        "login_state": Word(_("Use")),
        "pool": Word(_("Pool")),
        "host": Word(_("Host")),
        "ip": Word(_("IP address")),
        "exists": Word(_("In the source")),
        "is_in_maintenance": Word(_("In maintenance")),
        "name": Word(_("Name")),
        "image": Word(_("Image")),
        "agent_version": Word(_("Agent version")),
        "is_registered": Word(_("Agent answers")),
        "script": Word(_("Script run")),
        "login": Word(_("Assigned to")),
    },
    "change": {
        "raised": Word(_("Raised"), "major"),
        "worsened": Word(_("Worsened"), "critical"),
        "eased": Word(_("Eased"), "good"),
        "noticed": Word(_("Noticed"), "warning"),
        "cleared": Word(_("Cleared"), "good"),
        "reopened": Word(_("No longer taken up, because it worsened"), "major"),
        "acknowledged": Word(_("Acknowledged"), "accent"),
        "unacknowledged": Word(_("Acknowledgement taken back")),
        "acknowledgement_ended": Word(_("The acknowledgement has run out"), "major"),
        "shelved": Word(_("Shelved")),
        "unshelved": Word(_("Taken off the shelf")),
        "commented": Word(_("Comment")),
        "attached": Word(_("Put into a situation by hand"), "accent"),
        "detached": Word(_("Taken out of a situation by hand")),
        "suppressed": Word(_("Kept quiet")),
        "released": Word(_("No longer kept quiet")),
        "softened": Word(_("Softened")),
        "restored": Word(_("No longer softened")),
    },
    "rule_state": {
        "draft": Word(_("Draft"), "idle"),
        "asked": Word(_("To be approved"), "warning"),
        "shadow": Word(_("In shadow"), "accent"),
        "active": Word(_("In force"), "good"),
        "pending": Word(_("In force, a next version waits"), "warning"),
        "waiting": Word(_("In force, outside its window"), "idle"),
        "expired": Word(_("Over"), "idle"),
        "archived": Word(_("Archived"), "idle"),
    },
    "simulation_state": {
        "running": Word(_("Running"), "idle"),
        "done": Word(_("Done"), "good"),
        "failed": Word(_("Failed"), "critical"),
        "cancelled": Word(_("Given up"), "idle"),
    },
    "simulation_step": {
        "history": Word(_("Counts what happened")),
        "groups": Word(_("Finds what it would treat")),
        "overlaps": Word(_("Compares it with other rules")),
        "messages": Word(_("Counts messages and nights")),
        "regrets": Word(_("Looks for what people cared about")),
    },
    "deed": {
        "acknowledged": Word(_("acknowledged")),
        "commented": Word(_("commented")),
        "shelved": Word(_("shelved")),
        "cleared": Word(_("cleared")),
    },
    "missing": {
        "simulation": Word(_("It has to be simulated on history."), "", "history"),
        "approval": Word(_("Another person has to approve it."), "", "user-check"),
    },
    "rule_flag": RULE_FLAGS,
    "risk": {
        "everything": Word(_("it matches whatever comes")),
        "critical": Word(_("it quiets Critical alarms, too")),
        "long": Word(_("it lives longer than 90 days")),
    },
    "quick_scope": {
        "exact": Word(_("Exactly these: their type on their object")),
        "beneath": Word(_("Their type on their object and all beneath it")),
        "device": Word(_("Their type on the whole device")),
        "object": Word(_("All types on their object and beneath it")),
        "type": Word(_("Their type everywhere")),
    },
    "effect_verb": {
        "hide": Word(_("Hides")),
        "mute": Word(_("Mutes")),
        "digest": Word(_("Puts into the next digest")),
        "downgrade": Word(_("Lowers to")),
    },
    "enabled": {
        "True": Word(_("In use"), "good"),
        "False": Word(_("Switched off"), "idle"),
    },
    "condition_join": {
        "all": Word(_("All of these hold")),
        "any": Word(_("Any of these holds")),
        "not_all": Word(_("Not all of these hold")),
        "none": Word(_("None of these holds")),
    },
    "condition_op": {
        "eq": Word(pgettext_lazy("condition", "is")),
        "not_eq": Word(pgettext_lazy("condition", "is not")),
        "in": Word(_("is one of")),
        "not_in": Word(_("is none of")),
        "contains": Word(_("contains")),
        "not_contains": Word(_("does not contain")),
        "prefix": Word(_("begins with")),
        "not_prefix": Word(_("does not begin with")),
        "glob": Word(_("matches (* and ?)")),
        "not_glob": Word(_("does not match (* and ?)")),
        "under": Word(_("is or lies under")),
        "not_under": Word(_("does not lie under")),
        "regex": Word(_("matches the regular expression")),
        "not_regex": Word(_("does not match the regular expression")),
        "in_set": Word(_("is in the named set")),
        "not_in_set": Word(_("is not in the named set")),
        "at_least": Word(_("is at least")),
        "not_at_least": Word(_("is below")),
        "at_most": Word(_("is at most")),
        "not_at_most": Word(_("is above")),
        "cidr": Word(_("lies in the network")),
        "not_cidr": Word(_("does not lie in the network")),
        "has_tag": Word(_("include")),
        "not_has_tag": Word(_("do not include")),
        "exists": Word(_("is there")),
        "not_exists": Word(_("is not there")),
    },
    "condition_op_of_kind": {
        "time_at_least": Word(_("is not before")),
        "time_not_at_least": Word(_("is before")),
        "time_at_most": Word(_("is not after")),
        "time_not_at_most": Word(_("is after")),
    },
    "trap_act": {
        "raise": Word(_("raises")),
        "clear": Word(_("clears")),
        "notice": Word(_("notice")),
        "ignore": Word(_("ignored")),
    },
    "yes_no": {
        "True": Word(_("Yes")),
        "False": Word(_("No")),
        "yes": Word(_("Yes")),
        "no": Word(_("No")),
    },
}


def say_label(label: Label) -> str:
    """Return a plug-in's text in the reader's language."""
    return label.zh if (get_language() or "zh").startswith("zh") else label.en


def word(words: str, value: object) -> Word:
    """Return how `value` of the closed set `words` is said; an unknown value says itself."""
    key = str(getattr(value, "value", value))
    return WORDS[words].get(key) or Word(key)


def options(words: str, *leave_out: str) -> list[tuple[str, Text]]:
    """Return the set as the options of a choice."""
    return [(key, each.label) for key, each in WORDS[words].items() if key not in leave_out]
