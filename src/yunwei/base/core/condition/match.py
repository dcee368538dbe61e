"""A condition as a function of a row. Fails closed: what is unknown or unfit matches nothing."""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from typing import cast

from yunwei.base.core.condition.fields import ALARM_FIELDS, Field, FieldSet, Kind
from yunwei.base.core.condition.tree import All, Condition, Matcher, Not, Op, Row, Some, Term
from yunwei.base.core.condition.values import (
    Address,
    compile_search,
    fold,
    read_address,
    read_network,
    root_of,
    to_ms,
    translate_glob,
)
from yunwei.base.core.errors import Bug

type Get = Callable[[Row], object]
type Test = Callable[[object], bool | None]
"""What a term says of a value: true, false, or None when the value is none of its kind."""


def compile_condition(condition: Condition, *, fields: FieldSet = ALARM_FIELDS) -> Matcher:
    """Return a function of a row that says whether it matches.

    Negation is moved down to the terms first, so that "unknown" needs no third value on the way:
    a term asks "surely so?", a negated one "surely not?".
    """
    return _compile(condition, fields, is_negated=False)


def _compile(condition: Condition, fields: FieldSet, *, is_negated: bool) -> Matcher:
    match condition:
        case Term():
            return _compile_term(condition, fields, is_negated=is_negated)
        case Not(part=part):
            return _compile(part, fields, is_negated=not is_negated)
        case All(parts=parts) | Some(parts=parts):
            inner = [_compile(part, fields, is_negated=is_negated) for part in parts]
            return _every(inner) if isinstance(condition, All) != is_negated else _any(inner)


# loops, not all() and any(): they are asked for each rule of each alarm, and take half the time
def _every(inner: list[Matcher]) -> Matcher:
    def matches_all(row: Row) -> bool:
        for matches in inner:  # noqa: SIM110
            if not matches(row):
                return False
        return True

    return inner[0] if len(inner) == 1 else matches_all


def _any(inner: list[Matcher]) -> Matcher:
    def matches_any(row: Row) -> bool:
        for matches in inner:  # noqa: SIM110
            if matches(row):
                return True
        return False

    return inner[0] if len(inner) == 1 else matches_any


def _compile_term(term: Term, fields: FieldSet, *, is_negated: bool) -> Matcher:
    if term.op is Op.ALWAYS:
        return lambda row: not is_negated
    if term.op is Op.NEVER:
        return lambda row: False
    field = fields.get(term.field)
    if field is None:
        raise Bug(f"no such field: {term.field!r}")
    get, wanted = build_get(term.field, fields), not is_negated
    if term.op is Op.EXISTS:
        return lambda row: (get(row) is not None) is wanted
    if field.kind in _TEXTS and term.field in fields.plain:
        return _match_text(term, field, wanted=wanted)
    test = build_test(term, field)

    def matches(row: Row) -> bool:
        value = get(row)
        return value is not None and test(value) is wanted

    return matches


def _match_text(term: Term, field: Field, *, wanted: bool) -> Matcher:
    """The same for a field that always stands in the row, without a call in between."""
    name = term.field
    if term.op is Op.EQ and wanted:
        equal = term.value
        return lambda row: row.get(name) == equal
    if term.op is Op.IN and wanted:
        members = frozenset(term.values)
        return lambda row: row.get(name) in members
    test = _test_text(term, field)

    def matches(row: Row) -> bool:
        value = row.get(name)
        return isinstance(value, str) and test(value) is wanted

    return matches


def build_get(name: str, fields: FieldSet) -> Get:
    """Return what gets a field's value from a row; None where the row has none."""
    if name in fields.plain:
        return lambda row: row.get(name)
    group, _, key = name.partition(".")

    def get(row: Row) -> object:
        inner = row.get(group)
        return cast("dict[str, object]", inner).get(key) if inner else None

    return get


def build_test(term: Term, field: Field) -> Test:
    """Return the question that a term asks of a value of its field."""
    match field.kind:
        case Kind.NUMBER:
            return _test_number(term)
        case Kind.TIME:
            return _test_time(term)
        case Kind.ADDRESS:
            return _test_address(term)
        case Kind.TAGS:
            tag = term.value
            return lambda value: tag in value if isinstance(value, _COLLECTIONS) else None
        case _:
            test = _test_text(term, field)
            return lambda value: test(value) if isinstance(value, str) else None


_TEXTS = frozenset({Kind.WORD, Kind.TEXT, Kind.PATH, Kind.CHOICE, Kind.LEVEL})
_COLLECTIONS = (tuple, frozenset)


def _test_text(term: Term, field: Field) -> Callable[[str], bool]:
    build = _OF_TEXT.get(term.op)
    if build is None:
        raise Bug(f"{term.op} asks nothing of a text; named sets are resolved first")
    return build(list(map(str, term.values)), field)


def _test_equal(values: list[str], field: Field) -> Callable[[str], bool]:
    wanted = values[0]
    return lambda text: text == wanted


def _test_prefix(values: list[str], field: Field) -> Callable[[str], bool]:
    wanted = values[0]
    return lambda text: text.startswith(wanted)


def _test_contains(values: list[str], field: Field) -> Callable[[str], bool]:
    wanted = fold(values[0])
    return lambda text: wanted in fold(text)


def _test_under(values: list[str], field: Field) -> Callable[[str], bool]:
    roots = [root_of(each) for each in values]
    if len(roots) == 1:
        root, below = roots[0], roots[0] + "/"
        return lambda text: text == root or text.startswith(below)
    known = frozenset(roots)
    return lambda text: text in known or any(each in known for each in ancestors(text))


def ancestors(path: str) -> list[str]:
    """Return the paths above a path, "" first: of `/a/b` "" and `/a`."""
    found, place = [], path.find("/")
    while place >= 0:
        found.append(path[:place])
        place = path.find("/", place + 1)
    return found


_OF_TEXT: dict[Op, Callable[[list[str], Field], Callable[[str], bool]]] = {
    Op.EQ: _test_equal,
    Op.IN: lambda values, field: frozenset(values).__contains__,
    Op.AT_LEAST: lambda values, field: frozenset(field.at_least(values[0])).__contains__,
    Op.AT_MOST: lambda values, field: frozenset(field.at_most(values[0])).__contains__,
    Op.PREFIX: _test_prefix,
    Op.CONTAINS: _test_contains,
    Op.GLOB: lambda values, field: compile_search(translate_glob(values[0])),
    Op.REGEX: lambda values, field: compile_search(values[0]),
    Op.UNDER: _test_under,
}


def _test_number(term: Term) -> Test:
    wanted = cast("tuple[float, ...]", term.values)
    limit, members = wanted[0], frozenset(wanted)
    compare: Callable[[float], bool] = members.__contains__
    if term.op is Op.AT_LEAST:
        compare = lambda value: value >= limit  # noqa: E731
    elif term.op is Op.AT_MOST:
        compare = lambda value: value <= limit  # noqa: E731
    return lambda value: (
        compare(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    )


def _test_time(term: Term) -> Test:
    limit, is_least = to_ms(cast("datetime", term.value)), term.op is Op.AT_LEAST

    def test(value: object) -> bool | None:
        if not isinstance(value, datetime) or value.tzinfo is None:
            return None
        at = to_ms(value)
        return at >= limit if is_least else at <= limit

    return test


def _test_address(term: Term) -> Test:
    networks = [read_network(str(each)) for each in term.values]

    def test(value: object) -> bool | None:
        address = read_address(value) if isinstance(value, str) else None
        return None if address is None else _lies_in(address, networks)

    return test


def _lies_in(
    address: Address, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    return any(address in network for network in networks)
