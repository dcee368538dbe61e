"""One typed condition, used wherever alarms (later desktops) are selected. Pure.

A condition is a tree of `all`, `any`, `not` over terms {field, op, value}. Its JSON form:

    {"all": [{"field": "alarm_type", "op": "in", "value": ["host.down", "storage.slow"]},
             {"not": {"field": "severity", "op": "eq", "value": "critical"}}]}

It fails closed: a condition that can not be understood is refused by `parse_condition`, and one
without terms matches nothing unless it says so with {"field": "*", "op": "always"}.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import cast

import re2

from yunwei.base.core.errors import Invalid

ALARM_FIELDS = frozenset(
    {
        "source",
        "source_name",
        "managed_object",
        "alarm_type",
        "qualifier",
        "severity",
        "reported_severity",
        "text",
        "operator_state",
    }
)
_MAX_DEPTH = 8
_MAX_TERMS = 200


class Op(StrEnum):
    EQ = "eq"
    IN = "in"
    PREFIX = "prefix"
    GLOB = "glob"
    CONTAINS = "contains"
    REGEX = "regex"
    UNDER = "under"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    field: str
    op: Op
    value: str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    part: "Condition"


type Condition = Term | All | Some | Not
type Row = Mapping[str, str]
type Matcher = Callable[[Row], bool]


def parse_condition(data: object, *, fields: frozenset[str] = ALARM_FIELDS) -> Condition:
    """Return the condition of a JSON form; raises Invalid("condition", why) on anything wrong."""
    terms = [0]
    condition = _parse(data, fields, terms, 0)
    if not terms[0]:
        raise Invalid("condition", "a condition needs at least one term")
    return condition


def _parse(data: object, fields: frozenset[str], terms: list[int], depth: int) -> Condition:
    if depth > _MAX_DEPTH:
        raise Invalid("condition", f"nested deeper than {_MAX_DEPTH}")
    if not isinstance(data, dict):
        raise Invalid("condition", "expected an object")
    node = cast("dict[str, object]", data)
    if set(node) == {"not"}:
        return Not(part=_parse(node["not"], fields, terms, depth + 1))
    for word, shape in (("all", All), ("any", Some)):
        if set(node) == {word}:
            parts = node[word]
            if not isinstance(parts, list) or not parts:
                raise Invalid("condition", f"{word!r} needs a list that is not empty")
            return shape(parts=tuple(_parse(part, fields, terms, depth + 1) for part in parts))
    terms[0] += 1
    if terms[0] > _MAX_TERMS:
        raise Invalid("condition", f"more than {_MAX_TERMS} terms")
    return _parse_term(node, fields)


def _parse_term(node: Mapping[str, object], fields: frozenset[str]) -> Term:
    if set(node) - {"field", "op", "value"} or not {"field", "op"} <= set(node):
        raise Invalid("condition", "a term has field, op and value")
    field, value = node["field"], node.get("value", "")
    try:
        op = Op(str(node["op"]))
    except ValueError as error:
        raise Invalid("condition", f"no such operator: {node['op']!r}") from error
    if op is Op.ALWAYS:
        return Term(field="*", op=op, value="")
    if not isinstance(field, str) or field not in fields:
        raise Invalid("condition", f"no such field: {field!r}")
    return Term(field=field, op=op, value=_parse_value(op, value))


def _parse_value(op: Op, value: object) -> str | tuple[str, ...]:
    if op is Op.IN:
        if not isinstance(value, list) or not value:
            raise Invalid("condition", "'in' needs a list that is not empty")
        return tuple(str(each) for each in value)
    if not isinstance(value, str | int) or value == "":
        raise Invalid("condition", f"{op.value!r} needs a value")
    text = str(value)
    if op is Op.REGEX:
        try:
            _compile_regex(text)
        except re2.error as error:
            raise Invalid("condition", f"bad regular expression: {error}") from error
    return text


def _compile_regex(text: str) -> "re2._Regexp":
    """RE2 takes time linear in the text, whatever a person writes: one rule of one tenant can
    not hold up everybody's alarms."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


def condition_to_json(condition: Condition) -> dict[str, object]:
    """Return the JSON form; `parse_condition` of it gives an equal condition."""
    match condition:
        case Term(field=field, op=op, value=value):
            listed = list(value) if isinstance(value, tuple) else value
            return {"field": field, "op": op.value, "value": listed}
        case All(parts=parts):
            return {"all": [condition_to_json(part) for part in parts]}
        case Some(parts=parts):
            return {"any": [condition_to_json(part) for part in parts]}
        case Not(part=part):
            return {"not": condition_to_json(part)}


def compile_condition(condition: Condition) -> Matcher:
    """Return a function of a row (field → text) that says whether it matches. A field that the
    row lacks never matches."""
    match condition:
        case Term():
            return _compile_term(condition)
        case All(parts=parts):
            return _compile_all([compile_condition(part) for part in parts])
        case Some(parts=parts):
            inner = [compile_condition(part) for part in parts]
            return lambda row: any(matches(row) for matches in inner)
        case Not(part=part):
            negated = compile_condition(part)
            return lambda row: not negated(row)


def _compile_all(inner: list[Matcher]) -> Matcher:
    # a loop, not all(): it is asked for each rule of each alarm, and takes half the time
    def matches_all(row: Row) -> bool:
        for matches in inner:  # noqa: SIM110
            if not matches(row):
                return False
        return True

    return matches_all


def _compile_term(term: Term) -> Matcher:
    if term.op is Op.ALWAYS:
        return lambda row: True
    test = _value_test(term.op, term.value)
    field = term.field

    def matches(row: Row) -> bool:
        value = row.get(field)
        return value is not None and test(value)

    return matches


def _value_test(op: Op, value: str | tuple[str, ...]) -> Callable[[str], bool]:
    if isinstance(value, tuple):
        members = frozenset(value)
        return lambda text: text in members
    wanted = value
    match op:
        case Op.PREFIX:
            return lambda text: text.startswith(wanted)
        case Op.GLOB:
            return lambda text: fnmatchcase(text, wanted)
        case Op.CONTAINS:
            folded = wanted.casefold()
            return lambda text: folded in text.casefold()
        case Op.REGEX:
            pattern = _compile_regex(wanted)
            return lambda text: pattern.search(text) is not None
        case Op.UNDER:
            root = wanted.rstrip("/")
            return lambda text: text == root or text.startswith(root + "/")
        case _:
            return lambda text: text == wanted
