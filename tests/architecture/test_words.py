"""The word check: which names it reads, what it takes from the glossary, what a vendor may say."""

from pathlib import Path

import pytest

from tools.check_words import NoGlossary, check, check_file, read_glossary

GLOSSARY = """\
# Words

| Word | Means | Not |
|---|---|---|
| **desktop** | where a person works | `vm`, `virtual machine`, instance |
| **alarm** | ours, with a life | `incident`, event (of a session it is right) |

| Other | table |
|---|---|
| `host` | without such a column |
"""
REFUSED = {"vm": "desktop", "virtual machine": "desktop", "incident": "alarm"}


def test_glossary_gives_the_words_in_backticks() -> None:
    assert read_glossary(GLOSSARY) == REFUSED


def test_glossary_without_words_is_refused() -> None:
    with pytest.raises(NoGlossary, match="Not"):
        read_glossary("| Word | Means |\n|---|---|\n| a | b |\n")


def test_missing_glossary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoGlossary, match="missing"):
        list(check(tmp_path))


@pytest.mark.parametrize(
    "code",
    [
        "vm = 1",
        "def restart_vm(): ...",
        "def restart(vm_id): ...",
        "class VMState: ...",
        "class Incidents: ...",
        "self.incident = 1",
        "import alarms as incidents",
        "class Row:\n    virtual_machine_id: str",
        "for vm in desktops: ...",
        "[vm for vm in desktops]",
        "with a() as vm: ...",
    ],
)
def test_refused_word_is_found(code: str) -> None:
    findings = list(check_file("src/yunwei/a.py", code, REFUSED))
    assert findings
    assert all("our word is" in finding.message for finding in findings)


@pytest.mark.parametrize(
    "code",
    [
        "desktop = answer['vm']",
        "cloud.restart_vm(vm=desktop)",
        "svm = 1",
        "incidental = 1",
        "class Answer(TypedDict):\n    vm_id: str",
        "class Answer(msgspec.Struct, frozen=True):\n    vm_id: str",
        "vm_id = 1  # vendor's word",
    ],
)
def test_other_names_pass(code: str) -> None:
    assert list(check_file("src/yunwei/a.py", code, REFUSED)) == []


def test_file_and_folder_names_are_read(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "glossary.md").write_text(GLOSSARY)
    folder = tmp_path / "src" / "incidents"
    folder.mkdir(parents=True)
    (folder / "vm.py").touch()
    assert {finding.path for finding in check(tmp_path)} == {"src/incidents", "src/incidents/vm.py"}
