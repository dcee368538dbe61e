"""The form of a threshold rule: drawn, read, first filled from a rule. No view of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.metrics import At, Unit
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, chosen_word, tenant_field
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.monitor.thresholds.facts import (
    Level,
    Missing,
    Reduce,
    Side,
    ThresholdContent,
    ThresholdDraft,
)
from yunwei.monitor.thresholds.rules.drafts import SEVERITIES
from yunwei.monitor.thresholds.rules.measures import MEASURES
from yunwei.monitor.thresholds.rules.targets import TARGET_FIELDS

USUAL = ThresholdContent(
    measure="desktop.cpu",
    at=At.DESKTOP,
    levels=(Level(severity=Severity.MAJOR, raise_at=0.9, clear_at=0.8),),
)
"""What a new rule begins with."""

_NUMBERS = ("needed", "of", "hold_steps", "clear_steps", "missing_steps", "weeks")


def say_measure(name: str) -> str:
    """Return a measure's name in the language of who reads."""
    measure = MEASURES.get(name)
    if measure is None:
        return name
    return measure.zh if (get_language() or "").startswith("zh") else measure.en


def build_fields(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    return (
        FormField(key="name", label=_("Name"), part=_("What is watched")),
        *(_tenant_field(viewer) if is_new else ()),
        FormField(
            key="measure",
            label=_("Measure"),
            kind="choice",
            options=[*_measures()],
            part=_("What is watched"),
        ),
        FormField(
            key="condition",
            label=_("Which objects"),
            kind="area",
            rows=3,
            help=_("A condition as text; true means all. Fields: %(fields)s")
            % {"fields": ", ".join(each.name for each in TARGET_FIELDS)},
            part=_("What is watched"),
        ),
        *_level_fields(),
        *_time_fields(),
        *_missing_fields(),
        FormField(
            key="is_enabled",
            label=_("It is on"),
            kind="boolean",
            is_required=False,
            part=_("When nothing is measured"),
        ),
    )


def _measures() -> Iterator[tuple[str, Text]]:
    for measure in MEASURES.values():
        for at in measure.at:
            unit = "%" if measure.unit is Unit.RATIO else measure.unit.value
            where = word("measured_at", at.value).label
            told = f"{where} · {say_measure(measure.name)}"
            yield f"{measure.name}@{at.value}", f"{told} ({unit})" if unit != "1" else told


def _tenant_field(viewer: Viewer) -> tuple[FormField, ...]:
    field = tenant_field(
        tenant_options(viewer),
        label=_("Tenant"),
        home=str(viewer.tenant),
        help=_("The provider's rule is about the objects of all customers."),
    )
    return (replace(field, part=_("What is watched")),)


def _level_fields() -> Iterator[FormField]:
    part = _("Levels")
    yield FormField(
        key="side", label=_("It is a fault"), kind="choice", options=options("threshold_side"),
        part=part,
    )  # fmt: skip
    yield FormField(
        key="is_usual",
        label=_("Levels count in spreads from what is usual at this hour of this weekday"),
        kind="boolean",
        is_required=False,
        part=part,
    )
    for severity in reversed(SEVERITIES):
        label = word("severity", severity.value).label
        yield FormField(
            key=f"{severity.value}_raise",
            label=_("%(severity)s: raised at") % {"severity": label},
            kind="number",
            is_required=False,
            is_wide=False,
            part=part,
        )
        yield FormField(
            key=f"{severity.value}_clear",
            label=_("%(severity)s: over at") % {"severity": label},
            kind="number",
            is_required=False,
            is_wide=False,
            part=part,
        )
    yield FormField(
        key="weeks", label=_("Of the usual: weeks that are looked back"), kind="number",
        minimum=2, maximum=8, part=part,
    )  # fmt: skip
    yield FormField(
        key="least_spread",
        label=_("Of the usual: the least spread"),
        kind="number",
        minimum=0,
        help=_("In the measure's unit; what hardly ever changes would alarm at every move."),
        part=part,
    )


def _time_fields() -> Iterator[FormField]:
    part = _("How often and how long")
    yield FormField(
        key="step_s", label=_("A step is"), kind="choice", options=options("threshold_step"),
        help=_("Not shorter than the source measures; the trial says how much was measured."),
        part=part,
    )  # fmt: skip
    yield FormField(
        key="reduce", label=_("Of several measurements in a step counts"), kind="choice",
        options=options("threshold_reduce"), part=part,
    )  # fmt: skip
    for key, label in (
        ("needed", _("Beyond in so many steps")),
        ("of", _("of the last so many measured")),
        ("hold_steps", _("and that for so many steps more")),
        ("clear_steps", _("Over after so many good steps in a row")),
    ):
        yield FormField(key=key, label=label, kind="number", minimum=0, part=part)
    yield FormField(
        key="grace_minutes",
        label=_("Not judged for so many minutes after it was switched on"),
        kind="number",
        minimum=0,
        help=_("Desktops that are off, being rebuilt or in maintenance are not judged at all."),
        part=part,
    )


def _missing_fields() -> Iterator[FormField]:
    part = _("When nothing is measured")
    yield FormField(
        key="missing", label=_("A step without a measurement means"), kind="choice",
        options=options("threshold_missing"),
        help=_("While a whole source tells nothing, nothing is missing: that is its own alarm."),
        part=part,
    )  # fmt: skip
    yield FormField(
        key="missing_steps", label=_("After so many steps"), kind="number", minimum=1, part=part
    )
    yield FormField(
        key="missing_severity", label=_("Severity of that alarm"), kind="choice",
        options=options("severity", "indeterminate"), part=part,
    )  # fmt: skip


def group_fields(form: Form) -> list[tuple[Text, list[Drawn]]]:
    """Return the form's fields under the headings of their parts."""
    groups: dict[str, tuple[Text, list[Drawn]]] = {}
    for drawn in form.drawn:
        part = drawn.field.part
        groups.setdefault(str(part), (part, []))[1].append(drawn)
    return list(groups.values())


def first_values(
    name: str, content: ThresholdContent, *, is_enabled: bool
) -> Mapping[str, str | Sequence[str]]:
    """Return the form's first values of a rule."""
    scale = _scale(content.measure, is_usual=content.is_usual)
    spread = content.least_spread * _scale(content.measure, is_usual=False)
    return {
        "name": name,
        "measure": f"{content.measure}@{content.at.value}",
        "condition": content.condition,
        "side": content.side.value,
        "is_usual": "true" if content.is_usual else "false",
        **_written_levels(content.levels, scale),
        **{key: str(getattr(content, key)) for key in _NUMBERS},
        "least_spread": _say(spread),
        "step_s": str(content.step_s),
        "reduce": content.reduce.value,
        "grace_minutes": _say(content.grace_s / 60),
        "missing": content.missing.value,
        "missing_severity": content.missing_severity.value,
        "is_enabled": "true" if is_enabled else "false",
    }


def _written_levels(levels: Iterable[Level], scale: float) -> dict[str, str]:
    written: dict[str, str] = {}
    for level in levels:
        written[f"{level.severity.value}_raise"] = _say(level.raise_at * scale)
        written[f"{level.severity.value}_clear"] = _say(level.clear_at * scale)
    return written


def _say(value: float) -> str:
    return f"{value:.10g}"


def _scale(measure: str, *, is_usual: bool) -> float:
    """Shares are typed as percent."""
    known = MEASURES.get(measure)
    return 100.0 if known and known.unit is Unit.RATIO and not is_usual else 1.0


def read_draft(form: Form, time_zone: str) -> ThresholdDraft:
    """Return what was typed; raises Invalid at the field. time_zone: of weekdays and hours."""
    measure, _sign, where = form.text("measure").partition("@")
    try:
        at = At(where)
    except ValueError as error:
        raise Invalid("measure", "this is not one of the choices") from error
    is_usual = form.is_on("is_usual")
    numbers = {key: form.number(key) for key in _NUMBERS}
    content = ThresholdContent(
        measure=measure,
        at=at,
        condition=form.text("condition") or "true",
        side=chosen_word(form, "side", Side),
        is_usual=is_usual,
        levels=tuple(_read_levels(form, _scale(measure, is_usual=is_usual))),
        step_s=form.number("step_s"),
        reduce=chosen_word(form, "reduce", Reduce),
        grace_s=round(_read_float(form, "grace_minutes") * 60),
        missing=chosen_word(form, "missing", Missing),
        missing_severity=chosen_word(form, "missing_severity", Severity),
        least_spread=_read_float(form, "least_spread") / _scale(measure, is_usual=False),
        time_zone=time_zone,
        **numbers,
    )
    return ThresholdDraft(
        name=form.text("name"), content=content, is_enabled=form.is_on("is_enabled")
    )


def _read_levels(form: Form, scale: float) -> Iterator[Level]:
    for severity in SEVERITIES:
        raised, clear = f"{severity.value}_raise", f"{severity.value}_clear"
        if not form.text(raised):
            if form.text(clear):
                raise Invalid(raised, "this is required")
            continue
        raise_at = _read_float(form, raised) / scale
        clear_at = _read_float(form, clear) / scale if form.text(clear) else raise_at
        yield Level(severity=severity, raise_at=raise_at, clear_at=clear_at)


def _read_float(form: Form, key: str) -> float:
    try:
        return float(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not a number") from error
