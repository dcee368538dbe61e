"""How runs and what becomes of their targets are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.infra.gate import REFUSALS
from yunwei.faces.web.shared.ssh_words import SSH_REASONS
from yunwei.faces.web.shared.word import Word

_GATE = {f"gate_{reason.value}": Word(_(text)) for reason, text in REFUSALS.items()}
"""Why the gate stops what had begun."""

RUN_WORDS: Mapping[str, Mapping[str, Word]] = {
    "run_state": {
        "asked": Word(_("Waits for approval"), "warning", "user-check"),
        "running": Word(pgettext_lazy("run", "Running"), "accent", "player-play"),
        "stopping": Word(_("Coming to its end"), "minor", "player-pause"),
        "finished": Word(_("Finished"), "good", "circle-check"),
        "stopped": Word(pgettext_lazy("run", "Stopped"), "critical", "alert-octagon"),
        "cancelled": Word(pgettext_lazy("run", "Cancelled"), "idle", "ban"),
        "declined": Word(pgettext_lazy("run", "Not approved"), "major", "ban"),
        "lapsed": Word(_("Not approved in time"), "idle", "clock"),
    },
    "target_state": {
        "queued": Word(_("Its turn has not come"), "idle"),
        "waiting": Word(_("Waits until it can be reached"), "idle"),
        "sent": Word(_("Sent"), "accent"),
        "running": Word(pgettext_lazy("run", "Running"), "accent"),
        "succeeded": Word(_("Succeeded"), "good"),
        "failed": Word(_("Failed"), "critical"),
        "timed_out": Word(_("Timed out"), "critical"),
        "interrupted": Word(_("Interrupted: its outcome is not known"), "major"),
        "expired": Word(_("Expired: not begun in time"), "minor"),
        "cancelled": Word(pgettext_lazy("run", "Cancelled"), "idle"),
        "refused": Word(_("Refused"), "major"),
        "unknown": Word(_("Unknown: nothing was heard of it any more"), "major"),
        "skipped": Word(_("Left out"), "idle"),
    },
    "target_reason": {
        "no_agent": Word(_("it has no agent")),
        "silent": Word(_("its agent is not heard")),
        "off": Word(_("it is switched off")),
        "doubled": Word(_("its agent's key is on two machines")),
        "maintenance": Word(_("it is in maintenance")),
        "active": Word(_("somebody works on it")),
        "stopped": Word(_("the run was stopped before its turn")),
        "deadline": Word(_("the deadline came first")),
        "declined": Word(_("the run was not approved")),
        "not_approved": Word(_("nobody approved the run in time")),
        "cut_off": Word(_("its agent is cut off")),
        "cloud_secrets": Word(_("it has no agent, and secrets are not told to a cloud")),
        "cloud_language": Word(_("it has no agent, and its cloud does not run this language")),
        "cloud_refused": Word(_("its cloud did not take the order")),
        "cloud_skipped": Word(_("its cloud left it out")),
        "cloud_stopped": Word(_("it was stopped at its cloud")),
        "cloud_silent": Word(_("its cloud tells nothing of it")),
        **SSH_REASONS,
        "order_lost": Word(_("its cloud gave no answer, and does not show the order")),
        **_GATE,
    },
    "run_reason": {
        "dangerous": Word(_("the script can do damage")),
        "many": Word(_("it is meant for very many desktops")),
        "canary": Word(_("the canary did not succeed")),
        "failures": Word(_("more failed than it allows")),
        "harmful": Word(_("it made desktops of the canary worse for their people")),
        "blind": Word(_("nothing could be measured on the canary")),
        "cancelled": Word(_("somebody cancelled it")),
        **_GATE,
    },
    "follow_state": {
        "waiting": Word(_("Waits for the end of the run before"), "idle", "clock"),
        "started": Word(_("Started"), "good", "player-play"),
        "refused": Word(_("Not started"), "critical", "ban"),
        "skipped": Word(_("Did not follow"), "idle", "circle-dashed"),
    },
    "follow_reason": {
        "nobody": Word(_("no desktop ended so")),
        "before": Word(_("what should have come before it was not run")),
        "dropped": Word(_("somebody wanted nothing more to follow")),
        "cancelled": Word(_("the run before was cancelled")),
        "declined": Word(_("the run before was not approved")),
        "lapsed": Word(_("nobody approved the run before in time")),
    },
    "reachability": {
        "here": Word(_("by its agent"), "good", "circle-check"),
        "ssh": Word(_("over SSH"), "good", "key"),
        "winrm": Word(_("over WinRM"), "good", "key"),
        "cloud": Word(_("by its desktop cloud"), "good", "cloud"),
        "silent": Word(_("agent not heard"), "warning", "wifi-off"),
        "off": Word(_("switched off"), "idle", "power"),
        "doubled": Word(_("key on two machines"), "critical", "copy"),
        "no_agent": Word(_("no agent"), "idle", "circle-dashed"),
    },
    "watch_blind": {
        "stop": Word(_("Stop the run")),
        "go_on": Word(_("Go on all the same")),
    },
    "guard_verdict": {
        "watching": Word(_("The canary is watched"), "accent", "eye"),
        "fine": Word(_("Nothing got worse"), "good", "circle-check"),
        "harmful": Word(_("It got worse: stopped"), "critical", "alert-octagon"),
        "blind": Word(_("Nothing could be measured"), "warning", "eye-off"),
    },
    "guard_measure": {
        "cpu": Word(_("CPU use")),
        "logon": Word(_("Time to log on")),
        "round_trip": Word(_("Round trip")),
        "failures": Word(_("Failed attempts an hour")),
    },
    "offline": {
        "wait": Word(_("Wait for them until the deadline")),
        "skip": Word(_("Leave them out")),
    },
    "cloud_order_state": {
        "intended": Word(_("Written down, to be told"), "idle"),
        "asked": Word(_("Being told"), "accent"),
        "lost": Word(_("Told without an answer: it is looked for"), "warning"),
        "given": Word(_("Taken by the cloud"), "accent"),
        "over": Word(pgettext_lazy("run", "Over"), "idle"),
    },
}
