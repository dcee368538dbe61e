"""A governed installation with a crew on duty: Anna, Ben, and their chief; each has a screen."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.alarms import Installation, at, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.ids import PolicyId, RouteId, UserId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.severity import Severity
from yunwei.base.infra import announce
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role, Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.notify.actions import hurrying, policies, routes
from yunwei.monitor.notify.facts.escalation import Escalation, Notification, PolicyDraft, PolicyStep
from yunwei.monitor.notify.facts.messages import MessageRow
from yunwei.monitor.notify.facts.reaching import Targets
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.run.escalator import Escalator
from yunwei.run.roles.collect import internal_source

PEOPLE = ("anna", "ben", "chief")


class Crew(World):
    """Time is moved, everything else happens by itself."""

    policy: PolicyId

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation)
        self.people = {name: self._joins(name) for name in PEOPLE}
        self.escalator = self.build_escalator()
        self.is_down = False

    def _joins(self, name: str) -> Viewer:
        draft = PersonDraft(
            username=name,
            display_name=name.capitalize(),
            role=Role.OPERATOR,
            tenant=self.installation.tenant,
            email=f"{name}@yw.example",
        )
        create_user(SYSTEM, draft, password="correct horse battery 7")
        return viewer_by_name(name)

    def build_escalator(self) -> Escalator:
        return Escalator(
            clock=self.clock,
            public_url="https://yw.example",
            time_zone="Asia/Shanghai",
            internal=internal_source(),
            append=self._append,
        )

    async def _append(self, batch: IntakeBatch) -> None:
        self.stream.messages.append(encode(batch))

    # what is set up

    def user(self, name: str) -> UserId:
        user = self.people[name].user_id
        assert user is not None
        return user

    def step(self, delay_min: float, *names: str, **changes: Any) -> PolicyStep:
        targets = Targets(people=tuple(self.user(name) for name in names))
        step = PolicyStep(delay_s=int(delay_min * 60), targets=targets)
        return replace(step, **changes)

    def has_policy(self, *steps: PolicyStep, name: str = "夜班升级", **changes: Any) -> PolicyId:
        draft = PolicyDraft(name=name, steps=steps, **changes)
        return policies.add_policy(
            self.viewer, self.installation.tenant, draft, now=self.clock.now()
        )

    def changes_policy(self, policy: PolicyId, *steps: PolicyStep) -> None:
        draft = PolicyDraft(name="夜班升级", steps=steps)
        policies.change_policy(self.viewer, policy, draft, now=self.clock.now())

    def has_route(self, policy: PolicyId | None, **changes: Any) -> RouteId:
        condition = {"field": "*", "op": "always"}
        draft = RouteDraft(name="值班", condition=condition, policy=policy)
        return routes.add_route(
            self.viewer,
            self.installation.tenant,
            replace(draft, **changes),
            now=self.clock.now(),
        )

    # what happens

    def passes(self, **step: float) -> None:
        """Time goes on, five minutes at once; while the platform is down, nothing looks at it."""
        end = self.clock.now() + timedelta(**step)
        while self.clock.now() < end:
            self.clock.advance(min(timedelta(minutes=5), end - self.clock.now()))
            self.looks()

    def looks(self) -> None:
        if not self.is_down:
            self.governs()
            asyncio.run(self._escalates())

    async def _escalates(self) -> None:
        while await self.escalator.step() == 0:
            pass

    def goes_down(self) -> None:
        self.is_down = True

    def comes_up(self) -> None:
        self.is_down = False
        self.governor = self.build_governor()
        self.escalator = self.build_escalator()
        self.looks()

    def minutes(self) -> float:
        return (self.clock.now() - at(0)).total_seconds() / 60

    def raises(self, severity: Severity = Severity.MAJOR, **changes: Any) -> None:
        self.reports(build_raw(minutes=self.minutes(), severity=severity, **changes))

    def clears(self) -> None:
        self.reports(build_raw(AlarmAct.CLEAR, self.minutes()))

    def reports(self, *raws: RawAlarm) -> None:
        super().reports(*raws)
        self.looks()

    def acknowledges(self, name: str, **changes: Any) -> None:
        alarm_actions.acknowledge_alarm(
            self.people[name], self.alarm().id, now=self.clock.now(), **changes
        )
        self.looks()

    def takes_back(self, name: str) -> None:
        alarm_actions.unacknowledge_alarm(self.people[name], self.alarm().id, now=self.clock.now())
        self.looks()

    def shelves(self, name: str, minutes: float) -> None:
        alarm_actions.shelve_alarm(
            self.people[name],
            self.alarm().id,
            now=self.clock.now(),
            until=self.clock.now() + timedelta(minutes=minutes),
            note="waits for the vendor",
        )
        self.looks()

    def escalates(self, name: str) -> None:
        hurrying.escalate_alarm(self.people[name], self.alarm().id, now=self.clock.now())
        self.looks()

    # what people see

    def messages(self, name: str) -> list[MessageRow]:
        """What stands on a person's screen, oldest first."""
        found = message_queries.fetch_my_messages(self.people[name]).items
        return list(reversed(found))

    def heard(self, name: str) -> list[tuple[float, str]]:
        """(minutes after the start, kind) of what a person was told."""
        return [
            (self._minutes(message.created_at), message.kind.value)
            for message in self.messages(name)
        ]

    def _minutes(self, instant: datetime) -> float:
        return (instant - at(0)).total_seconds() / 60

    def escalation(self) -> Escalation:
        [found] = escalation_queries.fetch_escalations_of(self.viewer, self.last_alarm())
        return found

    def last_alarm(self) -> Any:
        with transaction() as conn, cursor(conn) as opened:
            row = opened.execute("SELECT id FROM alarms_alarm ORDER BY id LIMIT 1").fetchone()
        assert row is not None
        return row["id"]

    def notification(self) -> Notification:
        escalation = self.escalation()
        found = escalation_queries.fetch_notifications(
            self.viewer, {escalation.alarm: escalation.occurrence}
        )
        return found[escalation.alarm]


@pytest.fixture
def crew(installation: Installation) -> Iterator[Crew]:
    bootstrap_collect()
    built = Crew(installation)
    # what the bus does between processes
    disconnect = announce.connect(built.hears)
    yield built
    disconnect()
