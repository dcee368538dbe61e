"""Changes of API tokens. The secret is shown once, at its making, and kept nowhere."""

import secrets
from datetime import datetime

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import queries, store
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import ApiToken, Permission, Viewer
from yunwei.base.people.rules import require

_SHOWN = 9


def create_token(
    viewer: Viewer, *, name: str, expires_at: datetime | None = None, clock: Clock | None = None
) -> tuple[ApiToken, str]:
    """Return a new token of the viewer's own and, this once, its text (`yw_…`).

    It may what its person may, as long as they may. expires_at: None is never.
    Raises Refused, Invalid (name, expires_at).
    """
    require(viewer, Permission.USE_API_TOKENS)
    if viewer.user_id is None:
        raise Refused()
    now = (clock or SystemClock()).now()
    label = name.strip()
    if not 1 <= len(label) <= 100:
        raise Invalid("name", "between 1 and 100 characters")
    if expires_at is not None and expires_at <= now:
        raise Invalid("expires_at", "this is in the past")
    text = queries.TOKEN_PREFIX + secrets.token_urlsafe(32)
    values = {
        "user": viewer.user_id,
        "name": label,
        "prefix": text[:_SHOWN],
        "hash": queries.hash_token(text),
        "now": now,
        "expires_at": expires_at,
    }
    with transaction() as conn:
        token = store.add_token(conn, values)
        made = store.fetch_token(conn, (viewer.tenant,), token)
        expiry = made.expires_at.isoformat() if made.expires_at else None
        _record(conn, viewer, "people.create_token", made, after={"expires_at": expiry})
    return made, text


def revoke_token(viewer: Viewer, token: int, *, clock: Clock | None = None) -> ApiToken:
    """Stop a token, at once and for good; a revoked one stays so. Raises Refused."""
    found = queries.access_token(viewer, token)
    now = (clock or SystemClock()).now()
    with transaction() as conn:
        if store.revoke_token(conn, found.id, now):
            _record(conn, viewer, "people.revoke_token", found)
    return queries.access_token(viewer, token)


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    token: ApiToken,
    *,
    after: dict[str, object] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="api_token",
        object_id=token.id,
        object_name=f"{token.username}: {token.name}",
        after=after,
    )
