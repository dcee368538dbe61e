"""How resource posture, use and giving back are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from yunwei.faces.web.shared.word import Word

POSTURE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "posture_health": {
        "bad": Word(_("Needs action"), "critical", "alert-octagon"),
        "watch": Word(_("To be watched"), "major", "alert-triangle"),
        "good": Word(_("Well"), "good", "circle-check"),
        "unknown": Word(_("Not told"), "idle", "help"),
    },
    "posture_area": {
        "hosts": Word(_("Hosts"), "", "server-2"),
        "capacity": Word(_("Capacity"), "", "database"),
        "pools": Word(_("Pools"), "", "stack-2"),
        "desktops": Word(_("Desktops"), "", "device-desktop"),
        "infrastructure": Word(_("Gateways, brokers, network"), "", "router"),
        "certificates": Word(_("Certificates"), "", "shield-lock"),
    },
    "failing": {
        "faulty": Word(_("Faulty: the machine itself reports an error"), "critical"),
        "unregistered": Word(
            _("Unregistered: it runs, its agent does not answer the broker"), "major"
        ),
        "stuck": Word(_("Stuck: a change has not ended for 30 minutes"), "major"),
        "host_down": Word(_("On a host that is not well"), "critical"),
        "unknown": Word(_("The source does not know its state"), "minor"),
        "maintenance": Word(_("In maintenance"), "idle"),
    },
    "measure": {
        "users": Word(_("Active users")),
        "peak_users": Word(_("Most users at once")),
        "peak_sessions": Word(_("Most sessions at once")),
        "hours": Word(_("Time connected")),
        "attempts": Word(_("Attempts to connect")),
        "failures": Word(_("Failed attempts")),
        "failed_ratio": Word(_("Share of failed attempts")),
        "reconnects": Word(_("Reconnects")),
        "logon_p50": Word(_("Usual logon (median)")),
        "logon_p95": Word(_("Logon, 95 of 100 within")),
    },
    "dimension": {
        "day": Word(_("Day")),
        "weekday": Word(_("Weekday")),
        "hour": Word(_("Hour of the day")),
        "tenant": Word(_("Tenant")),
        "site": Word(_("Site")),
        "department": Word(_("Department")),
        "pool": Word(_("Pool")),
        "client": Word(_("Client")),
        "client_version": Word(_("Client version")),
        "image": Word(_("Image")),
        "host": Word(_("Host")),
        "user": Word(_("Desktop user")),
    },
    "giving_back": {
        "disabled": Word(_("The account is disabled"), "major"),
        "never_used": Word(_("Never used"), "minor"),
        "unused": Word(_("Not used for long"), "minor"),
    },
    "imbalance": {
        "tight": Word(_("Tight: at its peak hardly a desktop is free"), "critical"),
        "spare": Word(_("Spare: even at its peak half of it waits for nobody"), "idle"),
        "lopsided": Word(_("Lopsided: far more of it on one host than on others"), "minor"),
        "images": Word(_("Desktops with another image than the pool's"), "minor"),
    },
}
