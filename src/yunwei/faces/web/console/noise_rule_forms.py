"""The form of a noise rule: one field for each number, choice or condition of its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

from django.utils.translation import gettext_lazy as _

from yunwei.faces.web.shared.forms import Form, FormField
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.governance.facts.noise import (
    CONTENT_TYPES,
    NoiseContent,
    NoiseKind,
    NoiseRule,
    NoiseRuleDraft,
)
from yunwei.monitor.governance.rules.noise_drafts import build_content

_LABELS: Mapping[str, tuple[Text, Text]] = {
    "alarm_type": (_("Alarm type"), _("A type, or a pattern with * and ?.")),
    "critical_s": (_("Critical: wait, seconds"), _("0: told at once.")),
    "major_s": (_("Major: wait, seconds"), ""),
    "minor_s": (_("Minor: wait, seconds"), ""),
    "warning_s": (_("Warning: wait, seconds"), ""),
    "indeterminate_s": (_("Indeterminate: wait, seconds"), ""),
    "fade_s": (
        _("Fading, seconds"),
        _("Each coming and going counts one and fades to about a third within this time."),
    ),
    "enter": (_("Begins at"), ""),
    "leave": (_("Is over below"), _("Smaller than the beginning, so that it does not waver.")),
    "parents": (_("Faults that explain"), _("A condition as text.")),
    "children": (_("Alarms that are explained"), _("A condition as text.")),
    "relations": (_("How they depend"), ""),
    "hops": (_("Over so many steps"), ""),
    "before_s": (
        _("Heard of so long before the fault, seconds"),
        _("What came earlier is not explained by it."),
    ),
    "after_s": (_("Heard of so long after the fault, seconds"), _("0: as long as it stands.")),
    "settle_s": (
        _("After the fault's end, seconds"),
        _("What still stands then is told by itself."),
    ),
    "wait_s": (_("An alarm waits for its fault, seconds"), ""),
    "critical_wait_s": (_("A critical one waits, seconds"), ""),
    "condition": (_("Which alarms"), _("A condition as text.")),
    "keys": (_("What they have in common"), ""),
    "window_s": (_("Within, seconds"), ""),
    "least": (_("About so many"), _("What came before is told one by one.")),
    "update_s": (_("Growth is told every, seconds"), ""),
    "per_source": (_("Each source has its own storms"), ""),
    "digest_s": (_("A digest every, seconds"), ""),
}
_AREAS = frozenset({"parents", "children", "condition"})
_CHOICES = {"relations": "relation", "keys": "group_key"}


def build_fields(kind: NoiseKind) -> tuple[FormField, ...]:
    name = FormField(key="name", label=_("Name"))
    on = FormField(key="is_enabled", label=_("It is on"), kind="boolean", is_required=False)
    return (name, *(_field(each.name, kind) for each in fields(CONTENT_TYPES[kind])), on)


def _field(key: str, kind: NoiseKind) -> FormField:
    label, help_text = _LABELS[key]
    if key in _CHOICES:
        return FormField(
            key=key, label=label, kind="several", help=help_text, options=_options(key)
        )
    if key == "per_source":
        return FormField(key=key, label=label, kind="boolean", is_required=False)
    if key in _AREAS:
        return FormField(key=key, label=label, kind="area", help=help_text)
    is_text = key == "alarm_type"
    # the score of flapping has decimals, which a field for whole numbers would refuse
    is_score = kind is NoiseKind.FLAPPING and key in {"enter", "leave"}
    word = "text" if is_text or is_score else "number"
    return FormField(key=key, label=label, kind=word, help=help_text, is_wide=is_text)


def _options(key: str) -> Sequence[tuple[str, Text]]:
    return options(_CHOICES[key])


def first_values(rule: NoiseRule) -> dict[str, str | Sequence[str]]:
    return {
        "name": rule.name,
        "is_enabled": _write(rule.is_enabled),
        **_write_content(rule.content),
    }


def usual_values(kind: NoiseKind) -> dict[str, str | Sequence[str]]:
    """Return the values that a new rule begins with."""
    needed = {
        NoiseKind.INHIBITION: {"parents": "", "children": ""},
        NoiseKind.GROUPING: {"condition": ""},
    }
    content = build_content(kind, needed.get(kind, {}))
    return {"name": "", "is_enabled": "true", **_write_content(content)}


def _write_content(content: NoiseContent) -> dict[str, str | Sequence[str]]:
    found = {each.name: getattr(content, each.name) for each in fields(content)}
    return {key: _write(value) for key, value in found.items()}


def _write(value: object) -> str | Sequence[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_draft(form: Form, kind: NoiseKind) -> NoiseRuleDraft:
    """Return what was typed; raises Invalid naming the field."""
    content = {each.name: _read(form, each.name) for each in fields(CONTENT_TYPES[kind])}
    return NoiseRuleDraft(
        name=form.text("name"),
        content=build_content(kind, content),
        is_enabled=form.is_on("is_enabled"),
    )


def _read(form: Form, key: str) -> object:
    drawn = form.by_key[key].field
    readers: dict[str, Callable[[str], object]] = {
        "several": form.several,
        "boolean": form.is_on,
        "number": form.number,
    }
    return readers.get(drawn.kind, form.text)(key)
