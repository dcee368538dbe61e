"""Named sets in conditions: what refers to one is replaced by plain terms before it is matched.

A member of a set is an exact value; for a path also all below it, for an address a network too.
A set that is empty, unknown or holds nothing fit makes its term unknown: neither the term nor its
negation matches.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from yunwei.base.core.condition.fields import ALARM_FIELDS, Field, FieldSet, Kind, Label
from yunwei.base.core.condition.tree import (
    NOTHING,
    Condition,
    Op,
    Term,
    replace_terms,
    walk_terms,
)
from yunwei.base.core.condition.values import parse_value
from yunwei.base.core.errors import Bug, Invalid

type NamedSets = Mapping[str, Iterable[str]]
_ASKED_WITH = {Kind.PATH: Op.UNDER, Kind.ADDRESS: Op.CIDR}


def names_of_sets(condition: Condition) -> tuple[str, ...]:
    """Return the names of the sets that a condition refers to, each once."""
    terms = (term for term in walk_terms(condition) if term.op is Op.IN_SET)
    return tuple(dict.fromkeys(str(term.value) for term in terms))


def resolve_sets(
    condition: Condition, sets: NamedSets, *, fields: FieldSet = ALARM_FIELDS
) -> Condition:
    """Return the condition with plain terms in place of named sets."""

    def resolve(term: Term) -> Condition:
        if term.op is not Op.IN_SET:
            return term
        field = fields.get(term.field)
        if field is None:
            raise Bug(f"no such field: {term.field!r}")
        return _resolve(term, field, sets.get(str(term.value), ()))

    return replace_terms(condition, resolve) if names_of_sets(condition) else condition


def _resolve(term: Term, field: Field, members: Iterable[str]) -> Condition:
    op = _ASKED_WITH.get(field.kind, Op.IN)
    values = _values_of(field.name, field.kind, op, tuple(members))
    return Term(field=term.field, op=op, value=values) if values else NOTHING


@lru_cache(maxsize=256)
def _values_of(name: str, kind: Kind, op: Op, members: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is fit of the members. Many rules share a set, and are read again and again."""
    field = Field(name=name, kind=kind, label=Label(zh=name, en=name))
    return tuple(dict.fromkeys(value for member in members for value in _fit(field, op, member)))


def _fit(field: Field, op: Op, member: str) -> tuple[str, ...]:
    try:
        value = parse_value(field, op, [member])
    except Invalid:
        return ()
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
