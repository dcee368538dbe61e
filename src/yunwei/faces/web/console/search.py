"""One search over desktops, people and alarms."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import page, render
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, DesktopUserRow

_LONGEST = 200


@dataclass
class Found:
    """What was found for a text. Nothing for an empty one."""

    viewer: Viewer
    text: str
    limit: int

    @property
    def _page(self) -> PageRequest:
        return PageRequest(limit=self.limit)

    @cached_property
    def desktops(self) -> Page[DesktopRow]:
        return inventory.fetch_desktops(self.viewer, filters={"search": self.text}, page=self._page)

    @cached_property
    def people(self) -> Page[DesktopUserRow]:
        return inventory.fetch_desktop_users(
            self.viewer, filters={"search": self.text}, page=self._page
        )

    @cached_property
    def alarms(self) -> Page[AlarmRow]:
        return alarms.fetch_alarms(
            self.viewer, view=None, filters={"search": self.text}, page=self._page
        )

    @property
    def total(self) -> int:
        return self.desktops.total + self.people.total + self.alarms.total


@page(Permission.SEE_MONITORING)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /search?q=…: a few of each kind; fewer in the box below the search field"""
    text = request.GET.get("q", "").strip()[:_LONGEST]
    is_box = bool(request.htmx) and request.htmx.target == "found"  # type: ignore[attr-defined]
    found = Found(viewer=viewer, text=text, limit=5 if is_box else 20) if text else None
    template = "console/search/box.html" if is_box else "console/search/page.html"
    return render(request, template, found=found, search_text=text)


urlpatterns = [path("search", search, name="search")]
