"""Waiting changes in `changes/` and their way into CHANGELOG.md; nothing of git or of tags."""

import argparse
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KINDS = {
    "upgrade": "To do when upgrading",
    "feature": "New",
    "change": "Changed",
    "fix": "Fixed",
}
HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) \((?P<when>[^)]+)\)$", re.MULTILINE)
FILE_NAME = re.compile(r"(?P<issue>\d+)(-\d+)?\.(?P<kind>[a-z]+)\.md")
SENTENCE = re.compile(r"[a-z][a-z ,-]*: [A-Z\u4e00-\u9fff`].*[.]", re.DOTALL)
LONGEST = 600


class BadChange(Exception):
    """A waiting change or the changelog is not in its form; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One waiting change: the issue it belongs to, one of KINDS, and its sentences."""

    issue: int
    kind: str
    text: str


def read_changes(folder: Path) -> list[Change]:
    """Return the waiting changes ordered by issue. Raises BadChange for one out of form."""
    files = [file for file in sorted(folder.glob("*")) if file.name != "README.md"]
    return sorted(map(read_change, files), key=lambda change: (change.issue, change.text))


def read_change(file: Path) -> Change:
    """Return one waiting change. Raises BadChange."""
    name = FILE_NAME.fullmatch(file.name)
    if name is None or name["kind"] not in KINDS:
        raise BadChange(f"{file.name}: call it <issue>.<{'|'.join(KINDS)}>.md (changes/README.md)")
    text = " ".join(file.read_text(encoding="utf-8").split())
    if not SENTENCE.fullmatch(text) or len(text) > LONGEST:
        raise BadChange(f"{file.name}: write `area: Sentence.`, one to three sentences")
    return Change(issue=int(name["issue"]), kind=name["kind"], text=text)


def read_version(changelog: str) -> str:
    """Return the version in the first heading. Raises BadChange when there is none."""
    first = HEADING.search(changelog)
    if first is None:
        raise BadChange("CHANGELOG.md: no heading like `## 1.2.0 (2026-01-31)`")
    return first["version"]


def render_release(version: str, day: date, changes: list[Change]) -> str:
    """Return the section of one release: its heading, then the changes kind by kind."""
    lines = [f"## {version} ({day.isoformat()})"]
    for kind, title in KINDS.items():
        sentences = [f"- {c.text} (#{c.issue})" for c in changes if c.kind == kind]
        if sentences:
            lines += ["", f"### {title}", "", *sentences]
    return "\n".join(lines) + "\n"


def release(root: Path, version: str, day: date) -> None:
    """Write the waiting changes under `version` into CHANGELOG.md and delete their files.

    The version may be the unreleased one on top (it gets its date) or a higher one (it goes above).
    Raises BadChange when there is nothing to release or the version does not go up.
    """
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changes = read_changes(root / "changes")
    top = HEADING.search(text)
    if top is None or not changes:
        raise BadChange("nothing to release: no heading in CHANGELOG.md or no file in changes/")
    if parse_version(version) < parse_version(top["version"]) or (
        version == top["version"] and top["when"] != "unreleased"
    ):
        raise BadChange(f"{version} does not come after {top['version']} ({top['when']})")
    end = top.end() + 1 if top["when"] == "unreleased" else top.start()
    section = render_release(version, day, changes)
    rest = text[end:].lstrip("\n")
    changelog.write_text(
        text[: top.start()] + section + (f"\n{rest}" if rest else ""), encoding="utf-8"
    )
    for file in (root / "changes").glob("[0-9]*.md"):
        file.unlink()


def parse_version(version: str) -> tuple[int, ...]:
    """Return `1.2.3` as (1, 2, 3). Raises BadChange."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise BadChange(f"{version!r} is no version like 1.2.0")
    return tuple(map(int, version.split(".")))


def main(words: list[str] | None = None) -> int:
    """Run one of the commands; 1 and one line on stderr when something is out of form."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version", help="print the version of the product")
    commands.add_parser("check", help="say whether every waiting change is in its form")
    commands.add_parser("release", help="gather the waiting changes").add_argument("version")
    wish = parser.parse_args(words)
    try:
        if wish.command == "release":
            release(ROOT, wish.version, datetime.now(UTC).date())
        version = read_version((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
        waiting = len(read_changes(ROOT / "changes"))
    except BadChange as error:
        print(f"changelog: {error}", file=sys.stderr)
        return 1
    print(version if wish.command == "version" else f"changelog: {version}, {waiting} waiting")
    return 0


if __name__ == "__main__":
    sys.exit(main())
