"""The page of live sessions: who is on which desktop, since when."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    department_options,
    pool_options,
    search_filter,
    source_options,
    word_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import SessionRow


def _desktop_url(row: SessionRow) -> str:
    return reverse("desktop", args=[row.desktop]) if row.desktop else ""


def _person_url(row: SessionRow) -> str:
    return reverse("desktop_user", args=[row.desktop_user]) if row.desktop_user else ""


SESSIONS = ListSpec[SessionRow](
    name="sessions",
    title=_("Sessions"),
    columns=(
        Column(
            name="login",
            label=_("User"),
            value=lambda row: row.user_name or row.login,
            note=lambda row: row.login if row.user_name else "",
            link=_person_url,
            sort="login",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="session_state",
            sort="state",
        ),
        Column(
            name="state_since",
            label=_("In this state since"),
            value=lambda row: row.state_since,
            kind="time",
            sort="state_since",
        ),
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name or row.desktop_native_id,
            link=_desktop_url,
            sort="desktop",
        ),
        Column(
            name="pool", label=_("Pool"), value=lambda row: row.pool_name, sort="pool", phone="hide"
        ),
        Column(
            name="department",
            label=_("Department"),
            value=lambda row: row.department,
            sort="department",
            phone="hide",
        ),
        Column(name="source", label=_("Source"), value=lambda row: row.source_name, phone="hide"),
    ),
    filters=(
        search_filter(_("User, desktop")),
        word_filter("state", _("State: all"), "session_state"),
        Filter(name="pool", label=_("Pool: all"), options=pool_options, parse=int, kind="choice"),
        Filter(
            name="department",
            label=_("Department: all"),
            options=department_options,
            kind="choice",
        ),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_sessions(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-state_since",
    refresh=("sessions",),
    saved_as=SavedPage.SESSIONS,
    empty_icon="plug-connected",
    empty_title=_("Nobody is connected"),
    empty_text=_("Sessions are read every half minute."),
)


@page(Permission.SEE_MONITORING)
def list_sessions(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /sessions"""
    return serve_list(request, viewer, SESSIONS)


urlpatterns = [path("sessions", list_sessions, name="sessions")]
