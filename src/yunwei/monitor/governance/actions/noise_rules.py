"""Noise rules: made, changed, switched, removed; and those that every installation begins with."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib.resources import files

import msgspec

from yunwei.base.core.errors import Conflict, Invalid, Misconfigured, Refused
from yunwei.base.core.ids import NoiseRuleId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets.actions import note_uses
from yunwei.base.named_sets.queries import check_sets
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.noise import (
    CONTENT_TYPES,
    NoiseContent,
    NoiseKind,
    NoiseRule,
    NoiseRuleDraft,
)
from yunwei.monitor.governance.rules.named_sets import conditions_of, use_of_noise
from yunwei.monitor.governance.rules.noise_drafts import check_noise_draft, kind_of
from yunwei.monitor.governance.store import noise_rules as store

_SHIPPED = "noise_rules.toml"


def create_noise_rule(
    viewer: Viewer, tenant: TenantId, draft: NoiseRuleDraft, *, now: datetime
) -> NoiseRuleId:
    """Add a noise rule. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    check_noise_draft(draft)
    rule = _build_rule(tenant, draft, now=now)
    with transaction() as conn:
        _check_sets(conn, tenant, draft.content)
        rule = replace(rule, id=store.add_noise_rule(conn, rule))
        _tell(conn, viewer, "governance.create_noise_rule", None, rule)
    return rule.id


def change_noise_rule(
    viewer: Viewer, rule: NoiseRuleId, draft: NoiseRuleDraft, *, now: datetime
) -> NoiseRule:
    """Make the rule's next version; its kind stays. Raises Refused, Invalid."""
    check_noise_draft(draft)
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        if kind_of(draft.content) is not before.kind:
            raise Invalid("kind", "a rule keeps its kind")
        _check_sets(conn, before.tenant, draft.content)
        after = replace(
            before,
            version=before.version + 1,
            name=draft.name.strip(),
            content=draft.content,
            is_enabled=draft.is_enabled,
            changed_at=now,
        )
        store.change_noise_rule(conn, after)
        _tell(conn, viewer, "governance.change_noise_rule", before, after)
    return after


def switch_noise_rule(
    viewer: Viewer, rule: NoiseRuleId, *, is_enabled: bool, now: datetime
) -> NoiseRule:
    """Turn a rule on or off. Raises Refused; Conflict when it is so already."""
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        if before.is_enabled == is_enabled:
            raise Conflict("the rule is so already")
        after = replace(before, is_enabled=is_enabled, version=before.version + 1, changed_at=now)
        store.change_noise_rule(conn, after)
        _tell(conn, viewer, "governance.switch_noise_rule", before, after)
    return after


def remove_noise_rule(viewer: Viewer, rule: NoiseRuleId, *, now: datetime) -> None:
    """Take a rule out of use; what it did keeps its name. Raises Refused."""
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        store.remove_noise_rule(conn, rule, now)
        _tell(conn, viewer, "governance.remove_noise_rule", before, None)


def bootstrap(*, clock: Clock | None = None) -> None:
    """Give the provider the rules that come with the platform and are not known yet.

    Idempotent; a rule that people changed or removed stays as they left it.
    """
    now = (clock or SystemClock()).now()
    with transaction() as conn:
        provider = store.fetch_provider(conn)
        if provider is None:
            raise Misconfigured("there is no provider yet")
        known = store.known_slugs(conn)
        new = [(slug, draft) for slug, draft in read_shipped() if slug not in known]
        for slug, draft in new:
            rule = _build_rule(provider, draft, now=now)
            store.add_noise_rule(conn, replace(rule, slug=slug))
        if new:
            announce_config("governance")


def read_shipped() -> Iterator[tuple[str, NoiseRuleDraft]]:
    """Yield (slug, draft) of the rules that come with the platform."""
    text = files("yunwei.monitor.governance").joinpath(_SHIPPED).read_text("utf-8")
    for word, tables in tomllib.loads(text).items():
        content_type = CONTENT_TYPES[NoiseKind(word)]
        for table in tables:
            slug, name = table.pop("slug"), table.pop("name")
            is_enabled = table.pop("is_enabled", True)
            content = msgspec.convert(table, content_type)
            draft = NoiseRuleDraft(name=name, content=content, is_enabled=is_enabled)
            check_noise_draft(draft)
            yield slug, draft


def _build_rule(tenant: TenantId, draft: NoiseRuleDraft, *, now: datetime) -> NoiseRule:
    return NoiseRule(
        id=NoiseRuleId(0),
        tenant=tenant,
        kind=kind_of(draft.content),
        version=1,
        name=draft.name.strip(),
        content=draft.content,
        is_enabled=draft.is_enabled,
        slug="",
        changed_at=now,
    )


def _lock(conn: Connection, viewer: Viewer, rule: NoiseRuleId) -> NoiseRule:
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_noise_rule(conn, rule, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _check_sets(conn: Connection, tenant: TenantId, content: NoiseContent) -> None:
    for field, condition in conditions_of(content).items():
        check_sets(conn, tenant, condition, field=field)


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    before: NoiseRule | None,
    after: NoiseRule | None,
) -> None:
    known = after or before
    if known is None:
        return
    record(
        conn,
        viewer,
        verb,
        object_kind="noise_rule",
        object_id=str(known.id),
        object_name=known.name,
        tenant=known.tenant,
        before=store.describe_content(before) if before else None,
        after=store.describe_content(after) if after else None,
    )
    said = conditions_of(after.content).values() if after else ()
    note_uses(conn, use_of_noise(known), said)
    announce_config("governance")
    announce_live("noise_rules", known.tenant)
