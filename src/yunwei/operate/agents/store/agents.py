"""Rows of agents and of the tokens by which they enrol."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.operate.agents.facts.agents import (
    AgentRow,
    AgentState,
    Enrolled,
    Heartbeat,
    Known,
    TakenEnrolment,
    TokenRow,
    TokenState,
)

SQL = load_statements("yunwei.operate.agents", "agents")

AGENTS = Listing(
    base=SQL["list_agents"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "desktop": "desktop_id = %(desktop)s",
        "state": "state = %(state)s",
        "has_desktop": "(desktop_id IS NOT NULL) = %(has_desktop)s",
        "is_revoked": "(revoked_at IS NOT NULL) = %(is_revoked)s",
        "search": "concat_ws(' ', name, desktop_name, version, system)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "name": "lower(name)",
        "desktop": "lower(desktop_name)",
        "state": "state",
        "version": "version",
        "seen_at": "seen_at",
        "enrolled_at": "enrolled_at",
    },
    default_sort="name",
)

TOKENS = Listing(
    base=SQL["list_tokens"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "state": "state = %(state)s",
        "search": "concat_ws(' ', name, desktop_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "created_at": "created_at", "expires_at": "expires_at"},
    default_sort="-created_at",
)


def build_agent(row: Mapping[str, Any]) -> AgentRow:
    renamed = {**row, "tenant": row["tenant_id"], "desktop": row["desktop_id"]}
    told = {each.name: renamed[each.name] for each in fields(AgentRow)}
    return AgentRow(**{**told, "state": AgentState(row["state"])})


def build_token(row: Mapping[str, Any]) -> TokenRow:
    renamed = {**row, "tenant": row["tenant_id"], "desktop": row["desktop_id"]}
    told = {each.name: renamed[each.name] for each in fields(TokenRow)}
    return TokenRow(**{**told, "state": TokenState(row["state"])})


def add_token(conn: Connection, values: Mapping[str, Any]) -> int:
    return int(_all(conn, "add_token", values)[0]["id"])


def revoke_token(conn: Connection, token: int, now: datetime) -> bool:
    """Say whether it was not revoked before."""
    return bool(_all(conn, "revoke_token", {"token": token, "now": now}))


def use_token(conn: Connection, digest: bytes, now: datetime) -> Mapping[str, Any] | None:
    rows = _all(conn, "use_token", {"digest": digest, "now": now})
    return rows[0] if rows else None


def desktops_named(conn: Connection, tenant: TenantId, name: str) -> tuple[DesktopId, ...]:
    """Return up to two."""
    rows = _all(conn, "desktops_named", {"tenant": tenant, "name": name})
    return tuple(DesktopId(row["id"]) for row in rows)


def is_desktop_of(conn: Connection, tenant: TenantId, desktop: DesktopId) -> bool:
    (row,) = _all(conn, "desktop_of_tenant", {"tenant": tenant, "desktop": desktop})
    return bool(row["is_there"])


def add_agent(conn: Connection, values: Mapping[str, Any]) -> int | None:
    rows = _all(conn, "add_agent", values)
    return int(rows[0]["id"]) if rows else None


def agent_by_key(conn: Connection, public_key: str, machine: str) -> Enrolled | None:
    rows = _all(conn, "agent_by_key", {"public_key": public_key, "machine": machine})
    if not rows:
        return None
    row = rows[0]
    return Enrolled(
        id=row["id"],
        tenant=TenantId(row["tenant"]),
        public_key=row["public_key"],
        desktop=row["desktop"],
    )


def replace_agents(
    conn: Connection, desktop: DesktopId, *, by: str, agent: int, now: datetime
) -> tuple[int, ...]:
    values = {"desktop": desktop, "agent": agent, "by": by, "now": now}
    return tuple(row["id"] for row in _all(conn, "replace_agents", values))


def revoke_agent(conn: Connection, agent: int, *, by: str, now: datetime) -> bool:
    return bool(_all(conn, "revoke_agent", {"agent": agent, "by": by, "now": now}))


def give_desktop(conn: Connection, agent: int, desktop: DesktopId | None) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["give_desktop"], {"agent": agent, "desktop": desktop})


def take_enrolments(conn: Connection, limit: int) -> tuple[TakenEnrolment, ...]:
    rows = _all(conn, "take_enrolments", {"limit": limit})
    return tuple(TakenEnrolment(**row) for row in rows)


def revoked_since(conn: Connection, since: datetime) -> dict[str, datetime]:
    rows = _all(conn, "revoked_since", {"since": since})
    return {row["public_key"]: row["revoked_at"] for row in rows}


def known_agents(conn: Connection, agents: Iterable[int]) -> tuple[Known, ...]:
    rows = _all(conn, "known_agents", {"agents": list(agents)})
    return tuple(
        Known(
            id=row["id"],
            tenant=TenantId(row["tenant"]),
            public_key=row["public_key"],
            machine=row["machine"],
            is_revoked=row["is_revoked"],
            source=None if row["source"] is None else SourceId(row["source"]),
            native_id=row["native_id"],
        )
        for row in rows
    )


def note_heartbeats(conn: Connection, heartbeats: Sequence[Heartbeat]) -> None:
    """At most one of each agent."""
    statement = SQL["note_heartbeats"]
    with cursor(conn) as opened:
        opened.execute(statement, in_columns(statement, heartbeats))


def count_agents(conn: Connection, tenants: Sequence[int]) -> tuple[int, int]:
    """Return (online, enrolled)."""
    (row,) = _all(conn, "count_agents", {"tenants": list(tenants)})
    return row["online"], row["enrolled"]


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
