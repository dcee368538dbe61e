"""By what a condition can be looked up: anchors, at least one of which fires whenever it matches.

No normal form is built: of parts joined by "and" one is enough, of parts joined by "or" each is
needed. So a condition never has more anchors than terms, however it is nested.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from yunwei.base.core.condition.fields import Field, FieldSet, Kind
from yunwei.base.core.condition.index.literals import (
    literal_of_glob,
    literal_of_regex,
    literal_prefix,
)
from yunwei.base.core.condition.tree import All, Condition, Not, Op, Scalar, Some, Term, join_all
from yunwei.base.core.condition.values import fold, read_network, root_of


class How(StrEnum):
    """How a value is looked up."""

    EXACT = "exact"
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
    share: float
    rest: Condition | None


def find_choices(condition: Condition, fields: FieldSet) -> tuple[Choice, ...]:
    """Return the ways to look a condition up; () when every row must be asked."""
    finder = _Finder(fields)
    if not isinstance(condition, All):
        choice = finder.choose(condition, ())
        return (choice,) if choice else ()
    places = range(len(condition.parts))
    found = [
        finder.choose(
            condition.parts[place],
            condition.parts[:place] + condition.parts[place + 1 :],
        )
        for place in places
    ]
    return tuple(each for each in found if each is not None)


class _Finder:
    def __init__(self, fields: FieldSet) -> None:
        self._fields = fields

    def choose(self, part: Condition, others: tuple[Condition, ...]) -> Choice | None:
        cover = self._cover(part, is_negated=False)
        if cover is None:
            return None
        rest = others if self._is_exact(part, cover) else (part, *others)
        share = sum(share_of(anchor, self._fields) for anchor in cover)
        return Choice(cover=cover, share=share, rest=join_all(rest) if rest else None)

    def _is_exact(self, part: Condition, cover: Cover) -> bool:
        """Say whether the part is true of every row for which its cover fires."""
        return isinstance(part, Term) and len(cover) == 1 and part.op in _EXACT_OPS

    def _cover(self, condition: Condition, *, is_negated: bool) -> Cover | None:
        match condition:
            case Term():
                return self._cover_term(condition, is_negated=is_negated)
            case Not(part=part):
                return self._cover(part, is_negated=not is_negated)
            case All(parts=parts) | Some(parts=parts):
                covers = [self._cover(part, is_negated=is_negated) for part in parts]
                is_any = isinstance(condition, Some) != is_negated
                return self._union(covers) if is_any else self._best(covers)

    def _union(self, covers: list[Cover | None]) -> Cover | None:
        known = [cover for cover in covers if cover is not None]
        if len(known) < len(covers):
            return None
        return tuple(dict.fromkeys(anchor for cover in known for anchor in cover))

    def _best(self, covers: list[Cover | None]) -> Cover | None:
        known = [cover for cover in covers if cover is not None]
        return min(known, key=self._share, default=None)

    def _share(self, cover: Cover) -> float:
        return sum(share_of(anchor, self._fields) for anchor in cover)

    def _cover_term(self, term: Term, *, is_negated: bool) -> Cover | None:
        if term.op is Op.NEVER:
            return ()
        if term.op is Op.ALWAYS:
            return () if is_negated else None
        field = self._fields.get(term.field)
        if field is None:
            return None
        anchor = _negated(term, field) if is_negated else _positive(term, field)
        return None if anchor is None else (anchor,)


_EXACT_OPS = frozenset(
    {Op.EQ, Op.IN, Op.UNDER, Op.CIDR, Op.HAS_TAG, Op.EXISTS, Op.CONTAINS, Op.AT_LEAST, Op.AT_MOST}
)


def _negated(term: Term, field: Field) -> Anchor | None:
    """What is none of a few choices is one of the others."""
    positive = _positive(term, field)
    if positive is None or not field.choices or positive.how is not How.EXACT:
        return None
    others = tuple(each for each in field.choices if each not in positive.values)
    return Anchor(term.field, How.EXACT, others)


def _positive(term: Term, field: Field) -> Anchor | None:
    name, values = term.field, term.values
    if term.op is Op.EXISTS:
        return Anchor(name, How.PRESENT, ())
    if field.kind is Kind.ADDRESS:
        return Anchor(name, How.NETWORK, values)
    if field.kind in (Kind.NUMBER, Kind.TIME) and term.op in _LIMITS:
        return Anchor(name, _LIMITS[term.op], values)
    if term.op in (Op.EQ, Op.IN, Op.HAS_TAG):
        return Anchor(name, How.EXACT, values)
    if term.op is Op.UNDER:
        return Anchor(name, How.UNDER, tuple(root_of(str(each)) for each in values))
    build = _OF_TEXT.get(term.op)
    return None if build is None else build(field, str(values[0]))


_LIMITS = {Op.AT_LEAST: How.AT_LEAST, Op.AT_MOST: How.AT_MOST}


def _anchor_of_glob(field: Field, glob: str) -> Anchor | None:
    start, inside = literal_prefix(glob), literal_of_glob(glob)
    if start and len(start) >= len(inside):
        return Anchor(field.name, How.PREFIX, (_cut(start),))
    return Anchor(field.name, How.CONTAINS, (fold(inside),)) if inside else None


def _anchor_of_regex(field: Field, pattern: str) -> Anchor:
    inside = literal_of_regex(pattern)
    if inside:
        return Anchor(field.name, How.CONTAINS, (fold(inside),))
    return Anchor(field.name, How.REGEX, (pattern,))


_OF_TEXT: dict[Op, Callable[[Field, str], Anchor | None]] = {
    Op.AT_LEAST: lambda field, level: Anchor(field.name, How.EXACT, field.at_least(level)),
    Op.AT_MOST: lambda field, level: Anchor(field.name, How.EXACT, field.at_most(level)),
    Op.PREFIX: lambda field, text: Anchor(field.name, How.PREFIX, (_cut(text),)),
    Op.CONTAINS: lambda field, text: Anchor(field.name, How.CONTAINS, (fold(text),)),
    Op.GLOB: _anchor_of_glob,
    Op.REGEX: _anchor_of_regex,
}

PREFIX_LENGTHS = (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 48, 64, 96, 128)


def _cut(text: str) -> str:
    """Cut a beginning to one of a few lengths: a row is looked up once for each length."""
    length = max(each for each in PREFIX_LENGTHS if each <= max(1, len(text)))
    return text[:length]


def share_of(anchor: Anchor, fields: FieldSet) -> float:
    """Guess for which share of rows an anchor fires."""
    field = fields.get(anchor.field)
    if field is None:
        return 1.0
    if field.choices:
        return len(anchor.values) / len(field.choices)
    return min(
        1.0, sum(_share_of_value(anchor.how, each, field) for each in anchor.values or ("",))
    )


def _share_of_value(how: How, value: Scalar, field: Field) -> float:
    text = str(value)
    match how:
        case How.EXACT:
            return field.share
        case How.UNDER:
            # /pool holds a good part of all objects, /pool/7/desktop/3 one
            return max(field.share, 5.0 / 10.0 ** text.count("/"))
        case How.PREFIX | How.CONTAINS:
            return max(field.share, 0.7 ** len(text))
        case How.NETWORK:
            network = read_network(text)
            return max(field.share, math.pow(2, -8 * network.prefixlen / network.max_prefixlen))
        case _:
            return 0.5
