"""The words that pages for users quote stand on the product's pages, in both languages."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.docs.pages import ROOT, read_page

CATALOGUE = ROOT / "src/yunwei/locale/zh_Hans/LC_MESSAGES/django.po"
ENGLISH = "docs/use/alarms.md"
CHINESE = "docs/use/alarms.zh-CN.md"


def catalogue() -> dict[str, set[str]]:
    """Return English → Chinese of every text of the pages: one for each thing that it means."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    with Path(CATALOGUE).open("rb") as file:
        for each in read_po(file):
            if isinstance(each.id, str) and each.id:
                known[each.id].add(str(each.string))
    return dict(known)


def quoted(page: str) -> set[str]:
    """Return what stands in outer quotation marks; lines are joined."""
    text = " ".join(read_page(page).split())
    found = re.findall(r"“((?:[^“”]|“[^“”]*”)*)”", text)
    return set(found) - {"quotation marks", "引号"}


@pytest.mark.parametrize("text", sorted(quoted(ENGLISH)))
def test_english_words_stand_on_pages(text: str) -> None:
    assert text in catalogue()


@pytest.mark.parametrize("text", sorted(quoted(CHINESE)))
def test_chinese_words_stand_on_pages(text: str) -> None:
    assert any(text in meant for meant in catalogue().values())


def test_both_languages_quote_the_same() -> None:
    known, there = catalogue(), quoted(CHINESE)
    meant = {text: known[text] & there for text in quoted(ENGLISH)}
    assert [text for text, found in meant.items() if not found] == []
    assert set().union(*meant.values()) == there


@pytest.mark.parametrize(
    ("page", "other"), [("README.md", "README.zh-CN.md"), (ENGLISH, "alarms.zh-CN.md")]
)
def test_both_languages_have_the_same_headings(page: str, other: str) -> None:
    there = str(Path(page).parent / other)
    depths = [re.findall(r"^#+ ", read_page(each), re.MULTILINE) for each in (page, there)]
    assert depths[0] == depths[1]
