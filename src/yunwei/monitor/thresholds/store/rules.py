"""Rows of threshold rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.damage import build_sound
from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.thresholds.facts import ThresholdContent, ThresholdRow, ThresholdRule

SQL = load_statements("yunwei.monitor.thresholds", "rules")

RULES = Listing(
    base=SQL["list_rules"],
    filters={
        "id": "id = %(id)s",
        "measure": "measure = %(measure)s",
        "tenant": "tenant_id = %(tenant)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "id": "id",
        "name": "lower(name)",
        "measure": "measure",
        "alarms": "alarms",
        "pending": "pending",
        "changed_at": "changed_at",
    },
    default_sort="name",
)


def build_rule(row: Mapping[str, Any]) -> ThresholdRule:
    return ThresholdRule(
        id=ThresholdRuleId(row["id"]),
        tenant=TenantId(row["tenant"]),
        version=row["version"],
        name=row["name"],
        content=msgspec.convert(row["content"], ThresholdContent),
        is_enabled=row["is_enabled"],
        changed_at=row["changed_at"],
        evaluated_until=row["evaluated_until"],
        is_removed=row.get("is_removed", False),
    )


def build_row(row: Mapping[str, Any]) -> ThresholdRow:
    return ThresholdRow(
        rule=build_rule({**row, "tenant": row["tenant_id"]}),
        tenant_name=row["tenant_name"],
        alarms=row["alarms"],
        pending=row["pending"],
    )


def lock_rule(
    conn: Connection, rule: ThresholdRuleId, tenants: Sequence[int]
) -> ThresholdRule | None:
    row = _one(conn, "lock_rule", {"id": rule, "tenants": list(tenants)})
    return build_rule(row) if row else None


def describe(rule: ThresholdRule) -> dict[str, Any]:
    """Return all that a person may change, for the audit log."""
    content: dict[str, Any] = msgspec.to_builtins(rule.content)
    return {"name": rule.name, "is_enabled": rule.is_enabled, **content}


def add_rule(conn: Connection, rule: ThresholdRule) -> ThresholdRuleId:
    row = _one(conn, "add_rule", _columns(rule))
    assert row is not None  # noqa: S101  RETURNING of one INSERT
    return ThresholdRuleId(row["id"])


def change_rule(conn: Connection, rule: ThresholdRule) -> None:
    _run(conn, "change_rule", _columns(rule))


def remove_rule(conn: Connection, rule: ThresholdRuleId, at: datetime) -> None:
    _run(conn, "remove_rule", {"id": rule, "at": at})


def count_rules(conn: Connection, tenant: TenantId) -> int:
    row = _one(conn, "count_rules", {"tenant": tenant})
    return int(row["count"]) if row else 0


def claim_rules(
    conn: Connection, *, now: datetime, until: datetime, lease_until: datetime
) -> tuple[ThresholdRule, ...]:
    with cursor(conn) as opened:
        asked = {"now": now, "until": until, "lease_until": lease_until}
        rows = opened.execute(SQL["claim_rules"], asked).fetchall()
    return build_sound("threshold_rule", rows, build_rule)[0]


def keep_evaluated(conn: Connection, rule: ThresholdRule, until: datetime) -> bool:
    """Say whether the rule still is what it was when it was claimed."""
    asked = {"id": rule.id, "version": rule.version, "until": until}
    return _one(conn, "keep_evaluated", asked) is not None


def end_lease(conn: Connection, rule: ThresholdRuleId) -> None:
    _run(conn, "end_lease", {"id": rule})


def tenants_of(conn: Connection, tenant: TenantId) -> tuple[TenantId, ...]:
    """Return whose objects a tenant's rules are about: its own; the provider's are about all."""
    provider = _one(conn, "provider", {})
    if provider is None or provider["id"] != tenant:
        return (tenant,)
    with cursor(conn) as opened:
        rows: Iterable[Mapping[str, Any]] = opened.execute(SQL["all_tenants"]).fetchall()
    return tuple(TenantId(row["id"]) for row in rows)


def _columns(rule: ThresholdRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "tenant": rule.tenant,
        "version": rule.version,
        "name": rule.name,
        "content": to_json(rule.content),
        "is_enabled": rule.is_enabled,
        "changed_at": rule.changed_at,
        "evaluated_until": rule.evaluated_until,
    }


def _one(conn: Connection, statement: str, asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], asked).fetchone()


def _run(conn: Connection, statement: str, asked: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[statement], asked)
