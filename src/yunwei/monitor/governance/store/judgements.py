"""Rows of decisions, and of what kept alarms quiet from when to when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.decisions import Judgement, JudgementRow

SQL = load_statements("yunwei.monitor.governance", "judgements")


def source_names(conn: Connection) -> dict[int, str]:
    with cursor(conn) as opened:
        return {row["id"]: row["name"] for row in opened.execute(SQL["source_names"]).fetchall()}


def add_judgements(conn: Connection, judgements: Sequence[Judgement]) -> None:
    rows = [
        {
            "tenant": judgement.case.alarm.tenant,
            "alarm": judgement.case.alarm.id,
            "occurrence": judgement.case.alarm.occurrence,
            "at": judgement.case.now,
            "occasion": judgement.case.occasion.value,
            "is_to_be_told": judgement.is_to_be_told,
            "decisions": judgement.decisions,
        }
        for judgement in judgements
    ]
    _run_with_rows(conn, "add_judgements", rows)


def judgements_of_alarm(conn: Connection, alarm: int, limit: int) -> tuple[JudgementRow, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(
            SQL["judgements_of_alarm"], {"alarm": alarm, "limit": limit}
        ).fetchall()
    return tuple(msgspec.convert(row, JudgementRow, strict=False) for row in rows)


def end_suppressions(conn: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    if rows:
        with cursor(conn) as opened:
            opened.execute(SQL["end_suppressions"], {"rows": to_json(rows), "now": now})


def add_suppressions(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    _run_with_rows(conn, "add_suppressions", rows)


def add_shadow_hits(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    _run_with_rows(conn, "add_shadow_hits", rows)


def _run_with_rows(conn: Connection, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        with cursor(conn) as opened:
            opened.execute(SQL[name], {"rows": to_json(rows)})
