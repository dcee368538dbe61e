"""What people type finds what was written, whatever its spelling, language or sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.ids import TenantId
from yunwei.operate.knowledge.facts.articles import Article, Audience, Content, Text, Topic
from yunwei.operate.knowledge.rules.highlight import extract, mark
from yunwei.operate.knowledge.rules.index import ArticleIndex, Reader, fit
from yunwei.operate.knowledge.rules.words import fold, read_question, read_words

EVERYTHING = Reader(tenants=(), audiences=tuple(Audience))


def article(key: str, title: str, **said: object) -> Article:
    text = Text(
        title=title, symptoms=str(said.get("symptoms", "")), steps=str(said.get("steps", ""))
    )
    return Article(
        key=key,
        content=Content(
            audience=said.get("audience", Audience.USERS),  # type: ignore[arg-type]
            topic=Topic.LOGON,
            texts={"zh": text},
        ),
        tenant=said.get("tenant"),  # type: ignore[arg-type]
        is_for_all=bool(said.get("is_for_all", True)),
    )


def find(index: ArticleIndex, asked: str, reader: Reader = EVERYTHING) -> list[str]:
    return [key for key, _score in index.search(read_question(asked), asked, reader, 10)]


@pytest.fixture(scope="module")
def index() -> ArticleIndex:
    made = ArticleIndex()
    made.change(
        put=[
            article("black", "登录后黑屏", symptoms="屏幕全黑，只有鼠标"),
            article("printer", "打印机打不出来", symptoms="队列堵住", steps="重启打印服务 spooler"),
            article("slow", "The desktop is slow", symptoms="Opening files takes a while"),
        ]
    )
    return made


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("黑屏", "black"),
        ("黑平了", "black"),  # another character of the same sound
        ("heiping", "black"),  # typed by its sound
        ("black screen", "black"),  # another language
        ("ＳＰＯＯＬＥＲ", "printer"),  # full width
        ("spoolre", "printer"),  # a slip of the fingers
        ("打印不了", "printer"),
        ("卡得要死", "slow"),  # another word for it, in another language
        ("files opened slowly", "slow"),  # other endings
    ],
)
def test_it_is_found(index: ArticleIndex, asked: str, first: str) -> None:
    assert find(index, asked)[:1] == [first]


@pytest.mark.parametrize("asked", ["", "的吗了", "???", "\x00", "the and of"])
def test_a_question_without_words_finds_nothing(index: ArticleIndex, asked: str) -> None:
    assert find(index, asked) == []


def test_the_title_counts_more_than_the_symptoms_and_those_more_than_the_rest() -> None:
    made = ArticleIndex()
    made.change(
        put=[
            article("rest", "别的", symptoms="别的", steps="证书"),
            article("symptoms", "别的", symptoms="证书", steps="别的"),
            article("title", "证书", symptoms="别的", steps="别的"),
        ]
    )
    assert find(made, "证书") == ["title", "symptoms", "rest"]


def test_what_is_not_for_the_reader_is_not_found() -> None:
    made = ArticleIndex()
    mine, theirs = TenantId(1), TenantId(2)
    made.change(
        put=[
            article("mine", "证书", tenant=mine, is_for_all=False),
            article("theirs", "证书", tenant=theirs, is_for_all=False),
            article("shared", "证书", tenant=theirs, is_for_all=True),
            article("operators", "证书", audience=Audience.OPERATORS),
        ]
    )
    reader = Reader(tenants=(mine,), audiences=(Audience.USERS,))
    assert sorted(find(made, "证书", reader)) == ["mine", "shared"]


def test_a_changed_article_is_found_by_its_new_words_only() -> None:
    made = ArticleIndex()
    made.change(put=[article("one", "证书")])
    made.change(put=[article("one", "打印")])
    assert find(made, "证书") == []
    assert find(made, "打印") == ["one"]
    made.change(drop=["one"])
    assert find(made, "打印") == []


def test_an_article_fits_a_question_of_which_it_speaks() -> None:
    content = article("black", "登录后黑屏").content
    assert fit(read_question("黑屏"), content) == 1
    assert fit(read_question("天气怎么样"), content) == 0


@given(st.text(max_size=60), st.text(max_size=20))
def test_marking_loses_no_letter(text: str, asked: str) -> None:
    question = read_question(asked)
    assert "".join(each.text for each in mark(text, question)) == text
    assert len("".join(each.text for each in extract(text * 9, question))) <= 170


@given(st.text(max_size=80))
def test_words_know_their_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    for word in read_words(text):
        assert 0 <= word.start < word.end <= len(text)


def test_what_was_asked_is_marked() -> None:
    marked = [
        each.text for each in mark("登录后黑屏，只有鼠标", read_question("黑屏")) if each.is_hit
    ]
    assert marked == ["黑屏"]
