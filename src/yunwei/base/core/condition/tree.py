"""The tree of a condition: terms joined by all, any and not. What terms may say is in `fields`.

A term is true, false or *unknown*: a row that lacks the field, or holds something unfit in it,
says nothing about the term. Unknown counts like SQL's NULL: neither a term nor its negation
matches then, so that what is not known never silences an alarm.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Op(StrEnum):
    """What a term asks of a field's value. `contains` and sets of tags ignore no accents, and
    only `contains` ignores case, that of A to Z."""

    EQ = "eq"
    IN = "in"
    IN_SET = "in_set"
    PREFIX = "prefix"
    CONTAINS = "contains"
    GLOB = "glob"
    REGEX = "regex"
    UNDER = "under"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    CIDR = "cidr"
    HAS_TAG = "has_tag"
    EXISTS = "exists"
    ALWAYS = "always"
    NEVER = "never"


type Scalar = str | int | float | datetime
type Value = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One question about one field. A tuple as value: any of them."""

    field: str
    op: Op
    value: Value = ""

    @property
    def values(self) -> tuple[Scalar, ...]:
        return self.value if isinstance(self.value, tuple) else (self.value,)


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
type Row = Mapping[str, object]
"""The values of one alarm by field: texts, numbers, aware times, tags as a tuple; `raw` is a
mapping of texts. All values are hashable."""
type Matcher = Callable[[Row], bool]

EVERYTHING = Term(field="*", op=Op.ALWAYS)
NOTHING = Term(field="*", op=Op.NEVER)
"""Stands for what can not be known, such as an empty set: neither it nor its negation matches."""


def walk_terms(condition: Condition) -> Iterator[Term]:
    """Yield the terms from left to right."""
    match condition:
        case Term():
            yield condition
        case Not(part=part):
            yield from walk_terms(part)
        case All(parts=parts) | Some(parts=parts):
            for each in parts:
                yield from walk_terms(each)


def replace_terms(condition: Condition, change: Callable[[Term], Condition]) -> Condition:
    """Return the condition with each term put through `change`."""
    match condition:
        case Term():
            return change(condition)
        case Not(part=part):
            return Not(part=replace_terms(part, change))
        case All(parts=parts):
            return All(parts=tuple(replace_terms(each, change) for each in parts))
        case Some(parts=parts):
            return Some(parts=tuple(replace_terms(each, change) for each in parts))


def join_all(parts: tuple[Condition, ...]) -> Condition:
    """Return what is true when all parts are; of one part, the part itself."""
    return parts[0] if len(parts) == 1 else All(parts=parts)


def join_any(parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else Some(parts=parts)


def simplify(condition: Condition) -> Condition:
    """Return the same without groups of one."""
    match condition:
        case Term():
            return condition
        case Not(part=part):
            return Not(part=simplify(part))
        case All(parts=parts):
            return join_all(tuple(map(simplify, parts)))
        case Some(parts=parts):
            return join_any(tuple(map(simplify, parts)))


def is_about_everything(condition: Condition) -> bool:
    """Say whether the condition holds for every row by its very form; `a || !a` is not seen."""
    match condition:
        case Term(op=op):
            return op is Op.ALWAYS
        case All(parts=parts):
            return all(map(is_about_everything, parts))
        case Some(parts=parts):
            return any(map(is_about_everything, parts))
        case Not():
            return False
