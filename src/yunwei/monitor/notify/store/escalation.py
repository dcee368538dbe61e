"""Rows of escalations, and of what reached nobody, to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.escalation import Entry, Escalation, Untold

SQL = load_statements("yunwei.monitor.notify", "escalation")

ESCALATIONS = Listing(
    base=SQL["list_escalations"],
    filters={
        "id": "id = %(id)s",
        "alarm": "alarm = %(alarm)s",
        "alarms": "alarm = ANY(%(alarms)s)",
        "state": "state = %(state)s",
    },
    sorts={"started_at": "started_at", "next_at": "next_at"},
    default_sort="-started_at",
)


def build_escalation(row: Mapping[str, Any]) -> Escalation:
    given = {
        **row,
        "policy": row["plan"],
        "why": row["why"] or None,
        "because": row["because"] or None,
    }
    return msgspec.convert(given, Escalation, strict=False)


def lock_of_occurrences(conn: Connection, occurrences: Iterable[int]) -> list[Escalation]:
    with cursor(conn) as opened:
        parameters = {"occurrences": list(occurrences)}
        rows = opened.execute(SQL["lock_of_occurrences"], parameters).fetchall()
    return [build_escalation(row) for row in rows]


def lock_due(conn: Connection, now: datetime, limit: int) -> list[Escalation]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_due"], {"now": now, "limit": limit}).fetchall()
    return [build_escalation(row) for row in rows]


def lock_of_alarm(conn: Connection, alarm: int, tenants: Sequence[int]) -> list[Escalation]:
    parameters = {"alarm": alarm, "tenants": list(tenants)}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_of_alarm"], parameters).fetchall()
    return [build_escalation(row) for row in rows]


def add_escalations(
    conn: Connection, escalations: Sequence[Escalation]
) -> dict[tuple[int, int], int]:
    """Return the ids of those that are new, by (occurrence, policy)."""
    if not escalations:
        return {}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["add_escalations"], {"rows": to_json(escalations)}).fetchall()
    return {(row["occurrence"], row["policy"]): row["id"] for row in rows}


def save_escalations(conn: Connection, escalations: Sequence[Escalation]) -> None:
    if escalations:
        with cursor(conn) as opened:
            opened.execute(SQL["save_escalations"], {"rows": to_json(escalations)})


def add_entries(conn: Connection, entries: Sequence[Entry]) -> None:
    if entries:
        with cursor(conn) as opened:
            opened.execute(SQL["add_entries"], {"rows": to_json(entries)})


def entries_of_alarm(conn: Connection, alarm: int, limit: int) -> tuple[Entry, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["entries_of_alarm"], {"alarm": alarm, "limit": limit})
        return tuple(msgspec.convert(row, Entry, strict=False) for row in rows.fetchall())


def seconds_until_step(conn: Connection, now: datetime) -> float | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["seconds_until_step"], {"now": now}).fetchone()
    return row["wait_s"] if row else None


def overdue_escalations(conn: Connection, before: datetime, limit: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        parameters = {"before": before, "limit": limit}
        return opened.execute(SQL["overdue_escalations"], parameters).fetchall()


def cancel_pending(conn: Connection, ended: Sequence[Escalation], *, reason: str) -> None:
    parameters = {
        "ids": [each.id for each in ended],
        "occurrences": [each.occurrence for each in ended],
        "reason": reason,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["cancel_pending"], parameters)


def add_untold(conn: Connection, untold: Sequence[Untold]) -> None:
    if untold:
        with cursor(conn) as opened:
            opened.execute(SQL["add_untold"], {"rows": to_json(untold)})


def unsaid(conn: Connection, limit: int) -> tuple[Untold, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["unsaid"], {"limit": limit}).fetchall()
    return tuple(msgspec.convert(row, Untold, strict=False) for row in rows)


def mark_said(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["mark_said"], {"ids": list(ids), "now": now})


def untold_of_alarm(conn: Connection, alarm: int, limit: int) -> tuple[Untold, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["untold_of_alarm"], {"alarm": alarm, "limit": limit})
        return tuple(msgspec.convert(row, Untold, strict=False) for row in rows.fetchall())
