"""Lists of what exists, and its present. Runs on any connection."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import (
    Connection,
    cursor,
    load_statements,
    plain_cursor,
    sql,
    typed_cursor,
)
from yunwei.monitor.inventory.facts import Change, DesktopRow, HeldDesktop, NamedUser, PlaceName

SQL = load_statements("yunwei.monitor.inventory", "lists")

# What stands in a list unless asked for: what is there. "only" what is gone, "with" both.
_GONE = (
    "CASE %(gone)s WHEN 'with' THEN true WHEN 'only' THEN gone_at IS NOT NULL"
    " ELSE gone_at IS NULL END"
)
_COMMON = {
    "id": "id = %(id)s",
    "source": "source = %(source)s",
    "native_id": "native_id = %(native_id)s",
    "tenant": "tenant_id = %(tenant)s",
    "gone": _GONE,
}
_SEEN_SORTS = {
    "name": "lower(name)",
    "source": "source_name",
    "first_seen_at": "first_seen_at",
    "last_seen_at": "last_seen_at",
}

DESKTOPS = Listing(
    base=SQL["list_desktops"],
    filters={
        **_COMMON,
        "search": "strpos(lower(name), lower(%(search)s)) > 0"
        " OR strpos(ip, %(search)s) > 0"
        " OR strpos(lower(pool_name), lower(%(search)s)) > 0"
        " OR native_id = %(search)s"
        " OR id IN (SELECT a.desktop_id FROM inventory_desktopassignment a"
        " LEFT JOIN inventory_desktopuser u ON u.source_id = a.source_id AND u.login = a.login"
        " WHERE strpos(lower(a.login), lower(%(search)s)) > 0"
        " OR strpos(lower(u.name), lower(%(search)s)) > 0)"
        " OR (source, native_id) IN (SELECT x.source_id, x.desktop FROM inventory_session x"
        " WHERE strpos(lower(x.login), lower(%(search)s)) > 0)",
        "state": "state = ANY(%(state)s)",
        "login_state": "login_state = ANY(%(login_state)s)",
        "kind": "kind = %(kind)s",
        "pool": "pool = %(pool)s",
        "host": "host = %(host)s",
        "is_in_maintenance": "is_in_maintenance = %(is_in_maintenance)s",
        "image": "image = %(image)s",
        "agent_version": "agent_version = %(agent_version)s",
        "user": "id IN (SELECT a.desktop_id FROM inventory_desktopassignment a"
        " WHERE a.login = %(user)s)"
        " OR (source, native_id) IN (SELECT x.source_id, x.desktop FROM inventory_session x"
        " WHERE x.login = %(user)s)",
        "assigned_to": "id IN (SELECT a.desktop_id FROM inventory_desktopassignment a"
        " WHERE lower(a.login) = lower(%(assigned_to)s))",
    },
    sorts={
        **_SEEN_SORTS,
        "state": "array_position(ARRAY['running', 'stopped', 'hibernated', 'changing', 'unknown',"
        " 'error'], state)",
        "login_state": "array_position(ARRAY['connected', 'disconnected', 'ready', 'unknown',"
        " 'unregistered'], login_state)",
        "state_since": "state_since",
        "pool": "nullif(lower(pool_name), '')",
        "host": "nullif(lower(host_name), '')",
        "ip": "CASE WHEN ip ~ '^[0-9]+([.][0-9]+){3}$' THEN ip::inet END",
    },
    default_sort="name",
)

DESKTOP_USERS = Listing(
    base=SQL["list_desktop_users"],
    filters={
        **_COMMON,
        "search": "strpos(lower(login), lower(%(search)s)) > 0"
        " OR strpos(lower(name), lower(%(search)s)) > 0"
        " OR strpos(lower(email), lower(%(search)s)) > 0"
        " OR strpos(lower(department), lower(%(search)s)) > 0",
        "department": "department = %(department)s",
        "login": "login = %(login)s",
        "is_online": "is_online = %(is_online)s",
        "is_locked": "is_locked = %(is_locked)s",
        "is_disabled": "is_disabled = %(is_disabled)s",
    },
    sorts={
        **_SEEN_SORTS,
        "login": "lower(login)",
        "department": "nullif(department, '')",
        "is_online": "is_online",
        "desktops_count": "desktops_count",
    },
    default_sort="login",
)

SESSIONS = Listing(
    base=SQL["list_sessions"],
    filters={
        "id": "id = %(id)s",
        "source": "source = %(source)s",
        "tenant": "tenant_id = %(tenant)s",
        "search": "strpos(lower(login), lower(%(search)s)) > 0"
        " OR strpos(lower(user_name), lower(%(search)s)) > 0"
        " OR strpos(lower(desktop_name), lower(%(search)s)) > 0"
        " OR strpos(client_ip, %(search)s) > 0",
        "state": "state = %(state)s",
        "pool": "pool = %(pool)s",
        "desktop": "desktop = %(desktop)s",
        "login": "login = %(login)s",
        "department": "department = %(department)s",
        "client": "client_type = %(client)s",
        "state_before": "state_since < %(state_before)s",
    },
    sorts={
        "login": "lower(login)",
        "desktop": "lower(desktop_name)",
        "pool": "nullif(lower(pool_name), '')",
        "department": "nullif(department, '')",
        "state": "state",
        "state_since": "state_since",
        "first_seen_at": "first_seen_at",
        "began_at": "began_at",
        "client": "nullif(client_type, '')",
        "client_version": "nullif(client_version, '')",
        "rtt": "rtt_s",
    },
    default_sort="-state_since",
)

POOLS = Listing(
    base=SQL["list_pools"],
    filters={
        **_COMMON,
        "search": "strpos(lower(name), lower(%(search)s)) > 0",
        "kind": "kind = %(kind)s",
    },
    sorts={
        **_SEEN_SORTS,
        "desktops_count": "desktops_count",
        "users_online": "users_online",
        "error_count": "error_count",
    },
    default_sort="name",
)

HOSTS = Listing(
    base=SQL["list_hosts"],
    filters={
        **_COMMON,
        "search": "strpos(lower(name), lower(%(search)s)) > 0",
        "state": "state = ANY(%(state)s)",
        "is_healthy": "is_healthy = %(is_healthy)s",
    },
    sorts={
        **_SEEN_SORTS,
        "state": "state",
        "cpu_used": "cpu_used::float / nullif(cpu_total, 0)",
        "memory_used": "memory_used_mb::float / nullif(memory_total_mb, 0)",
        "desktops_count": "desktops_count",
    },
    default_sort="name",
)

LICENCES = Listing(
    base=SQL["list_licences"],
    filters={
        **_COMMON,
        "search": "strpos(lower(name), lower(%(search)s)) > 0",
        # a text that is looked for, and names that stand for it in the viewer's language
        "called": "strpos(lower(name), lower((%(called)s::text[])[1])) > 0"
        " OR name = ANY(%(called)s)",
        "expires_before": "expires_at < %(expires_before)s",
    },
    sorts={
        **_SEEN_SORTS,
        "used_ratio": "used_ratio",
        "used": "used",
        "total": "total",
        "expires_at": "expires_at",
    },
    default_sort="-used_ratio",
)

LICENCE_CHANGES = Listing(
    base=SQL["list_licence_changes"],
    filters={
        "source": "source = %(source)s",
        "tenant": "tenant_id = %(tenant)s",
        "licence": "licence = %(licence)s",
        "search": "strpos(lower(licence_name), lower(%(search)s)) > 0",
        "called": "strpos(lower(licence_name), lower((%(called)s::text[])[1])) > 0"
        " OR licence_name = ANY(%(called)s)",
        "field": "field = %(field)s",
        "since": "at >= %(since)s",
        "until": "at < %(until)s",
    },
    sorts={"at": "at", "name": "lower(licence_name)", "source": "source_name"},
    default_sort="-at",
)


def build[T](row: Mapping[str, Any], fact: type[T]) -> T:
    """Return the fact of a listed row; the columns bear the facts' names."""
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, fact)


def fetch_raw(conn: Connection, statement: str, row_id: int) -> dict[str, str]:
    row = _one(conn, statement, {"id": row_id})
    return dict(row["raw"]) if row else {}


def fetch_changes(conn: Connection, statement: str, row_id: int, limit: int) -> tuple[Change, ...]:
    rows = _all(conn, statement, {"id": row_id, "limit": limit})
    return tuple(msgspec.convert(row, Change) for row in rows)


def desktops_of(
    conn: Connection, source: SourceId, native_ids: Sequence[str]
) -> tuple[DesktopRow, ...]:
    """Return some desktops of a source that are there."""
    some = sql.SQL(
        "SELECT * FROM ({}) AS listed WHERE source = %(source)s AND gone_at IS NULL"
        " AND native_id = ANY(%(native_ids)s)"
    )
    values = {"source": source, "native_ids": list(native_ids)}
    with cursor(conn) as opened:
        found = opened.execute(some.format(sql.SQL(SQL["list_desktops"])), values)
        return tuple(build(row, DesktopRow) for row in found.fetchall())


def desktop_there(conn: Connection, desktop: DesktopId) -> DesktopRow | None:
    """Return one desktop; None when its source was removed."""
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(one.format(sql.SQL(SQL["list_desktops"])), {"id": desktop})
        rows = [build(row, DesktopRow) for row in found.fetchall()]
    return rows[0] if rows else None


def held_desktops(conn: Connection, tenants: Sequence[TenantId]) -> tuple[HeldDesktop, ...]:
    asked = {"tenants": list(tenants)}
    with plain_cursor(conn) as opened:
        rows = opened.execute(SQL["held_desktops"], asked).fetchall()
    return msgspec.convert(rows, tuple[HeldDesktop, ...])


def place_names(
    conn: Connection, statement: Literal["pool_names", "host_names"], tenants: Sequence[TenantId]
) -> tuple[PlaceName, ...]:
    rows = _all(conn, statement, {"tenants": list(tenants)})
    return msgspec.convert(rows, tuple[PlaceName, ...])


def name_desktop_users(
    conn: Connection, tenants: Sequence[TenantId], wanted: Sequence[tuple[SourceId, str]]
) -> tuple[NamedUser, ...]:
    asked = {
        "tenants": list(tenants),
        "sources": [source for source, _ in wanted],
        "logins": [login for _, login in wanted],
    }
    with typed_cursor(conn, NamedUser) as opened:
        return tuple(opened.execute(SQL["name_desktop_users"], asked).fetchall())


def list_departments(conn: Connection, tenants: Sequence[TenantId]) -> tuple[str, ...]:
    rows = _all(conn, "list_departments", {"tenants": list(tenants)})
    return tuple(row["department"] for row in rows)


def list_clients(conn: Connection, tenants: Sequence[TenantId]) -> tuple[str, ...]:
    rows = _all(conn, "list_clients", {"tenants": list(tenants)})
    return tuple(row["client_type"] for row in rows)


def now_sessions(conn: Connection, tenants: Sequence[TenantId]) -> list[dict[str, Any]]:
    return _all(conn, "now_sessions", {"tenants": list(tenants)})


def now_desktops(conn: Connection, tenants: Sequence[TenantId]) -> list[dict[str, Any]]:
    return _all(conn, "now_desktops", {"tenants": list(tenants)})


def now_sources(conn: Connection, tenants: Sequence[TenantId]) -> list[dict[str, Any]]:
    return _all(conn, "now_sources", {"tenants": list(tenants)})


def _all(conn: Connection, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchall()


def _one(conn: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchone()


def set_licence_thresholds(
    conn: Connection, licence: int, *, scarce_at: float, spent_at: float
) -> None:
    parameters = {"id": licence, "scarce_at": scarce_at, "spent_at": spent_at}
    with cursor(conn) as opened:
        opened.execute(SQL["set_licence_thresholds"], parameters)
