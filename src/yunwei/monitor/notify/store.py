"""Rows of notify to facts and back. The only SQL on these tables."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.condition import condition_to_json, parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts import (
    Channel,
    Delivery,
    DueMessage,
    MessageDraft,
    MessageRow,
    Route,
    Verdict,
)

logger = logging.getLogger(__name__)

SQL = load_statements("yunwei.monitor.notify")

CHANNELS = Listing(
    base=SQL["list_channels"],
    filters={
        "id": "id = %(id)s",
        "kind": "kind = %(kind)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "kind": "kind", "changed_at": "changed_at"},
    default_sort="name",
)
ROUTES = Listing(
    base=SQL["list_routes"],
    filters={
        "id": "id = %(id)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"position": "tenant_id, position", "name": "lower(name)"},
    default_sort="position",
)
MESSAGES = Listing(
    base=SQL["list_messages"],
    filters={
        "id": "id = %(id)s",
        "alarm": "alarm_id = %(alarm)s",
        "channel": "channel_id = %(channel)s",
        "user": "user_id = %(user)s",
        "on_screen": "(channel_id IS NULL) = %(on_screen)s",
        "is_unread": "(read_at IS NULL) = %(is_unread)s",
        "state": "state = %(state)s",
        "kind": "kind = %(kind)s",
        "search": "concat_ws(' ', recipient, address, content ->> 'subject')"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"created_at": "created_at", "sent_at": "sent_at", "state": "state"},
    default_sort="-created_at",
)


def build_channel(row: Mapping[str, Any]) -> Channel:
    return msgspec.convert(row, Channel, strict=False)


def build_route(row: Mapping[str, Any]) -> Route:
    return msgspec.convert({**row, "condition": parse_condition(row["condition"])}, _RouteRow).fact


class _RouteRow(msgspec.Struct):
    """A route's row, its condition parsed already."""

    id: int
    tenant: int
    position: int
    name: str
    condition: Any
    channels: tuple[int, ...]
    people: tuple[int, ...]
    roles: tuple[str, ...]
    on_screen: bool
    tells_clear: bool
    goes_on: bool
    is_enabled: bool
    changed_at: datetime

    @property
    def fact(self) -> Route:
        return Route(**msgspec.structs.asdict(self))


def build_message(row: Mapping[str, Any]) -> MessageRow:
    renamed = {**row, "tenant": row["tenant_id"], "alarm": row["alarm_id"]}
    return msgspec.convert(renamed, MessageRow, strict=False)


def with_tenant(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "tenant": row["tenant_id"]}


def current_channels(conn: Connection) -> tuple[Channel, ...]:
    with cursor(conn) as opened:
        return tuple(map(build_channel, opened.execute(SQL["current_channels"]).fetchall()))


def current_routes(conn: Connection) -> tuple[Route, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_routes"]).fetchall()
    return tuple(route for route in map(_build_or_skip, rows) if route is not None)


def _build_or_skip(row: Mapping[str, Any]) -> Route | None:
    try:
        return build_route(row)
    except (Invalid, msgspec.ValidationError) as error:
        logger.error("route %s is damaged and leads nowhere: %s", row["id"], error)
        return None


def fetch_tenants(conn: Connection) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["provider"]).fetchall()


def lock_channel(conn: Connection, channel: int, tenants: Sequence[int]) -> Channel | None:
    parameters = {"id": channel, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_channel"], parameters).fetchone()
    return build_channel(row) if row else None


def channel_access(conn: Connection, channel: int) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL["channel_access"], {"id": channel}).fetchone()


def save_channel(conn: Connection, channel: Channel, secrets: bytes, *, is_new: bool) -> int:
    parameters = {
        "id": channel.id,
        "tenant": channel.tenant,
        "kind": channel.kind,
        "name": channel.name,
        "settings": to_json(channel.settings),
        "secrets": secrets,
        "secrets_set": to_json(channel.secrets_set),
        "language": channel.language,
        "is_enabled": channel.is_enabled,
        "changed_at": channel.changed_at,
    }
    with cursor(conn) as opened:
        done = opened.execute(SQL["add_channel" if is_new else "change_channel"], parameters)
        row = done.fetchone() if is_new else None
    return int(row["id"]) if row else channel.id


def remove_channel(conn: Connection, channel: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_channel"], {"id": channel, "at": at})


def lock_route(conn: Connection, route: int, tenants: Sequence[int]) -> Route | None:
    parameters = {"id": route, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_route"], parameters).fetchone()
    return build_route(row) if row else None


def save_route(conn: Connection, route: Route, *, is_new: bool) -> int:
    parameters = {
        "id": route.id,
        "tenant": route.tenant,
        "name": route.name,
        "condition": to_json(condition_to_json(route.condition)),
        "channels": to_json(route.channels),
        "people": to_json(route.people),
        "roles": to_json(route.roles),
        "on_screen": route.on_screen,
        "tells_clear": route.tells_clear,
        "goes_on": route.goes_on,
        "is_enabled": route.is_enabled,
        "changed_at": route.changed_at,
    }
    with cursor(conn) as opened:
        done = opened.execute(SQL["add_route" if is_new else "change_route"], parameters)
        row = done.fetchone() if is_new else None
    return int(row["id"]) if row else route.id


def remove_route(conn: Connection, route: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_route"], {"id": route, "at": at})


def place_routes(conn: Connection, ids: Sequence[int], tenant: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["place_routes"], {"ids": list(ids), "tenant": tenant, "at": at})


def add_messages(conn: Connection, drafts: Sequence[MessageDraft]) -> None:
    if drafts:
        with cursor(conn) as opened:
            opened.execute(SQL["add_messages"], {"rows": to_json(drafts)})


def told_of(conn: Connection, occurrences: Iterable[int]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["told_of"], {"occurrences": list(occurrences)}).fetchall()


def claim_messages(
    conn: Connection,
    *,
    now: datetime,
    lease_until: datetime,
    limit: int,
    busy: Sequence[int],
) -> tuple[DueMessage, ...]:
    parameters = {
        "now": now,
        "lease_until": lease_until,
        "limit": limit,
        "busy": list(busy),
    }
    with cursor(conn) as opened:
        rows = opened.execute(SQL["claim_messages"], parameters).fetchall()
    return tuple(msgspec.convert(row, DueMessage, strict=False) for row in rows)


def finish_message(conn: Connection, message: int, verdict: Verdict, now: datetime) -> None:
    parameters = {
        "id": message,
        "state": verdict.state.value,
        "next_at": verdict.next_at,
        "error": verdict.error[:500],
        "now": now,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["finish_message"], parameters)


def add_delivery(conn: Connection, message: int, delivery: Delivery) -> None:
    parameters = {
        "message": message,
        "at": delivery.at,
        "is_ok": delivery.is_ok,
        "detail": delivery.detail[:1000],
        "duration_s": delivery.duration_s,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_delivery"], parameters)


def deliveries_of_message(conn: Connection, message: int) -> tuple[Delivery, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["deliveries_of_message"], {"message": message}).fetchall()
    return tuple(msgspec.convert(row, Delivery) for row in rows)


def lock_message(conn: Connection, message: int, tenants: Sequence[int]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(
            SQL["lock_message"], {"id": message, "tenants": list(tenants)}
        ).fetchone()


def retry_message(conn: Connection, message: int, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["retry_message"], {"id": message, "now": now})


def count_unread(conn: Connection, user: int) -> int:
    with cursor(conn) as opened:
        row = opened.execute(SQL["count_unread"], {"user": user}).fetchone()
    return int(row["count"]) if row else 0


def mark_read(conn: Connection, user: int, message: int | None, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["mark_read"], {"user": user, "id": message, "now": now})


def seconds_until_due(conn: Connection, now: datetime) -> float | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["seconds_until_due"], {"now": now}).fetchone()
    return row["wait_s"] if row else None


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["routes_signature"]).fetchone()
    return tuple((row or {}).values())
