"""Rows of mask rules to facts and back. The only SQL on their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from yunwei.base.core.calendar_times import parse_times, times_to_json
from yunwei.base.core.condition import (
    EVERYTHING,
    NOTHING,
    Condition,
    condition_to_json,
    parse_condition,
    parse_stored,
)
from yunwei.base.core.damage import DamagedRule, build_sound
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.mask_notices import RuleToTell
from yunwei.monitor.governance.facts.masks import (
    Effect,
    EndPolicy,
    MaskRule,
    MaskRuleRow,
    MaskRuleVersion,
    RuleState,
)
from yunwei.monitor.governance.rules.life import fingerprint

SQL = load_statements("yunwei.monitor.governance", "mask_rules")

MASK_RULES = Listing(
    base=SQL["list_mask_rules"],
    filters={
        "id": "id = %(id)s",
        "ids": "id = ANY(%(ids)s)",
        "state": "state = ANY(%(state)s)",
        "effect": "effect = %(effect)s",
        "owner": "owner = %(owner)s",
        "waits": "(asked_by <> '' OR pending IS NOT NULL) = %(waits)s",
        "search": "concat_ws(' ', name, reason, ticket, owner) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "name": "lower(name)",
        "state": "state",
        "expires_at": "expires_at",
        "changed_at": "changed_at",
        "hits": "hits",
        "hidden_now": "hidden_now",
        "last_hit_at": "last_hit_at",
        "owner": "lower(owner)",
    },
    default_sort="-changed_at",
)

_PLAIN = ("name", "hides_critical", "lasts_minutes", "reason", "ticket", "owner")
_TIMES = ("starts_at", "expires_at")


def build_mask_rule(row: Mapping[str, Any]) -> MaskRule:
    return MaskRule(
        id=row["id"],
        tenant=row["tenant"],
        version=row["version"],
        state=RuleState(row["state"]),
        condition=_read_condition(row["condition"]),
        effect=Effect(row["effect"]),
        downgrade_to=Severity(row["downgrade_to"]) if row["downgrade_to"] else None,
        end_policy=EndPolicy(row["end_policy"]),
        times=parse_times(row["times"]) if row["times"] else None,
        flexible_since=row["flexible_since"],
        changed_at=row["changed_at"],
        **{name: row[name] for name in _PLAIN + _TIMES},
    )


def build_shown_rule(row: Mapping[str, Any]) -> MaskRule:
    """A rule as its pages show it: one that can not be understood means nothing, so that people can
    see it and say anew what it means."""
    try:
        return build_mask_rule(row)
    except (Invalid, ValueError):
        return replace(
            build_mask_rule({**row, "condition": condition_to_json(EVERYTHING), "times": None}),
            condition=NOTHING,
        )


def _read_condition(stored: str | dict[str, Any]) -> Condition:
    """A condition as text is one of many that are read again and again."""
    return parse_stored(stored) if isinstance(stored, str) else parse_condition(stored)


def build_mask_rule_row(row: Mapping[str, Any], *, is_active: bool) -> MaskRuleRow:
    counted = ("hits", "hidden_now", "unique_objects", "would_hide", "last_hit_at")
    return MaskRuleRow(
        rule=build_shown_rule({**row, "tenant": row["tenant_id"]}),
        is_active=is_active,
        pending=row["pending"],
        asked_by=row["asked_by"],
        **{name: row[name] for name in counted},
    )


def current_mask_rules(conn: Connection) -> tuple[MaskRule, ...]:
    """Return the rules that are live, of all tenants."""
    return read_mask_rules(conn)[0]


def read_mask_rules(conn: Connection) -> tuple[tuple[MaskRule, ...], tuple[DamagedRule, ...]]:
    """Return the rules that are live, of all tenants, and those that can not be understood: they
    mask nothing."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["current_mask_rules"]).fetchall()
    return build_sound("mask_rule", rows, build_mask_rule)


def rules_living(
    conn: Connection, tenants: Sequence[int], *, since: datetime, until: datetime, limit: int
) -> tuple[tuple[MaskRule, ...], int]:
    """Return rules whose life touches a time, at most so many, and how many there are."""
    parameters = {"tenants": list(tenants), "since": since, "until": until, "limit": limit}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["rules_living"], parameters).fetchall()
    total = int(rows[0]["total"]) if rows else 0
    return tuple(map(build_shown_rule, rows)), total


def live_conditions(conn: Connection, tenant: int, *, but: int) -> list[str]:
    """Return the conditions of a tenant's live rules as JSON text, one rule left out."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["live_conditions"], {"tenant": tenant, "but": but}).fetchall()
    return [row["condition"] for row in rows]


def lock_mask_rule(conn: Connection, rule: int, tenants: Sequence[int]) -> MaskRule | None:
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["lock_mask_rule"], {"id": rule, "tenants": list(tenants)}
        ).fetchone()
    return build_shown_rule(row) if row else None


def describe_rule(rule: MaskRule) -> dict[str, Any]:
    """Return all that a person may say of a rule, for versions, exports and the audit log."""
    return {
        "name": rule.name,
        "condition": condition_to_json(rule.condition),
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "hides_critical": rule.hides_critical,
        "end_policy": rule.end_policy.value,
        "times": times_to_json(rule.times) if rule.times else None,
        "lasts_minutes": rule.lasts_minutes,
        "starts_at": rule.starts_at.astimezone(UTC).isoformat(),
        "expires_at": rule.expires_at.astimezone(UTC).isoformat(),
        "reason": rule.reason,
        "ticket": rule.ticket,
        "owner": rule.owner,
    }


def with_version(rule: MaskRule, version: MaskRuleVersion) -> MaskRule:
    """Return the rule saying what one of its versions says; its state stays."""
    return with_content(rule, version.content, version=version.version)


def with_content(rule: MaskRule, content: Mapping[str, Any], *, version: int) -> MaskRule:
    """Return the rule saying something else; its state stays."""
    told = {name: datetime.fromisoformat(content[name]) for name in _TIMES}
    return build_shown_rule(
        {
            **content,
            **told,
            "id": rule.id,
            "tenant": rule.tenant,
            "version": version,
            "state": rule.state,
            "flexible_since": rule.flexible_since,
            "changed_at": rule.changed_at,
        }
    )


def build_described(tenant: int, content: Mapping[str, Any], now: datetime) -> MaskRule:
    """Return a rule that is not saved, saying what was described."""
    blank = {"id": 0, "tenant": tenant, "version": 0, "state": RuleState.DRAFT.value}
    told = {name: datetime.fromisoformat(content[name]) for name in _TIMES}
    return build_mask_rule({**content, **blank, **told, "flexible_since": None, "changed_at": now})


def _columns(rule: MaskRule) -> dict[str, Any]:
    said = describe_rule(rule)
    return {
        **said,
        "condition": to_json(said["condition"]),
        "times": to_json(said["times"]) if said["times"] else None,
        "starts_at": rule.starts_at,
        "expires_at": rule.expires_at,
        "id": rule.id,
        "tenant": rule.tenant,
        "version": rule.version,
        "state": rule.state.value,
        "flexible_since": rule.flexible_since,
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


def expire_mask_rules(conn: Connection, now: datetime) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["expire_mask_rules"], {"now": now}).fetchall()


def begin_flexible(conn: Connection, rules: Sequence[int], now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["begin_flexible"], {"ids": list(rules), "now": now})


def add_version(conn: Connection, rule: MaskRule, by: str) -> None:
    """Keep what a rule says, under its version."""
    parameters = {
        "rule": rule.id,
        "version": rule.version,
        "content": to_json(describe_rule(rule)),
        "fingerprint": fingerprint(rule),
        "by": by,
        "at": rule.changed_at,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_mask_rule_version"], parameters)


def fetch_versions(conn: Connection, rule: int) -> tuple[MaskRuleVersion, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["mask_rule_versions"], {"rule": rule}).fetchall()
    return tuple(msgspec.convert(row, MaskRuleVersion) for row in rows)


def note_simulated(conn: Connection, rule: int, version: int, by: str, at: datetime) -> None:
    _note(conn, "note_simulated", rule, version, by=by, at=at)


def note_asked(conn: Connection, rule: int, version: int, by: str, at: datetime) -> None:
    _note(conn, "note_asked", rule, version, by=by, at=at)


def note_approved(conn: Connection, rule: int, version: int, by: str, at: datetime) -> None:
    _note(conn, "note_approved", rule, version, by=by, at=at)


def note_rejected(
    conn: Connection, rule: int, version: int, *, by: str, at: datetime, note: str
) -> None:
    _note(conn, "note_rejected", rule, version, by=by, at=at, note=note)


def _note(conn: Connection, name: str, rule: int, version: int, **said: object) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], {"rule": rule, "version": version, **said})


def hidden_by_rule(conn: Connection, rule: int, limit: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["hidden_by_rule"], {"rule": rule, "limit": limit}).fetchall()


def shadow_hits(conn: Connection, rule: int, limit: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["shadow_hits"], {"rule": rule, "limit": limit}).fetchall()


def rules_to_tell(
    conn: Connection, *, now: datetime, soon: datetime, until: datetime, since: datetime
) -> tuple[RuleToTell, ...]:
    parameters = {"now": now, "soon": soon, "until": until, "since": since}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["rules_to_tell"], parameters).fetchall()
    return tuple(msgspec.convert(row, RuleToTell) for row in rows)


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["rules_signature"]).fetchone()
    return tuple((row or {}).values())
