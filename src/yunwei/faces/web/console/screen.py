"""The big screen for a wall: views that take turns, without menus; and the page to choose them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.overview import Board
from yunwei.faces.web.console.sessions import LiveBoard
from yunwei.faces.web.console.usage.asked import read_usage
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.words import Text
from yunwei.operate.posture.facts import Posture
from yunwei.operate.posture.queries import fetch_posture
from yunwei.operate.usage.facts.experience import Cause, Experience
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries.experience import fetch_experience, fetch_whole_experience
from yunwei.operate.usage.queries.ground import Ground, lay_ground

VIEWS: Mapping[str, tuple[Text, str]] = {
    "now": (_("At this moment"), "live:sessions, live:inventory, live:alarms, live:telemetry"),
    "alarms": (_("Alarms"), "live:alarms, live:duty"),
    "logons": (_("Logons of the last hour"), "live:telemetry, live:sessions"),
    "experience": (_("Experience today"), "live:telemetry"),
    "posture": (_("Resource posture"), "live:inventory, live:licences"),
    "licences": (_("Licences"), "live:licences, live:inventory"),
}
"""Each with its title, and at which news it fetches itself again."""
PACES = (10, 20, 30, 60, 300)
_USUAL_PACE = 20
_WORST = 4


@dataclass(frozen=True)
class Shown:
    """What the address asks: the views in turn, which of them now, and for how many seconds."""

    views: tuple[str, ...]
    place: int
    pace_s: int

    @property
    def view(self) -> str:
        return self.views[self.place]

    @property
    def title(self) -> Text:
        return VIEWS[self.view][0]

    @property
    def news(self) -> str:
        return VIEWS[self.view][1]

    def url(self, place: int) -> str:
        asked = {"views": ",".join(self.views), "every": self.pace_s}
        return f"{reverse('screen')}?{urlencode(asked | {'at': place % len(self.views)}, safe=',')}"

    @property
    def here(self) -> str:
        return self.url(self.place)

    @property
    def next(self) -> str:
        return self.url(self.place + 1)

    @property
    def turns(self) -> list[tuple[Text, str, bool]]:
        """Every view with its address, and whether it is shown now."""
        return [
            (VIEWS[name][0], self.url(place), place == self.place)
            for place, name in enumerate(self.views)
        ]


@dataclass
class Wall:
    """What the views show; only what the one shown asks is fetched."""

    request: HttpRequest
    viewer: Viewer
    moment: datetime

    @cached_property
    def now(self) -> Board:
        return Board(viewer=self.viewer, moment=self.moment)

    @cached_property
    def live(self) -> LiveBoard:
        return LiveBoard(self.viewer)

    @cached_property
    def posture(self) -> Posture:
        return fetch_posture(self.viewer, self.moment)

    @cached_property
    def _ground(self) -> Ground:
        return lay_ground(self.viewer, read_usage(self.request, self.viewer, "today").asked)

    @cached_property
    def experience(self) -> Experience | None:
        return _unless_away(lambda: fetch_whole_experience(self._ground))

    @cached_property
    def worst(self) -> Sequence[Experience]:
        """The pools whose users work least well."""
        found = _unless_away(lambda: fetch_experience(self._ground, By.POOL)) or ()
        return [each for each in found if each.name][:_WORST]

    causes = (*Cause,)


def _unless_away[Answer](ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except EngineAway:
        return None


@page(Permission.SEE_MONITORING)
def show_screen(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /screen?views=now,alarms&every=20&at=0"""
    shown = _read_shown(request)
    wall = Wall(request, viewer, CLOCK.now())
    return render(
        request,
        "console/screen/screen.html",
        parts=("view",),
        is_wall=True,
        shown=shown,
        wall=wall,
        board=wall.now,
        inner=f"console/screen/_{shown.view}.html",
    )


@page(Permission.SEE_MONITORING)
def choose_screen(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /big-screen: which views are shown, and for how long"""
    views = [(name, title) for name, (title, _news) in VIEWS.items()]
    return render(
        request, "console/screen/choose.html", views=views, paces=PACES, usual=_USUAL_PACE
    )


def _read_shown(request: HttpRequest) -> Shown:
    listed = ",".join(request.GET.getlist("views"))
    names = tuple(dict.fromkeys(each for each in listed.split(",") if each)) or tuple(VIEWS)
    if not set(names) <= set(VIEWS):
        raise Invalid("views", "this is not one of the choices")
    pace_s = _read_number(request, "every", _USUAL_PACE)
    if pace_s not in PACES:
        raise Invalid("every", "this is not one of the choices")
    place = _read_number(request, "at", 0)
    return Shown(views=names, place=place % len(names), pace_s=pace_s)


def _read_number(request: HttpRequest, name: str, usual: int) -> int:
    typed = request.GET.get(name, "")
    if not typed:
        return usual
    if not typed.isdecimal() or len(typed) > 4:
        raise Invalid(name, "this is not a number")
    return int(typed)


urlpatterns = [
    path("screen", show_screen, name="screen"),
    path("big-screen", choose_screen, name="big_screen"),
]
