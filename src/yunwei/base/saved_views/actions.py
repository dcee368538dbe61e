"""Changes of saved views: kept, changed, removed, and which one a page opens with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SavedViewId, UserId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import changed, record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.base.saved_views import store
from yunwei.base.saved_views.facts import SavedPage, SavedView, SavedViewChange, SavedViewDraft
from yunwei.base.saved_views.rules import MOST_VIEWS, check_name, clean_query, may_change

_TAKEN = "there is a view of this name already"


def save_view(viewer: Viewer, draft: SavedViewDraft, *, now: datetime) -> SavedViewId:
    """Keep what a page shows under a name. Raises Refused, Invalid (name, query)."""
    user = _require_person(viewer)
    kept = replace(draft, name=check_name(draft.name), query=clean_query(draft.query))
    with transaction() as conn:
        if store.count_views(conn, user, kept.page) >= MOST_VIEWS:
            raise Invalid("name", f"at most {MOST_VIEWS} views of one page; remove one first")
        id = store.add_view(conn, viewer, kept, now)
        if id is None:
            raise Invalid("name", _TAKEN)
        _record(conn, viewer, "saved_views.save", (SavedViewId(id), kept.name), after=_said(kept))
    return SavedViewId(id)


def change_view(
    viewer: Viewer, view: SavedViewId, change: SavedViewChange, *, now: datetime
) -> None:
    """Rename, overwrite, share or unshare a view. Raises Refused, Invalid (name, query)."""
    _require_person(viewer)
    with transaction() as conn:
        before = _lock_own(conn, viewer, view)
        after = replace(
            before,
            name=before.name if change.name is None else check_name(change.name),
            query=before.query if change.query is None else clean_query(change.query),
            is_shared=before.is_shared if change.is_shared is None else change.is_shared,
            changed_at=now,
        )
        if store.is_name_taken(conn, view, after.name):
            raise Invalid("name", _TAKEN)
        store.change_view(conn, after)
        old, new = changed(_said(before), _said(after))
        _record(conn, viewer, "saved_views.change", (view, after.name), old, after=new)


def remove_view(viewer: Viewer, view: SavedViewId) -> None:
    """Remove a view; pages that opened with it open as they come. Raises Refused."""
    _require_person(viewer)
    with transaction() as conn:
        before = _lock_own(conn, viewer, view)
        store.remove_view(conn, view)
        _record(conn, viewer, "saved_views.remove", (view, before.name), _said(before))


def set_default(viewer: Viewer, view: SavedViewId) -> None:
    """Let its page open with a view, for this viewer. Raises Refused."""
    user = _require_person(viewer)
    with transaction() as conn:
        store.set_default(conn, user, _lock(conn, viewer, view))


def drop_default(viewer: Viewer, page: SavedPage) -> None:
    """Let a page open as it comes, for this viewer. Raises Refused."""
    user = _require_person(viewer)
    with transaction() as conn:
        store.drop_default(conn, user, page)


def _require_person(viewer: Viewer) -> UserId:
    require(viewer, Permission.SEE_MONITORING)
    if viewer.user_id is None:
        raise Refused()
    return viewer.user_id


def _lock(conn: Connection, viewer: Viewer, view: SavedViewId) -> SavedView:
    found = store.lock_view(conn, view, viewer)
    if found is None:
        raise Refused()
    return found


def _lock_own(conn: Connection, viewer: Viewer, view: SavedViewId) -> SavedView:
    found = _lock(conn, viewer, view)
    if not may_change(viewer, found):
        raise Refused()
    return found


def _said(view: SavedView | SavedViewDraft) -> dict[str, Any]:
    names = ("page", "name", "query", "is_shared")
    return {name: getattr(view, name) for name in names}


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    view: tuple[SavedViewId, str],
    before: Mapping[str, Any] | None = None,
    *,
    after: Mapping[str, Any] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="saved_view",
        object_id=view[0],
        object_name=view[1],
        before=before,
        after=after,
    )
