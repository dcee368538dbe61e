"""The pages of sources: the list with its health, adding one from its manifest, one in detail."""

from dataclasses import dataclass
from functools import cached_property

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.source_forms import localize
from yunwei.faces.web.console.source_heard import LONGEST_SPAN, HeardLine, sum_up
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.forms import (
    manifest_fields,
)
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.facts import (
    DeadLetterRow,
    Reconciliation,
    SnmpEngine,
    SourceRow,
    SourceStateChange,
)
from yunwei.monitor.collect.queries import dead_letters as letters
from yunwei.monitor.collect.queries import heard, sources
from yunwei.monitor.collect.queries.reconciliation import fetch_reconciliation
from yunwei.plugins.sdk.contract import Read
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, manifests

_SEE = (Permission.SEE_SOURCES, Permission.MANAGE_SOURCES)


def source_url(row: SourceRow) -> str:
    return reverse("source", args=[row.id])


def _connector_name(row: SourceRow) -> str:
    manifest = manifests(CONNECTORS).get(row.connector)
    return localize(manifest) if manifest else row.connector


def _letters_url(row: SourceRow) -> str:
    here = reverse("dead_letters")
    return f"{here}?state=open&source={row.id}" if row.dead_letters else ""


def _state_note(row: SourceRow) -> str:
    return row.state_text


SOURCES = ListSpec[SourceRow](
    name="sources",
    title=gettext_lazy("Sources"),
    columns=(
        Column(
            name="name",
            label=gettext_lazy("Source"),
            value=lambda row: row.name,
            note=_connector_name,
            link=source_url,
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=gettext_lazy("State"),
            value=lambda row: row.state,
            note=_state_note,
            kind="word",
            words="source_state",
            sort="state",
        ),
        Column(
            name="state_since",
            label=gettext_lazy("Since"),
            value=lambda row: row.state_since,
            kind="time",
            phone="hide",
        ),
        Column(
            name="last_ok_at",
            label=gettext_lazy("Last answer"),
            value=lambda row: row.last_ok_at,
            kind="time",
            sort="last_ok_at",
            phone="label",
        ),
        Column(
            name="dead_letters",
            label=gettext_lazy("Dead letters"),
            value=lambda row: row.dead_letters or None,
            link=_letters_url,
            kind="number",
            phone="label",
        ),
        Column(
            name="tenant",
            label=gettext_lazy("Tenant"),
            value=lambda row: row.tenant_name,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(gettext_lazy("Name, connector, tenant")),
        word_filter("state", gettext_lazy("State: all"), "source_state"),
    ),
    fetch=lambda viewer, filters, page: sources.fetch_sources(viewer, filters=filters, page=page),
    row_id=lambda row: row.id,
    default_sort="-state",
    refresh=("sources", "dead_letters"),
    empty_icon="plug-connected",
    empty_title=gettext_lazy("No sources yet"),
    empty_text=gettext_lazy("A source is a desktop cloud that is read, or a sender of traps."),
)


@dataclass
class SourceBoard:
    """What one source's page may show; only what its part asks is fetched."""

    viewer: Viewer
    id: SourceId

    @cached_property
    def row(self) -> SourceRow:
        return sources.access_source(self.viewer, self.id)

    @cached_property
    def changes(self) -> tuple[SourceStateChange, ...]:
        return sources.fetch_source_changes(self.viewer, self.id, limit=30)

    @cached_property
    def heard(self) -> list[HeardLine]:
        now = CLOCK.now()
        counts = heard.fetch_source_counts(self.viewer, self.id, since=now - LONGEST_SPAN)
        return sum_up(counts, now)

    @cached_property
    def reconciliation(self) -> Reconciliation | None:
        return fetch_reconciliation(self.viewer, self.id)

    @cached_property
    def engines(self) -> tuple[SnmpEngine, ...]:
        return heard.fetch_snmp_engines(self.viewer, self.id)

    @cached_property
    def unmapped(self) -> tuple[AlarmRow, ...]:
        """Traps that no definition knows: they became alarms of their own."""
        filters = {"source": self.id, "search": "unmapped."}
        wanted = PageRequest(limit=10, sort="-last_raised_at")
        found = alarm_queries.fetch_alarms(self.viewer, view=None, filters=filters, page=wanted)
        return tuple(row for row in found.items if row.alarm.alarm_type.startswith("unmapped."))

    @cached_property
    def alarms(self) -> Page[AlarmRow]:
        wanted = PageRequest(limit=5, sort="-raised_at")
        filters = {"source": self.id, "is_cleared": False}
        return alarm_queries.fetch_alarms(self.viewer, view=None, filters=filters, page=wanted)

    @cached_property
    def dead_letters(self) -> Page[DeadLetterRow]:
        filters = {"state": "open", "source": self.id}
        return letters.fetch_dead_letters(self.viewer, filters, PageRequest(limit=5))


@page(*_SEE)
def list_sources(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /sources"""
    return serve_list(
        request,
        viewer,
        SOURCES,
        "console/sources/list.html",
        **offer(viewer, Permission.MANAGE_SOURCES, "source_new", _("Add a source")),
    )


@page(*_SEE)
def show_source(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """GET /sources/N"""
    board = SourceBoard(viewer=viewer, id=SourceId(source))
    manifest = manifests(CONNECTORS).get(board.row.connector)
    return render(
        request,
        "console/sources/detail.html",
        parts=("health", "reconciliation", "heard", "alarms"),
        board=board,
        row=board.row,
        manifest=manifest,
        settings=_named_settings(board.row, manifest),
        is_polled=bool(manifest and manifest.is_polled),
        has_engines=bool(manifest and Read.TRAPS.value in manifest.reads),
        has_token=bool(manifest and any(each.is_generated for each in manifest.field)),
    )


def _named_settings(row: SourceRow, manifest: Manifest | None) -> list[tuple[str, str]]:
    """The settings with their labels; of secrets only whether they are set."""
    fields = manifest_fields(manifest, get_language() or "") if manifest else ()
    said: list[tuple[str, str]] = []
    for each in fields:
        key = each.key.partition(".")[2]
        secret = _("set") if key in row.secrets_set else _("not set")
        value = secret if each.kind == "secret" else row.settings.get(key, "")
        said.append((str(each.label), str(dict(each.options).get(value, value))))
    return said


@action(Permission.MANAGE_SOURCES)
def try_source(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """POST /sources/N/test: ask it with its stored settings"""
    answer = async_to_sync(probes.probe_source)(viewer, SourceId(source))
    row = sources.access_source(viewer, SourceId(source))
    return render(request, "console/sources/answer.html", parts=("answer",), answer=answer, row=row)


@action(Permission.MANAGE_SOURCES)
def switch_source(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """POST /sources/N/switch with `on` yes or no"""
    is_on = request.POST.get("on") == "yes"
    switch = actions.enable_source if is_on else actions.disable_source
    switch(viewer, SourceId(source))
    text = _("The source is read again.") if is_on else _("The source is no longer read.")
    return done(request, "source", text, source=source)


@action(Permission.MANAGE_SOURCES)
def remove_source(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """POST /sources/N/remove"""
    actions.remove_source(viewer, SourceId(source))
    return done(request, "sources", _("The source is gone. What it told is kept."))


urlpatterns = [
    path("sources", list_sources, name="sources"),
    path("sources/<int:source>", show_source, name="source"),
    path("sources/<int:source>/test", try_source, name="source_test"),
    path("sources/<int:source>/switch", switch_source, name="source_switch"),
    path("sources/<int:source>/remove", remove_source, name="source_remove"),
]
