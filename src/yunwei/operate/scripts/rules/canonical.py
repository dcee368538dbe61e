"""The one form of a version that is hashed, so that all who handle it mean the same. Pure."""

import hashlib
from typing import Any

import msgspec

from yunwei.operate.scripts.facts.library import Parameter, ScriptLanguage, VersionDraft


def canonical_form(language: ScriptLanguage, content: VersionDraft) -> bytes:
    """Return UTF-8 JSON without spaces, keys in order: what changes what runs, and no more."""
    said: dict[str, Any] = {
        "language": language.value,
        "body": normal_body(content.body),
        "parameters": [
            {"name": each.name, "kind": each.kind.value, "required": each.is_required}
            for each in content.parameters
        ],
        "timeout_s": content.timeout_s,
        "max_output_bytes": content.max_output_bytes,
    }
    return msgspec.json.encode(said, order="sorted")


def hash_version(language: ScriptLanguage, content: VersionDraft) -> str:
    return hashlib.sha256(canonical_form(language, content)).hexdigest()


def normal_body(text: str) -> str:
    """Return a script's text with plain line ends and one at its end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return f"{lines}\n" if lines else ""


def names_of(parameters: tuple[Parameter, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in parameters)
