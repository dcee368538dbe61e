"""The pages of articles that a team writes, and of questions that no article answers."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import SituationId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.knowledge.proposing import propose_article
from yunwei.faces.web.shared.article_forms import article_fields, first_values, read_content
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.row_ids import read_row_id
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.own import MissingQuestion, OwnArticle
from yunwei.operate.knowledge.queries import articles, own

_WRITE = own.WRITE


def _title(row: OwnArticle) -> str:
    return row.content.text(get_language() or "zh").title


def _remarks(row: OwnArticle) -> tuple[str, ...]:
    return ((str(_("for all tenants")),) if row.is_for_all else ()) + (
        (str(_("newer draft")),) if row.has_newer_draft else ()
    )


OWN = ListSpec[OwnArticle](
    name="own-articles",
    title=_("Our articles"),
    columns=(
        Column(
            name="title",
            label=_("Title"),
            value=_title,
            link=lambda row: reverse("own_article", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="state",
            words="article_state",
            sort="state",
        ),
        Column(
            name="topic",
            label=_("Topic"),
            value=lambda row: row.content.topic,
            kind="word",
            words="article_topic",
            phone="hide",
        ),
        Column(name="remarks", label=_("Remarks"), value=_remarks, kind="tags"),
        Column(
            name="helped",
            label=_("It helped"),
            value=lambda row: row.helped,
            kind="number",
            sort="helped",
            phone="label",
        ),
        Column(
            name="not_helped",
            label=_("It did not help"),
            value=lambda row: row.not_helped,
            kind="number",
            sort="not_helped",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(name="by", label=_("Changed by"), value=lambda row: row.by, phone="hide"),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.changed_at,
            kind="time",
            sort="changed_at",
        ),
    ),
    filters=(
        search_filter(_("Title")),
        word_filter("state", _("State: all"), "article_state"),
        word_filter("topic", _("Topic: all"), "article_topic"),
        word_filter("audience", _("Readers: all"), "article_audience"),
    ),
    fetch=own.fetch_own,
    row_id=lambda row: row.id,
    default_sort="-changed_at",
    empty_icon="bookmark",
    empty_title=_("Your team wrote no article yet"),
    empty_text=_("Write down what helped, for whoever has the same fault next time."),
)

MISSING = ListSpec[MissingQuestion](
    name="missing-articles",
    title=_("Questions without an article"),
    columns=(
        Column(
            name="question",
            label=_("Question"),
            value=lambda row: row.question,
            sort="question",
            is_main=True,
        ),
        Column(
            name="times",
            label=_("Asked"),
            value=lambda row: row.times,
            kind="number",
            sort="times",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="last_at",
            label=_("Last asked"),
            value=lambda row: row.last_at,
            kind="time",
            sort="last_at",
        ),
    ),
    filters=(search_filter(_("Question")),),
    fetch=own.fetch_missing,
    row_id=lambda row: row.id,
    default_sort="-times",
    empty_icon="circle-check",
    empty_title=_("Every question had an answer"),
    empty_text=_("What people ask and no article answers stands here, the most asked first."),
)


@page(_WRITE)
def list_own(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /knowledge/own"""
    first = offer(viewer, _WRITE, "article_new", _("Write an article"))
    return serve_list(request, viewer, OWN, "console/knowledge/own_list.html", **first)


@page(_WRITE)
def list_missing(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /knowledge/missing"""
    row_end = "console/knowledge/_missing_end.html"
    return serve_list(request, viewer, MISSING, row_end=row_end)


@action(_WRITE)
def close_missing(request: HttpRequest, viewer: Viewer, missing: int) -> HttpResponseBase:
    """POST /knowledge/missing/N/close"""
    actions.close_missing(viewer, missing, now=CLOCK.now())
    return done(request, "knowledge_missing", _("Taken off the list."))


@form_page(_WRITE)
def new_article(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /knowledge/new[?from=KEY][?situation=7][?title=…]"""
    form = open_form(request, article_fields(viewer), _first(request, viewer))

    def add(sent: Form) -> int:
        return actions.add_article(
            viewer,
            viewer.tenant,
            read_content(sent),
            is_for_all=sent.is_on("is_for_all"),
            now=CLOCK.now(),
        )

    made = form.attempt(add)
    if made is not None:
        return done(
            request,
            "own_article",
            _("The draft was kept. Readers see it once published."),
            article=made,
        )
    return _draw_form(request, form, reverse("own_articles"), is_new=True)


def _first(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    key = request.GET.get("from", "")
    if key:
        content = articles.access_article(viewer, key).content
        return first_values(content, is_for_all=False, seen=0)
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    situation = read_row_id(request.GET.get("situation", ""), "situation")
    if situation is not None:
        content = propose_article(viewer, SituationId(situation), language)
        return first_values(content, is_for_all=False, seen=0)
    return {f"{language}_title": request.GET.get("title", "")[:120]}


@form_page(_WRITE)
def change_article(request: HttpRequest, viewer: Viewer, article: int) -> HttpResponseBase:
    """GET, POST /knowledge/own/N/change"""
    known = own.access_own(viewer, article)
    first = first_values(known.content, is_for_all=known.is_for_all, seen=known.latest)
    form = open_form(request, article_fields(viewer), first)

    def change(sent: Form) -> bool:
        actions.change_article(
            viewer,
            article,
            read_content(sent),
            is_for_all=sent.is_on("is_for_all")
            if "is_for_all" in sent.by_key
            else known.is_for_all,
            seen=sent.number("seen"),
            now=CLOCK.now(),
        )
        return True

    if form.attempt(change):
        return done(
            request,
            "own_article",
            _("Kept as a new version. Readers see it once published."),
            article=article,
        )
    return _draw_form(request, form, reverse("own_article", args=[article]), is_new=False)


def _draw_form(request: HttpRequest, form: Form, back: str, *, is_new: bool) -> HttpResponseBase:
    return render(
        request,
        "console/knowledge/form.html",
        status=422 if form.is_sent else 200,
        form=form,
        back=back,
        is_new=is_new,
    )


@page(_WRITE)
def show_own(request: HttpRequest, viewer: Viewer, article: int) -> HttpResponseBase:
    """GET /knowledge/own/N[?version=M&language=en]"""
    known = own.access_own(viewer, article)
    versions = own.fetch_versions(viewer, article)
    asked = request.GET.get("version", "")
    shown = next((each for each in versions if str(each.number) == asked), versions[0])
    language = shown.content.spoken(request.GET.get("language") or get_language() or "zh")
    return render(
        request,
        "console/knowledge/own.html",
        row=known,
        article=shown,
        versions=versions,
        language=language,
        text=shown.content.texts[language],
    )


@action(_WRITE)
def act(request: HttpRequest, viewer: Viewer, article: int) -> HttpResponseBase:
    """POST /knowledge/own/N/act, act=publish|retire"""
    asked = request.POST.get("act", "")
    try:
        if asked == "publish":
            actions.publish_article(viewer, article)
        elif asked == "retire":
            actions.retire_article(viewer, article)
        else:
            raise Invalid("act", "this is not one of the choices")
    except Conflict as error:
        return done(request, "own_article", say_error(error), tone="critical", article=article)
    text = _("Readers find it from now on.") if asked == "publish" else _("Nobody finds it now.")
    return done(request, "own_article", text, article=article)


urlpatterns = [
    path("knowledge/own", list_own, name="own_articles"),
    path("knowledge/missing", list_missing, name="knowledge_missing"),
    path("knowledge/missing/<int:missing>/close", close_missing, name="knowledge_missing_close"),
    path("knowledge/new", new_article, name="article_new"),
    path("knowledge/own/<int:article>", show_own, name="own_article"),
    path("knowledge/own/<int:article>/change", change_article, name="own_article_change"),
    path("knowledge/own/<int:article>/act", act, name="own_article_act"),
]
