"""What measurements tell of, and when desktops were in service. Runs on any connection."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from yunwei.base.core.metrics import At
from yunwei.base.infra.postgres import Connection, cursor, load_statements, typed_cursor
from yunwei.monitor.inventory.facts import (
    Change,
    DesktopMove,
    DesktopPlace,
    DesktopStart,
    Measured,
    PlaceChange,
    StartCount,
)

SQL = load_statements("yunwei.monitor.inventory", "measured")


def measured_things(conn: Connection, at: At, tenants: Sequence[int]) -> tuple[Measured, ...]:
    with typed_cursor(conn, Measured) as opened:
        statement = SQL[f"measured_{at.value}s"]
        return tuple(opened.execute(statement, {"tenants": list(tenants)}).fetchall())


def desktop_moves(
    conn: Connection, tenants: Sequence[int], since: datetime
) -> tuple[DesktopMove, ...]:
    with cursor(conn) as opened:
        asked = {"tenants": list(tenants), "since": since}
        rows = opened.execute(SQL["desktop_moves"], asked).fetchall()
    return tuple(
        DesktopMove(
            source=row["source"],
            native_id=row["native_id"],
            change=Change(
                at=row["at"], field=row["field"], before=row["before"], after=row["after"]
            ),
        )
        for row in rows
    )


def desktop_places(conn: Connection, tenants: Sequence[int]) -> tuple[DesktopPlace, ...]:
    with typed_cursor(conn, DesktopPlace) as opened:
        found = opened.execute(SQL["desktop_places"], {"tenants": list(tenants)})
        return tuple(found.fetchall())


def place_changes(
    conn: Connection, tenants: Sequence[int], field: Literal["host", "image"], since: datetime
) -> tuple[PlaceChange, ...]:
    with typed_cursor(conn, PlaceChange) as opened:
        asked = {"tenants": list(tenants), "field": field, "since": since}
        return tuple(opened.execute(SQL["place_changes"], asked).fetchall())


def count_starts(
    conn: Connection,
    tenants: Sequence[int],
    pool: tuple[int, str] | None,
    since: datetime,
    until: datetime,
) -> dict[int, int]:
    """Return starts by the beginning of each step of five minutes, in seconds since 1970."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["count_starts"], _span(tenants, pool, since, until)).fetchall()
    return {row["begin_s"]: row["starts"] for row in rows}


def starts_by_step(
    conn: Connection,
    at: At,
    tenants: Sequence[int],
    spans: Sequence[tuple[float, float]],
    *,
    step_s: int,
) -> tuple[StartCount, ...]:
    with typed_cursor(conn, StartCount) as opened:
        asked = {
            "tenants": list(tenants),
            "object_kind": at.value,
            "step_s": step_s,
            "sinces": [datetime.fromtimestamp(since_s, UTC) for since_s, _ in spans],
            "untils": [datetime.fromtimestamp(until_s, UTC) for _, until_s in spans],
        }
        return tuple(opened.execute(SQL["starts_by_step"], asked).fetchall())


def list_starts(
    conn: Connection,
    tenants: Sequence[int],
    pool: tuple[int, str] | None,
    since: datetime,
    until: datetime,
) -> tuple[DesktopStart, ...]:
    with typed_cursor(conn, DesktopStart) as opened:
        found = opened.execute(SQL["list_starts"], _span(tenants, pool, since, until))
        return tuple(found.fetchall())


def _span(
    tenants: Sequence[int], pool: tuple[int, str] | None, since: datetime, until: datetime
) -> dict[str, object]:
    source, native_id = pool or (None, "")
    return {
        "tenants": list(tenants),
        "pool_source": source,
        "pool_id": native_id,
        "since": since,
        "until": until,
    }
