"""What differs between two versions, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_AROUND = 3


@dataclass(frozen=True, slots=True)
class DiffLine:
    """kind: `same`, `gone`, `new`, or `gap` for lines left out. old, new: numbers from 1, None
    where the line is not."""

    kind: str
    old: int | None
    new: int | None
    text: str


def compare(before: str, after: str) -> tuple[DiffLine, ...]:
    """Return the changed lines with three around them; () when nothing differs."""
    old, new = before.splitlines(), after.splitlines()
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(_AROUND)
    found: list[DiffLine] = []
    for group in groups:
        if group[0][1] or group[0][3]:
            found.append(DiffLine("gap", None, None, ""))
        for kind, a1, a2, b1, b2 in group:
            found.extend(_lines(kind, old[a1:a2], new[b1:b2], a1, b1))
    return tuple(found)


def _lines(kind: str, old: list[str], new: list[str], a: int, b: int) -> Iterator[DiffLine]:
    if kind == "equal":
        for number, text in enumerate(old):
            yield DiffLine("same", a + number + 1, b + number + 1, text)
        return
    for number, text in enumerate(old):
        yield DiffLine("gone", a + number + 1, None, text)
    for number, text in enumerate(new):
        yield DiffLine("new", None, b + number + 1, text)
