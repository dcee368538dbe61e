"""A condition as the nodes of a form, groups and terms one below the other, and back. No requests.

Every node stands for itself, so that people can build a tree without scripts: they say how deep a
node lies, what its group joins, and what its term asks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from yunwei.base.core.condition import (
    ALARM_FIELDS,
    All,
    Condition,
    Field,
    Kind,
    Not,
    Op,
    Some,
    Term,
    condition_to_json,
    parse_condition,
)
from yunwei.base.core.errors import Invalid

JOINS = ("all", "any", "not_all", "none")
"""What a group asks of its parts; the last two are negations of the first two."""
NOT = "not_"
_LISTS = frozenset({Op.IN, Op.UNDER, Op.CIDR})
_COMMAS = re.compile(r"[,，\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A group (join set) or a term. key: of a raw field. op: `not_` before it is its negation."""

    depth: int
    join: str = ""
    field: str = ""
    key: str = ""
    op: str = ""
    values: tuple[str, ...] = ()

    @property
    def is_group(self) -> bool:
        return bool(self.join)

    @property
    def name(self) -> str:
        """The field's whole name, `raw.site` of a raw field."""
        return f"{self.field}.{self.key}" if self.key else self.field

    @property
    def asked(self) -> Field | None:
        opened = ALARM_FIELDS.open
        if opened is not None and self.field == opened.name:
            return ALARM_FIELDS.get(self.name) or opened
        return ALARM_FIELDS.get(self.field)

    @property
    def plain_op(self) -> Op | None:
        word = self.op.removeprefix(NOT)
        return Op(word) if word in set(Op) else None

    @property
    def is_empty(self) -> bool:
        has_value = any(each.strip() for each in self.values)
        return not self.is_group and not has_value and self.plain_op is not Op.EXISTS


def empty_term(depth: int) -> Node:
    return Node(depth=depth, field="alarm_type", op="eq")


def build_row(field: str, op: str, value: str) -> Node:
    """Return a term of the outermost group; several choices are separated by commas."""
    node = Node(depth=1, field=field, op=op, values=(value,))
    has_choices = node.asked is not None and node.asked.choices and node.plain_op is Op.IN
    if not has_choices:
        return node
    parts = tuple(part.strip() for part in _COMMAS.split(value) if part.strip())
    return replace(node, values=parts)


def fit_op(node: Node) -> Node:
    """Return a term whose operator fits its field; a new field begins with its usual one."""
    field, op = node.asked, node.plain_op
    if node.is_group or field is None or op in field.ops:
        return node
    return replace(node, op=field.ops[0].value, values=())


def nodes_to_json(nodes: Sequence[Node]) -> object:
    """Return the condition's JSON form; terms without a value and groups without terms do not
    count. Raises Invalid."""
    reader = _Reader(nodes)
    condition = reader.read_group()
    if condition is None:
        raise Invalid("condition", "a condition needs at least one term")
    return condition


class _Reader:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._at = 0

    def read_group(self) -> dict[str, object] | None:
        group = self._nodes[self._at]
        self._at += 1
        parts: list[object] = []
        while self._at < len(self._nodes) and self._nodes[self._at].depth > group.depth:
            node = self._nodes[self._at]
            if node.is_group:
                part = self.read_group()
            else:
                self._at += 1
                part = None if node.is_empty else _to_term(node)
            if part is not None:
                parts.append(part)
        return _join(group.join, parts) if parts else None


def _join(join: str, parts: list[object]) -> dict[str, object]:
    word = "any" if join in ("any", "none") else "all"
    joined: dict[str, object] = {word: parts}
    return {"not": joined} if join in ("not_all", "none") else joined


def _to_term(node: Node) -> dict[str, object]:
    term: dict[str, object] = {"field": node.name, "op": node.op.removeprefix(NOT)}
    if node.plain_op is not Op.EXISTS:
        term["value"] = _read_value(node)
    return {"not": term} if node.op.startswith(NOT) else term


def _read_value(node: Node) -> object:
    field = node.asked
    if node.plain_op in _LISTS:
        parts = [part.strip() for each in node.values for part in _COMMAS.split(each)]
        listed = [part for part in parts if part]
        return listed[0] if len(listed) == 1 and node.plain_op is not Op.IN else listed
    value = node.values[0].strip()
    return _read_instant(value) if field is not None and field.kind is Kind.TIME else value


def _read_instant(typed: str) -> str:
    """Return a local date and time with its zone; anything else as it is, to be refused."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    if local.tzinfo is None:
        local = local.replace(tzinfo=ZoneInfo(timezone.get_current_timezone_name()))
    return local.isoformat()


def build_nodes(condition: Condition) -> list[Node] | None:
    """Return the nodes that say a condition; None when they can not say it, as of a value with a
    comma in a list."""
    nodes = list(_tell_root(condition))
    try:
        again = parse_condition(nodes_to_json(nodes))
    except Invalid:
        return None
    return nodes if _plain(again) == _plain(condition) else None


def _tell_root(condition: Condition) -> Iterator[Node]:
    is_group = isinstance(condition, All | Some)
    is_negated = isinstance(condition, Not) and isinstance(condition.part, All | Some)
    yield from _tell(condition if is_group or is_negated else All(parts=(condition,)), 0)


def _tell(condition: Condition, depth: int) -> Iterator[Node]:
    match condition:
        case Term():
            yield _tell_term(condition, depth, is_negated=False)
        case Not(part=Term() as term):
            yield _tell_term(term, depth, is_negated=True)
        case Not(part=All(parts=parts)):
            yield from _tell_group("not_all", parts, depth)
        case Not(part=Some(parts=parts)):
            yield from _tell_group("none", parts, depth)
        case Not(part=part):
            yield from _tell_group("not_all", (part,), depth)
        case All(parts=parts):
            yield from _tell_group("all", parts, depth)
        case Some(parts=parts):
            yield from _tell_group("any", parts, depth)


def _tell_group(join: str, parts: tuple[Condition, ...], depth: int) -> Iterator[Node]:
    yield Node(depth=depth, join=join)
    for part in parts:
        yield from _tell(part, depth + 1)


def _tell_term(term: Term, depth: int, *, is_negated: bool) -> Node:
    group, _, key = term.field.partition(".")
    field = ALARM_FIELDS.get(term.field)
    said = [_write_value(each) for each in term.values] if term.op is not Op.EXISTS else []
    is_joined = term.op in _LISTS and not (field is not None and field.choices)
    return Node(
        depth=depth,
        field=group,
        key=key,
        op=f"{NOT if is_negated else ''}{term.op.value}",
        values=(", ".join(said),) if is_joined else tuple(said),
    )


def _write_value(value: object) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M:%S")
    return str(value)


def _plain(condition: Condition) -> object:
    """Return a form in which groups of one and their only part are the same."""
    match condition:
        case Term(op=op, value=value) if op in _LISTS:
            listed = list(value) if isinstance(value, tuple) else [value]
            return condition_to_json(condition) | {"value": listed}
        case Term():
            return condition_to_json(condition)
        case Not(part=part):
            return {"not": _plain(part)}
        case All(parts=(part,)) | Some(parts=(part,)):
            return _plain(part)
        case All(parts=parts):
            return {"all": list(map(_plain, parts))}
        case Some(parts=parts):
            return {"any": list(map(_plain, parts))}


def end_of(nodes: Sequence[Node], place: int) -> int:
    """Return the place after a node and all that lies in it."""
    end = place + 1
    while end < len(nodes) and nodes[end].depth > nodes[place].depth:
        end += 1
    return end
