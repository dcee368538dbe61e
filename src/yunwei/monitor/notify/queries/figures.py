"""Questions about how channels and routes do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import RouteId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.figures import ChannelFigures, RouteFigures
from yunwei.monitor.notify.queries.channels import fetch_channels
from yunwei.monitor.notify.store import figures as store

CHANNEL_DAYS = 7
ROUTE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChannel:
    """A channel, and what became of its messages in the last seven days."""

    channel: Channel
    figures: ChannelFigures


def fetch_measured_channels(
    viewer: Viewer,
    *,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
    now: datetime,
) -> Page[MeasuredChannel]:
    """Return a page of channels with the figures of their last seven days."""
    found = fetch_channels(viewer, filters=filters, page=page)
    with transaction() as conn:
        figures = store.figures_of_channels(
            conn,
            [channel.id for channel in found.items],
            since=now - timedelta(days=CHANNEL_DAYS),
        )
    nothing = ChannelFigures()
    measured = (
        MeasuredChannel(channel=channel, figures=figures.get(channel.id, nothing))
        for channel in found.items
    )
    return Page(items=tuple(measured), next=found.next, total=found.total)


def fetch_route_figures(viewer: Viewer, *, now: datetime) -> Mapping[RouteId, RouteFigures]:
    """Return what routes led to in the last 30 days, of those that led to anything, told of the
    viewer's tenants."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        return store.figures_of_routes(conn, viewer.tenants, since=now - timedelta(days=ROUTE_DAYS))
