"""Rows of requests, their steps, their stories and their rules to facts and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql, to_json
from yunwei.operate.selfservice.facts.requests import (
    Cost,
    EventKind,
    RequestEvent,
    RequestKind,
    RequestRow,
    RequestRule,
    Spent,
    Step,
    StepDraft,
    WholeRequest,
)

SQL = load_statements("yunwei.operate.selfservice", "requests")

REQUESTS = Listing(
    base=SQL["list_requests"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "kind": "kind = %(kind)s",
        "state": "state = %(state)s",
        "is_open": "(ended_at IS NULL) = %(is_open)s",
        "by": "asked_by = %(by)s",
        "desktop": "desktop = %(desktop)s",
        "approver": "approvers ? %(approver)s AND asked_by <> %(approver)s",
        "search": "concat_ws(' ', asked_by, login, desktop_name, reason)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"asked_at": "asked_at", "state": "state", "kind": "kind", "by": "lower(asked_by)"},
    default_sort="-asked_at",
)


_COST = {"monthly": "monthly", "once": "once", "currency": "currency", "note": "cost_note"}
"""The fields of a cost, and their columns."""


def build_request(row: Mapping[str, Any]) -> RequestRow:
    whole = {**row, "tenant": row["tenant_id"], "cost": _build_cost(row)}
    return msgspec.convert(whole, RequestRow)


def _build_cost(row: Mapping[str, Any]) -> Cost:
    return msgspec.convert({name: row[column] for name, column in _COST.items()}, Cost)


def _cost_values(cost: Cost) -> dict[str, Any]:
    return {column: getattr(cost, name) for name, column in _COST.items()}


def fetch_whole(conn: Connection, request: int) -> WholeRequest:
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        rows = opened.execute(one.format(sql.SQL(SQL["list_requests"])), {"id": request}).fetchall()
    return complete(conn, build_request(rows[0]))


def complete(conn: Connection, request: RequestRow) -> WholeRequest:
    wanted = {"request": request.id}
    return WholeRequest(
        request=request,
        steps=tuple(msgspec.convert(row, Step) for row in _all(conn, "steps", wanted)),
        events=tuple(msgspec.convert(row, RequestEvent) for row in _all(conn, "events", wanted)),
    )


def count_asked(conn: Connection, values: Mapping[str, Any]) -> Mapping[str, int]:
    """Return open_now, within, of_tenant."""
    return _all(conn, "count_asked", values)[0]


def lock_tenant(conn: Connection, tenant: int) -> None:
    """Let others of the tenant who ask wait until the transaction ends."""
    _all(conn, "lock_tenant", {"tenant": tenant})


def sum_spent(conn: Connection, values: Mapping[str, Any]) -> tuple[Spent, ...]:
    """Return what was agreed to costs, by currency."""
    return tuple(msgspec.convert(row, Spent) for row in _all(conn, "sum_spent", values))


def fetch_kept_until(conn: Connection, desktops: Sequence[int]) -> Mapping[int, datetime]:
    """Return until when desktops are left to their users by requests for extra time."""
    rows = _all(conn, "kept_until", {"desktops": list(desktops)})
    return {row["desktop"]: row["kept_until"] for row in rows}


def add_request(conn: Connection, values: Mapping[str, Any]) -> int:
    kept = {
        **values,
        "details": to_json(values["details"]),
        "approvers": to_json(values["approvers"]),
        **_cost_values(values["cost"]),
    }
    del kept["cost"]
    return int(_all(conn, "add_request", kept)[0]["id"])


def add_steps(
    conn: Connection, request: int, steps: Sequence[StepDraft], *, after: int = 0
) -> None:
    """Add steps to those that a request has. after: how many it has."""
    for place, step in enumerate(steps, start=after + 1):
        values = {
            "request": request,
            "place": place,
            "kind": step.kind.value,
            "what": step.what,
            "source": step.source,
            "desktop": step.desktop,
            "name": step.name,
            "login": step.login,
        }
        _do(conn, "add_step", values)


def add_event(
    conn: Connection, request: int, kind: EventKind, *, by: str, now: datetime, text: str = ""
) -> None:
    values = {"request": request, "kind": kind.value, "by": by, "now": now, "text": text}
    _do(conn, "add_event", values)


def lock_request(conn: Connection, request: int, tenants: Sequence[int]) -> WholeRequest | None:
    """Return a request that is ours to change until the transaction ends."""
    rows = _all(conn, "lock_request", {"request": request, "tenants": list(tenants)})
    return fetch_whole(conn, rows[0]["id"]) if rows else None


def note_request(conn: Connection, request: RequestRow, again_at: datetime | None) -> None:
    values = {
        "request": request.id,
        "state": request.state.value,
        "held_by": request.held_by,
        "ended_at": request.ended_at,
        "end_note": request.end_note,
        "again_at": again_at,
    }
    _do(conn, "note_request", values)


def note_step(conn: Connection, step: Step) -> None:
    values = {
        "id": step.id,
        "state": step.state.value,
        "number": step.number,
        "reason": step.reason,
        "act_id": step.act,
        "native": step.desktop,
        "sending_at": step.sending_at,
        "done_at": step.done_at,
        "done_by": step.done_by,
    }
    _do(conn, "note_step", values)


def claim_request(conn: Connection, now: datetime, until: datetime) -> WholeRequest | None:
    rows = _all(conn, "claim_request", {"now": now, "until": until})
    return fetch_whole(conn, rows[0]["id"]) if rows else None


def claim_expired(conn: Connection, now: datetime) -> tuple[WholeRequest, ...]:
    rows = _all(conn, "claim_expired", {"now": now})
    return tuple(fetch_whole(conn, row["id"]) for row in rows)


def fetch_rules(
    conn: Connection, tenants: Sequence[int]
) -> Mapping[tuple[TenantId, RequestKind], RequestRule]:
    rows = _all(conn, "rules", {"tenants": list(tenants)})
    found = {}
    for row in rows:
        rule = msgspec.convert({**row, "cost": _build_cost(row)}, RequestRule)
        found[TenantId(row["tenant_id"]), rule.kind] = rule
    return found


def save_rule(conn: Connection, tenant: TenantId, rule: RequestRule) -> None:
    values = {**asdict(rule), "kind": rule.kind.value, "tenant": tenant}
    values |= {"approvers": to_json(list(rule.approvers)), **_cost_values(rule.cost)}
    del values["cost"]
    _do(conn, "save_rule", values)


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _do(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
