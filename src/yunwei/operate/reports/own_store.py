"""Rows of reports of one's own, of their versions and logos, to facts and back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection
from yunwei.operate.reports.branding import Logo
from yunwei.operate.reports.own import (
    OwnContent,
    OwnDefinition,
    OwnVersion,
    read_content,
    write_content,
)
from yunwei.operate.reports.store import SQL, change, first_id, rows

OWN = Listing(
    base=SQL["list_own"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        # always asked: one's own, and those that others share
        "visible_to": "(is_shared OR owner = %(visible_to)s)",
        "shared": "is_shared = %(shared)s",
        "removed": "(removed_at IS NOT NULL) = %(removed)s",
        "search": "concat_ws(' ', title_zh, title_en, created_by) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "changed_at": "changed_at",
        "title": "lower(concat(title_zh, title_en))",
        "tenant": "lower(tenant_name)",
    },
    default_sort="-changed_at",
)


def build_definition(row: Mapping[str, Any]) -> OwnDefinition:
    return OwnDefinition(
        id=row["id"],
        tenant=TenantId(row["tenant_id"]),
        tenant_name=row["tenant_name"],
        is_shared=row["is_shared"],
        owner=None if row["owner"] is None else UserId(row["owner"]),
        created_at=row["created_at"],
        created_by=row["created_by"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        removed_at=row["removed_at"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        version=row["version"],
        version_id=row["version_id"],
    )


def build_version(row: Mapping[str, Any]) -> OwnVersion:
    return OwnVersion(
        id=row["id"],
        definition=row["definition"],
        number=row["number"],
        content=read_content(row["content"]),
        at=row["at"],
        by=row["by"],
        note=row["note"],
    )


def find_latest(conn: Connection, tenant: TenantId, definition: int) -> OwnVersion | None:
    found = rows(conn, "latest_own", {"id": definition, "tenant": tenant})
    return build_version(found[0]) if found else None


def fetch_version(conn: Connection, version: int) -> OwnVersion:
    return build_version(rows(conn, "own_version", {"id": version})[0])


def fetch_versions(conn: Connection, definition: int) -> tuple[OwnVersion, ...]:
    return tuple(map(build_version, rows(conn, "own_versions", {"id": definition})))


def add_version(
    conn: Connection,
    definition: int,
    number: int,
    content: OwnContent,
    *,
    note: str,
    now: datetime,
    by: str,
) -> None:
    values = {
        "id": definition,
        "number": number,
        "content": json.dumps(write_content(content), ensure_ascii=False),
        "note": note,
        "now": now,
        "by": by,
    }
    first_id(rows(conn, "add_own_version", values))


def find_logo(conn: Connection, tenant: TenantId, sha256: str) -> Logo | None:
    found = rows(conn, "logo", {"tenant": tenant, "sha256": sha256})
    if not found:
        return None
    return Logo(content_type=found[0]["content_type"], data=bytes(found[0]["data"]))


def add_logo(
    conn: Connection, tenant: TenantId, sha256: str, logo: Logo, *, now: datetime, by: str
) -> None:
    values = {
        "tenant": tenant,
        "sha256": sha256,
        "content_type": logo.content_type,
        "data": logo.data,
        "now": now,
        "by": by,
    }
    change(conn, "add_logo", values)
