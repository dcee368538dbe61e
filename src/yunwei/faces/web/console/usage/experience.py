"""The page of the experience score: how well people work, and what costs them points."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.usage.asked import read_usage, serve_usage
from yunwei.faces.web.console.usage.sheets import experience_rows, user_experience_rows
from yunwei.faces.web.console.usage.stretches import PARTS, UsageBoard, order_parts, read_by
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.operate.usage.facts.experience import Cause, Experience
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries import experience
from yunwei.operate.usage.queries.experience import UserPage

USERS_SHOWN = 20
_FILE_ROWS = 1000


@dataclass
class ExperienceBoard(UsageBoard):
    """What the page shows; only what is shown is asked."""

    by: By = By.POOL
    causes: tuple[Cause, ...] = (*Cause,)

    @cached_property
    def whole(self) -> Experience | None:
        return experience.fetch_whole_experience(self.now.ground)

    @cached_property
    def earlier(self) -> Experience | None:
        return experience.fetch_whole_experience(self.before.ground) if self.before else None

    @cached_property
    def users(self) -> UserPage:
        return experience.fetch_user_experience(self.now.ground, limit=USERS_SHOWN)

    @cached_property
    def parts(self) -> list[Experience]:
        found = experience.fetch_experience(self.now.ground, self.by)
        return order_parts(self.by, found, lambda each: each.key)


@page(Permission.SEE_MONITORING)
def show_experience(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /experience?period=7d&by=pool"""
    board = ExperienceBoard(query=read_usage(request, viewer), by=read_by(request, PARTS, By.POOL))
    if kind := request.GET.get("export", ""):
        return _export(board, check_kind(kind), request.GET.get("figure", ""))
    return serve_usage(request, board.query, "console/usage/experience.html", board=board)


def _export(board: ExperienceBoard, kind: str, name: str) -> HttpResponseBase:
    rows: list[list[Plain]]
    if name == "users":
        found = experience.fetch_user_experience(board.now.ground, limit=_FILE_ROWS)
        rows, title = user_experience_rows(found.rows), str(_("Desktop users"))
    elif name in {by.value for by in PARTS}:
        title = str(PARTS[By(name)])
        rows = experience_rows(By(name), experience.fetch_experience(board.now.ground, By(name)))
    else:
        raise Invalid("figure", "this is not one of the choices")
    file = f"experience-{name.replace('_', '-')}"
    return serve_sheet(board.query.viewer, kind, file, title, rows, asked=board.query.address)


urlpatterns = [path("experience", show_experience, name="experience")]
