"""The pages of desktop users: the list, and one person across all parts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    department_options,
    search_filter,
    source_options,
    yes_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, DesktopUserRow, SessionRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import ConnectionRow, UserActionRow
from yunwei.operate.usage.facts.experience import UserExperience
from yunwei.operate.usage.facts.use import Asked, Chosen
from yunwei.operate.usage.queries.experience import fetch_experience_of
from yunwei.operate.usage.queries.ground import lay_ground

PARTS = ("state", "alarms", "connections", "actions")
_SHOWN = timedelta(days=30)
_SCORED = timedelta(days=7)


def desktop_user_url(row: DesktopUserRow) -> str:
    return reverse("desktop_user", args=[row.id])


def _account(row: DesktopUserRow) -> str:
    """What is the matter with the account; "" when nothing is."""
    if row.is_disabled:
        return "disabled"
    return "locked" if row.is_locked else ""


DESKTOP_USERS = ListSpec[DesktopUserRow](
    name="desktop-users",
    title=_("Desktop users"),
    columns=(
        Column(
            name="login",
            label=_("User"),
            value=lambda row: row.name or row.login,
            note=lambda row: row.login if row.name else "",
            link=desktop_user_url,
            sort="login",
            is_main=True,
        ),
        Column(
            name="is_online",
            label=_("Online"),
            value=lambda row: row.is_online,
            kind="word",
            words="online",
            sort="is_online",
        ),
        Column(
            name="department",
            label=_("Department"),
            value=lambda row: row.department,
            sort="department",
        ),
        Column(
            name="desktops_count",
            label=_("Desktops"),
            value=lambda row: row.desktops_count,
            kind="number",
            sort="desktops_count",
            phone="label",
        ),
        Column(
            name="account",
            label=_("Account"),
            value=_account,
            kind="word",
            words="account",
        ),
        Column(name="email", label=_("E-mail"), value=lambda row: row.email, phone="hide"),
        Column(name="source", label=_("Source"), value=lambda row: row.source_name, phone="hide"),
        Column(
            name="last_seen_at",
            label=_("Last seen"),
            value=lambda row: row.last_seen_at,
            kind="time",
            sort="last_seen_at",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Login, name, e-mail, department")),
        yes_filter("is_online", _("Online: all"), _("Online"), _("Not online")),
        Filter(
            name="department",
            label=_("Department: all"),
            options=department_options,
            kind="choice",
        ),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
        yes_filter("is_locked", _("Locked: all"), _("Locked"), _("Not locked")),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_desktop_users(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="login",
    refresh=("sessions",),
    saved_as=SavedPage.DESKTOP_USERS,
    empty_icon="users",
    empty_title=_("No desktop users yet"),
    empty_text=_("They appear with the first answer of a source."),
)


@dataclass
class UserBoard:
    """What one person's page may show; only what its part asks is fetched."""

    viewer: Viewer
    person: DesktopUserRow
    moment: datetime

    @cached_property
    def desktops(self) -> tuple[DesktopRow, ...]:
        return inventory.fetch_desktops_of_user(self.viewer, self.person.id)

    @cached_property
    def sessions(self) -> tuple[SessionRow, ...]:
        return inventory.fetch_sessions_of_user(self.viewer, self.person.id)

    @cached_property
    def connections(self) -> tuple[ConnectionRow, ...] | None:
        """None while the store of measurements does not answer."""
        person, since = self.person, self.moment - _SHOWN
        try:
            return telemetry.user_connections(
                self.viewer, person.source, person.login, since, self.moment, limit=100
            )
        except EngineAway:
            return None

    @cached_property
    def actions(self) -> tuple[UserActionRow, ...] | None:
        person, since = self.person, self.moment - _SHOWN
        try:
            return telemetry.user_actions(
                self.viewer, person.source, person.login, since, self.moment, limit=50
            )
        except EngineAway:
            return None

    @cached_property
    def experience(self) -> UserExperience | None:
        """Their score of the last 7 days; None where nothing was measured, or can be read."""
        asked = Asked(
            from_at=self.moment - _SCORED,
            to_at=self.moment,
            time_zone=self.viewer.time_zone,
            chosen=Chosen(tenant=self.person.tenant),
        )
        try:
            ground = lay_ground(self.viewer, asked)
            return fetch_experience_of(ground, self.person.source, self.person.login)
        except EngineAway:
            return None

    @cached_property
    def alarms(self) -> tuple[AlarmRow, ...]:
        """Alarms about their desktops, whoever told them."""
        names = {
            name for each in self.desktops for name in (each.name, each.native_id, each.ip) if name
        }
        if not names:
            return ()
        wanted = PageRequest(limit=20, sort="-raised_at")
        return alarm_queries.fetch_alarms(
            self.viewer, view=None, filters={"about": sorted(names)}, page=wanted
        ).items

    @property
    def logons(self) -> int:
        return sum(1 for each in self.connections or () if each.setup_at is not None)

    @property
    def failures(self) -> int:
        return sum(1 for each in self.connections or () if each.failure)

    @property
    def used_s(self) -> float:
        """Seconds connected in the time shown, of connections that have ended."""
        return sum(each.duration_s or 0.0 for each in self.connections or ())

    @property
    def logon_p50_s(self) -> float | None:
        lengths = sorted(
            each.logon_s for each in self.connections or () if each.logon_s is not None
        )
        return lengths[len(lengths) // 2] if lengths else None


@page(Permission.SEE_MONITORING)
def list_desktop_users(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /desktop-users"""
    return serve_list(request, viewer, DESKTOP_USERS)


@page(Permission.SEE_MONITORING)
def show_desktop_user(request: HttpRequest, viewer: Viewer, desktop_user: int) -> HttpResponseBase:
    """GET /desktop-users/N"""
    person = inventory.access_desktop_user(viewer, desktop_user)
    board = UserBoard(viewer=viewer, person=person, moment=CLOCK.now())
    return render(
        request, "console/desktop_users/detail.html", parts=PARTS, board=board, person=person
    )


urlpatterns = [
    path("desktop-users", list_desktop_users, name="desktop_users"),
    path("desktop-users/<int:desktop_user>", show_desktop_user, name="desktop_user"),
]
