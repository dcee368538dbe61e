"""How inspections are said, on pages and on paper: closed sets, values with their units, limits."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from yunwei.base.core.own_texts import read_in
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import (
    Change,
    Grade,
    InspectionState,
    Level,
    Missing,
    Rhythm,
    Sample,
    ThingKind,
)
from yunwei.operate.inspection.facts.templates import Criterion, Domain, FigureUnit, Gravity

type Texts = Mapping[Any, Any]

STATES: Texts = {
    InspectionState.QUEUED: pgettext_lazy("inspection", "Asked for"),
    InspectionState.WORKING: pgettext_lazy("inspection", "Being measured"),
    InspectionState.MEASURED: pgettext_lazy("inspection", "Measured, not sealed"),
    InspectionState.SEALED: pgettext_lazy("inspection", "Sealed"),
    InspectionState.FAILED: pgettext_lazy("inspection", "Could not be made"),
}
LEVELS: Texts = {
    Level.PASSED: pgettext_lazy("inspection", "Well"),
    Level.WARNED: pgettext_lazy("inspection", "Doubtful"),
    Level.FAILED: pgettext_lazy("inspection", "Not well"),
    Level.NOT_MEASURED: pgettext_lazy("inspection", "Not measured"),
    Level.NOT_APPLICABLE: pgettext_lazy("inspection", "Does not apply"),
}
MISSING: Texts = {
    Missing.NO_DATA: gettext_lazy("No source tells of it."),
    Missing.AWAY: gettext_lazy("Measurements could not be read then."),
}
DOMAINS: Texts = {
    Domain.ACCESS: pgettext_lazy("inspection", "Access and logons"),
    Domain.DESKTOPS: pgettext_lazy("inspection", "Desktops"),
    Domain.IMAGES: pgettext_lazy("inspection", "Images"),
    Domain.LICENCES: pgettext_lazy("inspection", "Licences and certificates"),
    Domain.HOSTS: pgettext_lazy("inspection", "Hosts"),
    Domain.CAPACITY: pgettext_lazy("inspection", "Capacity"),
    Domain.ALARMS: pgettext_lazy("inspection", "Alarms"),
    Domain.PLATFORM: pgettext_lazy("inspection", "Monitoring itself"),
    Domain.ON_SITE: pgettext_lazy("inspection", "On site"),
}
GRAVITIES: Texts = {
    Gravity.CRITICAL: pgettext_lazy("inspection", "Critical"),
    Gravity.MAJOR: pgettext_lazy("inspection", "Important"),
    Gravity.MINOR: pgettext_lazy("inspection", "Minor"),
    Gravity.NOTICE: pgettext_lazy("inspection", "For notice"),
}
GRADES: Texts = {
    Grade.HEALTHY: pgettext_lazy("inspection", "Healthy"),
    Grade.GOOD: pgettext_lazy("inspection", "Good"),
    Grade.WATCH: pgettext_lazy("inspection", "To be watched"),
    Grade.AT_RISK: pgettext_lazy("inspection", "At risk"),
    Grade.UNCLEAR: pgettext_lazy("inspection", "Too little was measured"),
}
CHANGES: Texts = {
    Change.NEW: pgettext_lazy("finding", "New"),
    Change.WORSE: pgettext_lazy("finding", "Worse"),
    Change.BETTER: pgettext_lazy("finding", "Better"),
    Change.UNCHANGED: pgettext_lazy("finding", "Unchanged"),
    Change.GONE: pgettext_lazy("finding", "Gone"),
    Change.UNKNOWN: pgettext_lazy("finding", "Not measured this time"),
}
RHYTHMS: Texts = {
    Rhythm.DAY: pgettext_lazy("inspection", "Every day"),
    Rhythm.WEEK: pgettext_lazy("inspection", "Every week"),
    Rhythm.MONTH: pgettext_lazy("inspection", "Every month"),
    Rhythm.QUARTER: pgettext_lazy("inspection", "Every quarter"),
}
THINGS: Texts = {
    ThingKind.HOST: pgettext_lazy("thing", "Host"),
    ThingKind.SITE: pgettext_lazy("thing", "Site"),
    ThingKind.POOL: pgettext_lazy("thing", "Pool"),
    ThingKind.DESKTOP: pgettext_lazy("thing", "Desktop"),
    ThingKind.IMAGE: pgettext_lazy("thing", "Image"),
    ThingKind.LICENCE: pgettext_lazy("thing", "Licence or quota"),
    ThingKind.AGENT: pgettext_lazy("thing", "Agent"),
    ThingKind.ALARM: pgettext_lazy("thing", "Alarm"),
    ThingKind.SOURCE: pgettext_lazy("thing", "Source"),
    ThingKind.DEVICE: pgettext_lazy("thing", "Device"),
    ThingKind.ACCOUNT: pgettext_lazy("thing", "Account"),
    ThingKind.PLATFORM: pgettext_lazy("thing", "Platform"),
}


def say(texts: Texts, value: StrEnum) -> str:
    return str(texts[value])


def say_said(said: Said) -> str:
    """Return a text of a template in the language of whoever reads."""
    return said.in_language(get_language() or "zh")


def say_note(sample: Sample) -> str:
    """Return what a source, or our own alarm, says of a thing, in the reader's language."""
    return read_in(sample.note, sample.note_type, get_language() or "zh")


def say_value(value: float | None, unit: FigureUnit) -> str:
    """Return a value with its unit, as short as it can be."""
    if value is None:
        return "–"
    match unit:
        case FigureUnit.RATIO:
            return f"{100 * value:.3g} %"
        case FigureUnit.SECONDS:
            return _("%(number)s s") % {"number": _short(value)}
        case FigureUnit.HOURS:
            return _("%(number)s h") % {"number": _short(value)}
        case FigureUnit.DAYS:
            return pgettext("days", "%(number)s d") % {"number": _short(value)}
        case FigureUnit.COUNT:
            return _short(value)


def say_criterion(criterion: Criterion, unit: FigureUnit) -> str:
    """Return from where on a value is doubtful and bad, in one line."""
    told = []
    for limit, below, beyond in (
        (criterion.warn, _("doubtful below %(limit)s"), _("doubtful from %(limit)s")),
        (criterion.fail, _("not well below %(limit)s"), _("not well from %(limit)s")),
    ):
        if limit is not None:
            text = below if criterion.is_low_bad else beyond
            told.append(text % {"limit": say_value(limit, unit)})
    return "; ".join(told)


def _short(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
