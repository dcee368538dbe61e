"""Rows of saved views to facts and back. The only SQL on these tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.base.people.facts import Viewer
from yunwei.base.saved_views.facts import SavedPage, SavedView, SavedViewDraft

SQL = load_statements("yunwei.base.saved_views")

VIEWS = Listing(
    base=SQL["list_views"],
    filters={
        "id": "id = %(id)s",
        "user": "owner = %(user)s OR is_shared",
        "page": "page = %(page)s",
        "is_default": "is_default = %(is_default)s",
    },
    sorts={"name": "lower(name)", "changed_at": "changed_at"},
    default_sort="name",
)


def build_view(row: Mapping[str, Any]) -> SavedView:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, SavedView)


def lock_view(conn: Connection, id: int, viewer: Viewer) -> SavedView | None:
    parameters = {"id": id, "tenant": viewer.tenant, "user": viewer.user_id}
    row = _one(conn, "lock_view", parameters)
    return build_view(row) if row else None


def count_views(conn: Connection, user: int, page: SavedPage) -> int:
    row = _one(conn, "count_views", {"user": user, "page": page.value})
    return int(row["count"]) if row else 0


def add_view(conn: Connection, viewer: Viewer, draft: SavedViewDraft, now: datetime) -> int | None:
    """Return the new id; None when the viewer has a view of that name."""
    values = {
        "tenant": viewer.tenant,
        "user": viewer.user_id,
        "page": draft.page.value,
        "name": draft.name,
        "query": draft.query,
        "is_shared": draft.is_shared,
        "now": now,
    }
    row = _one(conn, "add_view", values)
    return int(row["id"]) if row else None


def is_name_taken(conn: Connection, id: int, name: str) -> bool:
    row = _one(conn, "name_taken", {"id": id, "name": name})
    return bool(row and row["is_taken"])


def change_view(conn: Connection, view: SavedView) -> None:
    values = {
        "id": view.id,
        "name": view.name,
        "query": view.query,
        "is_shared": view.is_shared,
        "now": view.changed_at,
    }
    _run(conn, "change_view", values)
    if not view.is_shared:
        _run(conn, "drop_foreign_defaults", {"id": view.id})


def remove_view(conn: Connection, id: int) -> None:
    _run(conn, "remove_defaults", {"id": id})
    _run(conn, "remove_view", {"id": id})


def set_default(conn: Connection, user: int, view: SavedView) -> None:
    _run(conn, "set_default", {"user": user, "page": view.page.value, "id": view.id})


def drop_default(conn: Connection, user: int, page: SavedPage) -> None:
    _run(conn, "drop_default", {"user": user, "page": page.value})


def _one(conn: Connection, name: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchone()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
