"""Rows of mask rules and their versions."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.condition import condition_to_json, parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.masks import Effect, EndPolicy, MaskRule, MaskRuleRow, Window

logger = logging.getLogger(__name__)

SQL = load_statements("yunwei.monitor.governance", "mask_rules")

MASK_RULES = Listing(
    base=SQL["list_mask_rules"],
    filters={
        "id": "id = %(id)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "is_over": "(expires_at <= now()) = %(is_over)s",
        "effect": "effect = %(effect)s",
        "owner": "owner = %(owner)s",
        "search": "concat_ws(' ', name, reason, owner) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "name": "lower(name)",
        "expires_at": "expires_at",
        "changed_at": "changed_at",
        "hits": "hits",
        "last_hit_at": "last_hit_at",
    },
    default_sort="-changed_at",
)


def build_mask_rule(row: Mapping[str, Any]) -> MaskRule:
    return MaskRule(
        id=row["id"],
        tenant=row["tenant"],
        version=row["version"],
        name=row["name"],
        condition=parse_condition(row["condition"]),
        effect=Effect(row["effect"]),
        downgrade_to=Severity(row["downgrade_to"]) if row["downgrade_to"] else None,
        end_policy=EndPolicy(row["end_policy"]),
        window=msgspec.convert(row["window"], Window),
        starts_at=row["starts_at"],
        expires_at=row["expires_at"],
        reason=row["reason"],
        owner=row["owner"],
        is_enabled=row["is_enabled"],
        changed_at=row["changed_at"],
    )


def build_mask_rule_row(row: Mapping[str, Any], now: datetime) -> MaskRuleRow:
    rule = build_mask_rule({**row, "tenant": row["tenant_id"]})
    return MaskRuleRow(
        rule=rule,
        hits=row["hits"],
        hidden_now=row["hidden_now"],
        last_hit_at=row["last_hit_at"],
        is_active=rule.is_active(now),
    )


def current_mask_rules(conn: Connection, now: datetime) -> tuple[MaskRule, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_mask_rules"], {"now": now}).fetchall()
    return tuple(rule for rule in map(_build_or_skip, rows) if rule is not None)


def _build_or_skip(row: Mapping[str, Any]) -> MaskRule | None:
    """A rule that can not be understood masks nothing, and does not stop the others."""
    try:
        return build_mask_rule(row)
    except (Invalid, msgspec.ValidationError) as error:
        logger.error("mask rule %s is damaged and masks nothing: %s", row["id"], error)
        return None


def lock_mask_rule(conn: Connection, rule: int, tenants: Sequence[int]) -> MaskRule | None:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["lock_mask_rule"], {"id": rule, "tenants": list(tenants)}
        ).fetchone()
    return build_mask_rule(row) if row else None


def _columns(rule: MaskRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "tenant": rule.tenant,
        "version": rule.version,
        "name": rule.name,
        "condition": to_json(condition_to_json(rule.condition)),
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "end_policy": rule.end_policy.value,
        "window": to_json(rule.window),
        "starts_at": rule.starts_at,
        "expires_at": rule.expires_at,
        "reason": rule.reason,
        "owner": rule.owner,
        "is_enabled": rule.is_enabled,
        "changed_at": rule.changed_at,
    }


def add_mask_rule(conn: Connection, rule: MaskRule) -> int:
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_mask_rule"], _columns(rule)).fetchone()
    assert row is not None  # noqa: S101  RETURNING of one INSERT
    return int(row["id"])


def change_mask_rule(conn: Connection, rule: MaskRule) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["change_mask_rule"], _columns(rule))


def add_mask_rule_version(conn: Connection, rule: MaskRule, by: str) -> None:
    content = to_json(describe_rule(rule))
    parameters = {
        "rule": rule.id,
        "version": rule.version,
        "content": content,
        "by": by,
        "at": rule.changed_at,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_mask_rule_version"], parameters)


def describe_rule(rule: MaskRule) -> dict[str, Any]:
    """Return all that a person may change, for versions and the audit log."""
    return {
        "name": rule.name,
        "condition": condition_to_json(rule.condition),
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "end_policy": rule.end_policy.value,
        "window": msgspec.to_builtins(rule.window),
        "starts_at": rule.starts_at.isoformat(),
        "expires_at": rule.expires_at.isoformat(),
        "reason": rule.reason,
        "owner": rule.owner,
        "is_enabled": rule.is_enabled,
    }


def mask_rule_versions(conn: Connection, rule: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["mask_rule_versions"], {"rule": rule}).fetchall()


def hidden_by_rule(conn: Connection, rule: int, limit: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["hidden_by_rule"], {"rule": rule, "limit": limit}).fetchall()


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["rules_signature"]).fetchone()
    return tuple((row or {}).values())
