"""The pages of saved views: a name for what a list shows, changed, removed, made one's default."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SavedViewId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views import actions, queries
from yunwei.base.saved_views.facts import SavedPage, SavedView, SavedViewChange, SavedViewDraft
from yunwei.base.saved_views.rules import may_change
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.saved_views import view_url

_SEE = Permission.SEE_MONITORING
_NAME = FormField(key="name", label=_("Name"))
_SHARED = FormField(
    key="is_shared", label=_("Share it with everybody of my tenant"), kind="boolean"
)
_DEFAULT = FormField(key="is_default", label=_("Open the page with it"), kind="boolean")


@page(_SEE)
def open_view(request: HttpRequest, viewer: Viewer, view: int) -> HttpResponseBase:
    """GET /views/N: the address to bookmark; what it leads to may change, it does not"""
    return redirect(view_url(queries.access_view(viewer, SavedViewId(view))))


@form_page(_SEE)
def new_view(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /views/new?page=…&query=…"""
    asked = request.POST if request.method == "POST" else request.GET
    of_page, query = _read_page(asked.get("page", "")), asked.get("query", "")
    hidden = (_hidden("page", of_page.value), _hidden("query", query, is_required=False))
    form = open_form(request, (_NAME, _SHARED, _DEFAULT, *hidden))

    def save(sent: Form) -> SavedViewId:
        draft = SavedViewDraft(
            page=of_page, name=sent.text("name"), query=query, is_shared=sent.is_on("is_shared")
        )
        made = actions.save_view(viewer, draft, now=CLOCK.now())
        if sent.is_on("is_default"):
            actions.set_default(viewer, made)
        return made

    made = form.attempt(save)
    if made is not None:
        return _go(request, viewer, made, _("The view was saved."))
    return _render(request, form, back=f"{reverse(of_page.value)}?{query}")


@form_page(_SEE)
def change_view(request: HttpRequest, viewer: Viewer, view: int) -> HttpResponseBase:
    """GET, POST /views/N/change"""
    row = _access_own(viewer, view)
    first = {"name": row.name, "is_shared": "true" if row.is_shared else "false"}
    form = open_form(request, (_NAME, _SHARED), first)

    def change(sent: Form) -> bool:
        wanted = SavedViewChange(name=sent.text("name"), is_shared=sent.is_on("is_shared"))
        actions.change_view(viewer, row.id, wanted, now=CLOCK.now())
        return True

    if form.attempt(change):
        return _go(request, viewer, row.id, _("Saved."))
    return _render(request, form, back=view_url(row), row=row)


@action(_SEE)
def overwrite_view(request: HttpRequest, viewer: Viewer, view: int) -> HttpResponseBase:
    """POST /views/N/overwrite: it shows from now on what the page shows"""
    id, query = SavedViewId(view), request.POST.get("query", "")
    actions.change_view(viewer, id, SavedViewChange(query=query), now=CLOCK.now())
    return _go(request, viewer, id, _("The view was overwritten."))


@action(_SEE)
def choose_default(request: HttpRequest, viewer: Viewer, view: int) -> HttpResponseBase:
    """POST /views/N/default"""
    row = queries.access_view(viewer, SavedViewId(view))
    if request.POST.get("on") == "no":
        actions.drop_default(viewer, row.page)
        return done(request, view_url(row), _("The page opens as it comes."))
    actions.set_default(viewer, row.id)
    return done(request, view_url(row), _("The page opens with this view."))


@form_page(_SEE)
def remove_view(request: HttpRequest, viewer: Viewer, view: int) -> HttpResponseBase:
    """GET, POST /views/N/remove: asks first"""
    row = _access_own(viewer, view)
    if request.method == "POST":
        actions.remove_view(viewer, row.id)
        return done(request, row.page.value, _("The view was removed."))
    return render(request, "console/saved_views/remove.html", row=row, back=view_url(row))


def _access_own(viewer: Viewer, view: int) -> SavedView:
    row = queries.access_view(viewer, SavedViewId(view))
    if not may_change(viewer, row):
        raise Refused()
    return row


def _read_page(typed: str) -> SavedPage:
    try:
        return SavedPage(typed)
    except ValueError as error:
        raise Invalid("page", "this is not one of the choices") from error


def _hidden(key: str, value: str, *, is_required: bool = True) -> FormField:
    return FormField(key=key, label="", kind="hidden", default=value, is_required=is_required)


def _go(request: HttpRequest, viewer: Viewer, view: SavedViewId, text: object) -> HttpResponseBase:
    return done(request, view_url(queries.access_view(viewer, view)), str(text))


def _render(
    request: HttpRequest, form: Form, *, back: str, row: SavedView | None = None
) -> HttpResponseBase:
    return render(
        request,
        "console/saved_views/form.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        back=back,
        title=row.name if row else _("Save this view"),
    )


urlpatterns = [
    path("views/new", new_view, name="saved_view_new"),
    path("views/<int:view>", open_view, name="saved_view"),
    path("views/<int:view>/change", change_view, name="saved_view_change"),
    path("views/<int:view>/overwrite", overwrite_view, name="saved_view_overwrite"),
    path("views/<int:view>/default", choose_default, name="saved_view_default"),
    path("views/<int:view>/remove", remove_view, name="saved_view_remove"),
]
