"""Rows of what is run after runs to facts and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.runs.facts.following import FollowState, FollowUp
from yunwei.operate.runs.facts.runs import Outcome, RunState

SQL = load_statements("yunwei.operate.runs", "following")


def add_follow_up(conn: Connection, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["add_follow_up"], values)


def fetch_chain(conn: Connection, run: RunId) -> tuple[FollowUp, ...]:
    """Return what was said with a run, and the whole of the chain that it came of."""
    return tuple(map(_build, _all(conn, "chain_of", {"run": run})))


def fetch_follow_up(conn: Connection, follow_up: int) -> FollowUp:
    """Return one that is there."""
    [row] = _all(conn, "follow_up", {"id": follow_up})
    return _build(row)


def due_follow_ups(conn: Connection, now: datetime, limit: int) -> tuple[int, ...]:
    return tuple(row["id"] for row in _all(conn, "due_follow_ups", {"now": now, "limit": limit}))


def hold_follow_up(conn: Connection, follow_up: int, *, until: datetime, now: datetime) -> bool:
    """Say whether it is ours to start, until then."""
    return bool(_all(conn, "hold_follow_up", {"id": follow_up, "until": until, "now": now}))


def note_followed(conn: Connection, follow_up: int, run: RunId, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["note_followed"], {"id": follow_up, "run": run, "now": now})


def note_not_followed(
    conn: Connection, follow_up: FollowUp, state: FollowState, *, reason: str, now: datetime
) -> bool:
    """Write down that it came to no run, and so what stood behind it; says whether it waited."""
    values = {"id": follow_up.id, "state": state.value, "reason": reason, "now": now}
    if not _all(conn, "note_not_followed", values):
        return False
    drop_later(conn, follow_up.first, follow_up.place, reason="before", now=now)
    return True


def drop_later(conn: Connection, first: RunId, place: int, *, reason: str, now: datetime) -> int:
    """Let all behind a place of a chain come to no run; returns how many those are."""
    values = {"first": first, "place": place, "reason": reason, "now": now}
    return len(_all(conn, "drop_later", values))


def _build(row: Mapping[str, Any]) -> FollowUp:
    return FollowUp(
        **{
            **row,
            "tenant": TenantId(row["tenant"]),
            "script": ScriptId(row["script"]),
            "outcome": msgspec.convert(row["outcome"], Outcome),
            "state": FollowState(row["state"]),
            "run_state": RunState(row["run_state"]) if row["run_state"] else None,
        }
    )


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
