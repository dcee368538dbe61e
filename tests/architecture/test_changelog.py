"""The changelog: what a waiting change looks like, and what a release makes of them."""

from datetime import date
from pathlib import Path

import pytest

from tools.changelog import ROOT, BadChange, read_changes, read_version, release

DAY = date(2026, 12, 1)
UNRELEASED = "# Changes\n\nWords.\n\n## 0.1.0 (unreleased)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").write_text("How.")
    (tmp_path / "CHANGELOG.md").write_text(UNRELEASED)
    return tmp_path


def add(project: Path, name: str, text: str) -> None:
    (project / "changes" / name).write_text(text, "utf-8")


def test_our_own_changes_are_in_form() -> None:
    read_changes(ROOT / "changes")
    assert read_version((ROOT / "CHANGELOG.md").read_text("utf-8"))


def test_first_release_dates_the_heading_that_is_there(project: Path) -> None:
    add(project, "12.fix.md", "alarms: A trap is\nnever lost.\n")
    add(project, "2.feature.md", "collect: Reads `Workspace`.")
    release(project, "0.1.0", DAY)
    assert (project / "CHANGELOG.md").read_text("utf-8") == (
        "# Changes\n\nWords.\n\n## 0.1.0 (2026-12-01)\n"
        "\n### New\n\n- collect: Reads `Workspace`. (#2)\n"
        "\n### Fixed\n\n- alarms: A trap is never lost. (#12)\n"
    )
    assert [file.name for file in (project / "changes").iterdir()] == ["README.md"]


def test_later_release_stands_above_the_earlier(project: Path) -> None:
    add(project, "2.feature.md", "collect: Reads it.")
    release(project, "0.1.0", DAY)
    add(project, "3.upgrade.md", "deploy: Open port 4222.")
    release(project, "0.2.0", DAY)
    text = (project / "CHANGELOG.md").read_text("utf-8")
    assert read_version(text) == "0.2.0"
    assert text.index("Open port") < text.index("## 0.1.0 (2026-12-01)") < text.index("Reads it")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "1.0", "next"])
def test_version_must_go_up(project: Path, version: str) -> None:
    add(project, "2.feature.md", "collect: Reads it.")
    release(project, "0.1.0", DAY)
    add(project, "3.fix.md", "collect: Reads more.")
    with pytest.raises(BadChange):
        release(project, version, DAY)
    assert (project / "changes" / "3.fix.md").exists()


def test_nothing_waiting_is_no_release(project: Path) -> None:
    with pytest.raises(BadChange, match="nothing to release"):
        release(project, "0.1.0", DAY)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feature.md", "collect: Reads it."),
        ("2.news.md", "collect: Reads it."),
        ("2.feature.txt", "collect: Reads it."),
        ("2.feature.md", ""),
        ("2.feature.md", "Reads it."),
        ("2.feature.md", "collect: reads it."),
        ("2.feature.md", "collect: Reads it"),
        ("2.feature.md", "collect: R" + "e" * 600 + "."),
    ],
)
def test_change_out_of_form_is_refused(project: Path, name: str, text: str) -> None:
    add(project, name, text)
    with pytest.raises(BadChange):
        read_changes(project / "changes")
