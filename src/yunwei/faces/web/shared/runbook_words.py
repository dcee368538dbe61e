"""How standard changes and visits on site are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word
from yunwei.operate.changes.queries.words import LINES, PHASES, RISKS, STATES, STEP_STATES

_STATE_TONES = {
    "planned": ("idle", "calendar-event"),
    "working": ("accent", "player-play"),
    "halted": ("critical", "alert-triangle"),
    "rolling_back": ("major", "arrow-back-up"),
    "succeeded": ("good", "circle-check"),
    "rolled_back": ("warning", "arrow-back-up"),
    "failed": ("critical", "alert-octagon"),
    "cancelled": ("idle", "ban"),
}
_STEP_TONES = {
    "pending": ("idle", "clock"),
    "started": ("accent", "player-play"),
    "done": ("good", "check"),
    "failed": ("critical", "alert-triangle"),
    "skipped": ("idle", "minus"),
}
_RISK_TONES = {"low": "good", "medium": "warning", "high": "critical"}

_VISITS = {
    "visit_state": {
        "planned": Word(pgettext_lazy("visit", "Planned"), "idle", "calendar-event"),
        "arrived": Word(pgettext_lazy("visit", "On site"), "accent", "map-pin"),
        "done": Word(pgettext_lazy("visit", "Done, to be signed"), "warning", "pencil"),
        "signed": Word(pgettext_lazy("visit", "Signed by the customer"), "good", "circle-check"),
        "cancelled": Word(pgettext_lazy("visit", "Cancelled"), "idle", "ban"),
    },
    "visit_sign_method": {
        "screen": Word(pgettext_lazy("visit", "drawn on the screen")),
        "paper": Word(pgettext_lazy("visit", "scan of the signed sheet")),
    },
}

RUNBOOK_WORDS: Mapping[str, Mapping[str, Word]] = {
    **_VISITS,
    "runbook_state": {
        key.value: Word(text, *_STATE_TONES[key.value]) for key, text in STATES.items()
    },
    "step_state": {
        key.value: Word(text, *_STEP_TONES[key.value]) for key, text in STEP_STATES.items()
    },
    "step_phase": {key.value: Word(text) for key, text in PHASES.items()},
    "change_risk": {key.value: Word(text, _RISK_TONES[key.value]) for key, text in RISKS.items()},
    "change_line": {key.value: Word(text) for key, text in LINES.items()},
}
