"""The pages of articles: found by a question, read in both languages, each by whom it is for."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.pages import Page, sign_in
from tests.support.people import make_people
from yunwei.base.people.queries import viewer_by_name

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


FORM = {
    "topic": "desktop",
    "audience": "users",
    "en_title": "Coffee on the keyboard",
    "en_steps": "Turn it over.\n\n<script>alert(1)</script>",
    "en_tags": "coffee, tea",
    "causes": "host_down",
    "seen": "0",
}


def test_an_article_is_written_published_found_changed_and_retired() -> None:
    olga = sign_in("olga")
    made = olga.post("/knowledge/new", FORM)
    assert made.status_code == 303
    address = made["Location"]
    page = olga.get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert 'data-test="publish"' in page
    assert "Coffee" not in olga.get("/knowledge?q=coffee").content.decode()
    assert olga.post(f"{address}/act", {"act": "publish"}).status_code == 303
    assert 'data-key="own-' in olga.get("/knowledge?q=coffee").content.decode()
    assert 'value="coffee, tea"' in olga.get(f"{address}/change").content.decode()
    changed = olga.post(f"{address}/change", FORM | {"en_title": "Tea", "seen": "1"})
    assert changed.status_code == 303
    assert 'data-test="newer-draft"' in olga.get(address).content.decode()
    stale = olga.post(f"{address}/change", FORM | {"seen": "1"})
    assert stale.status_code == 422
    assert "Coffee on the keyboard" in stale.content.decode()
    assert olga.post(f"{address}/act", {"act": "retire"}).status_code == 303
    assert 'data-key="own-' not in olga.get("/knowledge?q=coffee").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"en_title": ""}, "en_title"), ({"causes": "bad luck"}, "causes"), ({"topic": "x"}, "topic")],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    changes: dict[str, str], words: str
) -> None:
    answer = sign_in("olga").post("/knowledge/new", FORM | changes)
    assert answer.status_code == 422
    assert "Turn it over." in answer.content.decode()
    assert words in answer.content.decode()


def test_people_say_whether_it_helped() -> None:
    una = sign_in("una")
    answer = una.post("/portal/help/printing-user/feedback", {"helped": "yes"})
    assert answer.status_code == 303
    assert 'data-test="thanks"' in una.get("/portal/help/printing-user").content.decode()
    assert una.post("/portal/help/broker-down/feedback", {"helped": "yes"}).status_code == 404


def test_a_question_without_an_answer_stands_on_the_list_and_becomes_an_article() -> None:
    sign_in("una").get("/portal/help?q=how to brew coffee")
    olga = sign_in("olga")
    page = olga.get("/knowledge/missing").content.decode()
    assert "how to brew coffee" in page
    assert (
        'value="how to brew coffee"'
        in olga.get("/knowledge/new?title=how to brew coffee").content.decode()
    )


def test_our_own_is_begun_from_one_that_comes_with_the_platform() -> None:
    page = sign_in("olga").get("/knowledge/new?from=broker-down").content.decode()
    assert "连接代理（HDC）服务不可用" in page


def test_articles_leave_as_a_file_and_a_wrong_file_says_where_it_is_wrong() -> None:
    olga = sign_in("olga")
    olga.post("/knowledge/new", FORM)
    tenant = viewer_by_name("olga").tenant
    home = Page(olga.get("/knowledge/archive")).link(f"/{tenant}.zip")
    data = olga.get(home).content

    def brings(said: bytes) -> Page:
        sent = SimpleUploadedFile("articles.zip", said)
        values = {"tenant": tenant, "file": sent}
        return Page(olga.post("/knowledge/archive", values, follow=True))

    assert "1 篇已存在" in brings(data).html
    wrong = brings(data.replace(b"v1.en.md", b"../x.md.")).html
    assert "这不属于任何文章" in wrong
    assert "这不是可以读取的 ZIP 文件" in brings(b"coffee").html
