"""The JSON form of a condition: a tree of {"all": […]}, {"any": […]}, {"not": …} and terms.

{"all": [{"field": "alarm_type", "op": "in", "value": ["host.down", "storage.slow"]},
         {"not": {"field": "severity", "op": "at_least", "value": "critical"}}]}
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

from yunwei.base.core.condition.fields import ALARM_FIELDS, FieldSet
from yunwei.base.core.condition.tree import (
    EVERYTHING,
    All,
    Condition,
    Not,
    Op,
    Some,
    Term,
    Value,
    walk_terms,
)
from yunwei.base.core.condition.values import parse_value, refuse

MAX_DEPTH = 8
MAX_TERMS = 200


def parse_condition(data: object, *, fields: FieldSet = ALARM_FIELDS) -> Condition:
    """Return the condition of a JSON form; raises Invalid("condition", why) on anything wrong."""
    condition = _parse(data, fields, 0)
    check_size(condition)
    return condition


@lru_cache(maxsize=200_000)
def parse_stored(text: str) -> Condition:
    """Return the condition of its JSON form about alarms as text. What was stored is read again
    and again, and parsed once. Raises Invalid."""
    return parse_condition(json.loads(text))


def check_size(condition: Condition) -> None:
    """Raise Invalid for a condition that is too large or too deep."""
    if _depth_of(condition) > MAX_DEPTH:
        raise refuse(f"nested deeper than {MAX_DEPTH}")
    if sum(1 for _ in walk_terms(condition)) > MAX_TERMS:
        raise refuse(f"more than {MAX_TERMS} terms")


def _depth_of(condition: Condition) -> int:
    match condition:
        case Term():
            return 0
        case Not(part=part):
            return 1 + _depth_of(part)
        case All(parts=parts) | Some(parts=parts):
            return 1 + max(map(_depth_of, parts))


def _parse(data: object, fields: FieldSet, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise refuse(f"nested deeper than {MAX_DEPTH}")
    if not isinstance(data, dict):
        raise refuse("expected an object")
    node = cast("dict[str, object]", data)
    if not node:
        raise refuse("a condition needs at least one term")
    if set(node) == {"not"}:
        return Not(part=_parse(node["not"], fields, depth + 1))
    if len(node) == 1 and not {"all", "any"}.isdisjoint(node):
        return _parse_group(*next(iter(node.items())), fields, depth)
    return _parse_term(node, fields)


def _parse_group(word: str, parts: object, fields: FieldSet, depth: int) -> Condition:
    if not isinstance(parts, list) or not parts:
        raise refuse(f"'{word}' needs a list that is not empty")
    if len(parts) > MAX_TERMS:
        raise refuse(f"more than {MAX_TERMS} terms")
    parsed = tuple(_parse(part, fields, depth + 1) for part in parts)
    return All(parts=parsed) if word == "all" else Some(parts=parsed)


def _parse_term(node: Mapping[str, object], fields: FieldSet) -> Term:
    if set(node) - {"field", "op", "value"} or not {"field", "op"} <= set(node):
        raise refuse("a term has field, op and value")
    op = str(node["op"])
    if op == Op.ALWAYS:
        return EVERYTHING
    return build_term(str(node["field"]), op, node.get("value", ""), fields)


def build_term(name: str, word: str, value: object, fields: FieldSet) -> Term:
    """Return a term of plain parts; raises Invalid naming what does not fit."""
    field = fields.get(name)
    if field is None:
        raise refuse(f"no such field: {name!r}")
    try:
        op = Op(word)
    except ValueError as error:
        raise refuse(f"no such operator: {word!r}") from error
    if op not in field.ops:
        raise refuse(f"{name} can not be asked with {word}")
    return Term(field=name, op=op, value=parse_value(field, op, value))


def condition_to_json(condition: Condition) -> dict[str, object]:
    """Return the JSON form; `parse_condition` of it gives an equal condition."""
    match condition:
        case Term(field=field, op=op, value=value):
            return {"field": field, "op": op.value, "value": _to_json(value)}
        case All(parts=parts):
            return {"all": [condition_to_json(part) for part in parts]}
        case Some(parts=parts):
            return {"any": [condition_to_json(part) for part in parts]}
        case Not(part=part):
            return {"not": condition_to_json(part)}


def _to_json(value: Value) -> object:
    if isinstance(value, tuple):
        return [_to_json(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value
