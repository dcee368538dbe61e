"""Help for people who use desktops: articles for them, found by their own words."""

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

_USERS = (Audience.USERS,)


@page(Permission.USE_PORTAL)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /portal/help[?q=…&topic=…]"""
    search = read_search(request, viewer, _USERS)
    return render(
        request, "portal/help.html", parts=("found-articles",), search=note(request, search)
    )


@page(Permission.USE_PORTAL)
def show_article(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponseBase:
    """GET /portal/help/KEY[?language=en]"""
    article = queries.access_article(viewer, key, audiences=_USERS)
    language = article.content.spoken(request.GET.get("language") or get_language() or "zh")
    text = article.content.texts[language]
    return render(
        request,
        "portal/help_article.html",
        article=article,
        helpfulness=own.fetch_helpfulness(viewer, key),
        language=language,
        text=text,
    )


@action(Permission.USE_PORTAL)
def give_feedback(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponseBase:
    """POST /portal/help/KEY/feedback, helped=yes|no"""
    has_helped = request.POST.get("helped") == "yes"
    actions.give_feedback(viewer, key, has_helped=has_helped, now=CLOCK.now())
    return done(request, "portal_help_article", key=key)


urlpatterns = [
    path("portal/help", search, name="portal_help"),
    path("portal/help/<slug:key>", show_article, name="portal_help_article"),
    path("portal/help/<slug:key>/feedback", give_feedback, name="portal_help_feedback"),
]
