"""Rows of orders and tasks. What dispatch writes goes in columns, many rows at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.facts.tasks import (
    FoundScripts,
    Handout,
    Happened,
    OrderRow,
    Refusal,
    ResultGroup,
    SortedOut,
    TaskRow,
    TaskState,
    WholeOrder,
)
from yunwei_wire.commands import Language

SQL = load_statements("yunwei.operate.agents", "tasks")

TASKS = Listing(
    base=SQL["list_tasks"],
    filters={
        "id": "id = %(id)s",
        "order": "order_id = %(order)s",
        "agent": "agent_id = %(agent)s",
        "desktop": "desktop_id = %(desktop)s",
        "state": "state = %(state)s",
        "is_open": "(state IN ('waiting', 'started')) = %(is_open)s",
        "is_last": "is_last = %(is_last)s",
        "digest": "digest = %(digest)s",
        "search": "concat_ws(' ', agent_name, desktop_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "agent": "lower(agent_name)",
        "state": "state",
        "ended_at": "ended_at",
        "created_at": "created_at",
    },
    default_sort="-created_at",
)

ORDERS = Listing(
    base=SQL["list_orders"],
    filters={
        "id": "id = %(id)s",
        "search": "title ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"created_at": "created_at"},
    default_sort="-created_at",
)


def build_task(row: Mapping[str, Any]) -> TaskRow:
    same: tuple[str, ...] = ("id", "title", "agent_name", "desktop_name", "attempt", "created_at")
    same += ("rung_at",)
    same += ("is_cancel_wanted", "started_at", "ended_at", "exit_code", "reason", "output_bytes")
    same += ("is_cut", "digest")
    return TaskRow(
        order=row["order_id"],
        tenant=TenantId(row["tenant_id"]),
        agent=row["agent_id"],
        desktop=row["desktop_id"],
        state=TaskState(row["state"]),
        **{name: row[name] for name in same},
    )


def build_order(row: Mapping[str, Any], counts: Mapping[str, int]) -> OrderRow:
    same = ("id", "title", "language", "digest", "created_at", "created_by", "deadline_at")
    told = {name: row[name] for name in same}
    tenant = TenantId(row["tenant_id"])
    return OrderRow(tenant=tenant, timeout_s=row["timeout_s"], counts=counts, **told)


def count_states(conn: Connection, order: int) -> dict[str, int]:
    return {row["state"]: row["count"] for row in _all(conn, "count_states", {"order": order})}


def result_groups(conn: Connection, order: int, limit: int) -> tuple[ResultGroup, ...]:
    rows = _all(conn, "result_groups", {"order": order, "limit": limit})
    return tuple(ResultGroup(**{**row, "state": TaskState(row["state"])}) for row in rows)


def add_order(conn: Connection, values: Mapping[str, Any]) -> int | None:
    """Return its number; None when its key was taken before."""
    script = {name: values[name] for name in ("digest", "language", "body")}
    _run(conn, "add_script", script)
    rows = _all(conn, "add_order", values)
    return int(rows[0]["id"]) if rows else None


def order_of_key(conn: Connection, tenant: TenantId, key: str) -> int | None:
    rows = _all(conn, "order_of_key", {"tenant": tenant, "key": key})
    return int(rows[0]["id"]) if rows else None


def add_tasks(
    conn: Connection, order: int, tenant: TenantId, agents: Sequence[int], now: datetime
) -> dict[int, int]:
    """Return the tasks by their agents."""
    values = {"order": order, "tenant": tenant, "agents": list(agents), "now": now}
    return {row["agent"]: row["task"] for row in _all(conn, "add_tasks", values)}


def forget_parameters(conn: Connection, order: int) -> None:
    _run(conn, "forget_parameters", {"order": order})


def agents_of_desktops(
    conn: Connection, desktops: Iterable[DesktopId], tenants: Sequence[int]
) -> dict[DesktopId, int]:
    values = {"desktops": list(desktops), "tenants": list(tenants)}
    rows = _all(conn, "agents_of_desktops", values)
    return {DesktopId(row["desktop"]): row["agent"] for row in rows}


def retry_tasks(
    conn: Connection, order: int, states: Iterable[str], *, deadline_at: datetime, now: datetime
) -> int:
    made = _all(conn, "retry_tasks", {"order": order, "states": list(states), "now": now})
    if made:
        _run(conn, "prolong_order", {"order": order, "deadline_at": deadline_at})
    return len(made)


def cancel_tasks(conn: Connection, order: int, task: int | None, now: datetime) -> int:
    return len(_all(conn, "cancel_tasks", {"order": order, "task": task, "now": now}))


def whole_orders(conn: Connection, orders: Iterable[int], box: SecretBox) -> tuple[WholeOrder, ...]:
    rows = _all(conn, "whole_orders", {"orders": list(orders)})
    return tuple(
        WholeOrder(
            id=row["id"],
            language=Language(row["language"]),
            digest=bytes(row["digest"]),
            body=row["body"],
            parameters=box.open(bytes(row["parameters"])),
            secrets=tuple(row["secret_names"]),
            issued_at=row["created_at"],
            deadline_at=row["deadline_at"],
            timeout_s=row["timeout_s"],
            output_limit_bytes=row["output_limit_bytes"],
        )
        for row in rows
    )


def hand_out(conn: Connection, *, now: datetime, limit: int) -> tuple[Handout, ...]:
    """Return tasks that are due to be told, those to be called off first."""
    values = {"now": now, "limit": limit}
    rows = [*_all(conn, "call_off", values), *_all(conn, "hand_out", values)]
    return tuple(Handout(**row) for row in rows)


def hand_out_to(conn: Connection, agents: Sequence[int], now: datetime) -> tuple[Handout, ...]:
    values = {"agents": list(agents), "now": now}
    rows = [*_all(conn, "call_off_to", values), *_all(conn, "hand_out_to", values)]
    return tuple(Handout(**row) for row in rows)


def refuse(conn: Connection, refused: Iterable[Refusal], now: datetime) -> set[int]:
    """Return the orders."""
    statement = SQL["refuse"]
    rows = _all(conn, "refuse", in_columns(statement, list(refused)) | {"now": now})
    return {row["order"] for row in rows}


def find_scripts(conn: Connection, wanted: Iterable[tuple[int, bytes]]) -> FoundScripts:
    """wanted: agents, and the digest of what each asks for."""
    distinct = sorted(set(wanted))
    values = {
        "agents": [agent for agent, _digest in distinct],
        "digests": [digest for _agent, digest in distinct],
    }
    allowed = frozenset(
        (row["agent"], bytes(row["digest"])) for row in _all(conn, "needed_scripts", values)
    )
    bodies = _all(conn, "script_bodies", {"digests": list({digest for _agent, digest in allowed})})
    return FoundScripts(
        scripts={bytes(row["digest"]): row["body"] for row in bodies}, allowed=allowed
    )


def note_events(conn: Connection, events: SortedOut) -> set[int]:
    """Return the orders that something became of."""
    touched: set[int] = set()
    if events.output:
        _run(conn, "add_output", _pieces(events.output))
    for name, rows in (("note_started", events.started), ("note_ended", events.ended)):
        if rows:
            statement = SQL[name]
            touched |= {row["order"] for row in _all(conn, name, in_columns(statement, rows))}
    return touched


def _pieces(output: Sequence[Happened]) -> dict[str, Any]:
    return {
        "tasks": [each.task for each in output],
        "agents": [each.agent for each in output],
        "places": [each.place for each in output],
        "pieces": [each.data for each in output],
    }


def output_of_task(conn: Connection, task: int) -> bytes:
    rows = _all(conn, "output_of_task", {"task": task})
    return b"".join(bytes(row["data"]) for row in rows)


def close_late(conn: Connection, now: datetime) -> set[int]:
    return {row["order"] for row in _all(conn, "close_late", {"now": now})}


def tenants_of_orders(conn: Connection, orders: Iterable[int]) -> tuple[TenantId, ...]:
    rows = _all(conn, "tenants_of_orders", {"orders": list(orders)})
    return tuple(TenantId(row["tenant"]) for row in rows)


def count_open(conn: Connection) -> Mapping[str, int]:
    return _all(conn, "count_open", {})[0]


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
