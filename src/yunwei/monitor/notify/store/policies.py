"""Rows of escalation policies to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import PolicyId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.escalation import Policy, PolicyRow

SQL = load_statements("yunwei.monitor.notify", "policies")

POLICIES = Listing(
    base=SQL["list_policies"],
    filters={
        "id": "id = %(id)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "changed_at": "changed_at"},
    default_sort="name",
)


def build_policy(row: Mapping[str, Any]) -> Policy:
    return msgspec.convert(row, Policy, strict=False)


def build_policy_row(row: Mapping[str, Any]) -> PolicyRow:
    return PolicyRow(
        policy=build_policy({**row, "tenant": row["tenant_id"]}),
        under_way=row["under_way"],
        route_names=tuple(row["route_names"]),
    )


def current_policies(conn: Connection) -> dict[PolicyId, Policy]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_policies"]).fetchall()
    return {PolicyId(row["id"]): build_policy(row) for row in rows}


def lock_policy(conn: Connection, policy: int, tenants: Sequence[int]) -> Policy | None:
    parameters = {"id": policy, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_policy"], parameters).fetchone()
    return build_policy(row) if row else None


def add_policy(conn: Connection, policy: Policy) -> int | None:
    """Return the new id; None when the name is taken."""
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_policy"], _parameters(policy)).fetchone()
    return int(row["id"]) if row else None


def is_name_taken(conn: Connection, policy: Policy) -> bool:
    parameters = {"tenant": policy.tenant, "name": policy.name, "id": policy.id}
    with cursor(conn) as opened:
        return opened.execute(SQL["policy_name_taken"], parameters).fetchone() is not None


def change_policy(conn: Connection, policy: Policy) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["change_policy"], _parameters(policy))


def _parameters(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "tenant": policy.tenant,
        "version": policy.version,
        "name": policy.name,
        "steps": to_json(policy.steps),
        "loops": policy.loops,
        "loop_delay_s": policy.loop_delay_s,
        "changed_at": policy.changed_at,
    }


def remove_policy(conn: Connection, policy: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_policy"], {"id": policy, "at": at})


def routes_of_policy(conn: Connection, policy: int) -> list[str]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["routes_of_policy"], {"id": policy}).fetchall()
    return [row["name"] for row in rows]


def add_version(conn: Connection, policy: Policy, *, by: str) -> None:
    parameters = {
        "id": policy.id,
        "version": policy.version,
        "content": to_json(policy),
        "by": by,
        "at": policy.changed_at,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_policy_version"], parameters)


def policy_versions(conn: Connection, policy: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["policy_versions"], {"id": policy}).fetchall()
