"""What stands on what, in few words. Runs on any connection."""

from typing import Any

from yunwei.base.infra.postgres import Connection, cursor, load_statements, typed_cursor
from yunwei.monitor.inventory.facts import Placed

SQL = load_statements("yunwei.monitor.inventory", "topology")


def placed_things(conn: Connection) -> tuple[Placed, ...]:
    with typed_cursor(conn, Placed) as opened:
        return tuple(opened.execute(SQL["placed_things"]).fetchall())


def placed_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["placed_signature"]).fetchone()
    return tuple((row or {}).values())
