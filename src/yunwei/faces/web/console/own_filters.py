"""The filter of a section of one's own report: rows of field, comparison, value; or its text, where
rows can not say it.

What is posted of the section N: `s.N.has_rows`, `s.N.join` (all, any), for each row K
`s.N.f.K.field`, `.was` (which field was drawn: what was written of it is not of another), `.op`,
`.value`; instead `s.N.condition` as text. A row without a value does not
count.
"""

import re
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import get_language

from yunwei.base.core.condition import (
    All,
    Condition,
    Field,
    FieldSet,
    Not,
    Op,
    Some,
    Term,
    condition_to_text,
    parse_condition,
    parse_text,
    say_condition,
)
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.condition_drawing import say_op
from yunwei.faces.web.shared.words import Text

MOST_ROWS = 20
_JOINS = ("all", "any")
_NOT = "not_"
_ROW_OPS = (
    Op.EQ,
    Op.IN,
    Op.CONTAINS,
    Op.PREFIX,
    Op.UNDER,
    Op.AT_LEAST,
    Op.AT_MOST,
)
"""What rows offer; the text form knows more."""
_COMMAS = re.compile(r"[,，]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRow:
    """One comparison. op: `not_` before it is its negation."""

    field: str
    op: str
    value: str = ""

    @property
    def plain_op(self) -> Op | None:
        word = self.op.removeprefix(_NOT)
        return Op(word) if word in set(Op) else None


@dataclass(frozen=True, kw_only=True)
class DrawnRow:
    """A row as it is drawn. number: from 1."""

    number: int
    row: FilterRow
    of: FieldSet

    @property
    def _asked(self) -> Field | None:
        return self.of.get(self.row.field)

    @property
    def fields(self) -> list[tuple[str, str]]:
        language = get_language() or "en"
        return [(each.name, each.label.say(language)) for each in self.of]

    @property
    def ops(self) -> list[tuple[str, Text]]:
        fitting = _ops_of(self._asked) if self._asked else []
        names = [name for op in fitting for name in (op.value, f"{_NOT}{op.value}")]
        return [(name, say_op(name, self._asked)) for name in names]

    @property
    def is_list(self) -> bool:
        return self.row.plain_op is Op.IN

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values that there are, [] where anything may be written."""
        if self._asked is None:
            return []
        language = get_language() or "en"
        told = reversed([*self._asked.labels.items()])
        return [(value, label.say(language)) for value, label in told]


@dataclass(kw_only=True)
class FilterForm:
    """What a person sees of a section's filter. text: where rows can not say it, else ""."""

    of: FieldSet
    join: str = "all"
    rows: list[FilterRow] = field(default_factory=list)
    text: str = ""

    @property
    def drawn(self) -> list[DrawnRow]:
        return [DrawnRow(number=n, row=row, of=self.of) for n, row in enumerate(self.rows, 1)]

    @property
    def can_add(self) -> bool:
        return len(self.rows) < MOST_ROWS

    @property
    def said(self) -> str:
        """The filter as a sentence, "" where it is none or can not be read."""
        try:
            text = self.to_text()
            condition = parse_text(text, fields=self.of) if text else None
        except Invalid:
            return ""
        return say_condition(condition, get_language() or "en", fields=self.of) if condition else ""

    @property
    def names(self) -> list[tuple[str, str]]:
        language = get_language() or "en"
        return [(each.name, each.label.say(language)) for each in self.of]

    def add(self) -> None:
        if self.can_add:
            self.rows.append(_first_row(self.of))

    def drop(self, number: int) -> None:
        if 1 <= number <= len(self.rows):
            del self.rows[number - 1]

    def fit(self) -> None:
        """Give each row an operator and a value that its field knows."""
        self.rows = [_fit(row, self.of) for row in self.rows]

    def to_text(self) -> str:
        """Return the condition's text form. What makes no sense is written as it is, so that
        whoever reads it refuses it in words."""
        if self.text:
            return self.text
        terms = [_term(row, self.of) for row in self.rows if row.value.strip()]
        if not terms:
            return ""
        parts = tuple(terms)
        condition = Some(parts=parts) if self.join == "any" else All(parts=parts)
        return condition_to_text(condition, fields=self.of)


def _ops_of(asked: Field) -> list[Op]:
    """Several choices are several rows, of which one holds: so no comparison changes the input."""
    return [op for op in asked.ops if op in _ROW_OPS and not (asked.choices and op is Op.IN)]


def _first_row(of: FieldSet) -> FilterRow:
    return _fit(FilterRow(field=next(iter(of)).name, op=""), of)


def _fit(row: FilterRow, of: FieldSet) -> FilterRow:
    asked = of.get(row.field) or next(iter(of))
    ops = _ops_of(asked)
    if row.plain_op not in ops:
        row = replace(row, op=(Op.EQ if Op.EQ in ops else ops[0]).value)
    is_known = not asked.choices or row.value in asked.choices
    return replace(row, field=asked.name, value=row.value if is_known else asked.choices[-1])


def _term(row: FilterRow, of: FieldSet) -> Condition:
    op = row.plain_op or Op.EQ
    value: object = row.value.strip()
    if op is Op.IN:
        value = [part.strip() for part in _COMMAS.split(row.value) if part.strip()]
    try:
        told = parse_condition({"field": row.field, "op": op.value, "value": value}, fields=of)
    except Invalid:
        told = Term(field=row.field, op=op, value=str(value))
    return Not(part=told) if row.op.startswith(_NOT) else told


def show_filter(text: str, of: FieldSet) -> FilterForm:
    """Return the editor of a condition that is kept, as rows where they can say it."""
    if not text:
        return FilterForm(of=of)
    try:
        condition = parse_text(text, fields=of)
    except Invalid:
        return FilterForm(of=of, text=text)
    join = "any" if isinstance(condition, Some) else "all"
    parts = condition.parts if isinstance(condition, All | Some) else (condition,)
    rows = [_row(each) for each in parts]
    known = [each for each in rows if each is not None]
    form = FilterForm(of=of, join=join, rows=known)
    is_whole = len(known) == len(rows) <= MOST_ROWS and _means(form, condition)
    return form if is_whole else FilterForm(of=of, text=text)


def _means(form: FilterForm, condition: Condition) -> bool:
    return form.to_text() == condition_to_text(condition, fields=form.of)


def _row(part: Condition) -> FilterRow | None:
    sign, term = ("", part) if isinstance(part, Term) else (_NOT, getattr(part, "part", None))
    if not isinstance(term, Term) or term.op not in _ROW_OPS:
        return None
    return FilterRow(
        field=term.field, op=f"{sign}{term.op.value}", value=", ".join(map(str, term.values))
    )


def read_filter(typed: QueryDict, prefix: str, of: FieldSet) -> FilterForm:
    """Return the filter of a section as it was posted."""
    if not typed.get(f"{prefix}.has_rows"):
        return show_filter(typed.get(f"{prefix}.condition", "").strip(), of)
    head = f"{prefix}.f."
    numbers = sorted(
        int(key.removeprefix(head).removesuffix(".field"))
        for key in typed
        if key.startswith(head)
        and key.endswith(".field")
        and key.removeprefix(head).removesuffix(".field").isdecimal()
    )[:MOST_ROWS]
    join = typed.get(f"{prefix}.join", "")
    form = FilterForm(
        of=of,
        join=join if join in _JOINS else "all",
        rows=[_read_row(typed, f"{head}{n}") for n in numbers],
    )
    form.fit()
    return form


def _read_row(typed: QueryDict, name: str) -> FilterRow:
    chosen = typed.get(f"{name}.field", "")
    is_same = typed.get(f"{name}.was", chosen) == chosen
    value = typed.get(f"{name}.value", "") if is_same else ""
    return FilterRow(field=chosen, op=typed.get(f"{name}.op", ""), value=value)
