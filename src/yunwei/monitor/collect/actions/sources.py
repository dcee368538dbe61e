"""Changes to sources that others may ask for. Each is one transaction with its audit line."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Misconfigured, Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live, held_back
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import (
    INTERNAL_CONNECTOR,
    TRAP_CONNECTOR,
    SourceDraft,
    SourceEdit,
    SourceRow,
    SourceState,
)
from yunwei.monitor.collect.health import next_health
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.store import heard as heard_store
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, load, manifests
from yunwei.plugins.sdk.settings import check_settings

MAX_HISTORY_DAYS = 400
_NAME_LIMIT = 100
_TOKEN_BYTES = 24


def add_source(viewer: Viewer, draft: SourceDraft) -> SourceRow:
    """Add a source; it is read within seconds. Raises Refused, or Invalid naming the field."""
    require(viewer, Permission.MANAGE_SOURCES, draft.tenant)
    manifest = queries.check_connector(draft.connector)
    name = _check_name(draft.name)
    settings, secrets = _split(manifest, check_form(manifest, draft.settings))
    issued = _issue(manifest, secrets)
    secrets |= issued
    with held_back(), transaction() as conn:
        if not store.has_tenant(conn, draft.tenant):
            raise Invalid("tenant", "there is no such tenant")
        source = store.add_source(
            conn,
            tenant=draft.tenant,
            connector=draft.connector,
            name=name,
            settings=settings,
            secrets=secrets,
            history_days=_check_history_days(draft.history_days),
        )
        if source is None:
            raise Invalid("name", "another source has this name")
        told = {"name": name, "connector": draft.connector, "settings": settings}
        tell_source(
            conn,
            viewer,
            "collect.add_source",
            source=source,
            tenant=draft.tenant,
            name=name,
            after=told,
        )
    return replace(queries.access_source(viewer, source), issued=issued)


def renew_secrets(viewer: Viewer, source: SourceId) -> SourceRow:
    """Make the secrets anew that the platform makes for a source; the old ones are void at once.

    They are in `issued` of what is returned, and nowhere else. Raises Refused.
    """
    with held_back(), transaction() as conn:
        row = lock_source(conn, viewer, source)
        issued = _issue(queries.check_connector(row["connector"]), {})
        if not issued:
            raise Refused()
        store.change_source(
            conn,
            source,
            name=row["name"],
            settings=row["settings"],
            secrets=store.open_secrets(row) | issued,
            history_days=row["history_days"],
        )
        tell_source(
            conn,
            viewer,
            "collect.renew_secrets",
            source=source,
            tenant=row["tenant"],
            name=row["name"],
            after={"changed_keys": sorted(issued)},
        )
    return replace(queries.access_source(viewer, source), issued=issued)


def change_source(viewer: Viewer, source: SourceId, edit: SourceEdit) -> SourceRow:
    """Change a source's name and settings; secrets left empty stay, unless `forgotten` names
    them. Raises as `add_source`."""
    with held_back(), transaction() as conn:
        before = lock_source(conn, viewer, source)
        manifest = queries.check_connector(before["connector"])
        held = store.open_secrets(before)
        kept = {key: value for key, value in held.items() if key not in edit.forgotten}
        typed = check_form(manifest, edit.settings, kept)
        settings, secrets = _split(manifest, typed)
        name = _check_name(edit.name)
        if store.is_name_taken(conn, before["tenant"], name, but=source):
            raise Invalid("name", "another source has this name")
        store.change_source(
            conn,
            source,
            name=name,
            settings=settings,
            secrets=kept | secrets,
            history_days=_check_history_days(edit.history_days),
        )
        store.forget_reads(conn, source)
        tell_source(
            conn,
            viewer,
            "collect.change_source",
            source=source,
            tenant=before["tenant"],
            name=name,
            before={"name": before["name"], "settings": before["settings"]},
            after={
                "name": name,
                "settings": settings,
                "changed_keys": _changed(held, kept | secrets),
            },
        )
    return queries.access_source(viewer, source)


def enable_source(viewer: Viewer, source: SourceId) -> SourceRow:
    """Read a source again. Raises Conflict when it is read already."""
    return _switch(viewer, source, is_enabled=True)


def disable_source(viewer: Viewer, source: SourceId) -> SourceRow:
    """Stop reading a source; what is known of it stays. Raises Conflict when it is not read."""
    return _switch(viewer, source, is_enabled=False)


def _switch(viewer: Viewer, source: SourceId, *, is_enabled: bool) -> SourceRow:
    with held_back(), transaction() as conn:
        before = lock_source(conn, viewer, source)
        if before["is_enabled"] is is_enabled:
            raise Conflict("the source is enabled already" if is_enabled else "it is not enabled")
        store.switch_source(conn, source, is_enabled=is_enabled)
        if is_enabled:
            store.forget_reads(conn, source)
            health = store.lock_health(conn, source)
            if health and health.state is SourceState.DISABLED:
                after = next_health(health, ())
                store.save_health(conn, health, after, SystemClock().now())
        verb = "collect.enable_source" if is_enabled else "collect.disable_source"
        tell_source(conn, viewer, verb, source=source, tenant=before["tenant"], name=before["name"])
    return queries.access_source(viewer, source)


def remove_source(viewer: Viewer, source: SourceId, *, clock: Clock | None = None) -> None:
    """Take a source out of everything, its secrets for good; what it left behind keeps its name."""
    with held_back(), transaction() as conn:
        before = lock_source(conn, viewer, source)
        store.remove_source(conn, source, (clock or SystemClock()).now())
        heard_store.forget_engines(conn, source)
        tell_source(
            conn,
            viewer,
            "collect.remove_source",
            source=source,
            tenant=before["tenant"],
            name=before["name"],
        )


def bootstrap() -> None:
    """Make the sources every installation has: the platform's own voice, and a door for traps.

    Idempotent; a trap source that a person removed does not come back. Needs the provider.
    """
    with held_back(), transaction() as conn:
        provider = store.fetch_provider(conn)
        if provider is None:
            raise Misconfigured("there is no provider yet")
        if store.fetch_internal(conn) is None:
            _add_own(conn, provider, INTERNAL_CONNECTOR, "Yunwei", is_internal=True)
        if TRAP_CONNECTOR in manifests(CONNECTORS) and not store.has_connector(
            conn, TRAP_CONNECTOR
        ):
            _add_own(conn, provider, TRAP_CONNECTOR, "SNMP Trap")
        announce_config("collect")


def _add_own(
    conn: Connection, provider: TenantId, connector: str, name: str, *, is_internal: bool = False
) -> None:
    manifest = manifests(CONNECTORS).get(connector)
    typed: dict[str, str] = {}
    if manifest is not None:
        # a form's secrets have no default of their own; the community that all devices come
        # with is one, and this source is the door through which they are first heard
        given = {field.key: field.default for field in manifest.field if field.default}
        if any(field.key == "communities" for field in manifest.field):
            given.setdefault("communities", "public")
        typed = check_settings(manifest, given)
    settings, secrets = _split(manifest, typed) if manifest else ({}, {})
    store.add_source(
        conn,
        tenant=provider,
        connector=connector,
        name=name,
        settings=settings,
        secrets=secrets,
        history_days=0,
        is_internal=is_internal,
    )


def lock_source(conn: Connection, viewer: Viewer, source: SourceId) -> dict[str, Any]:
    """Return a source's row, locked, to whoever may manage it; raises Refused."""
    require(viewer, Permission.MANAGE_SOURCES)
    row = store.lock_source(conn, source)
    if row is None or row["is_internal"]:
        raise Refused()
    require(viewer, Permission.MANAGE_SOURCES, row["tenant"])
    return row


def _check_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid("name", "this is required")
    if len(cleaned) > _NAME_LIMIT:
        raise Invalid("name", f"at most {_NAME_LIMIT} characters")
    return cleaned


def _check_history_days(days: int) -> int:
    if not 0 <= days <= MAX_HISTORY_DAYS:
        raise Invalid("history_days", f"between 0 and {MAX_HISTORY_DAYS}")
    return days


def check_form(
    manifest: Manifest, typed: Mapping[str, str], held: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the cleaned settings; held: secrets that stand for those left empty."""
    kept = held or {}
    cleaned = check_settings(manifest, typed, kept_secrets=frozenset(kept))
    check_together = getattr(load(CONNECTORS, manifest.slug), "check_settings", None)
    if check_together is not None:
        check_together({**kept, **cleaned})
    return cleaned


def _issue(manifest: Manifest, given: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that the platform has to make, since nobody gave them."""
    return {
        field.key: token_urlsafe(_TOKEN_BYTES)
        for field in manifest.field
        if field.is_generated and not given.get(field.key)
    }


def _split(manifest: Manifest, typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    secrets = {key: value for key, value in typed.items() if key in manifest.secrets}
    settings = {key: value for key, value in typed.items() if key not in manifest.secrets}
    return settings, secrets


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(key for key in {*before, *after} if before.get(key, "") != after.get(key, ""))


def tell_source(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    source: SourceId,
    tenant: TenantId,
    name: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Audit a change of a source, and announce it."""
    record(
        conn,
        viewer,
        verb,
        object_kind="source",
        object_id=str(source),
        object_name=name,
        tenant=tenant,
        before=dict(before or {}),
        after=dict(after or {}),
    )
    announce_config("collect")
    announce_live("sources", tenant)
