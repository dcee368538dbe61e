"""Templates of bodies: placeholders and nothing else, and no value that becomes structure."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.templates import (
    build_values,
    check_form_template,
    check_json_template,
    encode_form,
    render_form,
    render_json,
)

texts = st.text(st.characters(codec="utf-8"), max_size=200)
ANNA = Recipient(name="Anna", address="13800000000")


def values(subject: str = "s", **data: object) -> dict[str, object]:
    message = OutgoingMessage(
        key="m-17", subject=subject, body="b", severity=Severity.MAJOR, data=data
    )
    return build_values(message, ANNA)


def test_a_whole_placeholder_keeps_its_type_and_a_part_becomes_text() -> None:
    template = '{"n": "{{data.count}}", "t": "{{ subject }} x{{data.count}}", "all": "{{data}}"}'
    found = json.loads(render_json(template, values(count=3, is_cleared=False)))
    assert found == {"n": 3, "t": "s x3", "all": {"count": 3, "is_cleared": False}}


def test_what_is_not_there_is_null_or_empty() -> None:
    found = json.loads(render_json('{"a": "{{data.nothing.here}}", "b": "x{{data.no}}"}', values()))
    assert found == {"a": None, "b": "x"}


@given(subject=texts)
def test_no_value_changes_the_document(subject: str) -> None:
    template = '{"a": "{{subject}}", "b": ["- {{subject}}", 1]}'
    assert json.loads(render_json(template, values(subject))) == {
        "a": subject,
        "b": [f"- {subject}", 1],
    }


@given(subject=texts)
def test_no_value_changes_a_form(subject: str) -> None:
    fields = render_form("to={{recipient.address}}\ntext={{subject}}!", values(subject))
    read = parse_qsl(encode_form(fields).decode(), keep_blank_values=True)
    assert read == [("to", "13800000000"), ("text", f"{subject}!")]


def test_a_placeholder_in_a_value_is_not_read_again() -> None:
    found = json.loads(render_json('{"a": "{{subject}}"}', values("{{data}} {{key}}")))
    assert found == {"a": "{{data}} {{key}}"}


@pytest.mark.parametrize(
    "text", ["{", "{{subject}}", '{"a": "{{nothing}}"}', '{"a": "{{subject"}', '{"a": "{{ x y }}"}']
)
def test_what_is_no_json_template_is_said_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_json_template("template", text)
    assert caught.value.field == "template"


@pytest.mark.parametrize("text", ["text", "=x", "a={{nothing}}", "a={{subject"])
def test_what_is_no_form_template_is_said_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_form_template("template_params", text)
    assert caught.value.field == "template_params"
