"""Calendar feeds: an address is made anew, or works no more."""

import secrets
from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import UserId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.queries.feeds import hash_feed
from yunwei.monitor.duty.store import feeds as store

_SECRET_BYTES = 32


def renew_feed(viewer: Viewer, *, now: datetime) -> str:
    """Return a new secret for the viewer's address; an earlier one works no more. It is told this
    once. Raises Refused."""
    user = _own(viewer)
    token = secrets.token_urlsafe(_SECRET_BYTES)
    with transaction() as conn:
        store.replace_feed(conn, user, hash_feed(token), now)
        _record(conn, viewer, "duty.renew_feed")
    return token


def revoke_feed(viewer: Viewer, *, now: datetime) -> None:
    """Let the viewer's address work no more. Raises Refused when there is none."""
    user = _own(viewer)
    with transaction() as conn:
        if not store.revoke_feeds(conn, user, now):
            raise Refused()
        _record(conn, viewer, "duty.revoke_feed")


def _own(viewer: Viewer) -> UserId:
    require(viewer, Permission.SEE_MONITORING)
    if viewer.user_id is None:
        raise Refused()
    return viewer.user_id


def _record(conn: Connection, viewer: Viewer, verb: str) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="duty_feed",
        object_id=viewer.user_id or "",
        object_name=viewer.name,
        tenant=viewer.tenant,
    )
