"""The set-up's decisions: which Python, what is fresh, what a missing package says, the sprite."""

import ast
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools.set_up import browser_assets, debian_packages, interpreters, steps
from tools.set_up.interpreters import Python

ROOT = Path(__file__).resolve().parents[2]


def make_command(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def make_python(folder: Path, name: str, version: str, usable: int = 1) -> Path:
    fields = "\\t".join([*version.split("."), str(usable), str(folder / name)])
    return make_command(folder, name, f"printf '{fields}\\n'")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python but those that a test puts into its folder `bin`."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(interpreters.sys, "executable", str(tmp_path / "none"))
    monkeypatch.setattr(
        interpreters, "SHARED_PLACES", [(str(tmp_path / "opt"), "python*/bin/python3")]
    )
    return tmp_path


def test_newest_python_that_runs_is_taken(machine: Path) -> None:
    make_command(machine / "bin", "python3.14", "echo shim: command not found >&2; exit 127")
    make_python(machine / "bin", "python3.12", "3.12.9")
    make_python(machine / "pyenv" / "versions" / "3.13.1" / "bin", "python3", "3.13.1")
    assert interpreters.find_python().version == (3, 13, 1)


def test_python_that_every_package_has_a_wheel_for_goes_before_a_newer_one(machine: Path) -> None:
    make_python(machine / "bin", "python3.19", "3.19.0")
    make_python(machine / "bin", "python3.12", "3.12.9")
    assert interpreters.find_python().version == (3, 12, 9)


@pytest.mark.parametrize(("version", "usable"), [("3.11.9", 1), ("3.13.0", 0), ("2.7.18", 1)])
def test_machine_without_a_usable_python_gets_one_line(
    machine: Path, version: str, usable: int
) -> None:
    make_python(machine / "bin", "python3", version, usable)
    with pytest.raises(steps.SetUpFailed, match=r"no 64-bit CPython 3\.12 or newer") as failure:
        interpreters.find_python()
    assert "\n" not in str(failure.value)


def test_this_python_answers_the_probe() -> None:
    python = interpreters.probe(str(ROOT / ".venv" / "bin" / "python"))
    assert isinstance(python, Python)
    assert not Path(python.path).is_relative_to(ROOT), "the one that .venv was made from"


def test_set_up_is_readable_for_an_old_python() -> None:
    files = [ROOT / "tools" / "setup.py", *(ROOT / "tools" / "set_up").glob("*.py")]
    for file in files:
        ast.parse(file.read_text("utf-8"), feature_version=(3, 8))


def test_stamp_is_fresh_until_inputs_or_outputs_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "VENV", tmp_path)
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_text("one")
    made.touch()
    steps.Stamp("step", steps.digest([source])).write()
    assert steps.Stamp("step", steps.digest([source])).is_fresh(made)
    made.unlink()
    assert not steps.Stamp("step", steps.digest([source])).is_fresh(made)
    source.write_text("two")
    assert not steps.Stamp("step", steps.digest([source])).is_fresh()


def test_failed_command_is_named_with_its_last_lines(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(steps.SetUpFailed, match=r"failed \(3\): sh -c"):
        steps.run(["sh", "-c", "echo no space left; exit 3"])
    assert "no space left" in capfd.readouterr().err


def test_foreign_environment_does_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    assert steps.run(["sh", "-c", "echo ${VIRTUAL_ENV:-none}"]).strip() == "none"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has all test packages but net-snmp's `snmptrap`; we are root there."""
    peers = ("snmptrapd", "prometheus-alertmanager", "snmptt", "sshd")
    for command in ("chromium", "ps", "qpdf", "soffice", *peers):
        make_command(tmp_path, command, "exit 0")
    for library in ("libsclo.so", "libswlo.so"):
        (tmp_path / library).touch()
    make_command(tmp_path, "fc-list", "echo Noto Sans CJK SC")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(debian_packages, "SEARCHED", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_only_what_is_missing_is_installed(bare: Path) -> None:
    log = bare / "log"
    script = f'echo "$@" >> {log}\n[ $1 = update ] || : > {bare}/snmptrap; chmod +x {bare}/snmptrap'
    make_command(bare, "apt-get", f"{script} || true")
    debian_packages.install_test_packages()
    lines = log.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["update", "install"]
    assert lines[1].split()[-1] == "snmp"
    debian_packages.install_test_packages()
    assert len(log.read_text().splitlines()) == 2, "a second run asks apt nothing"


def test_without_rights_one_line_names_the_packages(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_command(bare, "apt-get", "exit 1")
    make_command(bare, "sudo", "exit 1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(steps.SetUpFailed, match=r"`apt-get install snmp`"):
        debian_packages.install_test_packages()


@pytest.fixture
def icons(tmp_path: Path) -> Path:
    for variant, fill, stroke in (("outline", "none", "currentColor"), ("filled", "red", "none")):
        (tmp_path / variant).mkdir()
        (tmp_path / variant / "bell.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24" fill="{fill}"'
            f' stroke="{stroke}" class="icon"><path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
            '<path d="M1 1"/></svg>'
        )
    return tmp_path


def test_sprite_has_one_symbol_per_wished_icon(icons: Path) -> None:
    sprite = browser_assets.build_sprite(icons, ["# the icons", "", "bell", "bell filled"])
    symbols = list(ElementTree.fromstring(sprite))  # noqa: S314  # made in the line above
    assert [symbol.get("id") for symbol in symbols] == ["bell", "bell-filled"]
    assert [symbol.get("stroke") for symbol in symbols] == ["currentColor", "none"]
    assert [len(symbol) for symbol in symbols] == [1, 1], "without the empty frame"
    assert {symbol.get("width") for symbol in symbols} == {None}


def test_unknown_icon_is_named(icons: Path) -> None:
    with pytest.raises(steps.SetUpFailed, match="no icon 'bel'"):
        browser_assets.build_sprite(icons, ["bel"])


def test_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in package for package in packages)
    assert not [package for package in packages if "resolved" in package]
