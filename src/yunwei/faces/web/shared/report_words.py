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
        "custom": Word(pgettext_lazy("period", "Days of your own")),
    },
    "report_definition": {key: Word(each.title) for key, each in BUILT_IN.items()},
    "language": {
        "zh-hans": Word("简体中文"),
        "en": Word("English"),
    },
}
