"""Rows of simulations to facts and back, and what they ask PostgreSQL of the past."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import OccurrenceId, UserId
from yunwei.base.core.managed_object import read_object
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.simulation.facts import (
    Deed,
    Outcome,
    Regret,
    Simulation,
    SimulationState,
    ToldOccurrence,
    Wakeup,
)

SQL = load_statements("yunwei.monitor.simulation")
MOST_ROWS = 200_000


def add_simulation(conn: Connection, told: Mapping[str, Any]) -> int:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["add_simulation"], {**told, "content": to_json(told["content"])}
        ).fetchone()
    assert row is not None  # noqa: S101  RETURNING of one INSERT
    return int(row["id"])


def fetch_simulation(conn: Connection, id: int, tenants: Sequence[int]) -> Simulation | None:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["fetch_simulation"], {"id": id, "tenants": list(tenants)}
        ).fetchone()
    return _build(row) if row else None


def latest_of_rule(conn: Connection, rule: int, tenants: Sequence[int]) -> Simulation | None:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["latest_of_rule"], {"rule": rule, "tenants": list(tenants)}
        ).fetchone()
    return _build(row) if row else None


def _build(row: Mapping[str, Any]) -> Simulation:
    return msgspec.convert(row, Simulation, strict=False)


def touch(conn: Connection, id: int, step: str, now: datetime) -> bool:
    """Note the next step; False when somebody cancelled it."""
    with cursor(conn) as opened:
        return (
            opened.execute(SQL["touch_simulation"], {"id": id, "step": step, "now": now}).fetchone()
            is not None
        )


def finish(
    conn: Connection,
    id: int,
    state: SimulationState,
    *,
    now: datetime,
    outcome: Outcome | None = None,
    error: str = "",
) -> bool:
    """Write how it ended; False when it had ended already."""
    parameters = {
        "id": id,
        "state": state.value,
        "outcome": to_json(outcome) if outcome else None,
        "error": error[:500],
        "now": now,
    }
    with cursor(conn) as opened:
        return opened.execute(SQL["finish_simulation"], parameters).fetchone() is not None


def tidy(
    conn: Connection, tenant: int, *, now: datetime, lost_before: datetime, old_before: datetime
) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["give_up_lost"], {"now": now, "before": lost_before})
        opened.execute(SQL["forget_old"], {"tenant": tenant, "before": old_before})


def source_names(conn: Connection, tenant: int) -> dict[int, str]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["source_names"], {"tenant": tenant}).fetchall()
    return {row["id"]: row["name"] for row in rows}


def told_occurrences(
    conn: Connection, tenant: int, since: datetime, until: datetime
) -> list[ToldOccurrence]:
    return [
        ToldOccurrence(
            occurrence=OccurrenceId(row["occurrence"]),
            at=row["at"],
            messages=row["messages"],
            row=_as_row(row),
        )
        for row in _ask(conn, "told_occurrences", tenant, since, until)
    ]


def wakeups(conn: Connection, tenant: int, since: datetime, until: datetime) -> list[Wakeup]:
    return [
        Wakeup(
            occurrence=OccurrenceId(row["occurrence"]),
            user=UserId(row["user"]),
            name=row["name"],
            quarter=row["quarter"],
        )
        for row in _ask(conn, "wakeups", tenant, since, until)
    ]


def deeds(conn: Connection, tenant: int, since: datetime, until: datetime) -> list[Deed]:
    return [
        Deed(
            regret=msgspec.convert(row, Regret, strict=False),
            raised_at=row["raised_at"],
            row=_as_row(row),
        )
        for row in _ask(conn, "deeds", tenant, since, until)
    ]


def busiest_rules(conn: Connection, tenant: int, since: datetime, limit: int) -> list[int]:
    with cursor(conn) as opened:
        rows = opened.execute(
            SQL["busiest_rules"], {"tenant": tenant, "since": since, "limit": limit}
        ).fetchall()
    return [row["id"] for row in rows]


def _ask(
    conn: Connection, name: str, tenant: int, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    parameters = {"tenant": tenant, "since": since, "until": until, "limit": MOST_ROWS}
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _as_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an occurrence as conditions see it: with its worst severity, not taken up."""
    parts = read_object(row["managed_object"])
    return {
        "source": str(row["source"]),
        "source_name": row["source_name"],
        "managed_object": row["managed_object"],
        "object_kind": parts.kind,
        "object_name": parts.name,
        "address": parts.device or row["raw"].get("address"),
        "alarm_type": row["alarm_type"],
        "qualifier": row["qualifier"],
        "severity": row["severity"],
        "reported_severity": row["severity"],
        "text": row["text"],
        "operator_state": "none",
        "count": row["count"],
        "raised_at": row["raised_at"],
        "raw": row["raw"],
    }
