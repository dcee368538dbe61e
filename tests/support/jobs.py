"""Applies what jobs say about the platform itself, as govern would, and keeps it to look at."""

from dataclasses import dataclass, field

from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.run.roles.collect import internal_source
from yunwei.run.troubles import Troubles


@dataclass
class Intake:
    """said: act, object and text of each raw alarm, in order."""

    clock: FakeClock
    said: list[tuple[str, str, str]] = field(default_factory=list)

    async def append(self, batch: IntakeBatch) -> None:
        with transaction() as conn:
            alarm_actions.apply_raw_alarms(conn, list(batch.raw_alarms), now=self.clock.now())
        self.said += [(raw.act.value, raw.managed_object, raw.text) for raw in batch.raw_alarms]

    def troubles(self) -> Troubles:
        """As a process that has just started makes it."""
        return Troubles(append=self.append, internal=internal_source(), clock=self.clock)
