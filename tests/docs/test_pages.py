"""What our pages say about files and commands is so: links, quotations, make and yunwei."""

import re
from collections.abc import Iterable

import click
import pytest

from tests.docs.pages import (
    ROOT,
    Block,
    Link,
    blocks,
    commands,
    find_source,
    inline_commands,
    links,
)
from yunwei.run.cli import main

LINKS = list({str(link): link for link in links()}.values())
QUOTATIONS = [block for block in blocks() if block.place]
SAID = [*commands(), *inline_commands()]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_link_leads_somewhere(link: Link) -> None:
    assert link.target.exists()
    assert not link.symbol or find_source(link.target, link.symbol)


@pytest.mark.parametrize("link", [link for link in LINKS if link.symbol], ids=str)
def test_text_of_link_is_its_address(link: Link) -> None:
    path = link.text.partition(":")[0]
    assert link.target.resolve().as_posix().endswith(f"/{path}")


@pytest.mark.parametrize("block", QUOTATIONS, ids=str)
def test_quotation_is_true(block: Block) -> None:
    path, _, symbol = block.place.rpartition(":")
    quoted = block.text.split("\n", 1)[1].rstrip()
    assert quoted in (find_source(ROOT / path, symbol) or "")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def make_words() -> Iterable[tuple[str, str]]:
    for page, words in SAID:
        if words[0] == "make":
            yield from ((page, word) for word in words[1:] if re.fullmatch(r"[a-z]+", word))


@pytest.mark.parametrize(("page", "target"), sorted(set(make_words())))
def test_make_knows_what_pages_say(page: str, target: str) -> None:
    assert target in targets()


def yunwei_words() -> set[str]:
    named = ((page, words) for page, words in SAID if words[0].rpartition("/")[2] == "yunwei")
    return {f"{page}: {' '.join(words[1:])}" for page, words in named}


@pytest.mark.parametrize("said", sorted(yunwei_words()))
def test_yunwei_knows_what_pages_say(said: str) -> None:
    words = said.partition(": ")[2].split()
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    assert command is not main or words[:1] in ([], ["--version"], ["--help"])
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    asked = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert asked <= known | {"--help", "--version"}


@pytest.mark.parametrize("word", ["pip", "docker"])
def test_no_page_asks_for_what_is_not_needed(word: str) -> None:
    """The set-up needs Python, make and git, so README must not send people elsewhere."""
    said = {words[0] for page, words in SAID if page.startswith("README")}
    assert word not in said


@pytest.mark.parametrize(
    ("path", "symbol"),
    [
        ("src/yunwei/monitor/alarms/machine.py", "apply_row"),
        ("src/yunwei/run/governor.py", "Governor.stop"),
        ("src/yunwei/monitor/alarms/store.sql", "count_ope"),
        ("src/yunwei/faces/web/templates/console/overview.html", "curves"),
        ("src/yunwei/faces/web/static/js/live.js", "refres"),
    ],
)
def test_what_is_gone_is_not_found(path: str, symbol: str) -> None:
    assert find_source(ROOT / path, symbol) is None
