"""Help for people who use desktops: articles for them, found by their own words."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import get_language

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.asked_knowledge import read_search
from yunwei.faces.web.shared.page import page, render
from yunwei.operate.knowledge.facts.articles import Audience
from yunwei.operate.knowledge.queries import articles as queries

_USERS = (Audience.USERS,)


@page(Permission.USE_PORTAL)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /portal/help[?q=…&topic=…]"""
    search = read_search(request, viewer, _USERS)
    return render(request, "portal/help.html", parts=("found-articles",), search=search)


@page(Permission.USE_PORTAL)
def show_article(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponseBase:
    """GET /portal/help/KEY[?language=en]"""
    article = queries.access_article(viewer, key, audiences=_USERS)
    language = article.content.spoken(request.GET.get("language") or get_language() or "zh")
    text = article.content.texts[language]
    return render(
        request, "portal/help_article.html", article=article, language=language, text=text
    )


urlpatterns = [
    path("portal/help", search, name="portal_help"),
    path("portal/help/<slug:key>", show_article, name="portal_help_article"),
]
