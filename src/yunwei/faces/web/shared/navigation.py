"""What stands in the sidebar, by what the viewer may do. No counts, no queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.words import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """permissions: one of them is enough. key: what to press after `g`, "" for none."""

    label: Text
    url_name: str
    icon: str
    permissions: tuple[Permission, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: Text
    url: str
    icon: str
    key: str
    is_here: bool


_SEE = (Permission.SEE_MONITORING,)
_RULES = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_SCRIPTS = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)
_SERVICE = (Permission.SEE_SERVICE,)
_SOURCES = (Permission.SEE_SOURCES, Permission.MANAGE_SOURCES)

GROUPS: tuple[tuple[Text, tuple[Entry, ...]], ...] = (
    (
        _("Monitoring"),
        (
            Entry(_("Overview"), "overview", "layout-dashboard", _SEE, "o"),
            Entry(_("Sessions"), "sessions", "plug", _SEE, "e"),
            Entry(_("Activity"), "activity", "chart-bar", _SEE, "v"),
            Entry(_("Logons"), "logons", "login", _SEE),
            Entry(_("Experience"), "experience", "gauge", _SEE),
            Entry(_("Load and sizing"), "load", "activity", _SEE),
            Entry(_("Usage explorer"), "explorer", "table", _SEE),
            Entry(_("Big screen"), "big_screen", "device-tv", _SEE),
        ),
    ),
    (
        _("Resources"),
        (
            Entry(_("Desktops"), "desktops", "device-desktop", _SEE, "d"),
            Entry(_("Desktop users"), "desktop_users", "users", _SEE, "u"),
            Entry(_("Pools"), "pools", "stack-2", _SEE, "b"),
            Entry(_("Hosts"), "hosts", "server-2", _SEE, "h"),
            Entry(_("Licences"), "licences", "license", _SEE, "k"),
            Entry(_("Resource posture"), "posture", "temperature", _SEE),
            Entry(_("Idle desktops"), "idle", "device-desktop-off", _SEE),
            Entry(_("Reclaimed desktops"), "reclaims", "arrow-back-up", _SEE),
        ),
    ),
    (
        _("Alarms"),
        (
            Entry(_("Alarms"), "alarms", "bell", _SEE, "a"),
            Entry(_("Situations"), "situations", "sitemap", _SEE, "x"),
            Entry(_("Alarm types"), "alarm_types", "list-details", _SEE, "y"),
            Entry(_("Messages sent"), "outbox", "mail", _SEE),
        ),
    ),
    (
        _("Rules and routes"),
        (
            Entry(_("Threshold rules"), "threshold_rules", "chart-line", _RULES),
            Entry(_("Mask rules"), "mask_rules", "eye-off", _RULES, "m"),
            Entry(_("Maintenance"), "maintenance", "tool", _RULES, "z"),
            Entry(_("Noise"), "noise", "volume-off", _RULES),
            Entry(_("Noise rules"), "noise_rules", "filter", _RULES),
            Entry(_("Named sets"), "named_sets", "category", _RULES),
            Entry(_("Relations"), "relations", "link", _RULES),
            Entry(_("Routes"), "routes", "route", _RULES, "r"),
            Entry(_("Ownership"), "ownerships", "user-check", _RULES),
            Entry(_("Escalation"), "policies", "stairs-up", _RULES, "n"),
            Entry(_("Channels"), "channels", "send", _RULES, "c"),
        ),
    ),
    (
        _("Support"),
        (
            Entry(_("Diagnoses"), "diagnoses", "activity", _SEE),
            Entry(_("Knowledge"), "knowledge", "bookmark", _SEE),
            Entry(_("Messages to support"), "support_messages", "message", _SEE),
            Entry(_("Requests"), "requests", "list-check", _SEE),
            Entry(_("Catalogue of requests"), "request_catalogue", "list-details", _SEE),
            Entry(_("Acts on desktops"), "desktop_acts", "power", _SEE),
        ),
    ),
    (
        _("Duty"),
        (
            Entry(_("On duty"), "duty", "calendar-event", _SEE, "w"),
            Entry(_("Schedules"), "schedules", "adjustments", _SEE),
            Entry(_("Who was on duty"), "duty_record", "history", _SEE),
            Entry(_("Calendar"), "calendar", "calendar", _SEE, "j"),
        ),
    ),
    (
        pgettext_lazy("documents", "Reports"),
        (Entry(pgettext_lazy("documents", "Reports"), "reports", "report", _SEE),),
    ),
    (
        _("Scripts"),
        (
            Entry(_("Scripts"), "scripts", "file-code", _SCRIPTS, "f"),
            Entry(_("Runs"), "runs", "player-play", _SCRIPTS),
            Entry(_("Timetables"), "timetables", "calendar-event", _SCRIPTS),
            Entry(_("Remedies"), "remedies", "tool", _SCRIPTS),
            Entry(_("Triggers"), "triggers", "bolt", _SCRIPTS),
            Entry(_("Agents"), "agents", "terminal-2", _SEE),
            Entry(_("Connection profiles"), "ssh_profiles", "key", _SOURCES),
        ),
    ),
    (
        _("Service"),
        (
            Entry(_("Tickets"), "tickets", "inbox", _SERVICE),
            Entry(_("SLA board"), "service_board", "clock", _SERVICE),
            Entry(_("Mail to the service"), "mails", "mail", (Permission.MANAGE_SERVICE,)),
            Entry(_("Emergencies"), "emergencies", "alert-triangle", _SERVICE),
            Entry(_("Cases"), "cases", "list-check", _SERVICE),
            Entry(_("Inspections"), "inspections", "clipboard-list", _SERVICE),
            Entry(_("Satisfaction"), "surveys", "message", _SERVICE),
            Entry(_("Improvement register"), "improvements", "trending-up", _SERVICE),
            Entry(_("Event plans"), "event_plans", "shield-check", _SERVICE),
            Entry(_("Standard changes"), "changes", "adjustments", _SERVICE),
            Entry(_("Visits on site"), "visits", "map-pin", _SERVICE),
            Entry(_("Service calendar"), "service_calendar", "calendar-event", _SERVICE),
            Entry(_("Contracts"), "contracts", "file-text", _SERVICE),
            Entry(_("Authorisations"), "authorisations", "shield-check", _SERVICE),
            Entry(_("Acts"), "acts", "list-check", _SERVICE),
        ),
    ),
    (
        _("Platform"),
        (
            Entry(_("Sources"), "sources", "plug-connected", _SOURCES, "s"),
            Entry(_("Dead letters"), "dead_letters", "mail", _SOURCES),
            Entry(_("Trap definitions"), "trap_definitions", "file-import", _SOURCES),
            Entry(_("People"), "people", "users-group", (Permission.SEE_PEOPLE,), "p"),
            Entry(_("Tenants"), "tenants", "building", (Permission.MANAGE_TENANTS,), "t"),
            Entry(_("Self-check"), "self_check", "shield-check", (Permission.MANAGE_TENANTS,)),
            Entry(_("Audit"), "audit", "clipboard-list", (Permission.SEE_AUDIT,), "l"),
        ),
    ),
    (
        _("Mine"),
        (
            Entry(_("My messages"), "messages", "inbox", _SEE, "i"),
            Entry(_("My duty"), "my_duty", "user-check", _SEE),
            Entry(_("My desktops"), "portal", "device-desktop-analytics", (Permission.USE_PORTAL,)),
            Entry(_("Help"), "portal_help", "help", (Permission.USE_PORTAL,)),
            Entry(_("My requests"), "portal_requests", "list-check", (Permission.USE_PORTAL,)),
        ),
    ),
)


def build_navigation(request: HttpRequest, viewer: Viewer) -> list[tuple[Text, list[Link]]]:
    """Return the groups that hold something for this viewer."""
    here = _find_here(request.path)
    groups = ((title, list(_links(viewer, entries, here))) for title, entries in GROUPS)
    return [(title, links) for title, links in groups if links]


def _find_here(path: str) -> str:
    """Return the address of the page that a path belongs to; of two, the one that says more."""
    urls = (reverse(entry.url_name) for _title, entries in GROUPS for entry in entries)
    found = [url for url in urls if path == url or (url != "/" and path.startswith(f"{url}/"))]
    return max(found, key=len, default="")


def _links(viewer: Viewer, entries: Iterable[Entry], here: str) -> Iterable[Link]:
    for entry in entries:
        if entry.permissions and not any(may(viewer, each) for each in entry.permissions):
            continue
        url = reverse(entry.url_name)
        yield Link(entry.label, url, entry.icon, entry.key, url == here)
