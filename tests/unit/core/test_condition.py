"""Conditions: what they match, and that everything wrong is refused."""

import pytest

from yunwei.base.core.condition import compile_condition, condition_to_json, parse_condition
from yunwei.base.core.errors import Invalid

ROW = {
    "managed_object": "/pool/财务/desktop/D-7",
    "alarm_type": "disk.full",
    "severity": "major",
    "text": "Disk C: is FULL",
}


def term(field: str, op: str, value: object) -> dict[str, object]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (term("severity", "eq", "major"), True),
        (term("severity", "in", ["minor", "warning"]), False),
        (term("alarm_type", "prefix", "disk."), True),
        (term("alarm_type", "glob", "disk.*"), True),
        (term("text", "contains", "full"), True),
        (term("text", "regex", r"C:\s+is"), True),
        (term("managed_object", "under", "/pool/财务"), True),
        (term("managed_object", "under", "/pool/财"), False),
        ({"not": term("severity", "eq", "major")}, False),
        ({"all": [term("severity", "eq", "major"), term("text", "contains", "x")]}, False),
        ({"any": [term("severity", "eq", "minor"), term("text", "contains", "disk")]}, True),
        (term("qualifier", "eq", "7"), False),
        ({"field": "*", "op": "always"}, True),
    ],
)
def test_matches(condition: object, expected: bool) -> None:
    parsed = parse_condition(condition)
    assert compile_condition(parsed)(ROW) is expected
    assert parse_condition(condition_to_json(parsed)) == parsed


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        {"all": []},
        {"all": [], "any": []},
        term("colour", "eq", "red"),
        term("severity", "is", "major"),
        term("severity", "in", []),
        term("severity", "eq", ""),
        term("text", "regex", "("),
        {"field": "severity", "value": "major"},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}}}},
        {"any": [term("severity", "eq", "x")] * 201},
    ],
)
def test_wrong_condition_is_refused(wrong: object) -> None:
    with pytest.raises(Invalid):
        parse_condition(wrong)
