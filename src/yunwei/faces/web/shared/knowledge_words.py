"""How articles are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

KNOWLEDGE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "article_topic": {
        "logon": Word(pgettext_lazy("topic", "Logging on"), "", "login"),
        "display": Word(pgettext_lazy("topic", "Picture and screens"), "", "device-desktop"),
        "speed": Word(pgettext_lazy("topic", "Slowness"), "", "gauge"),
        "network": Word(pgettext_lazy("topic", "Network and gateway"), "", "network"),
        "devices": Word(pgettext_lazy("topic", "Devices and terminals"), "", "keyboard"),
        "desktop": Word(pgettext_lazy("topic", "The desktop itself"), "", "device-desktop-off"),
        "data": Word(pgettext_lazy("topic", "Files, disks and profiles"), "", "database"),
        "directory": Word(pgettext_lazy("topic", "Directory, names and time"), "", "sitemap"),
        "cloud": Word(pgettext_lazy("topic", "Hosts, storage and cloud"), "", "server-2"),
        "licence": Word(pgettext_lazy("topic", "Licences and capacity"), "", "license"),
        "platform": Word(pgettext_lazy("topic", "Alarms and this platform"), "", "bell"),
    },
    "article_audience": {
        "users": Word(_("For everybody"), "good", "users"),
        "operators": Word(_("For operators"), "accent", "tool"),
    },
    "article_state": {
        "draft": Word(_("Draft"), "idle", "pencil"),
        "published": Word(_("Published"), "good", "circle-check"),
        "retired": Word(pgettext_lazy("article", "Retired"), "", "archive"),
    },
    "article_link": {
        "alarm_types": Word(_("Alarm types")),
        "causes": Word(_("Causes of diagnoses")),
        "scripts": Word(_("Scripts")),
        "remedies": Word(_("Remedies")),
    },
    "article_section": {
        "symptoms": Word(_("How one notices")),
        "causes": Word(_("Why it happens")),
        "steps": Word(_("What to do")),
        "verification": Word(_("How one sees that it is over")),
        "prevention": Word(_("How it does not come again")),
    },
}
