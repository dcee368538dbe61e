"""Questions about simulations that others may ask."""

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.simulation import store
from yunwei.monitor.simulation.facts import Simulation


def access_simulation(viewer: Viewer, id: int) -> Simulation:
    """Return one simulation; raises Refused when it is not there or not the viewer's."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = store.fetch_simulation(conn, id, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def latest_of_rule(viewer: Viewer, rule: MaskRuleId) -> Simulation | None:
    """Return the latest simulation of a rule that runs, is done or failed."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        return store.latest_of_rule(conn, rule, viewer.tenants)
