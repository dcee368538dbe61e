"""Rows of releases of the agent to facts and back."""

from datetime import datetime

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.agents.facts.releases import Offered
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
