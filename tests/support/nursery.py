"""A customer's desktops to which something happens, a trigger for it, and time that is turned."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.support.running import Stage, make_stage
from yunwei.base.core.ids import TriggerId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    ReadingPage,
)
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory.actions import apply_page
from yunwei.operate.scripts.facts.library import VersionDraft
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions import triggers
from yunwei.operate.triggers.facts import Firing, FiringState, Occasion, TriggerDraft
from yunwei.operate.triggers.jobs import Triggers
from yunwei.plugins.sdk.contract import Read


class Nursery:
    """A customer's desktops, two with played agents: natives d0 and d1. `see` is a poll in which
    some desktops are as said; `look` is what the job does."""

    def __init__(self) -> None:
        self.stage = make_stage(agents=0)
        self.script = self.stage.approve("settle", VersionDraft(body="echo settled\n"))
        self.stage.give_agents(2)
        self.look()  # the agents' enrolments are nobody's occasion

    def draft(self, **changes: object) -> TriggerDraft:
        usual = TriggerDraft(
            name="settle it",
            occasion=Occasion.REBUILT,
            script=self.script,
            wait_s=0,
            cool_down_s=0,
            breaker_after=2,
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def add(self, by: str = "olga", **changes: object) -> TriggerId:
        viewer = self.stage.cloud.people[by]
        draft = self.draft(**changes)
        return triggers.add_trigger(viewer, self.stage.cloud.tenant, draft, now=self.stage.now)

    def see(
        self, *natives: str, after: timedelta = timedelta(minutes=1), **changes: object
    ) -> None:
        """Let the cloud's desktops of these ids be read a while later, each as said."""
        self.stage.pass_time(after)
        now, cloud = self.stage.now, self.stage.cloud
        poll = Poll(
            source=cloud.source,
            tenant=cloud.tenant,
            source_name="Cloud A",
            connector="huawei_workspace",
            read=Read.INVENTORY,
            started_at=now,
        )
        page = ReadingPage(readings=tuple(build(each, **changes) for each in natives), read_at=now)
        with transaction() as conn:
            apply_page(conn, poll, page)

    def look(self) -> None:
        self._hear_all()
        clock: Clock = _Clock(self.stage)  # type: ignore[assignment]
        Triggers(clock, self.stage.box).look()

    def run(self, *, ends: str = "succeeded") -> None:
        """Let what is under way come to its end on its desktops."""
        for run in sorted({each.run for each in self.firings() if each.run and each.state.is_open}):
            self.stage.advance(run)
            for target in self.stage.targets(run):
                self.stage.tell(target, ends, exit_code=0 if ends == "succeeded" else 1)
            self.stage.advance(run)

    def firings(self) -> tuple[Firing, ...]:
        """The oldest first."""
        asked = PageRequest(limit=200, sort="happened_at")
        return queries.fetch_firings(self.stage.olga, page=asked).items

    def states(self) -> list[FiringState]:
        return [each.state for each in self.firings()]

    def _hear_all(self) -> None:
        with transaction() as conn, cursor(conn) as opened:
            found = opened.execute("SELECT id FROM agents_agent WHERE revoked_at IS NULL")
            self.stage.hear(*(row["id"] for row in found.fetchall()))


def build(native: str, **changes: object) -> DesktopSeen:
    number = int(native[1:])
    usual = DesktopSeen(
        native_id=native,
        name="=1+1" if number == 0 else f"PC-{number:02d}",
        kind=DesktopKind.DEDICATED,
        state=DesktopState.RUNNING,
        login_state=LoginState.CONNECTED,
        pool="p1",
        image="win11",
        ip=f"10.0.0.{number}",
        logins=("una" if number == 1 else f"user{number:02d}",),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


class _Clock:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now
