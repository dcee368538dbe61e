"""Rows of releases of the agent to facts and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.agents.facts.releases import Offered, Place
from yunwei_wire.releases import Release

SQL = load_statements("yunwei.operate.agents", "releases")


def offered(conn: Connection) -> Offered | None:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["offered"]).fetchall()
    if not rows:
        return None
    row = rows[0]
    release = Release(
        version=row["version"], digest=bytes(row["digest"]), size_bytes=row["size_bytes"]
    )
    return Offered(
        id=row["id"],
        release=release,
        share=row["share"],
        offered_at=row["offered_at"],
        offered_by=row["offered_by"],
    )


def release_data(conn: Connection, id: int) -> bytes:
    """Return nothing where it is not there."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["release_data"], {"id": id}).fetchall()
    return bytes(rows[0]["data"]) if rows else b""


def add_release(
    conn: Connection, release: Release, data: bytes, *, share: int, by: str, now: datetime
) -> int:
    values = {
        "version": release.version,
        "digest": release.digest,
        "size_bytes": release.size_bytes,
        "data": data,
        "share": share,
        "by": by,
        "now": now,
    }
    with cursor(conn) as opened:
        return int(opened.execute(SQL["add_release"], values).fetchall()[0]["id"])


def withdraw_releases(conn: Connection, now: datetime) -> bool:
    """Say whether there was one."""
    with cursor(conn) as opened:
        return bool(opened.execute(SQL["withdraw_releases"], {"now": now}).fetchall())


def places_of_agents(conn: Connection, agents: Iterable[int]) -> tuple[Place, ...]:
    """Return where those of some agents are that were not cut off."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["places_of_agents"], {"agents": list(agents)}).fetchall()
    return tuple(
        Place(
            agent=row["agent"],
            tenant=TenantId(row["tenant"]),
            name=row["name"],
            desktop=None if row["desktop"] is None else DesktopId(row["desktop"]),
        )
        for row in rows
    )


def count_running(conn: Connection, version: str, tenants: Sequence[TenantId]) -> int:
    """Return how many agents of some tenants run a version."""
    values = {"version": version, "tenants": list(tenants)}
    with cursor(conn) as opened:
        return int(opened.execute(SQL["count_running"], values).fetchall()[0]["running"])
