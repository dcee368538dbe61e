"""The page of idle desktops: which nobody uses, in which way, and what could be given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    UNUSED_DAYS,
    pool_options,
    search_filter,
    source_options,
    word_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.usage.facts.idle import Idle, IdleCounts, IdleKind, IdleLimits
from yunwei.operate.usage.queries.idle import count_idle, fetch_idle, read_limits

_ON: list[tuple[str, Text]] = [
    ("4", _("On without a session: 4 hours")),
    ("8", _("On without a session: 8 hours")),
    ("72", _("On without a session: 72 hours")),
    ("168", _("On without a session: 7 days")),
]
_LEFT: list[tuple[str, Text]] = [
    ("4", _("Left without logging off: 4 hours")),
    ("8", _("Left without logging off: 8 hours")),
    ("72", _("Left without logging off: 72 hours")),
    ("168", _("Left without logging off: 7 days")),
]
_LIMITS = ("unused_days", "on_hours", "disconnected_hours")


def _kinds(row: Idle) -> tuple[str, ...]:
    return tuple(str(word("idle_kind", kind).label) for kind in row.kinds)


def _session(row: Idle) -> str:
    """Whose session is on it, in which state."""
    desktop = row.desktop
    if not desktop.session_state:
        return ""
    state = str(word("session_state", desktop.session_state).label)
    return f"{desktop.session_login} · {state}" if desktop.session_login else state


def _fetch(viewer: Viewer, filters: Mapping[str, Any], page: PageRequest) -> Page[Idle]:
    """The rows; none while measurements can not be read, which the page says above them."""
    try:
        return fetch_idle(viewer, filters, page)
    except EngineAway:
        return Page(items=(), next=None, total=0)


IDLE = ListSpec[Idle](
    name="idle-desktops",
    title=_("Idle desktops"),
    columns=(
        Column(
            name="name",
            label=_("Desktop"),
            value=lambda row: row.desktop.name,
            link=lambda row: reverse("desktop", args=[row.desktop.id]),
            sort="name",
            is_main=True,
        ),
        Column(name="kinds", label=_("Idle because"), value=_kinds, kind="tags"),
        Column(
            name="last_at",
            label=_("Last used"),
            value=lambda row: row.last_at,
            note=lambda row: row.last_login,
            kind="time",
            sort="last_at",
        ),
        Column(
            name="unused",
            label=_("Unused for"),
            value=lambda row: row.unused_s,
            kind="duration",
            sort="unused",
            phone="label",
        ),
        Column(
            name="state",
            label=_("Machine"),
            value=lambda row: row.desktop.state,
            kind="word",
            words="desktop_state",
            sort="state",
            phone="hide",
        ),
        Column(
            name="state_since",
            label=_("In this state since"),
            value=lambda row: row.desktop.state_since,
            kind="time",
            phone="hide",
        ),
        Column(name="session", label=_("Session"), value=_session, phone="hide"),
        Column(
            name="session_since",
            label=_("Session in this state since"),
            value=lambda row: row.desktop.session_since,
            kind="time",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="logins",
            label=_("Assigned to"),
            value=lambda row: row.desktop.logins,
            kind="tags",
            phone="hide",
        ),
        Column(
            name="pool",
            label=_("Pool"),
            value=lambda row: row.desktop.pool_name,
            sort="pool",
            phone="hide",
        ),
        Column(
            name="could_return",
            label=_("Could be given back"),
            value=lambda row: row.could_return,
            kind="word",
            words="yes_no",
            phone="hide",
        ),
        Column(
            name="source",
            label=_("Source"),
            value=lambda row: row.desktop.source_name,
            sort="source",
            phone="hide",
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.desktop.kind,
            kind="word",
            words="desktop_kind",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="known_from",
            label=_("Use known since"),
            value=lambda row: row.known_from,
            kind="day",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Desktop, pool, user")),
        word_filter("kind", _("Idle because: any"), "idle_kind"),
        Filter(
            name="unused_days",
            label=_("Unused: 30 days"),
            options=lambda _viewer: UNUSED_DAYS,
            parse=int,
            kind="choice",
        ),
        Filter(
            name="on_hours",
            label=_("On without a session: 24 hours"),
            options=lambda _viewer: _ON,
            parse=int,
            kind="choice",
        ),
        Filter(
            name="disconnected_hours",
            label=_("Left without logging off: 24 hours"),
            options=lambda _viewer: _LEFT,
            parse=int,
            kind="choice",
        ),
        word_filter("desktop_kind", _("Kind: all"), "desktop_kind"),
        Filter(name="pool", label=_("Pool: all"), options=pool_options, parse=int, kind="choice"),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=_fetch,
    row_id=lambda row: row.desktop.id,
    default_sort="-unused",
    refresh=("inventory",),
    empty_icon="device-desktop-off",
    empty_title=_("No desktop is idle"),
    empty_text=_("Every desktop was used within these limits."),
)


@dataclass
class IdleBoard:
    """What stands above the list. typed: the limits of the address, as they stand there."""

    viewer: Viewer
    limits: IdleLimits
    typed: Mapping[str, str]

    @cached_property
    def counts(self) -> IdleCounts | None:
        """None while measurements can not be read."""
        try:
            return count_idle(self.viewer, self.limits)
        except EngineAway:
            return None

    @property
    def kinds(self) -> list[tuple[IdleKind, int]]:
        """Every way of being idle with how many desktops are."""
        counts = self.counts.by_kind if self.counts else {}
        return [(kind, counts.get(kind, 0)) for kind in IdleKind]

    @property
    def kept(self) -> str:
        """The limits for other addresses of the page, with a sign behind."""
        return "".join(f"{name}={text}&" for name, text in self.typed.items())


@page(Permission.SEE_MONITORING)
def list_idle(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /idle-desktops?unused_days=30&kind=unused"""
    typed = {name: text for name in _LIMITS if (text := request.GET.get(name, "").strip())}
    for name, text in typed.items():
        if not text.isdecimal():
            raise Invalid(name, "this is not one of the choices")
    board = IdleBoard(viewer, read_limits(typed), typed)
    is_allowed = may(viewer, Permission.OPERATE_DESKTOPS)
    return serve_list(
        request,
        viewer,
        IDLE,
        "console/idle.html",
        board=board,
        bulk_url=reverse("reclaim_choose"),
        **({"bulk": "console/reclaims/_bulk.html"} if is_allowed else {}),
    )


urlpatterns = [path("idle-desktops", list_idle, name="idle")]
