"""Rows of channels to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.channels import Channel

SQL = load_statements("yunwei.monitor.notify", "channels")


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


def build_channel(row: Mapping[str, Any]) -> Channel:
    return msgspec.convert(row, Channel, strict=False)


def with_tenant(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "tenant": row["tenant_id"]}


def current_channels(conn: Connection) -> tuple[Channel, ...]:
    with cursor(conn) as opened:
        return tuple(map(build_channel, opened.execute(SQL["current_channels"]).fetchall()))


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
        "limits": channel.limits,
        "fallback": channel.fallback,
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
