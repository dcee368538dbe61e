"""Rows of event plans to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.assurance.facts import FreezeException, Plan, PlanDraft

SQL = load_statements("yunwei.operate.assurance")

PLANS = Listing(
    base=SQL["list_plans"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "kind": "kind = %(kind)s",
        "state": "state = %(state)s",
        "search": "concat_ws(' ', tenant_name, name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"starts_at": "starts_at", "name": "lower(name)", "tenant": "lower(tenant_name)"},
    default_sort="-starts_at",
)
_HEAD = ("kind", "name", "starts_at", "ends_at", "frozen_from", "frozen_until")


def build_plan(row: Mapping[str, Any]) -> Plan:
    head = {name: row[name] for name in _HEAD}
    draft = msgspec.convert({**row["content"], **head, "tenant": row["tenant_id"]}, PlanDraft)
    left_out = {*_HEAD, "tenant_id", "content"}
    kept = {name: row[name] for name in row if name not in left_out}
    return msgspec.convert({**kept, "draft": draft}, Plan)


def plan_values(draft: PlanDraft) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(draft)
    content = {name: told[name] for name in told if name not in (*_HEAD, "tenant")}
    head = {name: getattr(draft, name) for name in _HEAD}
    return {**head, "kind": draft.kind.value, "content": to_json(content)}


def fetch_started(conn: Connection, tenant: int, now: datetime) -> tuple[Plan, ...]:
    found = rows(conn, "started_plans", {"tenant": tenant, "now": now})
    return tuple(map(build_plan, found))


def fetch_exceptions(conn: Connection, plans: Sequence[int]) -> tuple[FreezeException, ...]:
    if not plans:
        return ()
    found = rows(conn, "exceptions_of", {"ids": list(plans)})
    return tuple(msgspec.convert(row, FreezeException) for row in found)


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
