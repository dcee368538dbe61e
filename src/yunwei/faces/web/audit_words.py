"""How the audit log is said: a sentence for each verb, a word for each kind of thing. No pages."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunwei.faces.web.shared.words import Text

VERBS: Mapping[str, Text] = {
    "people.sign_in": gettext_lazy("Signed in"),
    "people.sign_in_failed": gettext_lazy("Failed to sign in"),
    "people.second_factor_failed": gettext_lazy("Typed a wrong second factor"),
    "people.sign_out": gettext_lazy("Signed out"),
    "people.lock_out": gettext_lazy("Locked out after wrong passwords"),
    "people.change_password": gettext_lazy("Changed their password"),
    "people.set_password": gettext_lazy("Set somebody's password"),
    "people.add_second_factor": gettext_lazy("Set up a second factor"),
    "people.remove_second_factor": gettext_lazy("Switched off their second factor"),
    "people.renew_recovery_codes": gettext_lazy("Made new recovery codes"),
    "people.reset_second_factor": gettext_lazy("Removed somebody's second factor"),
    "people.create_user": gettext_lazy("Added a person"),
    "people.change_user": gettext_lazy("Changed a person"),
    "people.activate_user": gettext_lazy("Switched a person on"),
    "people.deactivate_user": gettext_lazy("Switched a person off"),
    "people.create_tenant": gettext_lazy("Added a tenant"),
    "people.change_tenant": gettext_lazy("Changed a tenant"),
    "people.create_token": gettext_lazy("Made an API token"),
    "people.revoke_token": gettext_lazy("Revoked an API token"),
    "calendar.import": gettext_lazy("Imported the days of a calendar"),
    "calendar.change_day": gettext_lazy("Changed a day of a country's calendar"),
    "calendar.change_own_day": gettext_lazy("Changed a tenant's exception"),
    "calendar.choose_country": gettext_lazy("Chose a country's calendar for a tenant"),
    "alarms.acknowledge": gettext_lazy("Acknowledged an alarm"),
    "alarms.unacknowledge": gettext_lazy("Took an acknowledgement back"),
    "alarms.clear": gettext_lazy("Cleared an alarm by hand"),
    "alarms.comment": gettext_lazy("Commented on an alarm"),
    "alarms.shelve": gettext_lazy("Shelved an alarm"),
    "alarms.unshelve": gettext_lazy("Took an alarm off the shelf"),
    "alarms.write_type_note": gettext_lazy("Wrote a team note on an alarm type"),
    "collect.add_source": gettext_lazy("Added a source"),
    "collect.change_source": gettext_lazy("Changed a source"),
    "collect.enable_source": gettext_lazy("Switched a source on"),
    "collect.disable_source": gettext_lazy("Switched a source off"),
    "collect.remove_source": gettext_lazy("Removed a source"),
    "collect.renew_secrets": gettext_lazy("Made a source's address anew"),
    "collect.forget_engine": gettext_lazy("Had an SNMP engine forgotten"),
    "collect.probe_source": gettext_lazy("Tested the connection of a source"),
    "collect.import_trap_family": gettext_lazy("Imported trap definitions"),
    "collect.change_trap_family": gettext_lazy("Changed trap definitions"),
    "collect.remove_trap_family": gettext_lazy("Removed trap definitions"),
    "governance.create_noise_rule": gettext_lazy("Added a noise rule"),
    "governance.change_noise_rule": gettext_lazy("Changed a noise rule"),
    "governance.remove_noise_rule": gettext_lazy("Removed a noise rule"),
    "governance.switch_noise_rule": gettext_lazy("Switched a noise rule on or off"),
    "governance.create_mask_rule": gettext_lazy("Added a mask rule"),
    "governance.change_mask_rule": gettext_lazy("Changed a mask rule"),
    "governance.activate_mask_rule": gettext_lazy("Activated a mask rule"),
    "governance.shadow_mask_rule": gettext_lazy("Put a mask rule into shadow"),
    "governance.stop_mask_rule": gettext_lazy("Stopped a mask rule"),
    "governance.archive_mask_rule": gettext_lazy("Archived a mask rule"),
    "governance.ask_approval": gettext_lazy("Asked for the approval of a mask rule"),
    "governance.approve_mask_rule": gettext_lazy("Approved a mask rule"),
    "governance.reject_mask_rule": gettext_lazy("Did not approve a mask rule"),
    "governance.discard_mask_rule": gettext_lazy("Gave up the next version of a mask rule"),
    "duty.add_schedule": gettext_lazy("Added a schedule"),
    "duty.change_schedule": gettext_lazy("Changed a schedule"),
    "duty.remove_schedule": gettext_lazy("Removed a schedule"),
    "duty.add_override": gettext_lazy("Overrode a schedule"),
    "duty.end_override": gettext_lazy("Ended an override"),
    "duty.add_temporary": gettext_lazy("Added a temporary shift"),
    "duty.end_temporary": gettext_lazy("Ended a temporary shift"),
    "duty.add_leave": gettext_lazy("Noted leave"),
    "duty.end_leave": gettext_lazy("Ended leave"),
    "duty.ask_swap": gettext_lazy("Asked for a swap of duty"),
    "duty.accept_swap": gettext_lazy("Accepted a swap of duty"),
    "duty.decline_swap": gettext_lazy("Declined a swap of duty"),
    "duty.withdraw_swap": gettext_lazy("Took back a request to swap"),
    "duty.renew_feed": gettext_lazy("Made a new address for their duty calendar"),
    "duty.revoke_feed": gettext_lazy("Revoked the address of their duty calendar"),
    "notify.add_channel": gettext_lazy("Added a channel"),
    "notify.change_channel": gettext_lazy("Changed a channel"),
    "notify.remove_channel": gettext_lazy("Removed a channel"),
    "notify.test_channel": gettext_lazy("Sent a test by a channel"),
    "notify.add_route": gettext_lazy("Added a route"),
    "notify.change_route": gettext_lazy("Changed a route"),
    "notify.remove_route": gettext_lazy("Removed a route"),
    "notify.reorder_routes": gettext_lazy("Put the routes in another order"),
    "notify.add_policy": gettext_lazy("Added an escalation policy"),
    "notify.change_policy": gettext_lazy("Changed an escalation policy"),
    "notify.remove_policy": gettext_lazy("Removed an escalation policy"),
    "notify.escalate": gettext_lazy("Escalated an alarm by hand"),
    "notify.retry_message": gettext_lazy("Sent a message again"),
}
GROUPS: Mapping[str, Text] = {
    "people.": gettext_lazy("People and signing in"),
    "alarms.": gettext_lazy("Alarms"),
    "calendar.": gettext_lazy("Calendars"),
    "governance.": gettext_lazy("Mask rules"),
    "duty.": gettext_lazy("Duty"),
    "notify.": gettext_lazy("Routes, channels, messages"),
    "collect.": gettext_lazy("Sources"),
    "lists.": gettext_lazy("Exports"),
}
KINDS: Mapping[str, Text] = {
    "user": gettext_lazy("Person"),
    "tenant": gettext_lazy("Tenant"),
    "api_token": gettext_lazy("API token"),
    "calendar": gettext_lazy("Calendar"),
    "schedule": gettext_lazy("Schedule"),
    "leave": gettext_lazy("Leave"),
    "swap": gettext_lazy("Swap of duty"),
    "duty_feed": gettext_lazy("Duty calendar's address"),
    "alarm": gettext_lazy("Alarm"),
    "alarm_type": gettext_lazy("Alarm type"),
    "source": gettext_lazy("Source"),
    "trap_family": gettext_lazy("Trap definitions"),
    "noise_rule": gettext_lazy("Noise rule"),
    "mask_rule": gettext_lazy("Mask rule"),
    "channel": gettext_lazy("Channel"),
    "route": gettext_lazy("Route"),
    "policy": gettext_lazy("Escalation policy"),
    "message": gettext_lazy("Message"),
    "list": gettext_lazy("List"),
}
_EXPORT = "lists.export_"


def say_verb(verb: str) -> str:
    """Return what was done as a sentence without its subject; an unknown verb says itself."""
    if verb.startswith(_EXPORT):
        return _("Exported a list")
    return str(VERBS.get(verb, verb))


def say_kind(kind: str) -> str:
    return str(KINDS.get(kind, kind))
