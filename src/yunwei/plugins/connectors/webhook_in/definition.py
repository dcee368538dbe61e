"""Reads a mapping of fields, as a person typed it or a file of `mappings/` holds it. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.report_templates import Template, parse_template

OWN = "own"
# of a map's values: all that the others do not name
OTHERS = "*"

type Act = Literal["raise", "clear", "notice", "ignore"]

_ACTS: Mapping[str, Act] = {
    "raise": "raise",
    "clear": "clear",
    "notice": "notice",
    "ignore": "ignore",
}
_SEVERITIES: Mapping[str, Severity] = {each.value: each for each in Severity}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """How one source's bodies are read; the manifest says what each field means."""

    items: str
    act: str
    act_values: Mapping[str, Act]
    managed_object: tuple[Template, ...]
    alarm_type: tuple[Template, ...]
    qualifier: tuple[Template, ...]
    text: tuple[Template, ...]
    severity: str
    severity_values: Mapping[str, Severity]
    raised_at: str
    cleared_at: str
    identity: tuple[Template, ...]
    zone: tzinfo


def read_mapping(settings: Mapping[str, str]) -> FieldMapping:
    """Return the mapping that settings name or are; raises Invalid naming the field."""
    name = settings.get("mapping") or OWN
    typed = settings if name == OWN else _shipped(name)
    return FieldMapping(
        items=typed.get("items", ""),
        act=typed.get("act", ""),
        act_values=_read_values(typed, "act_values", _ACTS),
        managed_object=_read_paths(typed),
        alarm_type=_read_templates(typed, "alarm_type", is_required=True),
        qualifier=_read_templates(typed, "qualifier"),
        text=_read_templates(typed, "text"),
        severity=typed.get("severity", ""),
        severity_values=_read_values(typed, "severity_values", _SEVERITIES),
        raised_at=typed.get("raised_at", ""),
        cleared_at=typed.get("cleared_at", ""),
        identity=_read_templates(typed, "identity"),
        zone=_read_zone(settings.get("time_zone", "") or "UTC"),
    )


@cache
def _shipped(name: str) -> Mapping[str, str]:
    path = files("yunwei.plugins.connectors.webhook_in").joinpath("mappings", f"{name}.toml")
    if not name.isidentifier() or not path.is_file():
        raise Invalid("mapping", "this is not one of the choices")
    found: Mapping[str, str] = tomllib.loads(path.read_text("utf-8"))
    return found


def _read_templates(
    typed: Mapping[str, str], key: str, *, is_required: bool = False
) -> tuple[Template, ...]:
    lines = [line.strip() for line in typed.get(key, "").splitlines() if line.strip()]
    if is_required and not lines:
        raise Invalid(key, "this is required")
    try:
        return tuple(map(parse_template, lines))
    except ValueError as error:
        raise Invalid(key, "braces hold the path of a field, and nothing else") from error


def _read_paths(typed: Mapping[str, str]) -> tuple[Template, ...]:
    templates = _read_templates(typed, "managed_object", is_required=True)
    if not all(template.pieces[0][0].startswith("/") for template in templates):
        raise Invalid("managed_object", "a path begins with /")
    return templates


def _read_values[T](typed: Mapping[str, str], key: str, known: Mapping[str, T]) -> Mapping[str, T]:
    """Return what each value stands for, by the value in lower case."""
    found: dict[str, T] = {}
    for line in typed.get(key, "").splitlines():
        if not line.strip():
            continue
        value, equals, word = line.rpartition("=")
        meant = known.get(word.strip().casefold())
        if not equals or not value.strip() or meant is None:
            raise Invalid(key, f"expected a value = one of {', '.join(known)}")
        found[value.strip().casefold()] = meant
    return found


def _read_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise Invalid("time_zone", "there is no such time zone") from error
