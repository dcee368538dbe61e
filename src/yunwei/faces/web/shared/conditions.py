"""The editor of a condition: a tree of rows, or its text form; works without scripts.

What is posted: for each node N `condition.N.depth`, `.join` or `.field`, `.key`, `.op`, `.value`
(also several); instead `condition.mode=text` and `condition.text`; `condition.everything`. A flat
list may be posted as repeated `condition.field`, `.op`, `.value` and `condition.join`. A button
says what to do as `condition.act`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from yunwei.base.core.condition import (
    ALARM_FIELDS,
    BadText,
    Condition,
    Op,
    Term,
    condition_to_json,
    condition_to_text,
    lay_out,
    parse_condition,
    parse_text,
    tell_condition,
)
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.condition_drawing import DrawnGroup, draw_nodes
from yunwei.faces.web.shared.condition_nodes import (
    JOINS,
    Node,
    build_nodes,
    build_row,
    empty_term,
    end_of,
    fit_op,
    nodes_to_json,
)
from yunwei.faces.web.shared.error_texts import say_error

EVERYTHING = {"field": "*", "op": "always"}
_DEPTH = re.compile(r"condition\.(\d+)\.depth")
_MOST_NODES = 400
_DEEPEST = 7


@dataclass(kw_only=True)
class ConditionForm:
    """What a person sees of a condition. mode: form or text. suggestions: known values by field."""

    nodes: list[Node]
    mode: str = "form"
    text: str = ""
    is_everything: bool = False
    act: str = ""
    error: str = ""
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> object:
        """Return the condition's JSON form; raises Invalid("condition", why), of a wrong text
        with the place."""
        if self.is_everything:
            return EVERYTHING
        if self.mode == "text":
            return condition_to_json(read_text(self.text))
        return nodes_to_json(self.nodes)

    def parse(self) -> Condition:
        """Return the condition; raises Invalid as `to_json`."""
        return parse_condition(self.to_json())

    def apply_act(self) -> bool:
        """Do what a button of the editor asks, if one was pressed; the form is then shown again
        and nothing is saved. What can not be done is told in `error`."""
        verb, _, place = self.act.partition(":")
        change = _ACTS.get(verb)
        if change is None:
            return False
        try:
            change(self, int(place or 0))
        except (ValueError, IndexError):
            return True  # a button of a form that looks different by now
        except Invalid as error:
            self.error = say_error(error)
        return True

    @property
    def said(self) -> SafeString | None:
        """The sentence, None while the condition is not whole."""
        try:
            return say_condition(self.parse())
        except Invalid:
            return None

    @property
    def drawn(self) -> DrawnGroup:
        return draw_nodes(self.nodes)

    @property
    def fields_in_use(self) -> set[str]:
        return {node.field for node in self.nodes if not node.is_group}

    @property
    def text_lines(self) -> int:
        return max(3, min(14, self.text.count("\n") + len(self.text) // 70 + 2))


def read_text(text: str) -> Condition:
    """Return the condition of a text, or of the JSON form that somebody pasted. Raises Invalid."""
    if not text.lstrip().startswith("{"):
        return parse_text(text)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Invalid("condition", "this is not JSON") from error
    return parse_condition(data)


def _add_term(form: ConditionForm, place: int) -> None:
    node = form.nodes[place]
    form.nodes.insert(end_of(form.nodes, place), empty_term(node.depth + 1))


def _add_group(form: ConditionForm, place: int) -> None:
    node = form.nodes[place]
    if node.depth >= _DEEPEST:
        raise Invalid("condition", f"nested deeper than {_DEEPEST}")
    join = "all" if node.join in ("any", "none") else "any"
    group = [Node(depth=node.depth + 1, join=join), empty_term(node.depth + 2)]
    form.nodes[end_of(form.nodes, place) : end_of(form.nodes, place)] = group


def _drop(form: ConditionForm, place: int) -> None:
    if place > 0:
        del form.nodes[place : end_of(form.nodes, place)]


def _show_again(form: ConditionForm, place: int) -> None:
    form.nodes = [fit_op(node) for node in form.nodes]


def _to_text(form: ConditionForm, place: int) -> None:
    if any(not node.is_group and not node.is_empty for node in form.nodes):
        form.text = lay_out(condition_to_text(parse_condition(nodes_to_json(form.nodes))))
    form.mode = "text"


def _to_form(form: ConditionForm, place: int) -> None:
    if not form.text.strip():
        form.mode, form.nodes = "form", first_rows([("alarm_type", "eq", "")]).nodes
        return
    condition = read_text(form.text)
    if isinstance(condition, Term) and condition.op is Op.ALWAYS:
        form.is_everything = True
    nodes = [Node(depth=0, join="all"), empty_term(1)]
    if not form.is_everything:
        nodes = build_nodes(condition) or []
    if not nodes:
        raise Invalid("condition", "this condition says more than rows can")
    form.mode, form.nodes = "form", nodes


_ACTS = {
    "add": _add_term,
    "group": _add_group,
    "drop": _drop,
    "show": _show_again,
    "text": _to_text,
    "form": _to_form,
}


def read_rows(request: HttpRequest) -> ConditionForm:
    """Return what was typed."""
    sent = request.POST
    numbers = sorted(int(found[1]) for name in sent if (found := _DEPTH.fullmatch(name)))
    nodes = [_read_node(request, number) for number in numbers[:_MOST_NODES]]
    if not nodes or not nodes[0].is_group:
        nodes = _read_flat(request)
    return ConditionForm(
        nodes=_settle(nodes),
        mode="text" if sent.get("condition.mode") == "text" else "form",
        text=sent.get("condition.text", "").replace("\r\n", "\n").strip(),
        is_everything=sent.get("condition.everything") == "true",
        act=sent.get("condition.act", "add:0" if "add_term" in sent else ""),
    )


def _read_node(request: HttpRequest, number: int) -> Node:
    sent, name = request.POST, f"condition.{number}."
    depth = sent.get(f"{name}depth", "")
    join = sent.get(f"{name}join", "")
    return Node(
        depth=int(depth) if depth.isdecimal() else 1,
        join=join if join in JOINS else "",
        field=sent.get(f"{name}field", ""),
        key=sent.get(f"{name}key", "").strip(),
        op=sent.get(f"{name}op", ""),
        values=tuple(sent.getlist(f"{name}value")),
    )


def _read_flat(request: HttpRequest) -> list[Node]:
    typed = (request.POST.getlist(f"condition.{name}") for name in ("field", "op", "value"))
    join = request.POST.get("condition.join", "all")
    rows = first_rows(zip(*typed, strict=False)).nodes[1:]
    return [Node(depth=0, join=join if join in JOINS else "all"), *rows]


def _settle(nodes: list[Node]) -> list[Node]:
    """Return nodes that make a tree, whatever was posted: each lies in the last open group."""
    settled = [replace(nodes[0], depth=0)]
    open_groups = [0]
    for node in nodes[1:]:
        depth = max(1, min(node.depth, len(open_groups)))
        settled.append(replace(node, depth=depth))
        del open_groups[depth:]
        if node.is_group:
            open_groups.append(depth)
    return settled


def first_rows(values: Iterable[tuple[str, str, str]]) -> ConditionForm:
    """Return a form of terms (field, operator, value) that must all hold."""
    terms = [build_row(name, op, value) for name, op, value in values]
    return ConditionForm(nodes=[Node(depth=0, join="all"), *terms])


def show_rows(condition: Condition) -> ConditionForm:
    """Return the editor of a stored condition, as text where rows can not say it."""
    form = first_rows([("alarm_type", "eq", "")])
    if isinstance(condition, Term) and condition.op is Op.ALWAYS:
        form.is_everything = True
        return form
    nodes = build_nodes(condition)
    if nodes is None:
        form.mode, form.text = "text", lay_out(condition_to_text(condition))
        return form
    return ConditionForm(nodes=nodes)


def mark_place(text: str, error: Invalid) -> str:
    """Return the line of a text in which an error lies, with a mark below its place; "" when the
    error has none."""
    if not isinstance(error, BadText):
        return ""
    lines = text.split("\n")
    line = lines[min(error.line, len(lines)) - 1]
    start = max(0, error.column - 40)
    return f"{line[start : start + 80]}\n{' ' * (error.column - 1 - start)}^"


def say_condition(condition: Condition) -> SafeString:
    """Return a condition as a sentence: `Type is host.down and Severity is not Critical`."""
    told = tell_condition(
        condition,
        get_language() or "en",
        fields=ALARM_FIELDS,
        zone=timezone.get_current_timezone(),
    )
    shapes = {"value": "<b>{}</b>", "field": "{}"}
    quiet = '<span class="yw-quiet">{}</span>'
    return format_html_join(
        "",
        "{}",
        ((format_html(shapes.get(fragment.role, quiet), fragment.text),) for fragment in told),
    )
