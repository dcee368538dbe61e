"""REST of articles: find them by a question, read one."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.faces.api.lists import check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.knowledge.facts.articles import Article, Audience, Topic
from yunwei.operate.knowledge.queries import articles as queries
from yunwei.operate.knowledge.queries.searching import search_articles

router = Router()
_LONGEST = 200


class ArticleTextOut(Schema):
    title: str
    tags: list[str]
    symptoms: str = Field(description="Markdown, as all sections are.")
    causes: str
    steps: str
    verification: str
    prevention: str


class ArticleLinksOut(Schema):
    alarm_types: list[str]
    causes: list[str] = Field(description="Causes of diagnoses.")
    scripts: list[str]
    remedies: list[str]


class ArticleOut(Schema):
    key: str
    is_shipped: bool = Field(description="It comes with the platform.")
    tenant: int | None = Field(description="Whose it is; null: it comes with the platform.")
    audience: Audience
    topic: Topic
    links: ArticleLinksOut
    texts: dict[str, ArticleTextOut] = Field(description="By language, `zh` and `en`.")


class HitOut(Schema):
    key: str
    score: float
    fit: float = Field(description="From 0 to 1: how much of the question the article speaks of.")
    title: str
    extract: str = Field(description="The stretch that says most of what was asked, plain text.")
    audience: Audience
    topic: Topic


class FoundOut(Schema):
    is_answered: bool = Field(description="False: these are only the nearest.")
    items: list[HitOut]


class SearchQuery(Schema):
    q: str = Field(description="A question in anybody's words, Chinese or English.")
    language: str = Field("zh", description="`zh` or `en`: in which hits are shown.")
    audience: Audience | None = None
    topic: Topic | None = None
    limit: int = Field(10, ge=1, le=30)


@router.get("", response=FoundOut, summary="Find articles")
def find_articles(request: HttpRequest, query: Query[SearchQuery]) -> Any:
    """The best first. What the asker may not read is not there."""
    check_parameters(request, query)
    if not query.q.strip():
        raise Invalid("q", "this is required")
    if len(query.q) > _LONGEST:
        raise Invalid("q", f"at most {_LONGEST} characters")
    found = search_articles(
        viewer_of_request(request),
        query.q,
        language=query.language,
        audiences=tuple(Audience) if query.audience is None else (query.audience,),
        topic=query.topic,
        limit=query.limit,
    )
    return {
        "is_answered": found.is_answered,
        "items": [
            {
                "key": hit.article.key,
                "score": hit.score,
                "fit": hit.fit,
                "title": "".join(each.text for each in hit.title),
                "extract": "".join(each.text for each in hit.extract),
                "audience": hit.article.content.audience,
                "topic": hit.article.content.topic,
            }
            for hit in found.hits
        ],
    }


@router.get("/{slug:key}", response=ArticleOut, summary="Get an article")
def get_article(request: HttpRequest, key: str) -> Any:
    return draw_article(queries.access_article(viewer_of_request(request), key))


def draw_article(article: Article) -> dict[str, Any]:
    content = article.content
    return {
        "key": article.key,
        "is_shipped": article.is_shipped,
        "tenant": article.tenant,
        "audience": content.audience,
        "topic": content.topic,
        "links": content.links,
        "texts": dict(content.texts),
    }
