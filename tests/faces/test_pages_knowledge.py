"""The pages of articles: found by a question, read in both languages, each by whom it is for."""

import pytest

from tests.support.pages import Page, sign_in
from tests.support.people import make_people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    make_people()


def test_a_question_finds_an_article_and_marks_what_it_speaks_of() -> None:
    olga = sign_in("olga")
    page = Page(olga.get("/knowledge?q=打印机没反应"))
    assert 'data-test="hit"' in page.html
    assert "<mark>打印机</mark>" in page.html
    assert 'data-test="only-near"' not in page.html
    assert 'data-test="only-near"' in Page(olga.get("/knowledge?q=中午食堂吃什么菜")).html


def test_without_a_question_everything_stands_by_topic() -> None:
    page = Page(sign_in("olga").get("/knowledge"))
    assert page.html.count('data-test="shelf"') == 11
    some = Page(sign_in("olga").get("/knowledge?topic=licence"))
    assert some.html.count('data-test="shelf"') == 1


def test_an_article_is_read_in_either_language() -> None:
    olga = sign_in("olga")
    assert "连接代理（HDC）服务不可用" in Page(olga.get("/knowledge/broker-down")).html
    english = Page(olga.get("/knowledge/broker-down?language=en")).html
    assert "The connection broker (HDC) is away" in english
    assert 'data-section="prevention"' in english


def test_people_who_use_desktops_find_what_is_for_them_and_nothing_else() -> None:
    una = sign_in("una")
    page = Page(una.get("/portal/help?q=许可用完 连接代理 HDC"))
    assert "broker-down" not in page.html
    assert una.get("/portal/help/broker-down").status_code == 404
    assert una.get("/portal/help/printing-user").status_code == 200
    assert una.get("/knowledge").status_code == 404


def test_a_question_is_shown_as_text() -> None:
    page = Page(sign_in("una").get("/portal/help?q=<script>alert(1)</script>打印"))
    assert "<script>alert(1)" not in page.html
