"""What people do about reports of their own: begin, change, share, put away, bring back; logos."""

import hashlib
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.reports import own_queries, own_store, store
from yunwei.operate.reports.branding import read_logo
from yunwei.operate.reports.own import (
    OwnContent,
    OwnDefinition,
    check_content,
    find_differences,
)

PART = "reports"
_MANAGE = Permission.MANAGE_REPORTS
_LONGEST_NOTE, _MOST_LOGOS = 300, 100


def add_own(
    viewer: Viewer,
    tenant: TenantId,
    content: OwnContent,
    *,
    is_shared: bool = False,
    note: str = "",
    now: datetime,
) -> int:
    """Keep a new report of one's own. Returns its id. Raises Refused, Invalid."""
    require(viewer, _MANAGE, tenant)
    checked = check_content(content)
    with transaction() as conn:
        _check_logo(conn, tenant, checked)
        values = {
            "tenant": tenant,
            "is_shared": is_shared,
            "owner": viewer.user_id,
            "now": now,
            "by": viewer.name,
        }
        made = int(store.rows(conn, "add_own", values)[0]["id"])
        told = _check_note(note)
        own_store.add_version(conn, made, 1, checked, note=told, now=now, by=viewer.name)
        _tell(
            conn,
            viewer,
            "reports.add_definition",
            checked,
            definition=made,
            tenant=tenant,
            number=1,
        )
    return made


def change_own(
    viewer: Viewer,
    definition: int,
    content: OwnContent,
    *,
    version: int,
    is_shared: bool,
    note: str = "",
    now: datetime,
) -> int:
    """Give a report of one's own a newer version; one that says the same gets none. Returns the
    number of its newest. Raises Refused, Invalid; Conflict when somebody else changed it
    meanwhile, or a schedule makes what is no longer to be shared."""
    known = own_queries.access_own(viewer, definition)
    checked = check_content(content)
    with transaction() as conn:
        _check_logo(conn, known.tenant, checked)
        if not is_shared:
            _check_unscheduled(conn, known)
        before = own_store.fetch_version(conn, known.version_id)
        is_same = not find_differences(before.content, checked)
        values = {
            "id": known.id,
            "version": version,
            "is_shared": is_shared,
            "now": now,
            "by": viewer.name,
        }
        found = store.rows(conn, "share_own" if is_same else "next_own", values)
        if not found:
            raise Conflict("somebody changed it in the meantime")
        number = int(found[0]["latest"])
        if not is_same:
            told = _check_note(note)
            own_store.add_version(
                conn, known.id, number, checked, note=told, now=now, by=viewer.name
            )
        _tell(
            conn,
            viewer,
            "reports.change_definition",
            checked,
            definition=known.id,
            tenant=known.tenant,
            number=number,
        )
    return number


def copy_own(viewer: Viewer, definition: int, titles: tuple[str, str], *, now: datetime) -> int:
    """Begin another report with what one says. titles: Chinese and English. Returns its id.
    Raises Refused, Invalid."""
    known = own_queries.access_own(viewer, definition)
    with transaction() as conn:
        content = own_store.fetch_version(conn, known.version_id).content
    content = replace(content, title_zh=titles[0], title_en=titles[1])
    return add_own(viewer, known.tenant, content, now=now)


def remove_own(viewer: Viewer, definition: int, *, now: datetime) -> None:
    """Put a report of one's own away; what was made of it stays. Raises Refused; Conflict while a
    schedule makes it."""
    known = own_queries.access_own(viewer, definition)
    with transaction() as conn:
        _check_unscheduled(conn, known)
        store.rows(conn, "remove_own", {"id": known.id, "now": now, "by": viewer.name})
        _tell(
            conn,
            viewer,
            "reports.remove_definition",
            known,
            definition=known.id,
            tenant=known.tenant,
        )


def restore_own(viewer: Viewer, definition: int, *, now: datetime) -> None:
    """Bring a report of one's own back that was put away. Raises Refused."""
    known = own_queries.access_own(viewer, definition, removed=True)
    with transaction() as conn:
        store.rows(conn, "restore_own", {"id": known.id, "now": now, "by": viewer.name})
        _tell(
            conn,
            viewer,
            "reports.restore_definition",
            known,
            definition=known.id,
            tenant=known.tenant,
        )


def add_logo(viewer: Viewer, tenant: TenantId, data: bytes, *, now: datetime) -> str:
    """Keep a tenant's logo. Returns its hash, by which reports name it. Raises Refused, Invalid;
    Conflict when there are too many."""
    require(viewer, _MANAGE, tenant)
    logo = read_logo(data)
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction() as conn:
        if own_store.find_logo(conn, tenant, sha256) is not None:
            return sha256
        if store.rows(conn, "count_logos", {"tenant": tenant})[0]["count"] >= _MOST_LOGOS:
            raise Conflict("at most 100 logos")
        own_store.add_logo(conn, tenant, sha256, logo, now=now, by=viewer.name)
        record(
            conn,
            viewer,
            "reports.add_logo",
            object_kind="report_logo",
            object_id=tenant,
            object_name=sha256[:12],
            tenant=tenant,
            after={"bytes": len(data), "content_type": logo.content_type},
        )
    return sha256


def _check_logo(conn: Connection, tenant: TenantId, content: OwnContent) -> None:
    if content.logo and own_store.find_logo(conn, tenant, content.logo) is None:
        raise Invalid("logo", "this is not one of the choices")


def _check_unscheduled(conn: Connection, known: OwnDefinition) -> None:
    if store.rows(conn, "schedules_of", {"definition": known.key})[0]["count"]:
        raise Conflict("schedules make this report; end them first")


def _check_note(note: str) -> str:
    note = note.strip()
    if len(note) > _LONGEST_NOTE or not note.isprintable():
        raise Invalid("note", "at most 300 characters, on one line")
    return note


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    what: OwnContent | OwnDefinition,
    *,
    definition: int,
    tenant: TenantId,
    number: int = 0,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="report_definition",
        object_id=definition,
        object_name=what.title_zh or what.title_en,
        tenant=tenant,
        after={"version": number} if number else None,
    )
    announce_live(PART, tenant)
