"""The pages of articles for operators: search, browse, read."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import get_language

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.asked_knowledge import note, read_search
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.articles import Audience
from yunwei.operate.knowledge.queries import articles as queries
from yunwei.operate.knowledge.queries import own

_SEE = Permission.SEE_MONITORING


@page(_SEE)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /knowledge[?q=…&topic=…]"""
    search = read_search(request, viewer, tuple(Audience))
    return render(
        request,
        "console/knowledge/search.html",
        parts=("found-articles",),
        search=note(request, search),
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
        helpfulness=own.fetch_helpfulness(viewer, key),
        language=language,
        text=article.content.texts[language],
    )


@action(_SEE)
def give_feedback(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponseBase:
    """POST /knowledge/KEY/feedback, helped=yes|no"""
    has_helped = request.POST.get("helped") == "yes"
    actions.give_feedback(viewer, key, has_helped=has_helped, now=CLOCK.now())
    return done(request, "article", key=key)


urlpatterns = [
    path("knowledge", search, name="knowledge"),
    path("knowledge/<slug:key>", show_article, name="article"),
    path("knowledge/<slug:key>/feedback", give_feedback, name="article_feedback"),
]
