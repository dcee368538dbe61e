"""The words that pages for users quote stand on the product's pages, in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.docs.pages import ROOT, read_page

CATALOGUE = ROOT / "src/yunwei/locale/zh_Hans/LC_MESSAGES/django.po"
ENGLISH = "docs/use/alarms.md"
CHINESE = "docs/use/alarms.zh-CN.md"


def catalogue() -> dict[str, str]:
    """Return English → Chinese of every text of the pages."""
    with Path(CATALOGUE).open("rb") as file:
        texts = [each for each in read_po(file) if isinstance(each.id, str) and each.id]
    return {each.id: str(each.string) for each in texts}


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
    assert text in catalogue().values()


def test_both_languages_quote_the_same() -> None:
    known = catalogue()
    assert {known[text] for text in quoted(ENGLISH)} == quoted(CHINESE)


@pytest.mark.parametrize(
    ("page", "other"), [("README.md", "README.zh-CN.md"), (ENGLISH, "alarms.zh-CN.md")]
)
def test_both_languages_have_the_same_headings(page: str, other: str) -> None:
    there = str(Path(page).parent / other)
    depths = [re.findall(r"^#+ ", read_page(each), re.MULTILINE) for each in (page, there)]
    assert depths[0] == depths[1]
