"""Templates of request bodies that people write: placeholders and nothing else. Pure.

`{{subject}}`, `{{data.managed_object}}`: what stands there is replaced once, and what it is
replaced by is never read as a template, as JSON or as a form again. There is no logic.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

_PLACE = re.compile(r"\{\{\s*([a-z_]+(?:\.[A-Za-z0-9_]+)*)\s*\}\}")
_ALMOST = re.compile(r"\{\{|\}\}")

NAMES = (
    "key",
    "subject",
    "body",
    "severity",
    "is_clear",
    "link",
    "may_be_repeat",
    "receipt_url",
    "acknowledge_link",
    "recipient",
    "facts",
    "data",
)
"""What a placeholder may begin with; `data.` and `recipient.` go on with a name of theirs."""


def build_values(message: OutgoingMessage, recipient: Recipient) -> dict[str, object]:
    """Return what placeholders stand for."""
    return {
        "key": message.key,
        "subject": message.subject,
        "body": message.body,
        "severity": str(message.severity or ""),
        "is_clear": message.is_clear,
        "link": message.link,
        "may_be_repeat": message.may_be_repeat,
        "receipt_url": message.receipt_url,
        "acknowledge_link": message.acknowledge_link,
        "recipient": {"name": recipient.name, "address": recipient.address},
        "facts": dict(message.facts),
        "data": dict(message.data),
    }


def check_json_template(field: str, text: str) -> None:
    """Raise Invalid at `field` unless the template is JSON whose placeholders are known."""
    _parse(field, text)


def render_json(text: str, values: Mapping[str, object]) -> bytes:
    """Return the JSON document. A string that is one placeholder becomes its value, of its type;
    within a longer string values are put as text. What is not there is null, or empty."""
    return msgspec.json.encode(_fill(_parse("template", text), values))


def check_form_template(field: str, text: str) -> None:
    """Raise Invalid at `field` unless each line is `name=value` with known placeholders."""
    _parse_form(field, text)


def render_form(text: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return the form's fields, one for each line `name=value`."""
    return {
        name: _PLACE.sub(lambda found: _as_text(_find(values, found[1])), value)
        for name, value in _parse_form("template", text)
    }


def encode_form(fields: Mapping[str, str]) -> bytes:
    """Return the fields as application/x-www-form-urlencoded."""
    return urlencode(fields).encode()


def _parse(field: str, text: str) -> object:
    try:
        parsed: object = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(field, "this is not JSON; placeholders stand within quotes") from error
    _check_names(field, text)
    return parsed


def _parse_form(field: str, text: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Invalid(field, "each line is name=value")
        fields.append((name.strip(), value.strip()))
    _check_names(field, text)
    return fields


def _check_names(field: str, text: str) -> None:
    for found in _PLACE.finditer(text):
        if found[1].partition(".")[0] not in NAMES:
            raise Invalid(field, f"there is no placeholder {found[1]!r}")
    if _ALMOST.search(_PLACE.sub("", text)):
        raise Invalid(field, "a placeholder is a name in double braces: {{subject}}")


def _fill(part: object, values: Mapping[str, object]) -> object:
    if isinstance(part, dict):
        return {key: _fill(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_fill(each, values) for each in part]
    if not isinstance(part, str):
        return part
    whole = _PLACE.fullmatch(part.strip())
    if whole:
        return _find(values, whole[1])
    return _PLACE.sub(lambda found: _as_text(_find(values, found[1])), part)


def _find(values: Mapping[str, object], path: str) -> object:
    found: object = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return msgspec.json.encode(value).decode()
