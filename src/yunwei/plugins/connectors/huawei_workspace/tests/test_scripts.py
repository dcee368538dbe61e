"""What an order of ours becomes, and what the service's words mean."""

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.plugins.connectors.huawei_workspace.answers import ScriptRecord
from yunwei.plugins.connectors.huawei_workspace.scripts import build_order, map_record, write_head
from yunwei.plugins.sdk.contract import FarState, ScriptOrder

values = st.text(st.characters(min_codepoint=32, codec="utf-8"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(value=values)
def test_a_value_reaches_a_shell_as_it_is_and_never_as_a_command(value: str) -> None:
    head = write_head("shell", {"YW_PARAM_X": value})
    done = subprocess.run(
        ["sh", "-s"],
        input=(head + 'printf %s "$YW_PARAM_X"').encode(),
        capture_output=True,
        timeout=20,
        check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )
    assert done.stdout == value.encode()
    assert done.stderr == b""


@given(value=values)
def test_a_value_never_leaves_its_quotes_in_powershell(value: str) -> None:
    head = write_head("powershell", {"X": value})
    inner = head.removeprefix("$env:X = '").removesuffix("'\n")
    for quote in "'‘’‚‛":
        inner = inner.replace(quote * 2, "")
    assert not set(inner) & set("'‘’‚‛")


@pytest.mark.parametrize("value", ["%PATH%", "a & b", 'a"b', "a^b", "!x!", "a>b"])
def test_batch_refuses_what_it_could_read_as_a_command(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        write_head("batch", {"YW_PARAM_X": value})
    assert caught.value.field == "YW_PARAM_X"
    assert write_head("batch", {"X": "a b 1.2"}) == '@set "X=a b 1.2"\n'


@pytest.mark.parametrize("name", ["x", "A B", "A=B", ""])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(Invalid):
        write_head("shell", {name: "x"})


def test_minutes_are_what_the_service_counts_and_never_fewer() -> None:
    def minutes(seconds: int) -> int:
        order = ScriptOrder(language="shell", body="x", desktops=("d",), timeout_s=seconds)
        return build_order(order).execution_timeout

    assert [minutes(each) for each in (1, 60, 61, 300)] == [1, 1, 2, 5]


@pytest.mark.parametrize(
    "change", [{"desktops": ()}, {"body": "x" * 100_001}, {"language": "perl"}]
)
def test_what_the_service_does_not_take_is_refused(change: dict[str, object]) -> None:
    good: dict[str, object] = {"language": "shell", "body": "x", "desktops": ("d",)}
    with pytest.raises(Invalid):
        build_order(ScriptOrder(**(good | change)))  # type: ignore[arg-type]


def test_a_word_that_we_do_not_know_is_no_end() -> None:
    record = map_record(ScriptRecord(id="1", resource_id="d", status="DREAMING"))
    assert (record.state, record.said) == (FarState.UNKNOWN, "DREAMING")
    assert not record.state.is_over
    assert map_record(ScriptRecord(id="1", resource_id="d", status="success")).state.is_over
