"""How event plans are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

ASSURANCE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "plan_kind": {
        "event": Word(pgettext_lazy("event plan", "Great event")),
        "freeze": Word(pgettext_lazy("event plan", "Frozen period only")),
    },
    "event_plan_state": {
        "drafted": Word(pgettext_lazy("event plan", "Being prepared"), "idle", "pencil"),
        "started": Word(pgettext_lazy("event plan", "Started"), "accent", "player-play"),
        "ended": Word(pgettext_lazy("event plan", "Ended"), "good", "circle-check"),
        "cancelled": Word(pgettext_lazy("event plan", "Given up"), "idle", "ban"),
    },
    "plan_gate": {
        "passed": Word(pgettext_lazy("event plan", "The inspection is passed"), "good", "check"),
        "not_needed": Word(pgettext_lazy("event plan", "No inspection is needed"), "idle"),
        "no_inspection": Word(
            pgettext_lazy("event plan", "The customer was not inspected"), "critical"
        ),
        "not_sealed": Word(
            pgettext_lazy("event plan", "The latest inspection is not sealed"), "critical"
        ),
        "too_old": Word(
            pgettext_lazy("event plan", "The latest inspection is older than a week"), "critical"
        ),
        "too_low": Word(
            pgettext_lazy("event plan", "The latest inspection has too low a score"), "critical"
        ),
        "critical": Word(
            pgettext_lazy("event plan", "A critical check of the latest inspection fails"),
            "critical",
        ),
    },
}
