"""How requests are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

REQUEST_WORDS: Mapping[str, Mapping[str, Word]] = {
    "request_kind": {
        "new_desktop": Word(_("A new desktop"), "", "plus"),
        "return_desktop": Word(_("Give a desktop back"), "", "device-desktop-off"),
        "share_desktop": Word(_("Let a colleague use a desktop"), "", "user-plus"),
        "unshare_desktop": Word(_("Take a colleague off a desktop"), "", "user-off"),
        "rebuild": Word(_("Rebuild a desktop"), "", "tool"),
        "snapshot": Word(_("Take a snapshot of a desktop"), "", "copy"),
        "restore": Word(_("Restore a snapshot"), "", "history"),
        "more_power": Word(_("More processors or memory"), "", "cpu"),
        "more_disk": Word(_("A larger disk"), "", "database"),
        "software": Word(_("Have software installed"), "", "category"),
        "other": Word(pgettext_lazy("request", "Something else"), "", "message"),
        "unlock": Word(_("Have your account unlocked"), "", "lock"),
        "change_pool": Word(_("Use another pool of desktops"), "", "stack-2"),
        "extra_time": Word(_("Keep a desktop that you seldom use"), "", "clock"),
        "reclaim": Word(_("Take back a desktop that nobody uses"), "", "arrow-back-up"),
    },
    "request_note": {
        "new_desktop": Word(_("A desktop like yours, or as your organisation has them.")),
        "return_desktop": Word(
            _("Everything on the desktop is deleted. This can not be undone: save it first.")
        ),
        "share_desktop": Word(_("Your colleague can sign in to it, with all that is on it.")),
        "unshare_desktop": Word(_("Your colleague can not sign in to it any more.")),
        "rebuild": Word(
            _("Everything on the system disk is wiped. This can not be undone: save it first.")
        ),
        "snapshot": Word(_("Disturbs nobody; it takes some minutes.")),
        "restore": Word(
            _("The newest snapshot of the system disk; what changed on it since then is lost.")
        ),
        "more_power": Word(
            _(
                "The desktop is shut down for it and keeps its disks. It is begun when nobody is"
                " signed in: sign out when you can do without it for some minutes."
            )
        ),
        "more_disk": Word(
            _(
                "It can be done while you work. The system shows the new room as not used yet"
                " until the volume is extended in it."
            )
        ),
        "software": Word(_("The licence is looked at first.")),
        "other": Word(_("Say what you need.")),
        "unlock": Word(
            _(
                "After too many wrong passwords the desktop cloud lets nobody in. Look for old"
                " passwords kept on phones and drives: they lock it again."
            )
        ),
        "change_pool": Word(_("You are let into the new pool before you lose the old one.")),
        "extra_time": Word(
            _("Desktops that nobody uses are asked back; this one is not before the day you name.")
        ),
        "reclaim": Word(
            _(
                "A snapshot is taken, its users lose access, and after the days named it is deleted"
                " with its snapshot. Until then it can be given again; afterwards it can not."
            )
        ),
    },
    "request_state": {
        "line": Word(_("Waits for the first approval"), "accent"),
        "provider": Word(_("Waits for the provider's approval"), "accent"),
        "approved": Word(pgettext_lazy("request", "Approved"), "accent"),
        "fulfilling": Word(_("Is being done"), "accent"),
        "stuck": Word(pgettext_lazy("request", "Stuck"), "major"),
        "fulfilled": Word(pgettext_lazy("request", "Done"), "good"),
        "failed": Word(_("Could not be done"), "critical"),
        "declined": Word(pgettext_lazy("request", "Declined"), "critical"),
        "cancelled": Word(_("Taken back"), "idle"),
        "expired": Word(pgettext_lazy("request", "Expired"), "idle"),
    },
    "request_step": {
        "create": Word(_("Make the desktop")),
        "delete": Word(_("Delete the desktop")),
        "assign": Word(_("Give access to the desktop")),
        "unassign": Word(_("Take access to the desktop away")),
        "rebuild": Word(_("Rebuild the system disk")),
        "snapshot": Word(_("Take a snapshot")),
        "restore": Word(_("Restore the newest snapshot")),
        "unlock": Word(_("Unlock the account")),
        "resize": Word(_("Give the desktop more processors and memory")),
        "expand_disk": Word(_("Enlarge the disk")),
        "join_pool": Word(_("Let the user use the pool")),
        "leave_pool": Word(_("Take the user off the pool")),
        "change_pool": Word(_("Change the user's pools in the desktop cloud")),
        "keep_until": Word(_("Leave the desktop to its user until then")),
        "check_person": Word(_("See that it is really this person who asks")),
        "unlock_account": Word(_("Unlock the account in the desktop cloud")),
        "make_desktop": Word(_("Make the desktop in the desktop cloud")),
        "assign_desktop": Word(_("Give the user access in the desktop cloud")),
        "unassign_desktop": Word(_("Take the user's access away in the desktop cloud")),
        "tell_user": Word(_("Tell the user how to connect")),
        "save_data": Word(_("See that the user's data are saved")),
        "delete_desktop": Word(_("Delete the desktop in the desktop cloud")),
        "rebuild_desktop": Word(_("Rebuild the desktop in the desktop cloud")),
        "take_snapshot": Word(_("Take the snapshot in the desktop cloud")),
        "restore_snapshot": Word(_("Restore the snapshot in the desktop cloud")),
        "check_with_user": Word(_("Have the user confirm that it works")),
        "check_capacity": Word(_("See that there is room for it")),
        "change_size": Word(_("Change the size in the desktop cloud")),
        "enlarge_disk": Word(_("Enlarge the disk in the desktop cloud and on the desktop")),
        "check_licence": Word(_("See that there is a licence for it")),
        "install_software": Word(_("Install it, by a script where there is one")),
        "deal_with": Word(_("Deal with what is asked")),
        "keep": Word(_("Keep it, in case it is missed")),
    },
    "request_step_state": {
        "todo": Word(pgettext_lazy("step", "To do"), "idle"),
        "sending": Word(pgettext_lazy("step", "The desktop cloud is being told"), "accent"),
        "sent": Word(pgettext_lazy("step", "Under way"), "accent"),
        "done": Word(pgettext_lazy("step", "Done"), "good"),
        "failed": Word(pgettext_lazy("step", "Failed"), "critical"),
        "refused": Word(pgettext_lazy("step", "Refused by the cloud"), "critical"),
        "unknown": Word(_("Not known: the cloud was told, and nothing was found"), "major"),
        "dropped": Word(pgettext_lazy("step", "Not to be done any more"), "idle"),
    },
    "request_event": {
        "asked": Word(pgettext_lazy("request", "Asked for")),
        "approved": Word(pgettext_lazy("request", "Approved")),
        "declined": Word(pgettext_lazy("request", "Declined")),
        "cancelled": Word(_("Taken back")),
        "expired": Word(pgettext_lazy("request", "Expired")),
        "begun": Word(pgettext_lazy("request", "Begun")),
        "held": Word(_("Waits")),
        "step_done": Word(_("A step is done")),
        "step_failed": Word(_("A step went wrong")),
        "tried_again": Word(_("Is tried again")),
        "done_by_hand": Word(_("Done by hand")),
        "withdrawn": Word(_("What was not deleted is given again")),
        "fulfilled": Word(pgettext_lazy("request", "Done")),
        "given_up": Word(_("Given up")),
    },
    "request_choice": {
        "system": Word(_("The system disk")),
        "data": Word(_("The data disk")),
    },
    "request_detail": {
        "colleague": Word(_("Colleague")),
        "snapshot": Word(_("Snapshot")),
        "cpu": Word(_("Processors (vCPU)")),
        "memory_gib": Word(_("Memory (GiB)")),
        "disk_gib": Word(_("Disk in all (GiB)")),
        "disk": Word(_("Which disk grows")),
        "pool": Word(_("Pool to use")),
        "from_pool": Word(_("Pool to leave")),
        "until": Word(_("Until the end of")),
        "software": Word(_("Software")),
        "users": Word(_("Assigned to")),
        "answer": Word(_("What its users said")),
        "unused_days": Word(_("Days unused")),
        "keep_days": Word(_("Kept before it is deleted, days")),
    },
}
