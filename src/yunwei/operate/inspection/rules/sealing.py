"""What seals an inspection, what may be answered, what a ticket of a finding says. Pure."""

import hashlib
from collections.abc import Mapping

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.operate.inspection.facts.inspections import Answer, Inspected, Level

LONGEST_NOTE = 2000
ANSWERS = (Level.PASSED, Level.WARNED, Level.FAILED, Level.NOT_APPLICABLE)


def seal_of(content_sha256: str, answers: Mapping[str, Answer], by: str, at: str) -> str:
    """Return the hash over what was measured, what was answered, and who sealed it when."""
    said = [msgspec.to_builtins(answers[name]) for name in sorted(answers)]
    told = msgspec.json.encode([content_sha256, said, by, at], order="sorted")
    return hashlib.sha256(told).hexdigest()


def check_answer(content: Inspected, item: str, level: str, note: str) -> tuple[Level, str]:
    """Return an answer that can be so; raises Invalid at the field, `<item>` or `<item>.note`."""
    if item not in {each.name for each in content.items}:
        raise Invalid("item", "there is no such item")
    try:
        said = Level(level)
    except ValueError as error:
        raise Invalid(item, "this is not one of the choices") from error
    if said not in ANSWERS:
        raise Invalid(item, "this is not one of the choices")
    text = note.strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise Invalid(f"{item}.note", "at most 2000 characters")
    if said.is_found and not text:
        raise Invalid(f"{item}.note", "say what is wrong")
    return said, text
