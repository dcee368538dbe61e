"""The scripts that come with the platform: readable, described, and those for here run here."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.people import make_people
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.facts.library import (
    Level,
    ScriptFile,
    ScriptLanguage,
    VersionState,
)
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.scripts.rules.drafts import check_head, check_version
from yunwei.operate.scripts.rules.files import read_file, write_file
from yunwei.operate.scripts.rules.parameters import check_values

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
SET = {file.slug: file for file in starter_set()}
TAKES_PARTS = {"windows-print-spooler": {"YW111"}}
"""What a script of the set is for, and the checks rightly tell of."""


@pytest.mark.parametrize("slug", SET)
def test_each_is_described_in_both_languages_and_passes_the_checks(slug: str) -> None:
    file = SET[slug]
    head = check_head(file.head, is_provider=True)
    assert head.description_zh
    assert head.description_en
    assert all(each.label_zh and each.label_en for each in file.content.parameters)
    content = check_version(head.language, file.content)
    # PowerShell and batch are read here, not run: there is no Windows
    found = check_script(head.language, content.body)
    assert {each.code for each in found} <= TAKES_PARTS.get(slug, set()), found
    assert Level.DANGER not in {each.level for each in found}
    assert write_file(read_file(write_file(file))) == write_file(file)


def test_there_are_enough_of_them() -> None:
    assert len(SET) >= 20
    assert {file.head.language for file in SET.values()} == set(ScriptLanguage)


def run(file: ScriptFile, **given: str) -> subprocess.CompletedProcess[str]:
    asked = check_values(file.content.parameters, given)
    is_python = file.head.language is ScriptLanguage.PYTHON
    words = [sys.executable, "-"] if is_python else ["sh", "-s"]
    return subprocess.run(
        words,
        input=file.content.body,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **asked.environment},
    )


def test_temporary_files_are_listed_before_any_is_deleted(tmp_path: Path) -> None:
    old, young = tmp_path / "old; touch evil", tmp_path / "young"
    for path in (old, young):
        path.write_text("x")
    os.utime(old, (0, 0))
    script = SET["linux-temporary-files"]
    seen = run(script, FOLDER=str(tmp_path), DAYS="7")
    assert seen.returncode == 0, seen.stderr
    assert "files: 1" in seen.stdout
    assert old.exists()
    run(script, FOLDER=str(tmp_path), DAYS="7", MODE="delete")
    assert (old.exists(), young.exists()) == (False, True)
    assert run(script, FOLDER="/").returncode == 2
    assert run(script, FOLDER="$(touch /tmp/x)").returncode == 2


def expect(slug: str, given: Mapping[str, str], code: int, words: str) -> None:
    done = run(SET[slug], **given)
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("slug", "given", "code", "words"),
    [
        ("linux-free-space", {"PERCENT": "90"}, 1, "free"),
        ("linux-name-lookup", {"HOST": "localhost"}, 0, "localhost"),
        ("linux-name-lookup", {"HOST": "nobody.invalid"}, 1, "no address"),
        ("linux-name-lookup", {"HOST": "$(id)"}, 1, "no address"),
        ("linux-clock", {}, 0, "now: "),
        ("linux-software-inventory", {}, 0, "\t"),
    ],
)
def test_the_shell_scripts_do_what_they_say(
    slug: str, given: dict[str, str], code: int, words: str
) -> None:
    expect(slug, given, code, words)


def test_processes_are_listed() -> None:
    for by in ("cpu", "memory"):
        expect("linux-process-top", {"BY": by, "TOP": "3"}, 0, "PID")


def test_the_log_digest_says_when_there_is_no_journal() -> None:
    done = run(SET["linux-log-digest"])
    assert done.returncode in {0, 1, 3}


def test_the_python_scripts_do_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"x" * 2_000_000)
    (tmp_path / "b").mkdir()
    expect("any-folder-sizes", {"FOLDER": str(tmp_path)}, 0, "1.9 MB  a")
    expect("any-folder-sizes", {"FOLDER": str(tmp_path / "none")}, 2, "no such folder")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        expect("any-port-check", {"HOST": "127.0.0.1", "PORT": port}, 0, "answers")
    expect("any-port-check", {"HOST": "127.0.0.1", "PORT": port}, 1, "does not answer")
    expect("any-server-certificate", {"HOST": "127.0.0.1", "PORT": port}, 1, "127.0.0.1")


@pytest.mark.django_db
def test_the_set_waits_for_a_persons_review_and_is_added_once() -> None:
    people = make_people()
    root = people["root"]
    added = actions.add_starter_set(root, root.tenant, starter_set(), now=NOW)
    assert added == len(SET)
    assert actions.add_starter_set(root, root.tenant, starter_set(), now=NOW) == 0
    row = queries.fetch_scripts(root).items[0]
    assert row.state is VersionState.REVIEW
    review.approve(root, review.Meant(row.script.id, 1), now=NOW)
    seen = queries.fetch_scripts(people["chen"], filters={"may_run": True}).items
    assert [each.script.id for each in seen] == [row.script.id]
