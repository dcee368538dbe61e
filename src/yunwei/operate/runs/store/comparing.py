"""Rows of two runs beside each other to facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from yunwei.base.core.ids import RunId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.runs.facts.comparing import Change, Compared, Pair
from yunwei.operate.runs.facts.runs import TargetState

SQL = load_statements("yunwei.operate.runs", "comparing")


def count_pairs(conn: Connection, run: RunId, before: RunId) -> list[tuple[Pair, int]]:
    rows = _all(conn, "count_pairs", {"run": run, "before": before})
    return [
        (
            Pair(before=_state(row["before"]), after=_state(row["after"]), differs=row["differs"]),
            row["count"],
        )
        for row in rows
    ]


def list_pairs(
    conn: Connection,
    run: RunId,
    before: RunId,
    *,
    change: Change,
    pairs: Sequence[Pair],
    limit: int,
) -> list[Compared]:
    """Return the desktops whose states are among these pairs; all of them are that change."""
    values = {"run": run, "before": before, "limit": limit, "pairs": [_key(each) for each in pairs]}
    return [
        Compared(
            **{
                **row,
                "change": change,
                "before": _state(row["before"]),
                "after": _state(row["after"]),
            }
        )
        for row in _all(conn, "list_pairs", values)
    ]


def run_before(conn: Connection, run: RunId) -> RunId | None:
    rows = _all(conn, "run_before", {"run": run})
    return RunId(rows[0]["id"]) if rows else None


def _key(pair: Pair) -> str:
    return f"{pair.before or '-'}>{pair.after or '-'}>{str(pair.differs).lower()}"


def _state(text: str | None) -> TargetState | None:
    return TargetState(text) if text else None


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
