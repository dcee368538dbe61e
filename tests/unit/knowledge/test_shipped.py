"""The articles that come with the platform are whole: both languages, and nothing that is not."""

import pytest

from yunwei.operate.diagnosis.queries.diagnoses import name_causes
from yunwei.operate.knowledge.facts.articles import LANGUAGES, SECTIONS, Article, Audience, Text
from yunwei.operate.knowledge.queries.shipped import shipped_articles
from yunwei.operate.knowledge.rules.markdown import render_markdown
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.plugins.sdk.alarm_texts import alarm_texts

ARTICLES = tuple(shipped_articles().values())
UNNAMED_ALARMS = {
    "host.down",
    "storage.slow",
    "licence.exhausted",
    "notify.nobody_reached",
    "remedy.breaker_open",
    "threshold.no_data",
}
"""Alarm types that connectors raise and that no list of texts has."""


def test_there_are_at_least_sixty() -> None:
    assert len(ARTICLES) >= 60
    assert sum(each.content.audience is Audience.USERS for each in ARTICLES) >= 20


@pytest.mark.parametrize("article", ARTICLES, ids=lambda each: each.key)
def test_an_article_is_whole(article: Article) -> None:
    assert set(article.content.texts) == set(LANGUAGES)
    for text in article.content.texts.values():
        assert 3 <= len(text.title) <= 120
        assert text.tags
        for name in ("symptoms", "causes", "steps"):
            assert len(getattr(text, name)) >= 10
        assert all("<script" not in render_markdown(getattr(text, name)) for name in SECTIONS)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda each: each.key)
def test_both_languages_say_as_much(article: Article) -> None:
    chinese, english = (article.content.texts[each] for each in ("zh", "en"))
    for name in SECTIONS:
        assert _points(chinese, name) == _points(english, name), name


@pytest.mark.parametrize("article", ARTICLES, ids=lambda each: each.key)
def test_what_an_article_belongs_to_is_there(article: Article) -> None:
    links = article.content.links
    assert set(links.causes) <= set(name_causes())
    assert set(links.scripts) <= {each.slug for each in starter_set()}
    known = set(alarm_texts()) | UNNAMED_ALARMS
    assert {each for each in links.alarm_types if not each.endswith(".*")} <= known


def test_each_cause_of_a_diagnosis_has_an_article() -> None:
    told = {cause for each in ARTICLES for cause in each.content.links.causes}
    assert set(name_causes()) <= told


def test_no_two_articles_have_the_same_title() -> None:
    for language in LANGUAGES:
        titles = [each.content.texts[language].title for each in ARTICLES]
        assert len(set(titles)) == len(titles)


def _points(text: Text, section: str) -> int:
    return sum(1 for line in getattr(text, section).splitlines() if line.strip())
