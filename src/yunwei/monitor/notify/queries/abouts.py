"""What choosing people hangs on, for alarms at an instant."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.ids import OccurrenceId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.notify.facts.reaching import About
from yunwei.monitor.notify.rules.routing import Router
from yunwei.monitor.notify.store import owners as owner_store


def find_abouts(
    conn: Connection, alarms: Sequence[Alarm], router: Router, *, now: datetime
) -> dict[OccurrenceId, About]:
    """Return what choosing people hangs on, for each occurrence. Cost: no statement, or one where
    teams own pools."""
    asked = list({(alarm.source, alarm.managed_object) for alarm in alarms})
    asks = router.snapshot.asks_for_pools and asked
    pools = owner_store.pools_of(conn, asked) if asks else {}
    return {
        alarm.occurrence: About(
            tenant=alarm.tenant,
            managed_object=alarm.managed_object,
            severity=alarm.severity,
            at=now,
            pool=pools.get((alarm.source, alarm.managed_object)),
        )
        for alarm in alarms
    }
