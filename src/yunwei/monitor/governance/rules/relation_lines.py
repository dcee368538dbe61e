"""What makes a line of the table of relations acceptable, and its form as a file. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace

from yunwei.base.core.errors import Invalid
from yunwei.monitor.governance.facts.topology import (
    CHILD_KINDS,
    PARENT_KINDS,
    WRITTEN_RELATIONS,
    Relation,
    WrittenRelation,
)

COLUMNS = ("relation", "parent_kind", "parent", "child_kind", "child", "redundancy")
MOST_LINES = 20_000
_NAME_LENGTH = 200


def check_lines(lines: Sequence[WrittenRelation]) -> None:
    """Raise Invalid naming the first line that is wrong, counted from 1."""
    if len(lines) > MOST_LINES:
        raise Invalid("lines", f"at most {MOST_LINES} lines")
    for number, line in enumerate(lines, start=1):
        try:
            check_line(line)
        except Invalid as error:
            raise Invalid("lines", f"line {number}: {error.message}") from error


def check_line(line: WrittenRelation) -> WrittenRelation:
    """Return a line as it is kept, without spaces around its names; raises Invalid at the field."""
    checked = replace(
        line,
        parent=line.parent.strip(),
        child=line.child.strip(),
        redundancy=line.redundancy.strip(),
    )
    fault = _find_fault(checked)
    if fault:
        raise Invalid(*fault)
    return checked


def _find_fault(line: WrittenRelation) -> tuple[str, str] | None:
    if line.relation not in WRITTEN_RELATIONS:
        return "relation", "this relation is known from inventory and not written"
    if line.parent_kind not in PARENT_KINDS:
        return "parent_kind", f"there is no such kind: {line.parent_kind}"
    if line.child_kind not in CHILD_KINDS:
        return "child_kind", f"there is no such kind: {line.child_kind}"
    for field in ("parent", "child", "redundancy"):
        why = _find_name_fault(getattr(line, field), is_needed=field != "redundancy")
        if why:
            return field, why
    if (line.parent_kind, line.parent.casefold()) == (line.child_kind, line.child.casefold()):
        return "child", "nothing depends on itself"
    return None


def _find_name_fault(name: str, *, is_needed: bool) -> str:
    if is_needed and not name:
        return "this is required"
    if len(name) > _NAME_LENGTH:
        return f"at most {_NAME_LENGTH} characters"
    return "" if name.isprintable() else "no line breaks or control characters"


def parse_csv(text: str) -> list[WrittenRelation]:
    """Return the lines of a file with a heading; raises Invalid("lines", why)."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = set(COLUMNS[:4]) - set(reader.fieldnames or ())
    if missing:
        raise Invalid("lines", f"the heading lacks {', '.join(sorted(missing))}")
    lines: list[WrittenRelation] = []
    for number, row in enumerate(reader, start=1):
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        try:
            relation = Relation(values["relation"])
        except ValueError as error:
            known = ", ".join(each.value for each in WRITTEN_RELATIONS)
            raise Invalid("lines", f"line {number}: relation is one of {known}") from error
        lines.append(
            WrittenRelation(
                relation=relation,
                parent_kind=values["parent_kind"],
                parent=values["parent"],
                child_kind=values["child_kind"],
                child=values["child"] or "*",
                redundancy=values["redundancy"],
            )
        )
    check_lines(lines)
    return lines


def write_csv(lines: Iterable[WrittenRelation]) -> str:
    """Return the file that `parse_csv` reads."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            (
                line.relation.value,
                line.parent_kind,
                line.parent,
                line.child_kind,
                line.child,
                line.redundancy,
            )
        )
    return file.getvalue()
