"""How diagnoses are said. Part of `words`; the texts of parts and causes stand with the checks."""

from collections.abc import Mapping

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.faces.web.shared.word import Word
from yunwei.operate.diagnosis.facts.verdicts import Risk, Said, Standing
from yunwei.operate.diagnosis.queries.diagnoses import name_causes
from yunwei.operate.diagnosis.rules.markdown import PARTS, RISKS, STANDINGS


def say_said(said: Said) -> str:
    """Return a text of the checks in the reader's language."""
    return said.in_language(get_language() or "zh")


lazy_said = lazy(say_said, str)

_TONES = {
    Standing.GUILTY: ("critical", "alert-octagon"),
    Standing.SUSPECT: ("minor", "alert-triangle"),
    Standing.CLEARED: ("good", "circle-check"),
    Standing.NOT_MEASURED: ("idle", "circle-dashed"),
}
_RISK_TONES = {Risk.NONE: "", Risk.LOW: "", Risk.DISTURBS: "minor", Risk.LOSES_WORK: "major"}

DIAGNOSIS_WORDS: Mapping[str, Mapping[str, Word]] = {
    "diagnosis_part": {part.value: Word(lazy_said(said)) for part, said in PARTS.items()},
    "diagnosis_standing": {
        each.value: Word(lazy_said(said), *_TONES[each]) for each, said in STANDINGS.items()
    },
    "diagnosis_risk": {
        each.value: Word(lazy_said(said), _RISK_TONES[each]) for each, said in RISKS.items()
    },
    "diagnosis_cause": {
        "": Word(_("No cause found"), "good"),
        **{name: Word(lazy_said(title)) for name, title in name_causes().items()},
    },
    "diagnosis_subject": {
        "desktop": Word(_("Desktop"), "", "device-desktop"),
        "desktop_user": Word(_("Desktop user"), "", "user"),
        "pool": Word(_("Pool"), "", "stack-2"),
        "alarm": Word(_("Alarm"), "", "bell"),
        "situation": Word(_("Situation"), "", "sitemap"),
    },
}
