"""Rows of inventory to facts and back. The only SQL on these tables; runs on any connection."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import DesktopSeen, Seen, SeenKind, SessionSeen
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory.facts import Change

SQL = load_statements("yunwei.monitor.inventory")

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
        " OR strpos(lower(desktop_name), lower(%(search)s)) > 0",
        "state": "state = %(state)s",
        "pool": "pool = %(pool)s",
        "desktop": "desktop = %(desktop)s",
        "login": "login = %(login)s",
        "department": "department = %(department)s",
    },
    sorts={
        "login": "lower(login)",
        "desktop": "lower(desktop_name)",
        "pool": "nullif(lower(pool_name), '')",
        "department": "nullif(department, '')",
        "state": "state",
        "state_since": "state_since",
        "first_seen_at": "first_seen_at",
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


def build[T](row: Mapping[str, Any], fact: type[T]) -> T:
    """Return the fact of a listed row; the columns bear the facts' names."""
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, fact)


# jsonb has no NUL; a source that sends one keeps the rest of its text
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def encode_rows(rows: Sequence[object]) -> str:
    return _without_nul(msgspec.json.encode(rows)).decode()


def _encode_seen(seen: Sequence[Seen]) -> str:
    """Return rows with a `digest` each, by which one that says nothing new is known."""
    encoded = (_without_nul(msgspec.json.encode(each)) for each in seen)
    rows = (b'{"digest":"%s",%s' % (_digest(row), row[1:]) for row in encoded)
    return (b"[" + b",".join(rows) + b"]").decode()


def _digest(row: bytes) -> bytes:
    return hashlib.blake2b(row, digest_size=9).hexdigest().encode()


def _without_nul(encoded: bytes) -> bytes:
    return _NUL.sub(rb"\1", encoded) if b"\\u0000" in encoded else encoded


_UPSERTS = {
    SeenKind.DESKTOP_USER: "upsert_desktop_users",
    SeenKind.POOL: "upsert_pools",
    SeenKind.HOST: "upsert_hosts",
    SeenKind.DESKTOP: "upsert_desktops",
    SeenKind.SESSION: "upsert_sessions",
    SeenKind.LICENCE: "upsert_licences",
}


def write_seen(
    conn: Connection, poll: Poll, kind: SeenKind, seen: Sequence[Seen], at: datetime
) -> None:
    whose = {"tenant": poll.tenant, "source": poll.source, "at": at}
    with cursor(conn) as opened:
        opened.execute(SQL[_UPSERTS[kind]], whose | {"rows": _encode_seen(seen)})
        if kind is SeenKind.SESSION:
            return
        native_ids = [each.native_id for each in seen if not isinstance(each, SessionSeen)]
        opened.execute(SQL["add_sightings"], whose | {"kind": kind.value, "native_ids": native_ids})
        if kind is SeenKind.DESKTOP:
            assigned = [
                {"native_id": each.native_id, "logins": each.logins}
                for each in seen
                if isinstance(each, DesktopSeen)
            ]
            rows = encode_rows(assigned)
            for statement in ("drop_assignments", "add_assignments"):
                opened.execute(SQL[statement], whose | {"rows": rows})


def count_seen(conn: Connection, poll: Poll, kind: SeenKind) -> tuple[int, int]:
    """Return how many of a kind there are by now, and how many of those this poll has seen."""
    known = _one(conn, f"count_{kind}", {"source": poll.source})
    seen = _one(
        conn,
        "count_sightings",
        {"source": poll.source, "kind": kind.value, "started_at": poll.started_at},
    )
    return (known or {})["known"], (seen or {})["seen"]


def end_unseen(conn: Connection, poll: Poll, kind: SeenKind, at: datetime) -> None:
    parameters = {"source": poll.source, "started_at": poll.started_at, "at": at}
    with cursor(conn) as opened:
        opened.execute(SQL[f"end_{kind}"], parameters)
        if kind is not SeenKind.SESSION:
            opened.execute(SQL["drop_sightings"], parameters | {"kind": kind.value})


def note_expired(conn: Connection, source: SourceId, at: datetime) -> list[dict[str, Any]]:
    return _all(conn, "note_expired", {"source": source, "at": at})


def follow_sessions(conn: Connection, source: SourceId) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["follow_sessions"], {"source": source})


def count_sessions(conn: Connection, source: SourceId) -> list[dict[str, Any]]:
    return _all(conn, "count_sessions", {"source": source})


def count_desktops(conn: Connection, source: SourceId) -> list[dict[str, Any]]:
    return _all(conn, "count_desktops", {"source": source})


def choose_desktops(
    conn: Connection, source: SourceId, *, limit: int, at: datetime
) -> tuple[str, ...]:
    rows = _all(conn, "choose_desktops", {"source": source, "limit": limit, "at": at})
    return tuple(row["native_id"] for row in rows)


def fetch_raw(conn: Connection, statement: str, row_id: int) -> dict[str, str]:
    row = _one(conn, statement, {"id": row_id})
    return dict(row["raw"]) if row else {}


def fetch_changes(conn: Connection, statement: str, row_id: int, limit: int) -> tuple[Change, ...]:
    rows = _all(conn, statement, {"id": row_id, "limit": limit})
    return tuple(msgspec.convert(row, Change) for row in rows)


def list_departments(conn: Connection, tenants: Sequence[TenantId]) -> tuple[str, ...]:
    rows = _all(conn, "list_departments", {"tenants": list(tenants)})
    return tuple(row["department"] for row in rows)


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
