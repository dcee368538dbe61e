"""By what a condition can be looked up: anchors, at least one of which fires whenever it matches.

No normal form is built: of parts joined by "and" one is enough, of parts joined by "or" each is
needed. So a condition never has more anchors than terms, however it is nested.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from yunwei.base.core.condition.fields import Field, FieldSet, Kind
from yunwei.base.core.condition.literals import (
    literal_prefix,
    literals_of_glob,
    literals_of_regex,
)
from yunwei.base.core.condition.tree import All, Condition, Not, Op, Scalar, Some, Term, join_all
from yunwei.base.core.condition.values import fold, read_network, root_of


class How(StrEnum):
    """How a value is looked up."""

    EXACT = "exact"
    TAG = "tag"
    UNDER = "under"
    PREFIX = "prefix"
    CONTAINS = "contains"
    REGEX = "regex"
    NETWORK = "network"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Fires for a row whose `field` has any of the values."""

    field: str
    how: How
    values: tuple[Scalar, ...]


type Cover = tuple[Anchor, ...]
"""Anchors of which at least one fires whenever the condition matches; () for what never does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to look a condition up. rest: what is still to be asked of a row for which the
    cover fired; None when nothing is."""

    cover: Cover
    rest: Condition | None


def find_choices(
    condition: Condition, fields: FieldSet, *, but: frozenset[Anchor] = frozenset()
) -> tuple[Choice, ...]:
    """Return the ways to look a condition up; () when every row must be asked. but: anchors that
    tell nothing any more, because they have fired."""
    parts = tuple(_parts_of_all(condition, is_negated=False))
    return tuple(
        choice
        for place, part in enumerate(parts)
        for choice in _choices_of(part, parts[:place] + parts[place + 1 :], fields)
        if _is_worth_it(choice.cover, fields) and but.isdisjoint(choice.cover)
    )


def _parts_of_all(condition: Condition, *, is_negated: bool) -> Iterator[Condition]:
    """Yield what must all hold, however deep it is nested."""
    match condition:
        case Not(part=part):
            yield from _parts_of_all(part, is_negated=not is_negated)
        case All(parts=parts) | Some(parts=parts) if isinstance(condition, All) != is_negated:
            for part in parts:
                yield from _parts_of_all(part, is_negated=is_negated)
        case _:
            yield Not(part=condition) if is_negated else condition


def _is_worth_it(cover: Cover, fields: FieldSet) -> bool:
    """Say whether a cover spares enough rows: one that fires for most is none."""
    return sum(share_of(anchor, fields) for anchor in cover) <= _TOO_COMMON


def _choices_of(
    part: Condition, others: tuple[Condition, ...], fields: FieldSet
) -> Iterator[Choice]:
    """Yield the ways that one of the parts joined by "and" gives."""
    for cover in _covers(part, fields, is_negated=False):
        is_exact = isinstance(part, Term) and len(cover) == 1 and part.op in _EXACT_OPS
        rest = others if is_exact else (part, *others)
        yield Choice(cover=cover, rest=join_all(rest) if rest else None)


def _covers(condition: Condition, fields: FieldSet, *, is_negated: bool) -> list[Cover]:
    """Return covers of which any may be taken; [] when there is none."""
    match condition:
        case Term():
            return _covers_of_term(condition, fields, is_negated=is_negated)
        case Not(part=part):
            return _covers(part, fields, is_negated=not is_negated)
        case All(parts=parts) | Some(parts=parts):
            covers = [_covers(part, fields, is_negated=is_negated) for part in parts]
            if isinstance(condition, All) != is_negated:
                return [each for offered in covers for each in offered]
            return _union([_rarest(offered, fields) for offered in covers])


def _union(covers: list[Cover | None]) -> list[Cover]:
    known = [cover for cover in covers if cover is not None]
    if len(known) < len(covers):
        return []
    return [tuple(dict.fromkeys(anchor for cover in known for anchor in cover))]


def _rarest(covers: list[Cover], fields: FieldSet) -> Cover | None:
    def share(cover: Cover) -> float:
        return sum(share_of(anchor, fields) for anchor in cover)

    return min(covers, key=share, default=None)


def _covers_of_term(term: Term, fields: FieldSet, *, is_negated: bool) -> list[Cover]:
    if term.op is Op.NEVER:
        return [()]
    if term.op is Op.ALWAYS:
        return [()] if is_negated else []
    field = fields.get(term.field)
    if field is None:
        return []
    anchors = _negated(term, field) if is_negated else _positive(term, field)
    return [(anchor,) for anchor in anchors]


_TOO_COMMON = 0.5
_EXACT_OPS = frozenset(
    {Op.EQ, Op.IN, Op.UNDER, Op.CIDR, Op.HAS_TAG, Op.EXISTS, Op.CONTAINS, Op.AT_LEAST, Op.AT_MOST}
)


def _negated(term: Term, field: Field) -> list[Anchor]:
    """What is none of a few choices is one of the others."""
    if not field.choices:
        return []
    spoken_of = [each for anchor in _positive(term, field) for each in anchor.values]
    others = tuple(each for each in field.choices if each not in spoken_of)
    return [Anchor(term.field, How.EXACT, others)]


def _positive(term: Term, field: Field) -> list[Anchor]:
    name, values = term.field, term.values
    if term.op is Op.EXISTS:
        return [Anchor(name, How.PRESENT, ())]
    if term.op is Op.IN_SET:
        # in an index named sets are resolved; before that, this says that one can be looked up
        return [Anchor(name, How.EXACT, values)]
    if field.kind is Kind.ADDRESS:
        return [Anchor(name, How.NETWORK, values)]
    if field.kind in (Kind.NUMBER, Kind.TIME) and term.op in _LIMITS:
        return [Anchor(name, _LIMITS[term.op], values)]
    if field.kind is Kind.TAGS:
        return [Anchor(name, How.TAG, values)]
    if term.op in (Op.EQ, Op.IN):
        return [Anchor(name, How.EXACT, values)]
    if term.op is Op.UNDER:
        return [Anchor(name, How.UNDER, tuple(root_of(str(each)) for each in values))]
    build = _OF_TEXT.get(term.op)
    return [] if build is None else build(field, str(values[0]))


_LIMITS = {Op.AT_LEAST: How.AT_LEAST, Op.AT_MOST: How.AT_MOST}


def _anchors_of_glob(field: Field, glob: str) -> list[Anchor]:
    start = literal_prefix(glob)
    prefix = [Anchor(field.name, How.PREFIX, (_cut(start),))] if start else []
    return prefix + [
        Anchor(field.name, How.CONTAINS, (fold(inside),))
        for inside in literals_of_glob(glob)
        if inside != start
    ]


def _anchors_of_regex(field: Field, pattern: str) -> list[Anchor]:
    inside = literals_of_regex(pattern)
    if not inside:
        return [Anchor(field.name, How.REGEX, (pattern,))]
    return [Anchor(field.name, How.CONTAINS, (fold(each),)) for each in inside]


_OF_TEXT: dict[Op, Callable[[Field, str], list[Anchor]]] = {
    Op.AT_LEAST: lambda field, level: [Anchor(field.name, How.EXACT, field.at_least(level))],
    Op.AT_MOST: lambda field, level: [Anchor(field.name, How.EXACT, field.at_most(level))],
    Op.PREFIX: lambda field, text: [Anchor(field.name, How.PREFIX, (_cut(text),))],
    Op.CONTAINS: lambda field, text: [Anchor(field.name, How.CONTAINS, (fold(text),))],
    Op.GLOB: _anchors_of_glob,
    Op.REGEX: _anchors_of_regex,
}

PREFIX_LENGTHS = (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 48, 64, 96, 128)


def _cut(text: str) -> str:
    """Cut a beginning to one of a few lengths: a row is looked up once for each length."""
    length = max(each for each in PREFIX_LENGTHS if each <= max(1, len(text)))
    return text[:length]


def share_of(anchor: Anchor, fields: FieldSet) -> float:
    """Guess for which share of rows an anchor fires."""
    return min(1.0, sum(share for _, share in share_by_value(anchor, fields)))


type Place = tuple[str, How, Scalar]
"""One value of an anchor: where a table holds it."""

_LOOKED_AT = 32


def share_by_value(anchor: Anchor, fields: FieldSet) -> list[tuple[Place, float]]:
    """Guess for which share of rows each value fires; of a long list a few stand for all."""
    field = fields.get(anchor.field)
    if field is None:
        return []
    values: tuple[Scalar, ...] = anchor.values or ("",)
    stride = 1 + len(values) // _LOOKED_AT
    return [
        ((anchor.field, anchor.how, each), stride * _share_of_value(anchor.how, each, field))
        for each in values[::stride]
    ]


def _share_of_value(how: How, value: Scalar, field: Field) -> float:
    if field.choices:
        return 1 / len(field.choices)
    text = str(value)
    match how:
        case How.EXACT | How.TAG:
            return field.share
        case How.UNDER:
            # /pool holds a good part of all objects, /pool/7/desktop/3 one
            return max(field.share, 5.0 / 10.0 ** text.count("/"))
        case How.PREFIX | How.CONTAINS:
            return max(field.share, 0.02, math.pow(0.7, len(text)))
        case How.NETWORK:
            network = read_network(text)
            return max(field.share, math.pow(2, -8 * network.prefixlen / network.max_prefixlen))
        case _:
            return 0.5
