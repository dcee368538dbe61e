"""A condition as rows of a form: what fits into rows goes there and back, the rest stays JSON."""

import json
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from yunwei.base.core.condition import parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.conditions import (
    ConditionRows,
    Row,
    read_rows,
    say_condition,
    show_rows,
)

FITS: list[dict[str, Any]] = [
    {"field": "alarm_type", "op": "eq", "value": "host.down"},
    {"not": {"field": "text", "op": "contains", "value": "test"}},
    {
        "all": [
            {"field": "severity", "op": "in", "value": ["critical", "major"]},
            {"not": {"field": "managed_object", "op": "under", "value": "/host/H-1"}},
        ]
    },
    {"any": [{"field": "text", "op": "regex", "value": "a|b"}]},
    {"field": "*", "op": "always"},
]
TOO_MUCH: list[dict[str, Any]] = [
    {"all": [{"any": [{"field": "text", "op": "eq", "value": "a"}]}]},
    {"not": {"all": [{"field": "text", "op": "eq", "value": "a"}]}},
    {"field": "source", "op": "eq", "value": "3"},
]


@pytest.mark.parametrize("form", FITS, ids=json.dumps)
def test_rows_say_the_same_as_the_condition(form: dict[str, Any]) -> None:
    condition = parse_condition(form)
    shown = show_rows(condition)
    assert not shown.json_form
    again = parse_condition(shown.to_json())
    assert show_rows(again) == shown


@pytest.mark.parametrize("form", TOO_MUCH, ids=json.dumps)
def test_what_rows_can_not_say_is_kept_whole(form: dict[str, Any]) -> None:
    condition = parse_condition(form)
    assert parse_condition(show_rows(condition).to_json()) == condition


def test_rows_without_a_value_are_ignored() -> None:
    rows = ConditionRows(rows=[Row("text", "eq", " "), Row("severity", "in", "major， critical,")])
    assert rows.to_json() == {
        "all": [{"field": "severity", "op": "in", "value": ["major", "critical"]}]
    }


@pytest.mark.parametrize("rows", [[], [Row("text", "eq", "")]])
def test_nothing_typed_is_no_condition(rows: list[Row]) -> None:
    with pytest.raises(Invalid, match="at least one term"):
        ConditionRows(rows=rows).to_json()


def test_broken_json_is_told_at_the_condition() -> None:
    with pytest.raises(Invalid) as raised:
        ConditionRows(rows=[], json_form="{").to_json()
    assert raised.value.field == "condition"


def test_a_form_is_read_row_by_row() -> None:
    typed = {
        "condition.field": ["text", "severity"],
        "condition.op": ["contains", "eq"],
        "condition.value": ["disk", "major"],
        "condition.join": "any",
    }
    read = read_rows(RequestFactory().post("/", typed))
    assert read.rows == [Row("text", "contains", "disk"), Row("severity", "eq", "major")]
    assert read.join == "any"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Severity is major"), ("zh-hans", "级别 等于 重要")]
)
def test_a_condition_is_said_in_words(language: str, words: str) -> None:
    condition = parse_condition({"field": "severity", "op": "eq", "value": "major"})
    with translation.override(language):
        said = say_condition(condition)
    without_marks = said.replace('<span class="yw-quiet">', "").replace("</span>", "")
    assert without_marks.replace("<b>", "").replace("</b>", "").lower() == words.lower()


def test_what_a_person_typed_is_no_markup() -> None:
    condition = parse_condition({"field": "text", "op": "eq", "value": "<script>"})
    assert "<script>" not in say_condition(condition)
