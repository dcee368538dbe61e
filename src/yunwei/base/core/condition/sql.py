"""A condition as ClickHouse SQL with parameters; the same meaning as `match`, held by a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from yunwei.base.core.condition.fields import ALARM_FIELDS, Field, FieldSet, Kind
from yunwei.base.core.condition.sets import names_of_sets
from yunwei.base.core.condition.tree import All, Condition, Not, Op, Some, Term
from yunwei.base.core.condition.values import fold, root_of, to_ms, translate_glob
from yunwei.base.core.errors import Bug, Invalid

_FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlText:
    """An expression of type UInt8 and the values of its `{name:Type}` places."""

    text: str
    parameters: dict[str, object]


def condition_to_sql(
    condition: Condition,
    columns: Mapping[str, str],
    *,
    fields: FieldSet = ALARM_FIELDS,
    prefix: str = "c",
) -> SqlText:
    """Return the condition as an expression for WHERE.

    columns: field → trusted expression; the open field's is a Map(String, String). An optional
    field's expression may be NULL where a row lacks it. prefix: of the parameters' names, so that
    several conditions fit into one statement. Raises Invalid when a field has no column: the
    condition can not be asked of these rows.
    """
    if names_of_sets(condition):
        raise Bug("named sets are resolved before a condition becomes SQL")
    writer = _Writer(columns, fields, prefix)
    text = writer.write(condition, is_negated=False)
    return SqlText(text=text, parameters=writer.parameters)


class _Writer:
    def __init__(self, columns: Mapping[str, str], fields: FieldSet, prefix: str) -> None:
        self._columns = columns
        self._fields = fields
        self._prefix = prefix
        self.parameters: dict[str, object] = {}

    def write(self, condition: Condition, *, is_negated: bool) -> str:
        match condition:
            case Term():
                return self._write_term(condition, is_negated=is_negated)
            case Not(part=part):
                return self.write(part, is_negated=not is_negated)
            case All(parts=parts) | Some(parts=parts):
                word = " AND " if isinstance(condition, All) != is_negated else " OR "
                return f"({word.join(self.write(each, is_negated=is_negated) for each in parts)})"

    def _write_term(self, term: Term, *, is_negated: bool) -> str:
        if term.op is Op.ALWAYS:
            return "0" if is_negated else "1"
        if term.op is Op.NEVER:
            return "0"
        field = self._fields.get(term.field)
        if field is None:
            raise Invalid("condition", f"no such field: {term.field!r}")
        column = self._column(field)
        if term.op is Op.EXISTS:
            return f"{'isNull' if is_negated else 'isNotNull'}({column})"
        asked = self._ask(term, field, column)
        asked = f"NOT {asked}" if is_negated else asked
        known = _known(field, column)
        return f"({known} AND {asked})" if known else asked

    def _column(self, field: Field) -> str:
        found = self._columns.get(field.name)
        if found is not None:
            return found
        group, _, key = field.name.partition(".")
        found = self._columns.get(group) if field.name not in self._fields.plain else None
        if found is None:
            raise Invalid("condition", f"the past does not tell {field.name}")
        place = self._place("String", key)
        return f"if(mapContains({found}, {place}), {found}[{place}], NULL)"

    def _place(self, type: str, value: object) -> str:
        """Keep a value as a parameter; returns its place in the text."""
        name = f"{self._prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type}}}"

    def _ask(self, term: Term, field: Field, column: str) -> str:
        match field.kind:
            case Kind.NUMBER:
                return self._ask_number(term, column)
            case Kind.TIME:
                limit = self._place("Int64", to_ms(cast("datetime", term.value)))
                sign = ">=" if term.op is Op.AT_LEAST else "<="
                return f"(toUnixTimestamp64Milli({column}) {sign} {limit})"
            case Kind.ADDRESS:
                return self._ask_address(term, column)
            case Kind.TAGS:
                return f"has({column}, {self._place('String', term.value)})"
            case _:
                return self._ask_text(term, field, column)

    def _ask_number(self, term: Term, column: str) -> str:
        sign = {Op.AT_LEAST: ">=", Op.AT_MOST: "<="}.get(term.op)
        if sign:
            return f"({column} {sign} {self._place('Float64', float(cast('float', term.value)))})"
        values = [float(cast("float", each)) for each in term.values]
        return f"has({self._place('Array(Float64)', values)}, toFloat64({column}))"

    def _ask_address(self, term: Term, column: str) -> str:
        networks = self._place("Array(String)", [_as_network(str(each)) for each in term.values])
        address = f"if({_is_address(column)}, assumeNotNull({column}), '::')"
        return f"arrayExists(each -> isIPAddressInRange({address}, each), {networks})"

    def _ask_text(self, term: Term, field: Field, column: str) -> str:
        values = list(map(str, term.values))
        match term.op:
            case Op.EQ:
                return f"({column} = {self._place('String', values[0])})"
            case Op.IN:
                return self._is_one_of(column, values)
            case Op.AT_LEAST:
                return self._is_one_of(column, list(field.at_least(values[0])))
            case Op.AT_MOST:
                return self._is_one_of(column, list(field.at_most(values[0])))
            case Op.PREFIX:
                return f"startsWith({column}, {self._place('String', values[0])})"
            case Op.CONTAINS:
                # lower() knows A to Z only, as fold() does
                return f"(position(lower({column}), {self._place('String', fold(values[0]))}) > 0)"
            case Op.UNDER:
                return self._ask_under(column, [root_of(each) for each in values])
            case _:
                expression = translate_glob(values[0]) if term.op is Op.GLOB else values[0]
                # ClickHouse lets a dot stand for the end of a line unless told otherwise
                return f"match({column}, {self._place('String', f'(?-s:{expression})')})"

    def _is_one_of(self, column: str, values: list[str]) -> str:
        return f"({column} IN {self._place('Array(String)', values)})"

    def _ask_under(self, column: str, roots: list[str]) -> str:
        itself = self._is_one_of(column, roots)
        if len(roots) > _FEW:
            above, known = _ancestors(column), self._place("Array(String)", roots)
            return f"({itself} OR arrayExists(each -> each IN {known}, {above}))"
        below = self._place("Array(String)", [f"{root}/" for root in roots])
        return f"({itself} OR arrayExists(each -> startsWith({column}, each), {below}))"


def _ancestors(column: str) -> str:
    """Return the paths above a path, as `match.ancestors` does."""
    parts = f"splitByChar('/', {column})"
    above = f"arrayStringConcat(arraySlice({parts}, 1, place), '/')"
    return f"arrayMap(place -> {above}, range(1, length({parts})))"


def _known(field: Field, column: str) -> str:
    """Return the test that a row has a fit value, "" when every row has."""
    tests = [f"isNotNull({column})"] if field.is_optional else []
    if field.kind is Kind.ADDRESS:
        tests.append(_is_address(column))
    return " AND ".join(tests)


def _is_address(column: str) -> str:
    return f"(isIPv4String(ifNull({column}, '')) OR isIPv6String(ifNull({column}, '')))"


def _as_network(text: str) -> str:
    if "/" in text:
        return text
    return f"{text}/128" if ":" in text else f"{text}/32"
