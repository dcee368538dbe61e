"""How standard changes are said. Part of `words`."""

from collections.abc import Mapping

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

RUNBOOK_WORDS: Mapping[str, Mapping[str, Word]] = {
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
