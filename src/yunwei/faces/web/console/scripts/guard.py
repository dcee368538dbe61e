"""What a run's guard found, in words. Draws nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yunwei.faces.web.shared.words import word
from yunwei.operate.runs.facts.watching import Finding, GuardMeasure, Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding as a sentence. measure: which one, for tests."""

    measure: str
    said: str
    is_worse: bool


def say_findings(watched: Watched | None) -> Sequence[Said]:
    """Return what was found, measure by measure, in the viewer's language."""
    if watched is None:
        return []
    return [
        Said(measure=each.measure.value, said=say_finding(each), is_worse=each.is_worse)
        for each in watched.findings
    ]


def say_finding(found: Finding) -> str:
    """Return one finding as a sentence."""
    write = _WRITERS[found.measure]
    told = {
        "measure": word("guard_measure", found.measure).label,
        "canary": found.canary,
        "before": write(found.canary_before),
        "after": write(found.canary_after),
    }
    said = _("%(measure)s on the canary (%(canary)s): %(before)s before, %(after)s now") % told
    if found.control_before is None or found.control_after is None:
        return said + _("; no desktop to compare with was measured")
    others = {
        "control": found.control,
        "before": write(found.control_before),
        "after": write(found.control_after),
    }
    return said + _("; on the others (%(control)s): %(before)s before, %(after)s now") % others


def _share(value: float) -> str:
    return f"{value * 100:.0f}%"


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


def _milliseconds(value: float) -> str:
    return f"{value * 1000:.0f} ms"


def _rate(value: float) -> str:
    return f"{value:.1f}"


_WRITERS = {
    GuardMeasure.CPU: _share,
    GuardMeasure.LOGON: _seconds,
    GuardMeasure.ROUND_TRIP: _milliseconds,
    GuardMeasure.FAILURES: _rate,
}
