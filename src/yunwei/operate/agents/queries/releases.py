"""Questions about releases of the agent."""

from yunwei.base.infra.postgres import transaction
from yunwei.operate.agents.facts.releases import Offered
from yunwei.operate.agents.store import releases as store


def system_offered() -> Offered | None:
    """Return the release that agents are offered."""
    with transaction() as conn:
        return store.offered(conn)


def system_release_data(offered: Offered) -> bytes:
    """Return its bytes, none where it is not there any more."""
    with transaction() as conn:
        return store.release_data(conn, offered.id)
