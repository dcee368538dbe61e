"""Rows of orders to clouds to facts and back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import RunId, SourceId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.operate.runs.facts.clouds import Claimed, CloudOrder, CloudResult, OrderState
from yunwei.operate.runs.facts.runs import TargetState

SQL = load_statements("yunwei.operate.runs", "clouds")


def fetch_orders(conn: Connection, run: RunId) -> tuple[CloudOrder, ...]:
    return tuple(_build_order(row) for row in _all(conn, "list_cloud_orders", {"run": run}))


def _build_order(row: Mapping[str, Any]) -> CloudOrder:
    told = {name: row[name] for name in CloudOrder.__dataclass_fields__ if name in row}
    return CloudOrder(
        **{
            **told,
            "run": RunId(row["run_id"]),
            "tenant": TenantId(row["tenant_id"]),
            "source": SourceId(row["source"]),
            "state": OrderState(row["state"]),
        }
    )


def add_order(
    conn: Connection,
    run: RunId,
    source: SourceId,
    *,
    batch: int,
    canary: int,
    fail_threshold: int,
    targets: Sequence[int],
    now: datetime,
) -> int:
    values = {"run": run, "source": source, "batch": batch, "now": now}
    more = {"canary": canary, "fail_threshold": fail_threshold}
    made: int = _all(conn, "add_cloud_order", values | more)[0]["id"]
    given = {"order": made, "batch": batch, "targets": list(targets), "now": now}
    _run(conn, "note_ordered", given)
    return made


def claim(conn: Connection, *, now: datetime, limit: int, lease_s: float) -> tuple[Claimed, ...]:
    rows = _all(conn, "claim", {"now": now, "limit": limit, "lease_s": lease_s})
    desktops: defaultdict[int, list[str]] = defaultdict(list)
    open_ones: defaultdict[int, dict[str, int]] = defaultdict(dict)
    begun: defaultdict[int, set[int]] = defaultdict(set)
    for row in _all(conn, "desktops_of", {"orders": [row["id"] for row in rows]}):
        desktops[row["order"]].append(row["native_id"])
        if TargetState(row["state"]).is_open:
            open_ones[row["order"]][row["native_id"]] = row["target"]
        if row["state"] == TargetState.RUNNING:
            begun[row["order"]].add(row["target"])
    return tuple(
        Claimed(
            **{
                **row,
                "state": OrderState(row["state"]),
                "desktops": tuple(desktops[row["id"]]),
                "open": open_ones[row["id"]],
                "begun": frozenset(begun[row["id"]]),
            }
        )
        for row in rows
        if row["order"] is not None
    )


def count_open(conn: Connection) -> int:
    found: int = _all(conn, "count_open", {})[0]["count"]
    return found


def note_given(
    conn: Connection, order: int, native_id: str, *, due_at: datetime, now: datetime
) -> None:
    values = {"id": order, "native_id": native_id, "due_at": due_at, "now": now}
    _run(conn, "note_given", values)


def is_known(conn: Connection, source: SourceId, native_id: str) -> bool:
    return bool(_all(conn, "is_known", {"source": source, "native_id": native_id}))


def note_later(
    conn: Connection, order: int, state: OrderState, *, due_at: datetime, reason: str = ""
) -> None:
    values = {"id": order, "state": state.value, "due_at": due_at, "reason": reason}
    _run(conn, "note_later", values)


def note_stopped(conn: Connection, order: int) -> None:
    _run(conn, "note_stopped", {"id": order})


def end_order(
    conn: Connection, order: int, state: TargetState, *, reason: str, said: str, now: datetime
) -> None:
    """End an order, and what is open of it in one way."""
    _run(conn, "end_targets", {"id": order, "state": state.value, "reason": reason, "now": now})
    _run(conn, "end_order", {"id": order, "reason": said, "now": now})


def want_stop(conn: Connection, run: RunId, now: datetime) -> None:
    _run(conn, "want_stop_soon", {"run": run})
    for row in _all(conn, "want_stop", {"run": run, "now": now}):
        if row["state"] == OrderState.OVER:
            values = {"id": row["id"], "state": "cancelled", "reason": "", "now": now}
            _run(conn, "end_targets", values)


def note_results(conn: Connection, results: Sequence[CloudResult]) -> None:
    taken = {
        row["target"]
        for row in _all(conn, "note_results", in_columns(SQL["note_results"], results))
    }
    printed = [each for each in results if each.data and each.target in taken]
    add_outputs(conn, {each.target: each.data for each in printed})


def add_outputs(conn: Connection, printed: Mapping[int, bytes]) -> None:
    """Keep what targets without an agent printed."""
    if printed:
        values = {"targets": list(printed), "pieces": list(printed.values())}
        _run(conn, "add_outputs", values)


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
