"""Every icon that a page names is one that the set-up fetches; a missing one would be a hole."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")


def fetched_icons() -> set[str]:
    lines = (ROOT / "assets" / "icons.txt").read_text("utf-8").splitlines()
    return {line.replace(" ", "-") for line in lines if line and not line.startswith("#")}


def test_icons_of_templates_are_fetched() -> None:
    templates = list((ROOT / "src" / "yunwei" / "faces").rglob("*.html"))
    named = {
        f"{template.name}: {name}": name
        for template in templates
        for name in NAMED.findall(template.read_text("utf-8"))
    }
    assert named
    assert [place for place, name in named.items() if name not in fetched_icons()] == []


def test_icons_are_listed_once() -> None:
    lines = (ROOT / "assets" / "icons.txt").read_text("utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    assert len(names) == len(set(names))
