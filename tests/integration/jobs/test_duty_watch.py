"""Who begins and who ends is told before; nobody on duty is an alarm; swaps reach the other."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.jobs import Intake
from tests.support.people import make_people, make_viewer
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Role, Viewer
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.duty.actions import changes, schedules, swaps
from yunwei.monitor.duty.facts.changes import OverrideDraft, OverrideKind, SwapDraft
from yunwei.monitor.duty.facts.schedules import LayerDraft, RotationUnit, ScheduleDraft
from yunwei.run.duty_watch import DutyWatch

# Monday 16 November 2026, 12:00 in Shanghai
NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    intake: Intake
    root: Viewer
    anna: Viewer
    ben: Viewer
    schedule: ScheduleId

    @property
    def now(self) -> datetime:
        return self.intake.clock.now()

    async def looks(self, **passed: int) -> None:
        """Let time pass, then let a process that has just started do its round."""
        self.intake.clock.advance(timedelta(**passed))
        watch = DutyWatch(
            troubles=self.intake.troubles(),
            clock=self.intake.clock,
            public_url="",
            time_zone="Asia/Shanghai",
        )
        await watch.step()
        await watch.step()

    def told(self) -> list[tuple[str, str]]:
        """Who was told what, in the order of telling."""
        with transaction() as conn, cursor(conn) as opened:
            rows = opened.execute(
                "SELECT recipient, content ->> 'subject' AS subject FROM notify_message ORDER BY id"
            ).fetchall()
        return [(row["recipient"], row["subject"]) for row in rows]


@pytest.fixture
def desk(database_pool: str) -> Desk:
    people = make_people()
    bootstrap_collect()
    provider = people.provider.id
    anna, ben = (make_viewer(name, Role.OPERATOR, provider) for name in ("Anna", "Ben"))
    layer = LayerDraft(
        name="daily",
        unit=RotationUnit.DAY,
        starts_on=date(2026, 11, 16),
        groups=tuple((each.user_id or UserId(0),) for each in (anna, ben)),
    )
    draft = ScheduleDraft(name="desk", layers=(layer,))
    root = people["root"]
    made = schedules.add_schedule(root, provider, draft, now=NOON)
    return Desk(Intake(FakeClock(NOON)), root, anna, ben, made)


async def test_who_begins_and_who_ends_is_told_once_half_an_hour_before(desk: Desk) -> None:
    await desk.looks(hours=20, minutes=29)
    assert desk.told() == []
    await desk.looks(minutes=2)
    await desk.looks(minutes=20)
    assert desk.told() == [
        ("Ben", "2026-11-17 09:00 起由您值班：desk"),
        ("Anna", "您的值班于 2026-11-17 09:00 结束：desk"),
    ]


async def test_who_was_put_on_duty_at_once_is_told_at_once(desk: Desk) -> None:
    draft = OverrideDraft(
        kind=OverrideKind.REPLACE,
        user=desk.anna.user_id,
        stand_in=desk.ben.user_id,
        starts_at=desk.now,
        ends_at=desk.now + 4 * HOUR,
    )
    changes.add_override(desk.root, desk.schedule, draft, now=desk.now)
    await desk.looks(minutes=1)
    assert [name for name, _subject in desk.told()] == ["Ben", "Anna"]


async def test_nobody_on_duty_is_an_alarm_until_somebody_is(desk: Desk) -> None:
    await desk.looks(minutes=1)
    assert desk.intake.said == []
    draft = OverrideDraft(
        kind=OverrideKind.REMOVE,
        user=desk.anna.user_id,
        starts_at=desk.now + HOUR,
        ends_at=desk.now + 2 * HOUR,
    )
    made = changes.add_override(desk.root, desk.schedule, draft, now=desk.now)
    await desk.looks(minutes=1)
    ((act, managed_object, text),) = desk.intake.said
    assert (act, managed_object) == ("raise", f"/schedule/{desk.schedule}")
    assert "值班表“desk”在 2026-11-16 13:01 至 2026-11-16 14:01 无人值班" in text
    changes.end_override(desk.root, made, now=desk.now)
    await desk.looks(minutes=1)
    assert [act for act, *_ in desk.intake.said] == ["raise", "clear"]


async def test_a_request_to_swap_reaches_the_other_and_the_answer_comes_back(desk: Desk) -> None:
    draft = SwapDraft(
        schedule=desk.schedule,
        asked=desk.ben.user_id or UserId(0),
        starts_at=desk.now + 2 * HOUR,
        ends_at=desk.now + 3 * HOUR,
        note="school",
    )
    made = swaps.ask_swap(desk.anna, draft, now=desk.now)
    await desk.looks(minutes=1)
    assert desk.told() == [("Ben", "Anna 申请与您换班：desk")]
    swaps.answer_swap(desk.ben, made, accepts=True, now=desk.now)
    await desk.looks(minutes=1)
    assert desk.told()[1:] == [("Anna", "Ben 接受了换班：desk")]
