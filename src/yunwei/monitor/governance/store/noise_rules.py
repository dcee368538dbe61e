"""Rows of noise rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.damage import DamagedRule, build_sound
from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.noise import (
    CONTENT_TYPES,
    NoiseKind,
    NoiseRule,
    NoiseRuleRow,
)

SQL = load_statements("yunwei.monitor.governance", "noise_rules")

NOISE_RULES = Listing(
    base=SQL["list_noise_rules"],
    filters={
        "id": "id = %(id)s",
        "kind": "kind = %(kind)s",
        "tenant": "tenant_id = %(tenant)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
    },
    sorts={
        "id": "id",
        "kind": "kind",
        "name": "lower(name)",
        "changed_at": "changed_at",
        "hits": "hits",
        "last_hit_at": "last_hit_at",
    },
    default_sort="id",
)


def build_noise_rule(row: Mapping[str, Any]) -> NoiseRule:
    kind = NoiseKind(row["kind"])
    return NoiseRule(
        id=row["id"],
        tenant=row["tenant"],
        kind=kind,
        version=row["version"],
        name=row["name"],
        content=msgspec.convert(row["content"], CONTENT_TYPES[kind]),
        is_enabled=row["is_enabled"],
        slug=row["slug"],
        changed_at=row["changed_at"],
    )


def build_noise_rule_row(row: Mapping[str, Any]) -> NoiseRuleRow:
    rule = build_noise_rule({**row, "tenant": row["tenant_id"]})
    return NoiseRuleRow(rule=rule, hits=row["hits"], last_hit_at=row["last_hit_at"])


def current_noise_rules(conn: Connection) -> tuple[NoiseRule, ...]:
    return read_noise_rules(conn)[0]


def read_noise_rules(conn: Connection) -> tuple[tuple[NoiseRule, ...], tuple[DamagedRule, ...]]:
    """Return the rules that are enabled, and those that can not be understood: they keep nobody
    quiet."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_noise_rules"]).fetchall()
    return build_sound("noise_rule", rows, build_noise_rule)


def known_slugs(conn: Connection) -> set[str]:
    with cursor(conn) as opened:
        return {row["slug"] for row in opened.execute(SQL["known_slugs"]).fetchall()}


def fetch_provider(conn: Connection) -> TenantId | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["provider"]).fetchone()
    return TenantId(row["id"]) if row else None


def lock_noise_rule(
    conn: Connection, rule: NoiseRuleId, tenants: Sequence[int]
) -> NoiseRule | None:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["lock_noise_rule"], {"id": rule, "tenants": list(tenants)}
        ).fetchone()
    return build_noise_rule(row) if row else None


def describe_content(rule: NoiseRule) -> dict[str, Any]:
    """Return all that a person may change, for the audit log."""
    content: dict[str, Any] = msgspec.to_builtins(rule.content)
    return {"name": rule.name, "is_enabled": rule.is_enabled, **content}


def _columns(rule: NoiseRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "tenant": rule.tenant,
        "kind": rule.kind.value,
        "version": rule.version,
        "name": rule.name,
        "content": to_json(rule.content),
        "is_enabled": rule.is_enabled,
        "slug": rule.slug,
        "changed_at": rule.changed_at,
    }


def add_noise_rule(conn: Connection, rule: NoiseRule) -> NoiseRuleId:
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_noise_rule"], _columns(rule)).fetchone()
    assert row is not None  # noqa: S101  RETURNING of one INSERT
    return NoiseRuleId(row["id"])


def change_noise_rule(conn: Connection, rule: NoiseRule) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["change_noise_rule"], _columns(rule))


def remove_noise_rule(conn: Connection, rule: NoiseRuleId, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_noise_rule"], {"id": rule, "at": at})


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["noise_rules_signature"]).fetchone()
    return tuple((row or {}).values())
