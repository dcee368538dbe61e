"""People find the right article: nine in ten of what they ask is answered among the first three.

The labelled questions were written as people ask, and notions that they showed to be missing were
added. Those held out were written after the search was finished and changed nothing.
"""

from pathlib import Path

import pytest

from yunwei.operate.knowledge.facts.articles import Audience
from yunwei.operate.knowledge.queries.shipped import shipped_articles
from yunwei.operate.knowledge.rules.index import ArticleIndex, Reader
from yunwei.operate.knowledge.rules.words import read_question

FOLDER = Path(__file__).with_name("questions")
READER = Reader(tenants=(), audiences=tuple(Audience))

type Labelled = tuple[str, frozenset[str]]


def read(name: str) -> list[Labelled]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(asked, frozenset(keys.split(","))) for asked, keys in pairs]


@pytest.fixture(scope="module")
def index() -> ArticleIndex:
    made = ArticleIndex()
    made.change(put=shipped_articles().values())
    return made


def missed(index: ArticleIndex, labelled: list[Labelled]) -> list[str]:
    """Return the questions of which none of the right articles is among the first three."""
    return [
        asked
        for asked, right in labelled
        if not right & {key for key, _ in index.search(read_question(asked), asked, READER, 3)}
    ]


@pytest.mark.parametrize("name", ["labelled.tsv", "held_out.tsv"])
def test_the_labels_name_articles_that_are_there(name: str) -> None:
    labelled = read(name)
    assert len({asked for asked, _ in labelled}) == len(labelled)
    assert all(right <= set(shipped_articles()) for _, right in labelled)


def test_nine_in_ten_labelled_questions_find_it(index: ArticleIndex) -> None:
    labelled = read("labelled.tsv")
    assert len(labelled) >= 100
    assert sum(not asked.isascii() for asked, _ in labelled) >= 50
    assert sum(asked.isascii() for asked, _ in labelled) >= 50
    wrong = missed(index, labelled)
    assert len(wrong) <= len(labelled) * 0.1, wrong


def test_so_do_the_questions_held_out(index: ArticleIndex) -> None:
    labelled = read("held_out.tsv")
    assert len(labelled) >= 40
    wrong = missed(index, labelled)
    assert len(wrong) <= len(labelled) * 0.1, wrong


def test_no_title_is_asked_as_it_stands() -> None:
    titles = {
        text.title for each in shipped_articles().values() for text in each.content.texts.values()
    }
    assert not titles & {
        asked for name in ("labelled.tsv", "held_out.tsv") for asked, _ in read(name)
    }
