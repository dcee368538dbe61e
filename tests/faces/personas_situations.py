"""Doors of situations: the pages, REST, and one situation of customer A."""

from tests.faces.doors import MONITORS, MONITORS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.governance.facts.situations import SituationDraft, SituationKind
from yunwei.monitor.governance.store import situations as store

_ONE = {"situation_id": "situation"}

PAGES: dict[str, Door] = {
    "situations": door(MONITORS_ANY),
    "situation": door(MONITORS, at={"situation": "situation"}),
}
REST: dict[str, Door] = {
    "GET /api/v1/situations": door(MONITORS_ANY),
    "GET /api/v1/situations/{situation_id}": door(MONITORS, at=_ONE),
    "GET /api/v1/situations/{situation_id}/members": door(MONITORS, at=_ONE),
    "GET /api/v1/situations/{situation_id}/story": door(MONITORS, at=_ONE),
    "GET /api/v1/situations/{situation_id}/affected": door(MONITORS, at=_ONE),
}


def build(world: World, standing: Standing) -> None:
    """Make a situation around the alarm of customer A."""
    draft = SituationDraft(
        tenant=standing.a.id,
        kind=SituationKind.TOPOLOGY,
        key="topology-of-the-alarm",
        rule=None,
        rule_version=None,
        rule_name="a host takes its desktops",
        root=AlarmId(int(world["alarm"])),
        root_occurrence=OccurrenceId(0),
        title="H-1 is down",
        severity=Severity.CRITICAL,
    )
    with transaction() as conn:
        [(situation, _is_new)] = store.open_situations(conn, [draft], SystemClock().now()).values()
    world["situation"] = situation
