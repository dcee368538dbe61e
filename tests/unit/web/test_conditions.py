"""The editor of conditions: what is posted, what its buttons do, and what it can not say."""

import json
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given

from tests.support.conditions import conditions
from yunwei.base.core.condition import (
    ALARM_FIELDS,
    Condition,
    condition_to_json,
    parse_condition,
    parse_text,
    walk_terms,
)
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.condition_nodes import build_nodes, nodes_to_json
from yunwei.faces.web.shared.conditions import (
    ConditionForm,
    first_rows,
    mark_place,
    read_rows,
    say_condition,
    show_rows,
)

FITS = [
    'alarm_type == "host.down"',
    '!contains(text, "test")',
    'severity in ["critical", "major"] && !under(managed_object, "/host/H-1")',
    'matches(text, "a|b") || count > 3',
    'alarm_type == "a" && (text == "b" || !(source == "3" && has(raw.site)))',
    'severity >= "major" && raw["1.3.6"] != "x" && cidr(address, ["10.0.0.0/8", "::/0"])',
    'raised_at >= timestamp("2026-11-22T08:30:00Z")',
    '!(alarm_type == "a" || alarm_type == "b")',
]
TOO_MUCH = ['alarm_type in ["a,b"]', 'text == " a"', 'alarm_type == "a" && true']


def post(**typed: Any) -> ConditionForm:
    return read_rows(RequestFactory().post("/", typed))


def posted(form: ConditionForm, **more: Any) -> ConditionForm:
    """Send a form as a browser does, nothing changed."""
    sent: dict[str, Any] = {"condition.mode": form.mode, "condition.text": form.text}
    for number, node in enumerate(form.nodes):
        names = ("depth", "join", "field", "key", "op")
        sent |= {f"condition.{number}.{name}": getattr(node, name) for name in names}
        sent[f"condition.{number}.value"] = list(node.values)
    return read_rows(RequestFactory().post("/", sent | more))


@pytest.mark.parametrize("text", FITS)
def test_rows_say_the_same_as_the_condition(text: str) -> None:
    condition = parse_text(text)
    shown = show_rows(condition)
    assert shown.mode == "form"
    again = posted(shown)
    assert parse_condition(again.to_json()) == show_rows(condition).parse()
    assert show_rows(again.parse()).nodes == shown.nodes


@pytest.mark.parametrize("text", TOO_MUCH)
def test_what_rows_can_not_say_is_shown_as_text(text: str) -> None:
    condition = parse_text(text)
    shown = show_rows(condition)
    assert shown.mode == "text"
    assert posted(shown).parse() == condition


@given(asked=conditions(with_never=False))
def test_rows_say_a_condition_or_leave_it_to_the_text(asked: Condition) -> None:
    if all(each.field in ALARM_FIELDS for each in walk_terms(asked)):
        nodes = build_nodes(asked)
        assert nodes is None or nodes_to_json(nodes)


def test_rows_without_a_value_are_ignored() -> None:
    rows = first_rows([("text", "eq", " "), ("qualifier", "in", "a， b,")])
    assert rows.to_json() == {"all": [{"field": "qualifier", "op": "in", "value": ["a", "b"]}]}


@pytest.mark.parametrize("rows", [[], [("text", "eq", "")]])
def test_nothing_typed_is_no_condition(rows: list[tuple[str, str, str]]) -> None:
    with pytest.raises(Invalid, match="at least one term"):
        first_rows(rows).to_json()


def test_a_flat_list_may_be_posted() -> None:
    typed = {
        "condition.field": ["text", "severity"],
        "condition.op": ["contains", "eq"],
        "condition.value": ["disk", "major"],
        "condition.join": "any",
    }
    written = 'contains(text, "disk") || severity == "major"'
    assert post(**typed).parse() == parse_text(written)


def test_buttons_add_and_drop_rows_and_groups() -> None:
    form = first_rows([("text", "contains", "disk")])
    for act, shape in (
        ("add:0", [0, 1, 1]),
        ("group:0", [0, 1, 1, 1, 2]),
        ("add:3", [0, 1, 1, 1, 2, 2]),
        ("group:3", [0, 1, 1, 1, 2, 2, 2, 3]),
        ("drop:3", [0, 1, 1]),
        ("drop:2", [0, 1]),
        ("drop:0", [0, 1]),
        ("drop:99", [0, 1]),
        ("drop:x", [0, 1]),
    ):
        form = posted(form, **{"condition.act": act})
        assert form.apply_act()
        assert [node.depth for node in form.nodes] == shape, act
    assert form.nodes[1].values == ("disk",)
    assert not posted(form).apply_act()


def test_another_field_gets_an_operator_that_fits() -> None:
    form = first_rows([("severity", "contains", "x")])
    form = posted(form, **{"condition.act": "show"})
    assert form.apply_act()
    assert (form.nodes[1].op, form.nodes[1].values) == ("at_least", ())


@pytest.mark.parametrize("text", FITS)
def test_the_text_form_is_one_button_away_and_one_back(text: str) -> None:
    form = show_rows(parse_text(text))
    nodes = list(form.nodes)
    form.act = "text"
    assert form.apply_act()
    assert (form.mode, form.error) == ("text", "")
    form = posted(form, **{"condition.act": "form"})
    assert form.apply_act()
    assert (form.mode, form.nodes) == ("form", nodes)


def test_a_wrong_text_stays_and_its_place_is_shown() -> None:
    wrong = 'alarm_type == "a"\n&& colour == "red"'
    form = post(**{"condition.mode": "text", "condition.text": wrong, "condition.act": "form"})
    with translation.override("en"):
        assert form.apply_act()
    assert (form.mode, form.text) == ("text", wrong)
    assert form.error == "line 2, column 4: no such field: 'colour'"
    with pytest.raises(Invalid) as raised:
        form.parse()
    assert mark_place(wrong, raised.value) == '&& colour == "red"\n   ^'


def test_json_may_be_pasted() -> None:
    condition = parse_text(FITS[4])
    pasted = json.dumps(condition_to_json(condition))
    form = post(**{"condition.mode": "text", "condition.text": pasted})
    assert form.parse() == condition
    with pytest.raises(Invalid, match="not JSON") as raised:
        post(**{"condition.mode": "text", "condition.text": "{"}).parse()
    assert raised.value.field == "condition"


def test_whatever_is_posted_makes_a_tree() -> None:
    typed = {
        "condition.0.depth": "7",
        "condition.0.join": "all",
        "condition.3.depth": "99",
        "condition.3.join": "nonsense",
        "condition.3.field": "text",
        "condition.3.op": "eq",
        "condition.3.value": "x",
        "condition.5.depth": "",
        "condition.5.field": "colour",
        "condition.5.op": "paint",
    }
    form = post(**typed)
    assert [node.depth for node in form.nodes] == [0, 1, 1]
    assert form.drawn.parts


def test_everything_is_a_condition_of_its_own() -> None:
    form = post(**{"condition.everything": "true"})
    assert form.parse() == parse_text("true")
    assert show_rows(form.parse()).is_everything


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Severity is Major"), ("zh-hans", "级别是重要")]
)
def test_a_condition_is_said_in_words(language: str, words: str) -> None:
    with translation.override(language):
        said = say_condition(parse_text('severity == "major"'))
    for mark in ('<span class="yw-quiet">', "</span>", "<b>", "</b>"):
        said = said.replace(mark, "")
    assert said == words


def test_what_a_person_typed_is_no_markup() -> None:
    assert "<script>" not in say_condition(parse_text('text == "<script>"'))
