"""The menu of saved views at a page's head. A page needs its name among `SavedPage`, `open_menu`
in its view and `components/saved_menu.html` in its template; lists have all three.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest
from django.urls import reverse

from yunwei.base.people.facts import Viewer
from yunwei.base.saved_views.facts import SavedPage, SavedView
from yunwei.base.saved_views.queries import views_of_page
from yunwei.base.saved_views.rules import clean_query, drop_columns, may_change

_NONE = "no"
"""In the parameter `saved`: the page as it comes, whatever one's default is."""


@dataclass(kw_only=True)
class SavedMenu:
    """What the menu offers. query: what the page shows, as a view would keep it.

    opens_at: the address of the default view, when the page was asked for without any wish.
    """

    viewer: Viewer
    page: SavedPage
    views: tuple[SavedView, ...]
    current: SavedView | None
    opens_at: str
    is_moved: bool
    query: str = ""

    @property
    def bare(self) -> tuple[tuple[str, str], ...]:
        has_default = any(each.is_default for each in self.views)
        return (("saved", _NONE),) if has_default else ()

    @property
    def plain_url(self) -> str:
        return f"{reverse(self.page.value)}?{urlencode({'saved': _NONE})}"

    @property
    def mine(self) -> list[SavedView]:
        return [each for each in self.views if each.owner == self.viewer.user_id]

    @property
    def shared(self) -> list[SavedView]:
        return [each for each in self.views if each.owner != self.viewer.user_id]

    @property
    def is_changed(self) -> bool:
        if self.current is None:
            return False
        # a view that was saved without columns leaves them to the browser
        keeps_columns = "columns=" in self.current.query
        shown = self.query if keeps_columns else drop_columns(self.query)
        return self.current.query != shown

    @property
    def can_change(self) -> bool:
        return self.current is not None and may_change(self.viewer, self.current)

    @property
    def save_url(self) -> str:
        asked = urlencode({"page": self.page.value, "query": self.query})
        return f"{reverse('saved_view_new')}?{asked}"


def open_menu(request: HttpRequest, viewer: Viewer, page: SavedPage) -> SavedMenu:
    """Return the menu of a page for this request."""
    views = views_of_page(viewer, page)
    asked = request.GET.get("saved", "")
    current = next((each for each in views if str(each.id) == asked), None)
    return SavedMenu(
        viewer=viewer,
        page=page,
        views=views,
        current=current,
        opens_at=_default_url(request, views),
        is_moved=_is_moved(request),
        query=clean_query(request.GET.urlencode()),
    )


def view_url(view: SavedView) -> str:
    """Return where a view is shown; its page then knows which one it is."""
    saved = urlencode({"saved": view.id})
    return f"{reverse(view.page.value)}?{view.query}{'&' if view.query else ''}{saved}"


def _default_url(request: HttpRequest, views: tuple[SavedView, ...]) -> str:
    if request.GET or getattr(request, "htmx", None):
        return ""
    return next((view_url(each) for each in views if each.is_default), "")


def _is_moved(request: HttpRequest) -> bool:
    """Say whether HTMX leads an open page to another address, so that the menu changes, too. A
    page that looks again at its own address keeps its menu, which may be open."""
    details = getattr(request, "htmx", None)
    if not details or not details.current_url:
        return False
    before = urlsplit(details.current_url)
    return f"{before.path}?{before.query}".rstrip("?") != request.get_full_path().rstrip("?")
