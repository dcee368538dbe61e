"""A script as a file: a head in TOML between two lines of +++, then the script as it is. Pure."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.operate.scripts.facts.library import Parameter, ScriptDraft, ScriptFile, VersionDraft

_FENCE = "+++\n"
_HEAD = ("name", "language", "description_zh", "description_en", "folder", "tags")
_VERSION = ("timeout_s", "max_output_bytes", "is_risky")
_PARAMETER = (
    "name",
    "kind",
    "label_zh",
    "label_en",
    "default",
    "is_required",
    "choices",
    "minimum",
    "maximum",
)


def write_file(file: ScriptFile) -> str:
    """Return the text of a script's file; `read_file` gives back the same."""
    lines = [f"{key} = {_value(getattr(file.head, key))}" for key in _HEAD]
    lines += [f"{key} = {_value(getattr(file.content, key))}" for key in _VERSION]
    usual = Parameter(name="")
    for each in file.content.parameters:
        lines += ["", "[[parameters]]"]
        told = ((key, getattr(each, key)) for key in _PARAMETER)
        lines += [f"{key} = {_value(v)}" for key, v in told if v != getattr(usual, key)]
    head = "\n".join(lines)
    return f"{_FENCE}{head}\n{_FENCE}{file.content.body}"


def read_file(text: str) -> ScriptFile:
    """Return what a script's file says; raises Invalid (field `file`)."""
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n")
    parts = whole.split(_FENCE, 2)
    if len(parts) != 3 or parts[0].strip():
        raise Invalid("file", "this is not a script's file: it begins with +++")
    try:
        told = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise Invalid("file", f"its head can not be read: {error}") from error
    try:
        return _build(told, parts[2])
    except msgspec.ValidationError as error:
        raise Invalid("file", f"its head can not be read: {error}") from error


def _build(told: Mapping[str, Any], body: str) -> ScriptFile:
    known = {*_HEAD, *_VERSION, "parameters", "slug"}
    if unknown := sorted(set(told) - known):
        raise Invalid("file", f"its head can not be read: {unknown[0]}")
    head = msgspec.convert({key: told[key] for key in _HEAD if key in told}, ScriptDraft)
    content = {key: told[key] for key in (*_VERSION, "parameters") if key in told}
    version = msgspec.convert({**content, "body": body}, VersionDraft)
    return ScriptFile(head=head, content=version, slug=str(told.get("slug", "")))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    # a JSON string is a TOML string, but for the one control character that JSON leaves plain
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
