"""Offering newer releases of the agent to agents, and withdrawing them."""

from datetime import datetime

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.store import releases as store
from yunwei_wire.errors import WireError
from yunwei_wire.releases import describe_release

PART = "agents"


def offer_release(
    viewer: Viewer, version: str, data: bytes, *, share: int = 100, now: datetime
) -> int:
    """Offer a release to agents of every customer, instead of the one before; return its number.
    Agents take it only when it is newer than what they run. share: to so many of a hundred. Raises
    Refused; Invalid (version, share)."""
    require(viewer, Permission.MANAGE_TENANTS)
    if not 1 <= share <= 100:
        raise Invalid("share", "between 1 and 100")
    try:
        release = describe_release(version, data)
    except WireError as error:
        raise Invalid("version", str(error)) from error
    with transaction() as conn:
        by = viewer.name
        made = store.add_release(conn, release, data, share=share, by=by, now=now)
        record(
            conn,
            viewer,
            "agents.offer_release",
            object_kind="agent_release",
            object_id=made,
            object_name=version,
            tenant=viewer.tenant,
            after={"digest": release.digest.hex(), "share": share},
        )
    announce_config(PART)
    return made


def withdraw_release(viewer: Viewer, *, now: datetime) -> bool:
    """Offer nothing any more; who has it keeps it. Say whether there was one. Raises Refused."""
    require(viewer, Permission.MANAGE_TENANTS)
    with transaction() as conn:
        known = store.offered(conn)
        if known is None or not store.withdraw_releases(conn, now):
            return False
        record(
            conn,
            viewer,
            "agents.withdraw_release",
            object_kind="agent_release",
            object_id=known.id,
            object_name=known.release.version,
            tenant=viewer.tenant,
        )
    announce_config(PART)
    return True
