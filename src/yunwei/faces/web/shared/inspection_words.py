"""How inspections are said on pages: tones and icons for their closed sets. Part of `words`."""

from collections.abc import Mapping

from yunwei.faces.web.shared.word import Word
from yunwei.operate.inspection.queries import words as said

_TONES: Mapping[str, tuple[str, str]] = {
    "queued": ("", "clock"),
    "working": ("accent", "refresh"),
    "measured": ("warning", "clipboard-list"),
    "sealed": ("good", "shield-check"),
    "failed": ("critical", "alert-circle"),
    "passed": ("good", "circle-check"),
    "warned": ("warning", "alert-triangle"),
    "not_measured": ("idle", "help"),
    "not_applicable": ("idle", "minus"),
    "healthy": ("good", "circle-check"),
    "good": ("good", "circle-check"),
    "watch": ("warning", "alert-triangle"),
    "at_risk": ("critical", "alert-octagon"),
    "unclear": ("idle", "help"),
    "critical": ("critical", ""),
    "major": ("major", ""),
    "minor": ("minor", ""),
    "notice": ("idle", ""),
    "new": ("critical", "plus"),
    "worse": ("major", "trending-up"),
    "better": ("good", "trending-down"),
    "unchanged": ("idle", "minus"),
    "gone": ("good", "check"),
    "unknown": ("idle", "help"),
}


def _words(texts: said.Texts) -> dict[str, Word]:
    return {str(key): Word(text, *_TONES.get(str(key), ("", ""))) for key, text in texts.items()}


INSPECTION_WORDS: Mapping[str, Mapping[str, Word]] = {
    "inspection_state": _words(said.STATES),
    "inspection_level": _words(said.LEVELS),
    "inspection_missing": _words(said.MISSING),
    "inspection_domain": {str(key): Word(text) for key, text in said.DOMAINS.items()},
    "inspection_gravity": _words(said.GRAVITIES),
    "inspection_grade": _words(said.GRADES),
    "inspection_change": _words(said.CHANGES),
    "inspection_rhythm": {str(key): Word(text) for key, text in said.RHYTHMS.items()},
    "inspection_thing": {str(key): Word(text) for key, text in said.THINGS.items()},
}
