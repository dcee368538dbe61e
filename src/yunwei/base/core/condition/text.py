"""The text form of a condition, a subset of CEL: read with exact places of errors, and written.

    alarm_type in ["A1", "A2"] && under(managed_object, "/pool/7") && !(severity >= "major")

Beyond CEL's own words stand functions of ours: under, cidr, glob, in_set, has_tag. A function may
be written as a method, `text.contains("disk")`. `true` alone means every row.
"""

from datetime import datetime
from typing import NoReturn

from yunwei.base.core.condition.fields import ALARM_FIELDS, FieldSet
from yunwei.base.core.condition.parse import MAX_DEPTH, build_term, check_size
from yunwei.base.core.condition.tokens import BadText, Token, read_tokens, write_string
from yunwei.base.core.condition.tree import (
    EVERYTHING,
    NOTHING,
    All,
    Condition,
    Not,
    Op,
    Scalar,
    Some,
    Term,
    simplify,
)
from yunwei.base.core.errors import Invalid

FUNCTIONS = {
    "contains": Op.CONTAINS,
    "startsWith": Op.PREFIX,
    "matches": Op.REGEX,
    "glob": Op.GLOB,
    "under": Op.UNDER,
    "cidr": Op.CIDR,
    "in_set": Op.IN_SET,
    "has_tag": Op.HAS_TAG,
    "has": Op.EXISTS,
}
_COMPARISONS = {
    "==": (Op.EQ, False),
    "!=": (Op.EQ, True),
    ">=": (Op.AT_LEAST, False),
    "<=": (Op.AT_MOST, False),
    ">": (Op.AT_MOST, True),
    "<": (Op.AT_LEAST, True),
}
_FUNCTION_OF = {op: name for name, op in FUNCTIONS.items()}
_SIGN_OF = {meant: sign for sign, meant in _COMPARISONS.items()}
MAX_TEXT = 100_000


def parse_text(text: str, *, fields: FieldSet = ALARM_FIELDS) -> Condition:
    """Return the condition that a text says; raises BadText, an Invalid with line and column."""
    if len(text) > MAX_TEXT:
        raise BadText(text, MAX_TEXT, "this text is too long")
    reader = _Reader(text, fields)
    condition = reader.read_whole()
    try:
        check_size(condition)
    except Invalid as error:
        raise BadText(text, 0, error.why) from error
    return condition


class _Reader:
    """Reads by descent: or, and, not, term."""

    def __init__(self, text: str, fields: FieldSet) -> None:
        self._text = text
        self._fields = fields
        self._tokens = list(read_tokens(text))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, sign: str) -> bool:
        if self._next.kind in ("sign", "name") and self._next.text == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            self._refuse(self._next, f"expected {sign}")

    def _refuse(self, token: Token, why: str) -> NoReturn:
        raise BadText(self._text, token.place, why)

    def read_whole(self) -> Condition:
        if self._next.kind == "end":
            self._refuse(self._next, "a condition needs at least one term")
        condition = self._read_some()
        if self._next.kind != "end":
            self._refuse(self._next, "expected && or ||")
        return condition

    def _read_some(self) -> Condition:
        parts = [self._read_all()]
        while self._accept("||"):
            parts.append(self._read_all())
        return parts[0] if len(parts) == 1 else Some(parts=tuple(parts))

    def _read_all(self) -> Condition:
        parts = [self._read_one()]
        while self._accept("&&"):
            parts.append(self._read_one())
        return parts[0] if len(parts) == 1 else All(parts=tuple(parts))

    def _read_one(self) -> Condition:
        token = self._next
        if self._accept("!"):
            self._go_deeper(token)
            part = self._read_one()
            self._depth -= 1
            return Not(part=part)
        if self._accept("("):
            self._go_deeper(token)
            inner = self._read_some()
            self._expect(")")
            self._depth -= 1
            return inner
        return self._read_term()

    def _go_deeper(self, token: Token) -> None:
        self._depth += 1
        # a group takes a level of the tree, and so may a negation before it
        if self._depth > 2 * MAX_DEPTH:
            self._refuse(token, f"nested deeper than {MAX_DEPTH}")

    def _read_term(self) -> Condition:
        token = self._take()
        if token.kind != "name":
            self._refuse(token, "expected a field")
        if token.text == "true":
            return EVERYTHING
        if self._next.text == "(" and self._next.is_sign:
            return self._read_call(token)
        path, places = self._read_path(token)
        if self._accept("("):
            # the last name was a method: text.contains("disk")
            return self._read_arguments(path[-1], places[-1], ".".join(path[:-1]), token)
        return self._read_comparison(".".join(path), token)

    def _read_path(self, first: Token) -> tuple[list[str], list[Token]]:
        path, places = [first.text], [first]
        while self._next.is_sign and self._next.text in (".", "["):
            in_brackets = self._take().text == "["
            part = self._take()
            if part.kind != ("string" if in_brackets else "name"):
                self._refuse(part, "expected the name of a raw field")
            path.append(part.text)
            places.append(part)
            if in_brackets:
                self._expect("]")
        return path, places

    def _read_call(self, name: Token) -> Term:
        self._expect("(")
        first = self._take()
        if first.kind != "name":
            self._refuse(first, "expected a field")
        path, _ = self._read_path(first)
        if FUNCTIONS.get(name.text) is not Op.EXISTS:
            self._expect(",")
        return self._read_arguments(name.text, name, ".".join(path), first)

    def _read_arguments(self, function: str, name: Token, field: str, place: Token) -> Term:
        op = FUNCTIONS.get(function)
        if op is None:
            self._refuse(name, f"no such function: {function}")
        value_place = self._next
        value = "" if op is Op.EXISTS else self._read_value()
        self._expect(")")
        return self._build(field, op, value, (place, value_place))

    def _read_comparison(self, field: str, place: Token) -> Condition:
        sign = self._take()
        value_place = self._next
        if sign.kind == "name" and sign.text == "in":
            return self._build(field, Op.IN, self._read_list(), (place, value_place))
        op, is_negated = _COMPARISONS.get(sign.text, (None, False))
        if op is None or not sign.is_sign:
            self._refuse(sign, "expected ==, !=, >=, <=, >, <, in or a function")
        term = self._build(field, op, self._read_value(), (place, value_place))
        return Not(part=term) if is_negated else term

    def _build(self, field: str, op: Op, value: object, places: tuple[Token, Token]) -> Term:
        try:
            return build_term(field, op.value, value, self._fields)
        except Invalid as error:
            known = self._fields.get(field)
            is_value = known is not None and op in known.ops
            raise BadText(self._text, places[is_value].place, error.why) from error

    def _read_value(self) -> object:
        is_list = self._next.is_sign and self._next.text == "["
        return self._read_list() if is_list else self._read_scalar()

    def _read_list(self) -> list[object]:
        self._expect("[")
        values: list[object] = []
        while not self._accept("]"):
            if values:
                self._expect(",")
            values.append(self._read_scalar())
        return values

    def _read_scalar(self) -> object:
        token = self._take()
        if token.kind == "string":
            return token.text
        if token.kind == "number":
            return float(token.text)
        if token.kind == "name" and token.text == "timestamp":
            self._expect("(")
            written = self._take()
            self._expect(")")
            return written.text
        return self._refuse(token, "expected a value")


def condition_to_text(condition: Condition, *, fields: FieldSet = ALARM_FIELDS) -> str:
    """Return the text form; `parse_text` of it gives the condition without groups of one."""
    return _write(simplify(condition), fields)


def lay_out(text: str, *, width: int = 80) -> str:
    """Return a text form that is longer than a line with its outermost parts on lines of their
    own. Raises BadText."""
    if len(text) <= width:
        return text
    depth, lines, begin = 0, [], 0
    for token in read_tokens(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0) if token.is_sign else 0
        if token.is_sign and token.text in ("&&", "||") and not depth:
            lines.append(text[begin : token.place].rstrip())
            begin = token.place
    return "\n".join([*lines, text[begin:]])


def _write(condition: Condition, fields: FieldSet) -> str:
    match condition:
        case Term():
            return _write_term(condition, fields)
        case Not(part=Term(op=op) as term) if (op, True) in _SIGN_OF:
            sign = _SIGN_OF[op, True]
            return f"{_write_field(term.field, fields)} {sign} {_write_value(term)}"
        case Not(part=part):
            inner = _write(part, fields)
            is_bare = isinstance(part, Term) and part.op in _FUNCTION_OF
            return f"!{inner}" if is_bare else f"!({inner})"
        case All(parts=parts) | Some(parts=parts):
            word = " && " if isinstance(condition, All) else " || "
            return word.join(_write_part(part, fields) for part in parts)


def _write_part(part: Condition, fields: FieldSet) -> str:
    inner = _write(part, fields)
    return f"({inner})" if isinstance(part, All | Some) else inner


def _write_term(term: Term, fields: FieldSet) -> str:
    if term == EVERYTHING:
        return "true"
    if term == NOTHING:
        return "false"
    field = _write_field(term.field, fields)
    if term.op is Op.IN:
        return f"{field} in {_write_value(term)}"
    if (term.op, False) in _SIGN_OF:
        return f"{field} {_SIGN_OF[term.op, False]} {_write_value(term)}"
    function = _FUNCTION_OF[term.op]
    if term.op is Op.EXISTS:
        return f"{function}({field})"
    return f"{function}({field}, {_write_value(term)})"


def _write_field(name: str, fields: FieldSet) -> str:
    group, dot, key = name.partition(".")
    if name in fields.plain or not dot or (key.isascii() and key.isidentifier()):
        return name
    return f"{group}[{write_string(key)}]"


def _write_value(term: Term) -> str:
    written = [_write_scalar(each) for each in term.values]
    return f"[{', '.join(written)}]" if isinstance(term.value, tuple) else written[0]


def _write_scalar(value: Scalar) -> str:
    if isinstance(value, datetime):
        return f'timestamp("{value.isoformat().replace("+00:00", "Z")}")'
    return write_string(value) if isinstance(value, str) else repr(value)
