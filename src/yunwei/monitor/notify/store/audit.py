"""The auditor's row, and the questions that it asks."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue

SQL = load_statements("yunwei.monitor.notify", "audit")


def claim_audit(conn: Connection, *, now: datetime, next_at: datetime) -> Audit | None:
    """Return the last round when it is time for the next one, which is then the caller's."""
    with cursor(conn) as opened:
        opened.execute(SQL["begin_audit"], {"now": now})
        row = opened.execute(SQL["claim_audit"], {"now": now, "next_at": next_at}).fetchone()
    return _build(row) if row else None


def fetch_audit(conn: Connection) -> Audit | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["fetch_audit"]).fetchone()
    return _build(row) if row else None


def fetch_heartbeat(conn: Connection) -> bytes:
    with cursor(conn) as opened:
        row = opened.execute(SQL["fetch_heartbeat"]).fetchone()
    return bytes(row["heartbeat_url"]) if row else b""


def save_heartbeat(conn: Connection, *, sealed: bytes, host: str, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["save_heartbeat"], {"sealed": sealed, "host": host, "now": now})


def save_audit(conn: Connection, audit: Audit) -> None:
    parameters = {
        "at": audit.at,
        "findings": to_json(audit.findings),
        "duration_s": audit.duration_s,
        "intake_end": audit.intake_end,
        "heartbeat_at": audit.heartbeat_at,
        "heartbeat_error": audit.heartbeat_error[:500],
    }
    with cursor(conn) as opened:
        opened.execute(SQL["save_audit"], parameters)


def find_overdue(conn: Connection, now: datetime, grace: timedelta) -> list[Finding]:
    """Return what is overdue. Each question takes five seconds at most."""
    before, since = now - grace, now - timedelta(hours=1)
    asked = {
        Overdue.ESCALATION: ("late_escalations", {"before": before}),
        Overdue.MESSAGE: ("late_messages", {"now": now}),
        Overdue.RAISE: ("undecided_alarms", {"before": before, "since": since}),
    }
    found: list[Finding] = []
    with cursor(conn) as opened:
        opened.execute(SQL["bound_time"])
        for kind, (name, parameters) in asked.items():
            row = opened.execute(SQL[name], parameters).fetchone()
            if row and row["count"]:
                found.append(msgspec.convert({**row, "kind": kind.value}, Finding, strict=False))
    return found


def intake_position(conn: Connection) -> tuple[int, datetime] | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["intake_position"]).fetchone()
    return (int(row["sequence"]), row["at"]) if row else None


def _build(row: dict[str, Any]) -> Audit:
    return msgspec.convert(row, Audit, strict=False)
