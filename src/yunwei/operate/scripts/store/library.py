"""Rows of scripts and their versions to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.scripts.facts.library import (
    Finding,
    ReadyScript,
    Script,
    ScriptLanguage,
    ScriptRow,
    Version,
    VersionDraft,
    VersionState,
)

SQL = load_statements("yunwei.operate.scripts", "library")

SCRIPTS = Listing(
    base=SQL["list_scripts"],
    filters={
        "id": "id = %(id)s",
        # always asked: whose scripts are seen
        "reach": "tenant_id = ANY(%(reach)s) OR is_shared",
        "tenant": "tenant_id = %(tenant)s",
        "name": "name = %(name)s",
        "language": "language = %(language)s",
        "state": "state = %(state)s",
        "folder": "folder = %(folder)s OR starts_with(folder, %(folder)s || '/')",
        "tag": "tags ? %(tag)s",
        "is_dangerous": "is_dangerous = %(is_dangerous)s",
        "may_run": "(approved IS NOT NULL) = %(may_run)s",
        "search": "concat_ws(' ', name, description_zh, description_en, folder, tags::text)"
        " ILIKE '%%' || %(search)s || '%%'"
        " OR EXISTS (SELECT 1 FROM scripts_version whole WHERE whole.script_id = listed.id"
        " AND whole.number = listed.latest"
        " AND strpos(lower(whole.content ->> 'body'), lower(%(search)s)) > 0)",
    },
    sorts={
        "name": "lower(name)",
        "folder": "lower(folder)",
        "language": "language",
        "state": "state",
        "changed_at": "changed_at",
    },
    default_sort="name",
)


def build_script(row: Mapping[str, Any]) -> Script:
    return Script(
        id=ScriptId(row["id"]),
        tenant=TenantId(row["tenant"]),
        name=row["name"],
        language=ScriptLanguage(row["language"]),
        description_zh=row["description_zh"],
        description_en=row["description_en"],
        folder=row["folder"],
        tags=tuple(row["tags"]),
        is_shared=row["is_shared"],
        revision=row["revision"],
        latest=row["latest"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )


def build_row(row: Mapping[str, Any], tenants: Sequence[int]) -> ScriptRow:
    return ScriptRow(
        script=build_script({**row, "tenant": row["tenant_id"]}),
        tenant_name=row["tenant_name"],
        state=VersionState(row["state"]),
        approved=row["approved"],
        is_dangerous=row["is_dangerous"],
        may_change=row["tenant_id"] in tenants,
        may_be_shared=row["is_provider"],
    )


def build_version(row: Mapping[str, Any]) -> Version:
    return Version(
        **{
            **row,
            "script": ScriptId(row["script"]),
            "content": msgspec.convert(row["content"], VersionDraft),
            "findings": msgspec.convert(row["findings"], tuple[Finding, ...]),
            "state": VersionState(row["state"]),
        }
    )


def describe(script: Script) -> dict[str, Any]:
    """Return what a person may say of a script's head, for the audit log."""
    names = ("name", "description_zh", "description_en", "folder", "is_shared")
    return {name: getattr(script, name) for name in names} | {"tags": list(script.tags)}


def fetch_versions(conn: Connection, script: ScriptId) -> tuple[Version, ...]:
    return tuple(build_version(row) for row in _all(conn, "versions_of", {"id": script}))


def fetch_folders(conn: Connection, tenants: Iterable[int]) -> tuple[str, ...]:
    rows = _all(conn, "folders_of", {"tenants": list(tenants)})
    return tuple(row["folder"] for row in rows)


def fetch_slugs(conn: Connection, tenant: TenantId) -> frozenset[str]:
    return frozenset(row["slug"] for row in _all(conn, "slugs_of", {"tenant": tenant}))


def fetch_provider(conn: Connection) -> int | None:
    return next((row["id"] for row in _all(conn, "provider", {})), None)


def lock_script(conn: Connection, script: ScriptId, tenants: Sequence[int]) -> Script | None:
    rows = _all(conn, "lock_script", {"id": script, "tenants": list(tenants)})
    return build_script(rows[0]) if rows else None


def fetch_ready(
    conn: Connection, slugs: Sequence[str], tenants: Sequence[int]
) -> dict[str, ReadyScript]:
    rows = _all(conn, "ready_by_slug", {"slugs": list(slugs), "tenants": list(tenants)})
    found: dict[str, ReadyScript] = {}
    for row in rows:
        found.setdefault(row["slug"], msgspec.convert(row, ReadyScript))
    return found


def add_script(conn: Connection, script: Script, *, slug: str) -> ScriptId | None:
    """Return its id; None when its tenant has one of the name, or of the slug."""
    rows = _all(conn, "add_script", {**_columns(script), "slug": slug})
    return ScriptId(rows[0]["id"]) if rows else None


def change_script(conn: Connection, script: Script) -> None:
    _run(conn, "change_script", _columns(script))


def is_taken(conn: Connection, tenant: TenantId, name: str, *, but: int) -> bool:
    (row,) = _all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but})
    return bool(row["is_taken"])


def remove_script(conn: Connection, script: ScriptId) -> None:
    _run(conn, "remove_versions", {"id": script})
    _run(conn, "remove_script", {"id": script})


def add_version(conn: Connection, version: Version) -> None:
    _run(
        conn,
        "add_version",
        {
            "id": version.script,
            "number": version.number,
            "content": to_json(version.content),
            "sha256": version.sha256,
            "state": version.state.value,
            "findings": to_json(version.findings),
            "is_dangerous": version.is_dangerous,
            "by": version.by,
            "at": version.at,
        },
    )


def note_asked(conn: Connection, script: ScriptId, number: int, *, by: str, at: datetime) -> None:
    _run(conn, "note_asked", {"id": script, "number": number, "by": by, "at": at})


def note_judged(
    conn: Connection, version: Version, state: VersionState, *, by: str, at: datetime, note: str
) -> None:
    told = {"id": version.script, "number": version.number, "by": by, "at": at}
    _run(conn, "note_judged", {**told, "state": state.value, "note": note})


def note_retired(conn: Connection, script: ScriptId, number: int, *, by: str, at: datetime) -> None:
    _run(conn, "note_retired", {"id": script, "number": number, "by": by, "at": at})


def _columns(script: Script) -> dict[str, Any]:
    return {
        **describe(script),
        "id": script.id,
        "tenant": script.tenant,
        "language": script.language.value,
        "tags": to_json(script.tags),
        "revision": script.revision,
        "latest": script.latest,
        "changed_at": script.changed_at,
        "changed_by": script.changed_by,
    }


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
