"""Reads docs/dependencies.md and what it must agree with.

`python -m tests.docs.dependencies` writes the releases of the lock file into the page.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT, read_page
from tools.set_up.debian_packages import NEEDS

PAGE = "docs/dependencies.md"
_ROW = re.compile(r"^\| `([^`]+)` \|(.*)\|$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def page_rows() -> dict[str, list[str]]:
    """Return the cells of each line of the page's tables: why, licence, release, without it."""
    rows = _ROW.findall(read_page(PAGE))
    assert len({name for name, _ in rows}) == len(rows), "a package stands twice"
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def declared() -> set[str]:
    """Return every direct dependency that a file of ours declares."""
    project = _toml("pyproject.toml")
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["bench"],
        *project["build-system"]["requires"],
    ]
    assets = json.loads((ROOT / "assets/package.json").read_text("utf-8"))["dependencies"]
    names = {found[0] for each in wanted if (found := _NAME.match(each))}
    return names | set(assets) | {need.package for need in NEEDS} | set(project["tool"]) & {"uv"}


def releases() -> dict[str, str]:
    """Return `version (day)` of every package in uv.lock, and `version` of each asset."""
    found = {
        package["name"]: f"{package['version']} ({next(_days(package))})"
        for package in _toml("uv.lock")["package"]
        if "registry" in package["source"]
    }
    assets = json.loads((ROOT / "assets/package.json").read_text("utf-8"))["dependencies"]
    return found | assets


def _days(package: dict[str, Any]) -> Iterator[str]:
    for file in [*([package["sdist"]] if "sdist" in package else []), *package["wheels"]]:
        yield file["upload-time"][:10]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text("utf-8"))


def write_releases(page: Path) -> None:
    """Bring the column of releases in line with the lock file; an asset's day stays by hand."""
    known = releases()
    lines = page.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        cells = line.split(" | ")
        name = cells[0].removeprefix("| ").strip("`")
        if name in known and len(cells) > 3 and not cells[3].startswith(known[name]):
            cells[3] = known[name]
            lines[number] = " | ".join(cells)
    page.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    write_releases(ROOT / PAGE)
