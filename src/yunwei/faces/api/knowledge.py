"""REST of articles: find them by a question, read one, write one's own."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.cases import FILE_ANSWER, FILE_BODY
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.articles import (
    Article,
    Audience,
    Content,
    Links,
    Text,
    Topic,
)
from yunwei.operate.knowledge.facts.own import ArticleState
from yunwei.operate.knowledge.queries import articles as queries
from yunwei.operate.knowledge.queries import own
from yunwei.operate.knowledge.queries.searching import search_articles
from yunwei.operate.knowledge.rules.archives import LARGEST_BYTES

router = Router()
_clock = SystemClock()
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


class ArticleContentOut(Schema):
    audience: Audience
    topic: Topic
    links: ArticleLinksOut
    texts: dict[str, ArticleTextOut] = Field(description="By language, `zh` and `en`.")


class OwnArticleOut(Schema):
    id: int
    key: str = Field(description="Under which readers find it.")
    tenant: int
    tenant_name: str
    is_for_all: bool
    state: ArticleState
    latest: int = Field(description="Number of the latest version.")
    published: int | None = Field(description="Number of the version that readers see.")
    content: ArticleContentOut = Field(description="What the latest version says.")
    by: str
    changed_at: datetime
    helped: int
    not_helped: int


class ArticleVersionOut(Schema):
    number: int
    content: ArticleContentOut
    by: str
    at: datetime


class MissingQuestionOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    question: str
    times: int
    first_at: datetime
    last_at: datetime


class HelpfulnessOut(Schema):
    helped: int
    not_helped: int
    mine: bool | None = Field(description="What the asker said; null: nothing.")


class FeedbackIn(Body):
    has_helped: bool


class ArticleTextIn(Body):
    title: str
    tags: list[str] = Field(default_factory=list)
    symptoms: str = Field("", description="Markdown, as all sections are.")
    causes: str = ""
    steps: str
    verification: str = ""
    prevention: str = ""


class ArticleLinksIn(Body):
    alarm_types: list[str] = Field(default_factory=list)
    causes: list[str] = Field(default_factory=list)
    scripts: list[str] = Field(default_factory=list)
    remedies: list[str] = Field(default_factory=list)


class ArticleIn(Body):
    audience: Audience = Audience.OPERATORS
    topic: Topic
    texts: dict[str, ArticleTextIn] = Field(description="By language, `zh` and `en`.")
    links: ArticleLinksIn = Field(default_factory=ArticleLinksIn)
    is_for_all: bool = Field(False, description="Readers of all tenants; the provider only.")


class NewArticleIn(ArticleIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class ChangedArticleIn(ArticleIn):
    seen: int = Field(description="The version that was changed, so that nobody's work is lost.")


class OwnQuery(ListQuery):
    state: ArticleState | None = None
    topic: Topic | None = None
    audience: Audience | None = None
    search: str | None = None


class ArchiveQuery(Schema):
    tenant: int | None = Field(None, description="Whose they are; absent: one's own.")


class ImportedOut(Schema):
    added: list[int] = Field(description="Numbers of the new articles; they are drafts.")
    known: int = Field(description="How many were left out: an article says the same already.")


class MissingQuery(ListQuery):
    search: str | None = None


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


@router.get("/own", response=Listed[OwnArticleOut], summary="List one's own articles")
def list_own(request: HttpRequest, query: Query[OwnQuery]) -> Any:
    """In whatever state, as they were written last."""
    return answer_list(request, query, own.fetch_own)


@router.post("/own", response={201: OwnArticleOut}, summary="Write an article")
def add_article(request: HttpRequest, body: NewArticleIn) -> Any:
    """It is a draft until it is published."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_article(
        viewer, tenant, _content(body), is_for_all=body.is_for_all, now=_clock.now()
    )
    return Status(201, own.access_own(viewer, made))


@router.get("/own/archive", openapi_extra=FILE_ANSWER, summary="Take own articles as one ZIP file")
def export_articles(request: HttpRequest, query: Query[ArchiveQuery]) -> HttpResponse:
    """Markdown: a folder for each article, a file for each version and language."""
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if query.tenant is None else query.tenant)
    data = own.export_own(viewer, tenant, now=_clock.now())
    headers = {"Content-Disposition": f'attachment; filename="articles-{tenant}.zip"'}
    return HttpResponse(data, content_type="application/zip", headers=headers)


@router.post(
    "/own/archive",
    response={201: ImportedOut},
    openapi_extra=FILE_BODY,
    summary="Add the articles of a ZIP file as drafts",
)
def import_articles(request: HttpRequest, query: Query[ArchiveQuery]) -> Any:
    """The bytes are the body, at most 10 MB. All of it is taken, or nothing; what stands there
    already is left out."""
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if query.tenant is None else query.tenant)
    data = request.read(LARGEST_BYTES + 1)
    made = actions.import_articles(viewer, tenant, data, now=_clock.now())
    return Status(201, {"added": list(made.added), "known": made.known})


@router.get("/own/{int:article_id}", response=OwnArticleOut, summary="Get an own article")
def get_own(request: HttpRequest, article_id: int) -> Any:
    return own.access_own(viewer_of_request(request), article_id)


@router.put("/own/{int:article_id}", response=OwnArticleOut, summary="Change an own article")
def change_article(request: HttpRequest, article_id: int, body: ChangedArticleIn) -> Any:
    """Makes a new version; readers see it once it is published."""
    viewer = viewer_of_request(request)
    actions.change_article(
        viewer,
        article_id,
        _content(body),
        is_for_all=body.is_for_all,
        seen=body.seen,
        now=_clock.now(),
    )
    return own.access_own(viewer, article_id)


@router.get(
    "/own/{int:article_id}/versions", response=list[ArticleVersionOut], summary="List versions"
)
def list_versions(request: HttpRequest, article_id: int) -> Any:
    """The latest first."""
    return list(own.fetch_versions(viewer_of_request(request), article_id))


@router.post(
    "/own/{int:article_id}/publish", response=OwnArticleOut, summary="Publish an own article"
)
def publish_article(request: HttpRequest, article_id: int) -> Any:
    """Readers see the latest version from now on."""
    viewer = viewer_of_request(request)
    actions.publish_article(viewer, article_id)
    return own.access_own(viewer, article_id)


@router.post(
    "/own/{int:article_id}/retire", response=OwnArticleOut, summary="Retire an own article"
)
def retire_article(request: HttpRequest, article_id: int) -> Any:
    """Nobody finds it any more; its versions stay."""
    viewer = viewer_of_request(request)
    actions.retire_article(viewer, article_id)
    return own.access_own(viewer, article_id)


@router.get("/missing", response=Listed[MissingQuestionOut], summary="List unanswered questions")
def list_missing(request: HttpRequest, query: Query[MissingQuery]) -> Any:
    """What was asked and no article answers, the most asked first."""
    return answer_list(request, query, own.fetch_missing)


@router.delete("/missing/{int:question_id}", response={204: None}, summary="Close a question")
def close_missing(request: HttpRequest, question_id: int) -> Any:
    """Asked again, it returns."""
    actions.close_missing(viewer_of_request(request), question_id, now=_clock.now())
    return Status(204, None)


@router.post("/{slug:key}/feedback", response=HelpfulnessOut, summary="Say whether it helped")
def give_feedback(request: HttpRequest, key: str, body: FeedbackIn) -> Any:
    viewer = viewer_of_request(request)
    actions.give_feedback(viewer, key, has_helped=body.has_helped, now=_clock.now())
    return own.fetch_helpfulness(viewer, key)


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


def _content(body: ArticleIn) -> Content:
    links = {name: tuple(words) for name, words in body.links.model_dump().items()}
    return Content(
        audience=body.audience,
        topic=body.topic,
        texts={
            language: Text(**(text.model_dump() | {"tags": tuple(text.tags)}))
            for language, text in body.texts.items()
        },
        links=Links(**links),
    )
