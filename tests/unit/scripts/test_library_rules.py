"""Scripts' parameters, files, hashes and differences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptFile,
    ScriptLanguage,
    VersionDraft,
)
from yunwei.operate.scripts.rules.canonical import canonical_form, hash_version, normal_body
from yunwei.operate.scripts.rules.differences import compare
from yunwei.operate.scripts.rules.drafts import check_parameters
from yunwei.operate.scripts.rules.files import read_file, write_file
from yunwei.operate.scripts.rules.parameters import MASK, check_values

DAYS = Parameter(name="DAYS", kind=ParameterKind.NUMBER, default="7", minimum=1, maximum=30)
MODE = Parameter(name="MODE", kind=ParameterKind.CHOICE, choices=("quick", "whole"))
WORD = Parameter(name="WORD", kind=ParameterKind.SECRET)
FROM = Parameter(name="FROM", kind=ParameterKind.DATE, is_required=False)

words = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=60)


def test_values_come_in_one_form_and_secrets_are_never_shown() -> None:
    asked = check_values((DAYS, MODE, WORD, FROM), {"MODE": "quick", "WORD": " s3cret "})
    assert asked.shown == {"DAYS": "7", "MODE": "quick", "WORD": MASK, "FROM": ""}
    assert asked.environment["YW_PARAM_WORD"] == " s3cret "
    assert "s3cret" not in str(asked.shown)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"MODE": "quick"}, "WORD"),
        ({"MODE": "slow", "WORD": "x"}, "MODE"),
        ({"MODE": "quick", "WORD": "x", "DAYS": "31"}, "DAYS"),
        ({"MODE": "quick", "WORD": "x", "DAYS": "nan"}, "DAYS"),
        ({"MODE": "quick", "WORD": "x", "FROM": "tomorrow"}, "FROM"),
        ({"MODE": "quick", "WORD": "x\ny"}, "WORD"),
        ({"MODE": "quick", "WORD": "x", "OTHER": "1"}, "OTHER"),
    ],
)
def test_a_wrong_value_is_told_at_its_parameter(values: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_values((DAYS, MODE, WORD, FROM), values)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "parameter",
    [
        Parameter(name="PATH TO"),
        Parameter(name="X", kind=ParameterKind.CHOICE, choices=("one",)),
        Parameter(name="X", kind=ParameterKind.SECRET, default="x"),
        Parameter(name="X", kind=ParameterKind.NUMBER, minimum=2, maximum=1),
        Parameter(name="X", kind=ParameterKind.NUMBER, default="many"),
    ],
)
def test_a_parameter_that_can_not_be_asked_is_refused(parameter: Parameter) -> None:
    with pytest.raises(Invalid):
        check_parameters([parameter])
    with pytest.raises(Invalid):
        check_parameters([DAYS, DAYS])


@given(name=words, zh=words, body=words, label=words, tags=st.lists(words, max_size=3))
def test_what_a_file_says_is_what_was_written(
    name: str, zh: str, body: str, label: str, tags: list[str]
) -> None:
    head = ScriptDraft(
        name=name, language=ScriptLanguage.SHELL, description_zh=zh, tags=tuple(tags), folder="a/b"
    )
    parameters = (DAYS, MODE, Parameter(name="L", label_zh=label, is_required=False))
    content = VersionDraft(body=body, parameters=parameters, timeout_s=9, is_risky=True)
    file = ScriptFile(head=head, content=content)
    assert read_file(write_file(file)) == file


@pytest.mark.parametrize(
    "text", ["", "echo", "+++\nx = \n+++\n", "+++\nrun = 1\n+++\n", "+++\n+++\n"]
)
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(text)
    assert caught.value.field == "file"


@given(a=words, b=words)
def test_the_hash_is_the_same_for_the_same_script_only(a: str, b: str) -> None:
    one, other = (VersionDraft(body=each) for each in (a, b))
    is_same = normal_body(a) == normal_body(b)
    assert (
        hash_version(ScriptLanguage.SHELL, one) == hash_version(ScriptLanguage.SHELL, other)
    ) == is_same
    assert canonical_form(ScriptLanguage.SHELL, one) != canonical_form(ScriptLanguage.BATCH, one)


def test_line_ends_make_no_other_script() -> None:
    windows, unix = VersionDraft(body="a\r\nb\r\n"), VersionDraft(body="a\nb")
    assert hash_version(ScriptLanguage.BATCH, windows) == hash_version(ScriptLanguage.BATCH, unix)


@given(before=words, after=words)
def test_differences_tell_each_line_that_came_or_went(before: str, after: str) -> None:
    lines = compare(before, after)
    assert (lines == ()) == (before.splitlines() == after.splitlines())
    gone = [each for each in lines if each.kind == "gone"]
    assert all(before.splitlines()[each.old - 1] == each.text for each in gone if each.old)
