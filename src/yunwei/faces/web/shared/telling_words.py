"""Words of telling people: messages, escalation, ownership, contacts, duty. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

TELLING_WORDS: Mapping[str, Mapping[str, Word]] = {
    "message_kind": {
        "raise": Word(_("Raised")),
        "clear": Word(_("Cleared")),
        "flapping": Word(_("Flapping")),
        "settled": Word(_("Settled")),
        "notice": Word(_("Notice")),
        "digest": Word(_("Digest")),
        "test": Word(_("Test")),
    },
    "message_state": {
        "pending": Word(_("Waiting"), "warning"),
        "sending": Word(_("Being sent"), "warning"),
        "sent": Word(pgettext_lazy("message", "Sent"), "good"),
        "merged": Word(_("Told in a digest"), "good"),
        "replaced": Word(_("Sent by the fallback"), "minor"),
        "cancelled": Word(_("No longer needed"), "idle"),
        "dead": Word(_("Given up"), "critical"),
    },
    "receipt_state": {
        "awaited": Word(_("No receipt yet"), "idle"),
        "delivered": Word(_("Delivered"), "good"),
        "undelivered": Word(_("Not delivered"), "critical"),
        "read": Word(_("Read"), "good"),
    },
    "notification_state": {
        "none": Word(_("Nobody is told"), "idle", "bell-off"),
        "pending": Word(_("Told, or about to be"), "", "bell"),
        "escalating": Word(_("Escalating"), "major", "stairs-up"),
        "stopped": Word(_("Escalation stopped"), "idle", "player-pause"),
    },
    "escalation_state": {
        "pending": Word(_("Waits for its first step"), "warning"),
        "escalating": Word(_("Escalating"), "major"),
        "stopped": Word(_("Stopped"), "idle"),
    },
    "stop_reason": {
        "acknowledged": Word(_("acknowledged")),
        "shelved": Word(_("shelved")),
        "suppressed": Word(_("kept quiet")),
        "cleared": Word(_("cleared")),
        "finished": Word(_("all steps are through")),
        "replaced": Word(_("it worsened and another policy took over")),
    },
    "need": {
        "not_acknowledged": Word(_("nobody has acknowledged")),
        "not_cleared": Word(_("it is not cleared, acknowledged or not")),
    },
    "ack_mode": {
        "any": Word(_("of any one person")),
        "each": Word(_("of each who was told")),
    },
    "owner": {
        "object": Word(_("Owner of the object")),
        "pool": Word(_("Owner of the desktop's pool")),
        "service_manager": Word(_("Service manager of the tenant")),
    },
    "asked_verdict": {
        "matched": Word(_("Matches"), "good"),
        "below": Word(_("Matches, but the alarm is below its severity"), "warning"),
        "not_matched": Word(_("Does not match"), "idle"),
        "not_asked": Word(_("Not asked: a route above has answered"), "idle"),
        "switched_off": Word(_("Switched off"), "idle"),
    },
    "meant_by": {
        "named": Word(_("by name")),
        "role": Word(_("by role")),
        "duty": Word(_("on duty")),
        "owner": Word(_("owner")),
    },
    "why_not": {
        "other_tenant": Word(_("May not see things of this tenant")),
        "not_matched": Word(_("Named by a route that does not match")),
        "below": Word(_("Named by a route for graver alarms")),
        "not_asked": Word(_("Named by a route that is not asked, since one above has answered")),
        "switched_off": Word(_("Named by a route that is switched off")),
        "not_on_duty": Word(_("Takes turns, but is not on duty at that moment")),
        "no_address": Word(_("Has no confirmed address for the channel")),
        "quiet": Word(_("Has quiet hours; told when they end")),
        "later": Word(_("Told by a later step of the escalation")),
        "not_named": Word(_("No route and no step that counts here names this person")),
    },
    "ownership_scope": {
        "object": Word(_("Object and what is beneath it")),
        "pool": Word(_("Pool")),
    },
    "address_kind": {
        "email": Word(_("E-mail")),
        "mobile": Word(_("Mobile number")),
        "voice": Word(_("Number for calls")),
        "wecom_user": Word(_("WeCom account")),
        "dingtalk_user": Word(_("DingTalk account")),
        "feishu_user": Word(_("Feishu account")),
    },
    "vouched": {
        "none": Word(_("Not confirmed yet"), "warning"),
        "code": Word(_("Confirmed by a code"), "good"),
        "administrator": Word(_("An administrator vouches for it"), "good"),
        "kept": Word(_("Taken over from the profile"), "good"),
    },
    "urgency": {
        "high": Word(_("High: may disturb at any hour")),
        "low": Word(_("Low: keeps to quiet hours")),
    },
    "escalation_verb": {
        "started": Word(_("Escalation began"), "major", "stairs-up"),
        "told": Word(_("Step told"), "accent", "send"),
        "passed": Word(_("Step passed over")),
        "unreached": Word(_("Step reached nobody"), "critical", "user-off"),
        "held": Word(_("Held by the acknowledgement")),
        "resumed": Word(_("Goes on at the same step"), "major"),
        "restarted": Word(_("Began again, because it worsened"), "critical"),
        "hurried": Word(_("Escalated by hand"), "major"),
        "stopped": Word(_("Escalation stopped"), "good"),
    },
    "because": {
        "raised": Word(_("the alarm was raised")),
        "worsened": Word(_("it worsened")),
        "unacknowledged": Word(_("nobody has acknowledged")),
        "uncleared": Word(_("it is not cleared")),
        "repeated": Word(_("a repeat")),
        "again": Word(_("all steps begin again")),
        "acknowledgement_over": Word(_("the acknowledgement is over")),
        "shelf_over": Word(_("its time on the shelf is over")),
        "suppression_over": Word(_("nothing keeps it quiet any more")),
        "hurried": Word(_("escalated by hand")),
    },
    "message_reason": {
        "cleared": Word(_("Cleared before it was sent")),
        "acknowledged": Word(_("Acknowledged before it was sent")),
        "masked": Word(_("Silenced before it was sent")),
        "superseded": Word(_("A newer message tells more")),
        "raise_not_told": Word(_("Nobody was told of the alarm itself")),
        "nothing_left": Word(_("Nothing was left to tell")),
        "no_address": Word(_("The person has no confirmed address for this channel")),
    },
    "message_hold": {
        "digest": Word(_("Waits for the next digest")),
        "quiet": Word(_("Waits for the end of quiet hours")),
    },
    "weekday": {
        "0": Word(_("Mon")),
        "1": Word(_("Tue")),
        "2": Word(_("Wed")),
        "3": Word(_("Thu")),
        "4": Word(_("Fri")),
        "5": Word(_("Sat")),
        "6": Word(_("Sun")),
    },
    "duty_role": {
        "primary": Word(_("Primary"), "accent"),
        "backup": Word(pgettext_lazy("duty", "Backup")),
    },
    "rotation_unit": {
        "hour": Word(_("hours")),
        "day": Word(_("days")),
        "week": Word(_("weeks")),
        "month": Word(_("months")),
    },
    "duty_change": {
        "replace": Word(_("Replace: one takes over from another")),
        "add": Word(_("Add: somebody is on duty besides")),
        "remove": Word(_("Take off: somebody is not on duty")),
        "temporary": Word(_("Temporary shift: pre-empts the turns of its role")),
    },
    "swap_state": {
        "asked": Word(_("Not answered yet"), "warning"),
        "accepted": Word(_("Accepted"), "good"),
        "declined": Word(_("Declined"), "major"),
        "withdrawn": Word(_("Taken back"), "idle"),
        "expired": Word(_("Not answered in time"), "idle"),
    },
    "day_kind": {
        "workday": Word(_("Workday")),
        "weekend": Word(_("Weekend"), "idle"),
        "statutory_holiday": Word(_("Statutory holiday"), "good"),
        "makeup_workday": Word(_("Make-up workday"), "major"),
    },
}
