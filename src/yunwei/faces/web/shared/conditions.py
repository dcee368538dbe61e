"""A condition as rows of a form: field, operator, value, joined by all or any. No page of its own.

A condition that does not fit into rows (written by REST) is shown and kept as its JSON form.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yunwei.base.core.condition import (
    All,
    Condition,
    Not,
    Op,
    Some,
    Term,
    condition_to_json,
)
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.words import WORDS, Text, options, word

JOINS = ("all", "any")
_NOT = "not_"


@dataclass(frozen=True, slots=True)
class Row:
    field: str
    op: str
    value: str


@dataclass(kw_only=True)
class ConditionRows:
    """What a person sees of a condition. json_form: instead of rows, when they can not say it."""

    join: str = "all"
    rows: list[Row]
    json_form: str = ""
    is_everything: bool = False

    @property
    def fields(self) -> list[tuple[str, Text]]:
        return options("condition_field")

    @property
    def operators(self) -> list[tuple[str, Text]]:
        return options("condition_op")

    def to_json(self) -> object:
        """Return the condition's JSON form; raises Invalid("condition", why)."""
        if self.is_everything:
            return {"field": "*", "op": "always"}
        if self.json_form:
            try:
                return json.loads(self.json_form)
            except ValueError as error:
                raise Invalid("condition", "this is not JSON") from error
        terms = [_to_term(row) for row in self.rows if row.value.strip()]
        if not terms:
            raise Invalid("condition", "a condition needs at least one term")
        return {self.join: terms}


def _to_term(row: Row) -> dict[str, object]:
    op = row.op.removeprefix(_NOT)
    value: object = row.value.strip()
    if op == Op.IN:
        value = [part.strip() for part in row.value.replace("，", ",").split(",") if part.strip()]
    term: dict[str, object] = {"field": row.field, "op": op, "value": value}
    return {"not": term} if row.op.startswith(_NOT) else term


def read_rows(request: HttpRequest) -> ConditionRows:
    """Return what was typed: lists `condition.field`, `.op`, `.value` in order."""
    typed = (request.POST.getlist(f"condition.{name}") for name in ("field", "op", "value"))
    join = request.POST.get("condition.join", "all")
    return ConditionRows(
        join=join if join in JOINS else "all",
        rows=[Row(*parts) for parts in zip(*typed, strict=False)],
        json_form=request.POST.get("condition.json", "").strip(),
        is_everything=request.POST.get("condition.everything") == "true",
    )


def first_rows(values: Iterable[tuple[str, str, str]]) -> ConditionRows:
    return ConditionRows(rows=[Row(*each) for each in values])


def show_rows(condition: Condition) -> ConditionRows:
    """Return a stored condition as rows, or as JSON where rows can not say it."""
    if isinstance(condition, Term) and condition.op is Op.ALWAYS:
        return ConditionRows(rows=[_empty()], is_everything=True)
    parts = condition.parts if isinstance(condition, All | Some) else (condition,)
    rows = [_to_row(part) for part in parts]
    if any(row is None for row in rows):
        text = json.dumps(condition_to_json(condition), ensure_ascii=False, indent=2)
        return ConditionRows(rows=[_empty()], json_form=text)
    join = "any" if isinstance(condition, Some) else "all"
    return ConditionRows(join=join, rows=[row for row in rows if row is not None])


def _empty() -> Row:
    return Row("alarm_type", "eq", "")


def _to_row(condition: Condition) -> Row | None:
    is_negated = isinstance(condition, Not)
    term = condition.part if isinstance(condition, Not) else condition
    if not isinstance(term, Term) or term.field not in WORDS["condition_field"]:
        return None
    op = f"{_NOT if is_negated else ''}{term.op.value}"
    if op not in WORDS["condition_op"]:
        return None
    return Row(term.field, op, ", ".join(map(str, term.values)))


def say_condition(condition: Condition) -> SafeString:
    """Return a condition as a sentence: `Type is host.down and Severity is not critical`."""
    match condition:
        case Term(op=Op.ALWAYS):
            return format_html("{}", _("every alarm"))
        case Term() | Not(part=Term()):
            return _say_term(condition)
        case Not(part=part):
            return format_html("{} ({})", _("not"), say_condition(part))
        case All(parts=parts):
            return _join(parts, _("and"))
        case Some(parts=parts):
            return _join(parts, _("or"))


def _say_term(condition: Term | Not) -> SafeString:
    row = _to_row(condition)
    if row is None:
        return format_html("<code>{}</code>", json.dumps(condition_to_json(condition)))
    value = row.value
    if row.field == "severity":
        value = ", ".join(str(word("severity", each.strip()).label) for each in value.split(","))
    return format_html(
        '{} <span class="yw-quiet">{}</span> <b>{}</b>',
        word("condition_field", row.field).label,
        word("condition_op", row.op).label,
        value,
    )


def _join(parts: Iterable[Condition], between: str) -> SafeString:
    said = [_in_brackets(part) for part in parts]
    glue = format_html(' <span class="yw-quiet">{}</span> ', between)
    return format_html_join(glue, "{}", ((each,) for each in said))


def _in_brackets(part: Condition) -> SafeString:
    said = say_condition(part)
    return format_html("({})", said) if isinstance(part, All | Some) else said
