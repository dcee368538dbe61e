"""How reports and their states are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word
from yunwei.operate.reports.definitions import BUILT_IN

REPORT_WORDS: Mapping[str, Mapping[str, Word]] = {
    "report_state": {
        "queued": Word(pgettext_lazy("report", "Waits for its turn"), "idle", "clock"),
        "working": Word(_("Being made"), "accent", "player-play"),
        "ready": Word(pgettext_lazy("report", "Ready"), "good", "circle-check"),
        "failed": Word(_("Could not be made"), "critical", "alert-octagon"),
        "cancelled": Word(pgettext_lazy("report", "Cancelled"), "idle", "ban"),
    },
    "report_period": {
        "day": Word(pgettext_lazy("period", "A day")),
        "week": Word(pgettext_lazy("period", "A week")),
        "month": Word(pgettext_lazy("period", "A month")),
        "quarter": Word(pgettext_lazy("period", "A quarter")),
        "year": Word(pgettext_lazy("period", "A year")),
        "custom": Word(pgettext_lazy("period", "Days of your own")),
    },
    "report_section": {
        "findings": Word(_("Conclusions")),
        "key_figures": Word(_("Key figures")),
        "activity": Word(_("Usage")),
        "parts": Word(_("Who uses it")),
        "users": Word(_("Users")),
        "logons": Word(_("Logons")),
        "experience": Word(_("Experience")),
        "licences": Word(_("Licences")),
        "posture": Word(_("Resources")),
        "alarms": Word(_("Alarms")),
        "service_levels": Word(_("Service levels")),
        "service_work": Word(_("Work")),
        "service_ahead": Word(_("What is ahead")),
        "runs": Word(_("Script runs")),
        "inspections": Word(_("Inspections")),
        "months": Word(_("The months beside one another")),
        "events": Word(_("The biggest events")),
        "measure": Word(_("One measure of use")),
        "text": Word(_("Words of your own")),
    },
    "report_half": {
        "figures": Word(_("Figures")),
        "charts": Word(_("Charts")),
        "tables": Word(_("Tables")),
    },
    "report_compared": {
        "before": Word(_("The time before")),
        "last_year": Word(_("The same time of last year")),
        "nothing": Word(_("Nothing")),
    },
    "report_difference": {
        "begun": Word(_("Begun")),
        "added": Word(pgettext_lazy("section", "Added"), "good"),
        "removed": Word(pgettext_lazy("section", "Removed"), "major"),
        "moved": Word(pgettext_lazy("section", "Moved"), "idle"),
        "changed": Word(pgettext_lazy("section", "Changed"), "accent"),
        "title": Word(_("Title or purpose")),
        "period": Word(_("Time")),
        "compared": Word(_("Compared with")),
        "language": Word(_("Language")),
        "condition": Word(_("Filter")),
        "cover": Word(_("Cover")),
    },
    "report_definition": {key: Word(each.title) for key, each in BUILT_IN.items()},
    "language": {
        "zh-hans": Word("简体中文"),
        "en": Word("English"),
    },
}
