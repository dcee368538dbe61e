"""The generated reference pages: complete over their registries, and the same every time."""

from dataclasses import fields

import click
import pytest

from tools.build_docs import PAGES, render, table, walk_commands
from yunwei.base.core.metrics import METRICS
from yunwei.base.infra.settings import Settings
from yunwei.plugins.sdk.manifest import CHANNELS, CONNECTORS, manifests

WITHOUT_DJANGO = sorted(set(PAGES) - {"rest.md"})


@pytest.mark.parametrize("name", WITHOUT_DJANGO)
def test_page_is_the_same_every_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow = render(name)
    monkeypatch.setenv("COLUMNS", "200")
    assert render(name) == narrow


def test_every_setting_has_its_line() -> None:
    page = render("settings.md")
    assert [f.name for f in fields(Settings) if f"| `{f.name}` |" not in page] == []


def test_every_metric_has_its_line() -> None:
    page = render("metrics.md")
    assert [name for name in METRICS if f"| `{name}` |" not in page] == []


def test_every_plugin_has_its_section() -> None:
    page = render("plugins.md")
    slugs = [*manifests(CONNECTORS), *manifests(CHANNELS)]
    assert slugs
    assert [slug for slug in slugs if f"`{slug}`" not in page] == []


def test_commands_are_found_at_every_depth() -> None:
    source = click.Group("source", commands=[click.Command("list"), click.Command("add")])
    walked = [name for name, _ in walk_commands("yunwei", click.Group(commands=[source]))]
    assert walked == ["yunwei", "yunwei source", "yunwei source add", "yunwei source list"]


def test_cells_cannot_break_a_table() -> None:
    assert list(table(("a", "b"), [("x|y", "one\ntwo")]))[-1] == r"| x\|y | one two |"
