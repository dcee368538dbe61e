"""Figures of channels and routes out of their messages."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from yunwei.base.core.ids import ChannelId, RouteId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.notify.facts.figures import ChannelFigures, RouteFigures

SQL = load_statements("yunwei.monitor.notify", "figures")


def figures_of_channels(
    conn: Connection, channels: Sequence[ChannelId], *, since: datetime
) -> dict[ChannelId, ChannelFigures]:
    """Return those of channels that have messages. Cost: linear in these."""
    parameters = {"ids": list(channels), "since": since}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["figures_of_channels"], parameters).fetchall()
    return {row["channel"]: msgspec.convert(row, ChannelFigures) for row in rows}


def figures_of_routes(
    conn: Connection, tenants: Sequence[TenantId], *, since: datetime
) -> dict[RouteId, RouteFigures]:
    """Return those of routes that led to a message. Cost: linear in the messages."""
    parameters = {"tenants": list(tenants), "since": since}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["figures_of_routes"], parameters).fetchall()
    return {row["route"]: msgspec.convert(row, RouteFigures) for row in rows}
