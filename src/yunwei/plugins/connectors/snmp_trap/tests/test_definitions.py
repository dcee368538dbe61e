"""Definition files: those that ship hold, and a wrong one says where it is wrong."""

from pathlib import Path

import pytest

from yunwei.base.core.errors import Misconfigured
from yunwei.plugins.connectors.snmp_trap.definitions import read_definitions, shipped_definitions

HEAD = """
summary = { zh = "测试", en = "Test" }
root = "1.3.6.1.4.1.99999"
[variables]
State = ".1.1"
Name = ".1.2"
"""
TRAP = """
[[trap]]
name = { zh = "故障", en = "Fault" }
oids = [".0.1"]
alarm_type = ["test.fault"]
act = [{ when = { State = ["Down"] }, do = "raise" }, { do = "clear" }]
"""


def write(folder: Path, text: str, name: str = "test.toml") -> None:
    (folder / name).write_text(text, "utf-8")


def test_shipped_definitions_hold_both_families_and_the_standard_traps() -> None:
    traps = shipped_definitions().traps

    assert {"1.3.6.1.4.1.2011.2.15.2.4.3.3.0.1", "1.3.6.1.4.1.2011.2.15.1.7.1.0.3"} <= traps.keys()
    assert {f"1.3.6.1.6.3.1.1.5.{number}" for number in range(1, 7)} <= traps.keys()


def test_a_good_file(tmp_path: Path) -> None:
    write(tmp_path, HEAD + TRAP)
    write(tmp_path, "not read", "notes.txt")

    definitions = read_definitions(tmp_path.iterdir())

    assert list(definitions.traps) == ["1.3.6.1.4.1.99999.0.1"]
    assert definitions.variables["1.3.6.1.4.1.99999.1.2"] == "Name"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("summary", "summary = "), "test.toml: "),
        (('do = "clear"', 'do = "close"'), r"trap\[0\]\.act\[1\]\.do"),
        (('oids = [".0.1"]', ""), "oids"),
        (('oids = [".0.1"]', 'oids = [".0.x"]'), r"trap\[0\]\.oids: '1.3.6.1.4.1.99999.0.x'"),
        (('State = ".1.1"', 'State = "one"'), "variables.State"),
        (('Name = ".1.2"', 'Name = ".1.1"'), "1.3.6.1.4.1.99999.1.1 is defined twice"),
        (('["test.fault"]', '["test.{Nmae}"]'), r"trap\[0\]: there is no variable 'Nmae'"),
        (('["test.fault"]', '["test.{Name"]'), "test.toml"),
        (('["test.fault"]', '["test.{Name!r}"]'), "not just a name"),
        (('["test.fault"]', "[]"), r"trap\[0\]\.alarm_type is missing"),
        ((', { do = "clear" }', ""), r"trap\[0\]\.act: the last rule must fit always"),
        (('when = { State = ["Down"] }, ', ""), r"trap\[0\]\.act: a rule that fits always"),
        (("oids =", 'managed_object = ["device"]\noids ='), "a path begins with /"),
        (("oids =", 'managed_object = ["/{Name}"]\noids ='), "the last must need no variable"),
        (("oids =", 'severity = { otherwise = "bad" }\noids ='), r"severity\.otherwise"),
        (("oids =", 'colour = "red"\noids ='), "colour"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(
    wrong: tuple[str, str], said: str, tmp_path: Path
) -> None:
    text = (HEAD + TRAP).replace(*wrong, 1)
    assert text != HEAD + TRAP
    write(tmp_path, text)

    with pytest.raises(Misconfigured, match=said) as refused:
        read_definitions(tmp_path.iterdir())

    assert refused.value.message.startswith("traps/test.toml: ")


def test_one_trap_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, HEAD + TRAP, "a.toml")
    write(tmp_path, HEAD.replace('".1.', '".2.') + TRAP, "b.toml")

    with pytest.raises(Misconfigured, match=r"traps/b\.toml: .*0\.1 is defined twice"):
        read_definitions(tmp_path.iterdir())
