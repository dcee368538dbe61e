"""Why what was found matters to whoever pays for it: one sentence for each rule. Data only."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MEASURED = _("What was not measured can hide trouble as well as good news.")
_FAILED = _("Whoever fails to connect can not begin to work, and calls the help desk.")
_SLOW = _("Everybody waits this long before work begins, every day.")
_EXPERIENCE = _("Low scores are time that people lose while they work.")
_ROOM = _("When it is used up, further people or desktops are refused.")
_SCRIPTS = _("Desktops without success stay as they were: unpatched, or uncleaned.")
_STOPPED = _("Part of the desktops has the change, the others do not.")
_HEALTH = _("What an inspection finds today is tomorrow's outage.")
_LATE = _("Targets are part of the contract; missing them costs trust, and may cost money.")

WHY: Mapping[str, Promise] = {
    "nothing_measured": _MEASURED,
    "half_measured": _MEASURED,
    "year_gaps": _MEASURED,
    "inspection_unclear": _MEASURED,
    "inspection_unmeasured": _MEASURED,
    "nobody": _("Desktops that nobody uses cost as much as those that are used."),
    "failures": _FAILED,
    "failures_one_reason": _FAILED,
    "logons_slow": _SLOW,
    "logons_slower": _SLOW,
    "experience_fell": _EXPERIENCE,
    "experience_poor": _EXPERIENCE,
    "year_experience": _EXPERIENCE,
    "refused": _("These people were sent away though everything else worked."),
    "give_back": _("What nobody uses is paid for, and is missing where it is needed."),
    "idle": _("They take memory and storage that others could have."),
    "hosts_unwell": _("The hosts that are left carry its desktops, with less in reserve."),
    "no_headroom": _("One failed host is enough to leave people without a desktop."),
    "failing": _("Whoever such a desktop belongs to can not work."),
    "alarms_more": _("More alarms take more hands, and hide the one that matters."),
    "taken_up_late": _("Until somebody takes it up, trouble goes on unseen."),
    "standing": _("A list that is never empty is no longer read."),
    "talker": _("One noisy cause takes the attention that others need."),
    "licence_spent": _ROOM,
    "licence_soon": _ROOM,
    "licence_scarce": _ROOM,
    "quota_spent": _ROOM,
    "quota_soon": _ROOM,
    "quota_scarce": _ROOM,
    "ending": _("From that day on, connections that rest on it are refused."),
    "runs_worse": _SCRIPTS,
    "runs_failed": _SCRIPTS,
    "runs_one_cause": _SCRIPTS,
    "runs_unreached": _SCRIPTS,
    "runs_stopped": _STOPPED,
    "runs_guarded": _STOPPED,
    "no_inspection": _("What nobody looks at is first noticed when it fails."),
    "inspection_fell": _HEALTH,
    "inspection_poor": _HEALTH,
    "inspection_untracked": _("A finding without a ticket is nobody's, and comes again."),
    "inspected_worse": _HEALTH,
    "answers_late": _LATE,
    "solutions_late": _LATE,
    "overdue": _LATE,
    "not_available": _("While everything stands still, nobody works."),
    "reopened": _("What comes back was not solved, and costs its user twice."),
    "one_cause": _("As long as it stands, the same tickets will come again."),
    "dissatisfied": _("Customers who are not content seldom say so before they leave."),
    "days_presumed": _("Targets count working days: a wrong holiday is a wrong figure."),
}
"""By the code of the rule. Good and neutral news need no reason."""
