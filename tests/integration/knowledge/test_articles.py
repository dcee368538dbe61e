"""What a team writes is found once it is published, by whom it is for, and not any more after."""

import pytest

from tests.support.people import Standing, make_people
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.articles import Audience, Content, Links, Text, Topic
from yunwei.operate.knowledge.facts.own import ArticleState
from yunwei.operate.knowledge.queries import own
from yunwei.operate.knowledge.queries.articles import access_article, fetch_about_causes
from yunwei.operate.knowledge.queries.searching import search_articles
from yunwei.operate.knowledge.rules.archives import PackedArticle, pack_articles

pytestmark = pytest.mark.django_db
NOW = SystemClock().now()
WORD = "zyxwvut"


@pytest.fixture
def people() -> Standing:
    return make_people()


def content(title: str = WORD, **changes: object) -> Content:
    usual: dict[str, object] = {
        "audience": Audience.OPERATORS,
        "topic": Topic.DESKTOP,
        "texts": {"en": Text(title=title, steps="Do it.")},
    }
    return Content(**(usual | changes))  # type: ignore[arg-type]


def add(people: Standing, said: Content | None = None, *, is_for_all: bool = False) -> int:
    root = people["root"]
    tenant = people.provider.id if is_for_all else people.a.id
    return actions.add_article(root, tenant, said or content(), is_for_all=is_for_all, now=NOW)


def finds(viewer: Viewer, asked: str = WORD) -> list[str]:
    hits = search_articles(viewer, asked, language="en").hits
    return [each.article.key for each in hits if not each.article.is_shipped]


def test_a_draft_is_found_by_nobody_and_once_published_by_its_tenant_only(people: Standing) -> None:
    article = add(people)
    assert finds(people["root"]) == []
    actions.publish_article(people["root"], article)
    assert finds(people["root"]) == finds(people["kai"]) == [f"own-{article}"]
    assert finds(people["chen"]) == []
    with pytest.raises(Refused):
        access_article(people["chen"], f"own-{article}")


def test_one_for_all_is_found_by_all_who_see_monitoring(people: Standing) -> None:
    article = add(people, is_for_all=True)
    actions.publish_article(people["root"], article)
    assert finds(people["chen"]) == [f"own-{article}"]
    assert finds(people["una"]) == []


def test_only_the_provider_writes_for_all(people: Standing) -> None:
    chen = people["chen"]
    with pytest.raises(Invalid) as refused:
        actions.add_article(chen, people.b.id, content(), is_for_all=True, now=NOW)
    assert refused.value.field == "is_for_all"


def test_readers_see_the_version_that_was_published_last(people: Standing) -> None:
    root, article = people["root"], add(people)
    actions.publish_article(root, article)
    change = {"is_for_all": False, "now": NOW}
    actions.change_article(root, article, content("qponmlk"), seen=1, **change)  # type: ignore[arg-type]
    assert finds(root) == [f"own-{article}"]
    assert finds(root, "qponmlk") == []
    assert own.access_own(root, article).has_newer_draft
    actions.publish_article(root, article)
    assert finds(root) == []
    assert finds(root, "qponmlk") == [f"own-{article}"]
    assert [each.number for each in own.fetch_versions(root, article)] == [2, 1]
    with pytest.raises(Conflict):
        actions.change_article(root, article, content(), seen=1, **change)  # type: ignore[arg-type]


def test_a_retired_one_is_found_no_more_and_published_again_it_is(people: Standing) -> None:
    root, article = people["root"], add(people)
    actions.publish_article(root, article)
    actions.retire_article(root, article)
    assert finds(root) == []
    assert own.access_own(root, article).state is ArticleState.RETIRED
    with pytest.raises(Conflict):
        actions.retire_article(root, article)
    actions.publish_article(root, article)
    assert finds(root) == [f"own-{article}"]


def test_it_stands_with_the_cause_that_it_names(people: Standing) -> None:
    article = add(people, content(links=Links(causes=("host_down",))))
    actions.publish_article(people["root"], article)
    found = fetch_about_causes(people["kai"], ("host_down",))["host_down"]
    assert {f"own-{article}", "host-down"} <= {each.key for each in found}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"texts": {}}, "zh_title"),
        ({"texts": {"en": Text(title="", steps="x")}}, "en_title"),
        ({"texts": {"en": Text(title="x")}}, "en_steps"),
        ({"texts": {"zh": Text(title="x" * 121, steps="x")}}, "zh_title"),
        ({"texts": {"fr": Text(title="x", steps="x")}}, "texts"),
        ({"links": Links(causes=("bad luck",))}, "causes"),
        ({"texts": {"en": Text(title="x", steps="a\0b")}}, "en_steps"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    people: Standing, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(people, content(**changes))
    assert refused.value.field == field


def test_another_tenants_article_is_not_there(people: Standing) -> None:
    article = add(people)
    for act in (own.access_own, actions.publish_article, actions.retire_article):
        with pytest.raises(Refused):
            act(people["chen"], article)


def test_a_reader_counts_once_and_the_last_word_counts(people: Standing) -> None:
    una, kai = people["una"], people["kai"]
    for has_helped in (True, True, False):
        actions.give_feedback(una, "printing-user", has_helped=has_helped, now=NOW)
    actions.give_feedback(kai, "printing-user", has_helped=True, now=NOW)
    told = own.fetch_helpfulness(kai, "printing-user")
    assert (told.helped, told.not_helped, told.mine) == (1, 1, True)
    assert own.fetch_helpfulness(people["chen"], "printing-user").helped == 0
    with pytest.raises(Refused):
        actions.give_feedback(una, "broker-down", has_helped=True, now=NOW)


def test_a_question_without_an_answer_is_counted_until_it_is_closed(people: Standing) -> None:
    una, root = people["una"], people["root"]
    for asked in ("How to  fly", "how to fly", "x"):
        actions.note_missing(una, asked, now=NOW)
    rows = [each for each in own.fetch_missing(root).items if each.tenant == people.a.id]
    assert [(each.question, each.times) for each in rows] == [("how to fly", 2)]
    with pytest.raises(Refused):
        actions.close_missing(people["chen"], rows[0].id, now=NOW)
    actions.close_missing(root, rows[0].id, now=NOW)
    assert own.fetch_missing(root, {"search": "fly"}).total == 0
    actions.note_missing(una, "how to fly", now=NOW)
    assert own.fetch_missing(root, {"search": "fly"}).items[0].times == 3


def test_articles_leave_as_a_file_and_come_back_as_drafts_with_all_their_versions(
    people: Standing,
) -> None:
    root = people["root"]
    first = add(people)
    actions.change_article(root, first, content("Two"), is_for_all=False, seen=1, now=NOW)
    actions.publish_article(root, first)
    second = add(people, content("Another"))
    data = own.export_own(root, people.a.id, now=NOW)
    # where they stand already nothing is added
    again = actions.import_articles(root, people.a.id, data, now=NOW)
    assert (again.added, again.known) == ((), 2)
    made = actions.import_articles(people["chen"], people.b.id, data, now=NOW)
    assert made.known == 0
    copies = [own.access_own(root, each) for each in made.added]
    assert [(each.state, each.latest, each.by) for each in copies] == [
        (ArticleState.DRAFT, 2, "chen"),
        (ArticleState.DRAFT, 1, "chen"),
    ]
    for copy, known in zip(made.added, (first, second), strict=True):
        assert [each.content for each in own.fetch_versions(root, copy)] == [
            each.content for each in own.fetch_versions(root, known)
        ]


def test_for_all_is_kept_by_the_provider_alone_and_a_stranger_gets_nothing(
    people: Standing,
) -> None:
    add(people, is_for_all=True)
    data = own.export_own(people["root"], people.provider.id, now=NOW)
    [copy] = actions.import_articles(people["root"], people.b.id, data, now=NOW).added
    assert not own.access_own(people["root"], copy).is_for_all
    with pytest.raises(Refused):
        own.export_own(people["chen"], people.a.id, now=NOW)
    with pytest.raises(Refused):
        actions.import_articles(people["chen"], people.a.id, data, now=NOW)


def test_one_wrong_article_keeps_all_of_a_file_out(people: Standing) -> None:
    good = PackedArticle(folder="own-1", versions=(content(),))
    links = Links(causes=("no_such_cause",))
    bad = PackedArticle(folder="own-2", versions=(content("Two"), content("Three", links=links)))
    data = pack_articles((good, bad), at=NOW)
    with pytest.raises(Invalid) as refused:
        actions.import_articles(people["root"], people.a.id, data, now=NOW)
    assert refused.value.why == "file own-2/v2: causes: there is no such cause"
    assert own.fetch_own(people["root"]).items == ()
