"""What makes a named set acceptable, and how its values are read from what people paste. Pure."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import replace

from yunwei.base.core.errors import Invalid
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind

MOST_VALUES = 10_000
_LONGEST_NAME = 100
_LONGEST_NOTE = 500
_LONGEST_VALUE = 500
_BETWEEN = re.compile(r"[\r\n,;，；、\t]+")
_LINES = re.compile(r"[\r\n]+")


def read_values(text: str, kind: SetKind) -> tuple[str, ...]:
    """Return the values of a text, one a line; save in texts, commas separate them as well."""
    separator = _LINES if kind is SetKind.TEXTS else _BETWEEN
    return tuple(part.strip() for part in separator.split(text) if part.strip())


def check_draft(draft: NamedSetDraft, *, is_provider: bool) -> NamedSetDraft:
    """Return the draft with its values in one form and each once; raises Invalid at the field."""
    name = draft.name.strip()
    if not name:
        raise Invalid("name", "a set needs a name")
    if len(name) > _LONGEST_NAME:
        raise Invalid("name", f"at most {_LONGEST_NAME} characters")
    if not name.isprintable():
        raise Invalid("name", "no line breaks or control characters")
    if len(draft.note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    if draft.is_shared and not is_provider:
        raise Invalid("is_shared", "only the provider's sets can be shared")
    values = _check_values(draft.values, draft.kind)
    return replace(draft, name=name, note=draft.note.strip(), values=values)


def _check_values(values: Iterable[str], kind: SetKind) -> tuple[str, ...]:
    checked: dict[str, None] = {}
    for number, value in enumerate(values, start=1):
        text = value.strip()
        why = _find_fault(text, kind)
        if why:
            raise Invalid("values", f"value {number}, {text[:60]!r}: {why}")
        checked[_in_one_form(text, kind)] = None
    if len(checked) > MOST_VALUES:
        raise Invalid("values", f"at most {MOST_VALUES} values")
    return tuple(checked)


def _find_fault(text: str, kind: SetKind) -> str:
    if not text or len(text) > _LONGEST_VALUE:
        return f"a value has 1 to {_LONGEST_VALUE} characters"
    if not text.isprintable():
        return "no line breaks or control characters"
    if kind is SetKind.OBJECTS:
        return _find_fault_of_path(text)
    if kind is SetKind.ADDRESSES:
        return _find_fault_of_address(text)
    return ""


def _find_fault_of_path(text: str) -> str:
    if not text.startswith("/"):
        return "a path begins with /"
    # a list that means everything is no list; a rule for everything says so itself, and somebody
    # has to approve it
    return "this is every object" if not text.strip("/") else ""


def _find_fault_of_address(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return "not an address or network"
    return "this is every address" if network.prefixlen == 0 else ""


def _in_one_form(text: str, kind: SetKind) -> str:
    if kind is SetKind.OBJECTS:
        return text.rstrip("/")
    if kind is SetKind.ADDRESSES:
        network = ipaddress.ip_network(text, strict=False)
        return str(network if network.num_addresses > 1 else network.network_address)
    return text
