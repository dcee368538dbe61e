"""What a source's page says of what was heard: counts by kind, SNMP engines and forgetting one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from yunwei.base.core.ids import SourceId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import CLOCK, action, done
from yunwei.monitor.collect.actions import heard as actions
from yunwei.monitor.collect.actions.reconciliation import reconcile_soon
from yunwei.monitor.collect.facts import SourceCount

SPANS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=30))
LONGEST_SPAN = SPANS[-1]


@dataclass(frozen=True, kw_only=True)
class HeardLine:
    """How much of one kind came in each of `SPANS`."""

    kind: str
    hour: int
    day: int
    month: int


def sum_up(counts: Iterable[SourceCount], now: datetime) -> list[HeardLine]:
    """Return a line for each kind, `received` first; an hour counts when it ended within."""
    found: dict[str, list[int]] = {"received": [0] * len(SPANS)}
    for each in counts:
        line = found.setdefault(each.kind, [0] * len(SPANS))
        for position, span in enumerate(SPANS):
            if each.hour + timedelta(hours=1) > now - span:
                line[position] += each.count
    return [
        HeardLine(kind=kind, hour=hour, day=day, month=month)
        for kind, (hour, day, month) in found.items()
    ]


@action(Permission.MANAGE_SOURCES)
def forget_engine(
    request: HttpRequest, viewer: Viewer, source: int, engine: str
) -> HttpResponseBase:
    """POST /sources/N/snmp-engines/ENGINE/forget"""
    actions.forget_engine(viewer, SourceId(source), engine)
    return done(request, "source", _("The engine may begin anew."), source=source)


@action(Permission.MANAGE_SOURCES)
def reconcile(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """POST /sources/N/reconcile: compare it with its own list within seconds"""
    reconcile_soon(viewer, SourceId(source), now=CLOCK.now())
    return done(request, "source", _("It is compared within seconds."), source=source)


urlpatterns = [
    path("sources/<int:source>/reconcile", reconcile, name="source_reconcile"),
    path(
        "sources/<int:source>/snmp-engines/<slug:engine>/forget",
        forget_engine,
        name="source_engine_forget",
    ),
]
