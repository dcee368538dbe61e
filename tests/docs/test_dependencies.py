"""The page of dependencies names what we have, all of it, and at the release that we have."""

from pathlib import Path

import pytest

from tests.docs.dependencies import PAGE, declared, page_rows, releases, write_releases
from tests.docs.pages import ROOT


def test_page_and_declarations_agree() -> None:
    assert set(page_rows()) == declared()


@pytest.mark.parametrize("name", sorted(page_rows()))
def test_line_says_all_four_things(name: str) -> None:
    why, licence, release, without = page_rows()[name]
    assert all((why, licence, release, without))


@pytest.mark.parametrize("name", sorted(set(page_rows()) & set(releases())))
def test_release_is_the_locked_one(name: str) -> None:
    said = page_rows()[name][2]
    assert said.startswith(releases()[name]), "run .venv/bin/python -m tests.docs.dependencies"


def test_releases_can_be_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = (ROOT / PAGE).read_text("utf-8")
    page.write_text(text.replace(releases()["httpx"], "0.1 (2019-01-01)"), "utf-8")
    write_releases(page)
    assert page.read_text("utf-8") == text
