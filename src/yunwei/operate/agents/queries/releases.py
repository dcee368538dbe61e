"""Questions about releases of the agent."""

from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.facts.releases import Offered
from yunwei.operate.agents.store import releases as store


def look_at_offer(viewer: Viewer) -> tuple[Offered, int] | None:
    """Return the release that agents are offered, and how many of the viewer's run it. Raises
    Refused."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        offered = store.offered(conn)
        if offered is None:
            return None
        return offered, store.count_running(conn, offered.release.version, viewer.tenants)


def system_offered() -> Offered | None:
    """Return the release that agents are offered."""
    with transaction() as conn:
        return store.offered(conn)


def system_release_data(offered: Offered) -> bytes:
    """Return its bytes, none where it is not there any more."""
    with transaction() as conn:
        return store.release_data(conn, offered.id)
