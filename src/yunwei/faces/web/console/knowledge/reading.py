"""The pages of articles for operators: search, browse, read."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import get_language

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.asked_knowledge import read_search
from yunwei.faces.web.shared.page import page, render
from yunwei.operate.knowledge.facts.articles import Audience
from yunwei.operate.knowledge.queries import articles as queries

_SEE = Permission.SEE_MONITORING


@page(_SEE)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /knowledge[?q=…&topic=…]"""
    search = read_search(request, viewer, tuple(Audience))
    return render(
        request, "console/knowledge/search.html", parts=("found-articles",), search=search
    )


@page(_SEE)
def show_article(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponseBase:
    """GET /knowledge/KEY[?language=en]"""
    article = queries.access_article(viewer, key)
    language = article.content.spoken(request.GET.get("language") or get_language() or "zh")
    return render(
        request,
        "console/knowledge/article.html",
        article=article,
        language=language,
        text=article.content.texts[language],
    )


urlpatterns = [
    path("knowledge", search, name="knowledge"),
    path("knowledge/<slug:key>", show_article, name="article"),
]
