"""What makes a script and its version acceptable. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace

from yunwei.base.core.errors import Invalid
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
)
from yunwei.operate.scripts.rules.canonical import normal_body
from yunwei.operate.scripts.rules.parameters import check_value

LONGEST_BODY = 100_000
"""What Huawei Workspace takes, and more than a person reads."""
_LONGEST = {"name": 120, "description_zh": 2000, "description_en": 2000, "note": 1000}
_LONGEST_FOLDER = 200
_MOST_TAGS = 20
_MOST_PARAMETERS = 30
_TAG = re.compile(r"[^\s,;，；]{1,40}")
_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_BETWEEN = re.compile(r"[\s,;，；]+")


def read_tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _BETWEEN.split(text) if part))


def check_head(draft: ScriptDraft, *, is_provider: bool) -> ScriptDraft:
    """Return the head in its one form; raises Invalid at the field."""
    name = draft.name.strip()
    if not name:
        raise Invalid("name", "a script needs a name")
    for field in ("name", "description_zh", "description_en"):
        _check_length(field, getattr(draft, field))
    if not name.isprintable():
        raise Invalid("name", "no line breaks or control characters")
    if not (draft.description_zh.strip() or draft.description_en.strip()):
        raise Invalid("description_zh", "say what it does, in one language at least")
    if draft.is_shared and not is_provider:
        raise Invalid("is_shared", "only the provider's scripts can be shared")
    return replace(
        draft,
        name=name,
        description_zh=draft.description_zh.strip(),
        description_en=draft.description_en.strip(),
        folder=_check_folder(draft.folder),
        tags=_check_tags(draft.tags),
    )


def check_version(language: ScriptLanguage, draft: VersionDraft) -> VersionDraft:
    """Return the version in its one form; raises Invalid at the field."""
    body = normal_body(draft.body)
    if not body.strip():
        raise Invalid("body", "the script is empty")
    if len(body) > LONGEST_BODY:
        raise Invalid("body", f"at most {LONGEST_BODY} characters")
    if "\0" in body:
        raise Invalid("body", "a value has a character that can not be stored")
    if not 1 <= draft.timeout_s <= 86_400:
        raise Invalid("timeout_s", "between 1 and 86400 seconds")
    if not 1024 <= draft.max_output_bytes <= 1_048_576:
        raise Invalid("max_output_bytes", "between 1024 and 1048576 bytes")
    _check_length("note", draft.note)
    if language is ScriptLanguage.BATCH and "%YW_PARAM_" in body.replace("\n", " ").upper():
        # cmd puts the text of %NAME% into the line before it reads it: a value becomes a command
        raise Invalid("body", "batch takes parameters as !YW_PARAM_…!, never between percent signs")
    parameters = check_parameters(draft.parameters)
    return replace(draft, body=body, parameters=parameters, note=draft.note.strip())


def check_parameters(parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Return the parameters in their one form; raises Invalid naming the line."""
    checked: dict[str, Parameter] = {}
    for number, each in enumerate(parameters, start=1):
        found = _check_parameter(number, each)
        if found.name in checked:
            raise Invalid("parameters", f"parameter {number}: {found.name} is there twice")
        checked[found.name] = found
    if len(checked) > _MOST_PARAMETERS:
        raise Invalid("parameters", f"at most {_MOST_PARAMETERS} parameters")
    return tuple(checked.values())


def _check_parameter(number: int, each: Parameter) -> Parameter:
    name = each.name.strip().upper()
    if not _PARAMETER.fullmatch(name):
        raise _wrong(number, "a name is of letters A-Z, digits and _, at most 40")
    choices = tuple(dict.fromkeys(part.strip() for part in each.choices if part.strip()))
    if each.kind is ParameterKind.CHOICE and len(choices) < 2:
        raise _wrong(number, "a choice needs two values at least")
    if each.kind is ParameterKind.SECRET and each.default:
        raise _wrong(number, "a secret has no default")
    if each.minimum is not None and each.maximum is not None and each.minimum > each.maximum:
        raise _wrong(number, "the least is more than the most")
    is_number = each.kind is ParameterKind.NUMBER
    found = replace(
        each,
        name=name,
        label_zh=each.label_zh.strip()[:200],
        label_en=each.label_en.strip()[:200],
        default=each.default.strip(),
        choices=choices if each.kind is ParameterKind.CHOICE else (),
        minimum=each.minimum if is_number else None,
        maximum=each.maximum if is_number else None,
    )
    if found.default:
        try:
            check_value(found, found.default)
        except Invalid as error:
            raise _wrong(number, f"its default: {error.why}") from error
    return found


def _wrong(number: int, why: str) -> Invalid:
    return Invalid("parameters", f"parameter {number}: {why}")


def _check_length(field: str, text: str) -> None:
    if len(text) > _LONGEST[field]:
        raise Invalid(field, f"at most {_LONGEST[field]} characters")


def _check_folder(text: str) -> str:
    parts = [part.strip() for part in text.replace("\\", "/").split("/")]
    folder = "/".join(part for part in parts if part)
    if len(folder) > _LONGEST_FOLDER:
        raise Invalid("folder", f"at most {_LONGEST_FOLDER} characters")
    if not folder.isprintable():
        raise Invalid("folder", "no line breaks or control characters")
    return folder


def _check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(each.strip() for each in tags if each.strip()))
    if len(found) > _MOST_TAGS:
        raise Invalid("tags", f"at most {_MOST_TAGS} tags")
    for each in found:
        if not _TAG.fullmatch(each):
            raise Invalid("tags", "a tag is one word of at most 40 characters")
    return found
