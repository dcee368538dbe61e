"""How noise rules, named sets and situations are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

RULE_FLAGS: Mapping[str, Word] = {
    "any": Word(_("Anything noticed")),
    "stale": Word(_("Stale"), "idle"),
    "everything": Word(_("Matches everything"), "critical"),
    "broad": Word(_("Over-broad"), "warning"),
    "critical": Word(_("Hid Critical alarms"), "critical"),
    "overlapped": Word(_("Overlapped"), "idle"),
    "ownerless": Word(_("Without an owner"), "warning"),
    "expiring": Word(_("Ends soon"), "warning"),
}

NOISE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "noise_kind": {
        "hold_down": Word(_("Hold-down"), "", "clock-pause"),
        "flapping": Word(_("Flapping"), "", "activity"),
        "inhibition": Word(_("Inhibition"), "", "sitemap"),
        "grouping": Word(_("Alike alarms"), "", "stack-2"),
        "storm": Word(_("Storm"), "", "bolt"),
    },
    "set_kind": {
        "objects": Word(_("Objects"), "", "sitemap"),
        "alarm_types": Word(_("Alarm types"), "", "list-details"),
        "sources": Word(_("Sources"), "", "plug-connected"),
        "addresses": Word(_("Addresses of devices"), "", "network"),
        "texts": Word(_("Other texts"), "", "tag"),
    },
    "set_use": {
        "mask_rule": Word(_("Mask rule")),
        "noise_rule": Word(_("Noise rule")),
        "threshold_rule": Word(_("Threshold rule")),
        "route": Word(_("Route")),
    },
    "group_key": {
        "source": Word(_("Source")),
        "alarm_type": Word(_("Alarm type")),
        "subtree": Word(_("Part of the path")),
        "host": Word(_("Host")),
        "pool": Word(_("Pool")),
    },
    "relation": {
        "runs_on": Word(_("runs on")),
        "in_pool": Word(_("is in the pool")),
        "stored_on": Word(_("is stored on")),
        "connected_to": Word(_("is connected to")),
        "served_by": Word(_("is served by")),
        "beneath": Word(_("is beneath in the path")),
    },
    "thing_kind": {
        "desktop": Word(_("Desktop")),
        "pool": Word(_("Pool")),
        "host": Word(_("Host")),
        "site": Word(_("Site")),
        "tenant": Word(_("Tenant")),
        "datastore": Word(_("Datastore")),
        "switch": Word(_("Switch")),
        "gateway": Word(_("Gateway")),
        "broker": Word(_("Connection broker")),
        "directory": Word(_("Directory")),
        "dhcp": Word(_("DHCP server")),
        "dns": Word(_("DNS server")),
        "licence_server": Word(_("Licence server")),
        "profile_store": Word(_("Profile store")),
    },
    "suppression_kind": {
        "mask": Word(_("Mask rules")),
        "maintenance": Word(_("Maintenance")),
        "shelved": Word(_("Shelved")),
        "transient": Word(_("Over in a moment")),
        "waiting": Word(_("Over while waiting for a fault")),
        "flapping": Word(_("Flapping")),
        "out_of_service": Word(_("Out of service")),
        "inhibited": Word(_("Explained by a fault")),
        "storm": Word(_("Storm")),
        "grouped": Word(_("Alike alarms")),
    },
    "on_off": {
        "on": Word(_("On"), "good"),
        "off": Word(_("Off"), "idle"),
    },
    "situation_kind": {
        "topology": Word(_("One fault explains them"), "", "sitemap"),
        "group": Word(_("They are alike"), "", "stack-2"),
        "storm": Word(_("There were too many at once"), "", "bolt"),
        "by_hand": Word(_("A person says so"), "", "user"),
    },
    "situation_state": {
        "open": Word(pgettext_lazy("alarms", "Open"), "major"),
        "closed": Word(_("Over"), "good"),
    },
    "left_cause": {
        "released": Word(_("released: told by itself from then on")),
        "closed": Word(_("belonged to it until it was over")),
        "by_hand": Word(_("taken out by hand")),
    },
    "story": {
        "opened": Word(_("It began"), "major"),
        "grew": Word(_("Grew"), "minor"),
        "merged": Word(_("Merged")),
        "told": Word(_("People were told"), "accent"),
        "released": Word(_("Released"), "minor"),
        "root_cleared": Word(_("The cause is over"), "good"),
        "root_returned": Word(_("The cause came back"), "major"),
        "attached": Word(_("Put in by hand"), "accent"),
        "detached": Word(_("Taken out by hand")),
        "closed": Word(_("Over"), "good"),
    },
}
