"""A desk of the provider with three people, and a clock that tests move."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.people import Standing, make_people, make_viewer
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Role, Viewer
from yunwei.monitor.duty.actions import schedules
from yunwei.monitor.duty.actions.recording import record_all
from yunwei.monitor.duty.facts.schedules import LayerDraft, RotationUnit, ScheduleDraft
from yunwei.monitor.duty.queries import plans

NONE = ScheduleId(0)
# Monday 16 November 2026, 10:00 in Shanghai
START = datetime(2026, 11, 16, 2, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Desk:
    """Anna, Ben and Cleo take days in turn, handing over at nine in the morning."""

    people: Standing
    viewers: dict[str, Viewer]
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    schedule: ScheduleId = NONE

    def __getitem__(self, name: str) -> Viewer:
        return self.viewers[name]

    def id(self, name: str) -> UserId:
        return self[name].user_id or UserId(0)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def passes(self, **length: int) -> None:
        self.clock.advance(timedelta(**length))

    def record(self) -> None:
        with transaction() as conn:
            record_all(conn, now=self.now)

    def recorded(self) -> list[tuple[str, str, str]]:
        """Who was on duty: name, from, to; oldest first."""
        found = plans.fetch_record(self["root"], {"schedule": self.schedule}).items
        return [
            (row.user_name, at_wall(row.starts_at), at_wall(row.ends_at) if row.ends_at else "now")
            for row in reversed(found)
        ]

    def on_duty(self) -> list[str]:
        return [each.user_name for each in plans.fetch_on_duty(self["root"], now=self.now)]


def at_wall(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def layer_draft(*groups: tuple[UserId, ...], **changes: Any) -> LayerDraft:
    usual: dict[str, Any] = {"name": "daily", "unit": RotationUnit.DAY, "groups": groups}
    return LayerDraft(**{**usual, "starts_on": date(2026, 11, 16), **changes})


def desk_draft(desk: Desk, **changes: Any) -> ScheduleDraft:
    groups = tuple((desk.id(name),) for name in ("Anna", "Ben", "Cleo"))
    return ScheduleDraft(**{"name": "desk", "layers": (layer_draft(*groups),), **changes})


@pytest.fixture
def desk(db: None) -> Desk:
    people = make_people()
    calendar_actions.bootstrap()
    provider = people.provider.id
    viewers = {name: make_viewer(name, Role.OPERATOR, provider) for name in ("Anna", "Ben", "Cleo")}
    made = Desk(people=people, viewers=people.viewers | viewers)
    made.schedule = schedules.add_schedule(people["mia"], provider, desk_draft(made), now=made.now)
    return made
