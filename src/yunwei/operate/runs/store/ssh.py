"""Rows of tasks over SSH to facts and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import RunId, SshProfileId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.operate.runs.facts.ssh import SshResult, Taken

SQL = load_statements("yunwei.operate.runs", "ssh")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    target: int
    profile: SshProfileId


def add_tasks(conn: Connection, rows: Sequence[NewTask], batch: int, now: datetime) -> None:
    targets = [each.target for each in rows]
    _run(conn, "note_sent_over_ssh", {"batch": batch, "now": now, "targets": targets})
    _run(conn, "add_tasks", {"now": now, **in_columns(SQL["add_tasks"], rows)})


def take(
    conn: Connection, holder: str, *, limit: int, lease_s: float, now: datetime
) -> tuple[Taken, ...]:
    values = {"holder": holder, "limit": limit, "lease_s": lease_s, "now": now}
    return tuple(Taken(**row) for row in _all(conn, "take", values))


def clear_away(conn: Connection, now: datetime) -> set[TenantId]:
    """Take from workers that are not heard what they had in hand; returns whose runs it changed."""
    _run(conn, "give_back", {"now": now})
    return {TenantId(row["tenant"]) for row in _all(conn, "give_up", {"now": now})}


def note_begun(
    conn: Connection, holder: str, targets: Sequence[int], *, lease_s: float, now: datetime
) -> set[int]:
    """Return those whose script may begin."""
    values = {"holder": holder, "targets": list(targets), "lease_s": lease_s, "now": now}
    return {row["target"] for row in _all(conn, "note_begun", values)}


def keep(
    conn: Connection, holder: str, targets: Sequence[int], *, lease_s: float, now: datetime
) -> dict[int, bool]:
    """Return what a worker still has in hand of these, and whether it is to be stopped."""
    values = {"holder": holder, "targets": list(targets), "lease_s": lease_s, "now": now}
    return {row["target"]: row["is_stop_wanted"] for row in _all(conn, "keep", values)}


def note_ended(conn: Connection, holder: str, results: Sequence[SshResult]) -> None:
    values = in_columns(SQL["note_ended"], results) | {"holder": holder}
    taken = {row["target"] for row in _all(conn, "note_ended", values)}
    printed = {each.target: each.data for each in results if each.data and each.target in taken}
    if printed:
        pieces = {"targets": list(printed), "pieces": list(printed.values())}
        _run(conn, "keep_output", pieces)


def note_output(
    conn: Connection, holder: str, rows: Mapping[int, tuple[int, bytes]]
) -> dict[int, int]:
    """rows: of each target from which place on it printed what. Returns how much is kept of each;
    those are left out whose pieces do not follow on what is."""
    kept: dict[int, int] = {}
    for name, is_first in (("begin_output", True), ("go_on_with_output", False)):
        chosen = {target: row for target, row in rows.items() if (row[0] == 0) is is_first}
        if not chosen:
            continue
        values = {
            "holder": holder,
            "targets": list(chosen),
            "pieces": [data for _place, data in chosen.values()],
        }
        if not is_first:
            values["places"] = [place for place, _data in chosen.values()]
        kept |= {row["target"]: row["size"] for row in _all(conn, name, values)}
    return kept


def try_later(conn: Connection, holder: str, target: int, due_at: datetime) -> None:
    _run(conn, "try_later", {"holder": holder, "target": target, "due_at": due_at})


def want_stop(conn: Connection, run: RunId, now: datetime) -> None:
    rows = _all(conn, "want_ssh_stop", {"run": run})
    unbegun = [row["target"] for row in rows if row["state"] == "over"]
    if unbegun:
        _run(conn, "end_unbegun", {"targets": unbegun, "now": now})


def count_open(conn: Connection) -> int:
    found: int = _all(conn, "count_ssh_open", {})[0]["count"]
    return found


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
