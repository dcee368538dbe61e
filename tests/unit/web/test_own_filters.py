"""The rows of a section's filter say a condition and are made of it again."""

import pytest
from django.http import QueryDict
from django.utils import translation

from yunwei.base.core.condition import FieldSet
from yunwei.faces.web.console.own_filters import FilterForm, FilterRow, read_filter, show_filter
from yunwei.faces.web.console.own_forms import read_form
from yunwei.operate.noise.rules import OCCURRENCE_FIELDS
from yunwei.operate.posture.rules.choosing import THING_FIELDS
from yunwei.operate.reports.filters import FIELDS_OF, read_section_condition
from yunwei.operate.usage.rules.choosing import CONNECTION_FIELDS


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (CONNECTION_FIELDS, 'pool == "A"'),
        (CONNECTION_FIELDS, 'pool in ["A", "B"] && !(department == "研发部")'),
        (OCCURRENCE_FIELDS, 'severity >= "major" || text.contains("disk")'),
        (THING_FIELDS, 'kind == "pool" && name.startsWith("财务")'),
    ],
)
def test_what_rows_can_say_comes_back_the_same(fields: FieldSet, text: str) -> None:
    form = show_filter(text, fields)
    assert not form.text
    again = show_filter(form.to_text(), fields)
    assert again.rows == form.rows
    assert again.to_text() == form.to_text()
    assert form.said


def test_what_rows_can_not_say_stays_text() -> None:
    text = 'pool == "A" && (login == "x" || login == "y")'
    form = show_filter(text, CONNECTION_FIELDS)
    assert (form.text, form.rows) == (text, [])
    assert form.to_text() == text


def test_rows_without_a_value_do_not_count_and_stay_to_be_filled_in() -> None:
    form = FilterForm(of=CONNECTION_FIELDS)
    form.add()
    assert form.to_text() == ""
    form.rows = [*form.rows, FilterRow(field="pool", op="eq", value="A")]
    assert form.to_text() == 'pool == "A"'
    assert len(form.rows) == 2
    form.drop(1)
    form.drop(7)
    assert len(form.rows) == 1


def test_another_field_gets_its_own_comparisons_and_values() -> None:
    typed = QueryDict(mutable=True)
    typed.update({"s.1.has_rows": "true", "s.1.f.1.field": "severity", "s.1.f.1.op": "contains"})
    [row] = read_filter(typed, "s.1", OCCURRENCE_FIELDS).rows
    assert (row.op, row.value) == ("eq", "critical")
    typed.update({"s.1.f.1.was": "severity", "s.1.f.1.field": "text", "s.1.f.1.value": "major"})
    [row] = read_filter(typed, "s.1", OCCURRENCE_FIELDS).rows
    assert (row.op, row.value) == ("contains", "")
    typed["s.1.f.1.field"] = "severity"
    with translation.override("en"):
        [drawn] = read_filter(typed, "s.1", OCCURRENCE_FIELDS).drawn
        assert ("critical", "Critical") in drawn.choices
        assert "is at least" in [str(text) for _name, text in drawn.ops]


@pytest.mark.parametrize("value", ['"', "\\", 'a" || login == "x', "  ", "中文,，", "x" * 400])
def test_a_value_is_never_read_as_more_than_a_value(value: str) -> None:
    form = FilterForm(of=CONNECTION_FIELDS, rows=[FilterRow(field="pool", op="eq", value=value)])
    text = form.to_text()
    if not value.strip():
        assert text == ""
        return
    again = show_filter(text, CONNECTION_FIELDS)
    assert [(row.field, row.value) for row in again.rows] == [("pool", value.strip())]


def draft(**typed: str) -> QueryDict:
    made = QueryDict(mutable=True)
    for place, kind in enumerate(("activity", "alarms", "licences"), 1):
        made.update({f"s.{place}.kind": kind, f"s.{place}.uid": str(place * 10)})
    made.update(typed)
    return made


def test_sections_are_put_in_the_order_that_was_dragged_and_back() -> None:
    form = read_form(draft(opened="20"))
    form.base = form.content
    form.act("order:30,10,20")
    assert [each.kind.value for each in form.content.sections] == ["licences", "activity", "alarms"]
    assert (form.uids, form.opened) == ([30, 10, 20], 20)
    for wrong in ("order:30,10", "order:30,10,10", "order:x", "order:"):
        form.act(wrong)
        assert form.uids == [30, 10, 20]
    form.act("undo")
    assert [each.kind.value for each in form.content.sections] == ["activity", "alarms", "licences"]


def test_rows_are_added_to_the_open_section_and_undone() -> None:
    form = read_form(draft(opened="20"))
    form.act("row:20")
    [section] = [each for each in form.sections if each.is_open]
    assert section.filter is not None
    assert len(section.filter.rows) == 1
    # severities are chosen from: the first row is whole at once
    assert form.content.sections[1].condition == 'severity == "critical"'
    form.act("unrow:20:1")
    assert form.content.sections[1].condition == ""
    form.act("undo")
    assert form.content.sections[1].condition == 'severity == "critical"'
    form.act("row:30")
    assert form.sections[2].filter is None


def test_a_closed_section_keeps_its_filter() -> None:
    form = read_form(draft(**{"s.2.condition": 'severity >= "major"'}))
    assert form.content.sections[1].condition == 'severity >= "major"'
    assert ("s.2.condition", 'severity >= "major"') in form.sections[1].inputs
    with translation.override("en"):
        assert form.sections[1].said == "Severity is at least Major"


def test_every_kind_that_takes_a_filter_can_have_one_of_each_field() -> None:
    for kind, fields in FIELDS_OF.items():
        for each in fields:
            form = FilterForm(of=fields, rows=[FilterRow(field=each.name, op="", value="x")])
            form.rows = [*form.rows]
            form.fit()
            assert read_section_condition(kind, form.to_text()) is not None, (kind, each.name)
