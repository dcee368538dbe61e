"""Rows of decisions, and of what kept alarms quiet from when to when."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements, to_json
from yunwei.monitor.governance.facts.decisions import Decision, Judgement, JudgementRow

SQL = load_statements("yunwei.monitor.governance", "judgements")


def source_names(conn: Connection) -> dict[int, str]:
    with cursor(conn) as opened:
        return {row["id"]: row["name"] for row in opened.execute(SQL["source_names"]).fetchall()}


class _Grounds(NamedTuple):
    id: int
    decisions: tuple[Decision, ...]


class _Judged(NamedTuple):
    """A judgement as its row has it."""

    tenant: int
    alarm: int
    occurrence: int
    at: datetime
    occasion: str
    is_to_be_told: bool
    grounds: int


def add_judgements(conn: Connection, judgements: Sequence[Judgement]) -> None:
    """Write judgements; what the stages said is written once for all that rest on it."""
    said: dict[tuple[Decision, ...], _Grounds] = {}
    for judgement in judgements:
        if judgement.decisions not in said:
            said[judgement.decisions] = _build_grounds(judgement.decisions)
    _run_with_columns(conn, "add_grounds", sorted(said.values()))
    _run_with_columns(
        conn,
        "add_judgements",
        [_row(judgement, said[judgement.decisions].id) for judgement in judgements],
    )


def _build_grounds(decisions: tuple[Decision, ...]) -> _Grounds:
    digest = hashlib.blake2b(to_json(decisions).encode(), digest_size=8).digest()
    return _Grounds(id=int.from_bytes(digest, signed=True), decisions=decisions)


def _row(judgement: Judgement, grounds: int) -> _Judged:
    alarm = judgement.case.alarm
    return _Judged(
        alarm.tenant,
        alarm.id,
        alarm.occurrence,
        judgement.case.now,
        judgement.case.occasion,
        judgement.is_to_be_told,
        grounds,
    )


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


def _run_with_columns(conn: Connection, name: str, rows: Sequence[object]) -> None:
    if rows:
        statement = SQL[name]
        with cursor(conn) as opened:
            opened.execute(statement, in_columns(statement, rows))


def _run_with_rows(conn: Connection, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        with cursor(conn) as opened:
            opened.execute(SQL[name], {"rows": to_json(rows)})
