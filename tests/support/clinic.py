"""A customer's desktops that fall ill, a remedy for it, and time that is turned."""

from dataclasses import replace
from datetime import datetime

from tests.support.alarms import build_raw
from tests.support.running import Stage, make_stage
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.ids import AlarmId, RemedyId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarms
from yunwei.operate.remedies import actions, queries
from yunwei.operate.remedies.facts import Attempt, AttemptState, Mode, RemedyDraft
from yunwei.operate.remedies.jobs import Remedies
from yunwei.operate.scripts.facts.library import VersionDraft


class Clinic:
    """A customer's desktops with played agents, and a remedy for one type of alarm."""

    def __init__(self) -> None:
        self.stage = make_stage(agents=2)
        self.script = self.stage.approve("restart", VersionDraft(body="echo restarted\n"))
        self.serial = 0

    def draft(self, **changes: object) -> RemedyDraft:
        usual = RemedyDraft(
            name="restart it",
            condition='alarm_type == "desktop.stuck"',
            script=self.script,
            mode=Mode.AUTOMATIC,
            wait_s=0,
            cool_down_s=600,
            breaker_after=2,
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def add(self, by: str = "olga", **changes: object) -> RemedyId:
        viewer = self.stage.cloud.people[by]
        return actions.add_remedy(
            viewer, self.stage.cloud.tenant, self.draft(**changes), now=self.stage.now
        )

    def falls_ill(self, desktop: int = 0, **changes: object) -> AlarmId:
        step = self.report(AlarmAct.RAISE, desktop, **changes)
        assert step is not None
        return AlarmId(step)

    def report(self, act: AlarmAct, desktop: int = 0, **changes: object) -> int | None:
        self.serial += 1
        raw = build_raw(
            act,
            minutes=self.serial,
            managed_object=f"/desktop/{self.stage.names[desktop]}",
            alarm_type="desktop.stuck",
            tenant=self.stage.cloud.tenant,
            source=self.stage.cloud.source,
        )
        raw = replace(raw, **changes)  # type: ignore[arg-type]
        with transaction() as conn:
            (step,) = alarms.apply_raw_alarms(conn, [raw], now=self.stage.now)
        return int(step.after.id) if step.after else None

    def look(self) -> None:
        clock: Clock = _Clock(self.stage)  # type: ignore[assignment]
        Remedies(clock, self.stage.box).look()

    def run(self, *, ends: str = "succeeded") -> None:
        """Let what was ordered come to its end on its desktop."""
        attempt = self.attempts()[0]
        assert attempt.run is not None
        self.stage.advance(attempt.run)
        for each in self.stage.targets(attempt.run):
            self.stage.tell(each, ends, exit_code=0 if ends == "succeeded" else 1)
        self.stage.advance(attempt.run)

    def attempts(self) -> tuple[Attempt, ...]:
        return queries.fetch_attempts(self.stage.olga).items

    def states(self) -> list[AttemptState]:
        return [each.state for each in self.attempts()]


class _Clock:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now
