"""What stands on what, in few words. Runs on any connection."""

from collections.abc import Sequence
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, typed_cursor
from yunwei.monitor.inventory.facts import Neighbour, Placed

SQL = load_statements("yunwei.monitor.inventory", "topology")


def placed_things(conn: Connection) -> tuple[Placed, ...]:
    with typed_cursor(conn, Placed) as opened:
        return tuple(opened.execute(SQL["placed_things"]).fetchall())


def placed_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["placed_signature"]).fetchone()
    return tuple((row or {}).values())


def desktops_of_source(
    conn: Connection, source: int, tenants: Sequence[int]
) -> tuple[Neighbour, ...]:
    asked = {"source": source, "tenants": list(tenants)}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["desktops_of_source"], asked).fetchall()
    return tuple(msgspec.convert(row, Neighbour) for row in rows)
