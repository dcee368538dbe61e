"""Whoever answers for a ticket is told before a target is missed and when it was: once each,
whatever dies when; never of a clock that is paused."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.core.ids import TicketId, UserId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.service.actions import people, tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft, ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft, WaitReason
from yunwei.operate.service.jobs import warning as job
from yunwei.operate.service.jobs.warning import Warner

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-03T12:00:00+08:00")  # a Wednesday
MINUTE = timedelta(minutes=1)
_K = EntryKind


class Desk:
    """A ticket of the first priority: 15 minutes for an answer, 240 for a solution."""

    def __init__(self, standing: Standing) -> None:
        self.people = standing
        self.contract = agreed_contract(standing["mia"], standing.a.id, now=NOON)
        self.draft = TicketDraft(
            contract=self.contract,
            type=ServiceType.REMOTE,
            priority=Priority.P1,
            title="black screen",
        )
        self.ticket = tickets.open_ticket(standing["kai"], self.draft, now=NOON)

    def user(self, name: str) -> UserId:
        return self.people[name].user_id or UserId(0)

    def writes(self, kind: EntryKind, minutes: float, **more: object) -> None:
        draft = EntryDraft(kind=kind, text="so it is")
        entry = replace(draft, **more)  # type: ignore[arg-type]
        tickets.write_entry(self.people["mia"], self.ticket, entry, now=NOON + minutes * MINUTE)

    def looks(self, minutes: float) -> list[tuple[str, str]]:
        """Let a process that has just started look; return all that was told: to whom, of what."""
        warner(minutes).look()
        return told()


def warner(minutes: float) -> Warner:
    clock = FakeClock(NOON + minutes * MINUTE)
    return Warner(clock, public_url="http://yunwei.test", time_zone="Asia/Shanghai")


def told() -> list[tuple[str, str]]:
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "SELECT u.username, m.content->>'subject' AS subject FROM notify_message m"
            "  JOIN people_user u ON u.id = m.user_id ORDER BY m.id"
        ).fetchall()
    return [(row["username"], row["subject"]) for row in rows]


@pytest.fixture
def desk() -> Desk:
    return Desk(make_people())


def test_each_target_is_told_of_once_before_and_once_after_it_is_missed(desk: Desk) -> None:
    desk.writes(_K.ASSIGNED, 1, assignee=desk.user("olga"))
    assert desk.looks(11) == []
    soon = ("olga", f"【即将超时】{code(desk.ticket)} 首次响应剩余 3 分钟")
    assert desk.looks(12) == [soon]
    assert desk.looks(13) == [soon]
    late = ("olga", f"【已超时】{code(desk.ticket)} 首次响应")
    assert desk.looks(16) == [soon, late]
    assert desk.looks(30) == [soon, late]


def code(ticket: TicketId) -> str:
    return f"T-{ticket:06d}"


def test_what_was_answered_in_time_is_not_told_of(desk: Desk) -> None:
    desk.writes(_K.REPLIED, 5)
    assert desk.looks(20) == []


def test_a_paused_clock_warns_of_nothing_and_goes_on_from_where_it_stood(desk: Desk) -> None:
    desk.writes(_K.REPLIED, 5)
    desk.writes(_K.WAITED, 170, reason=WaitReason.PARTS)
    # far past the time at which it would have been due
    assert desk.looks(500) == []
    desk.writes(_K.RESUMED, 600)
    assert desk.looks(605) == []
    # 170 + 10 of 240 minutes are three quarters
    (soon,) = {subject for _name, subject in desk.looks(610)}
    assert soon.endswith("解决剩余 1 小时")


def test_without_an_assignee_those_are_told_who_speak_for_the_provider(desk: Desk) -> None:
    person = PersonDraft(side=ContractSide.PROVIDER, name="Olga", user=desk.user("olga"), phone="1")
    people.add_person(desk.people["mia"], desk.contract, person, now=NOON)
    assert {name for name, _subject in desk.looks(12)} == {"olga"}


def test_where_nobody_is_named_service_managers_are_told(desk: Desk) -> None:
    assert {name for name, _subject in desk.looks(12)} == {"mia"}


def test_another_target_is_another_warning(desk: Desk) -> None:
    desk.writes(_K.ASSIGNED, 1, assignee=desk.user("olga"))
    assert len(desk.looks(12)) == 1
    desk.writes(_K.PRIORITISED, 13, priority=Priority.P2)
    assert len(desk.looks(14)) == 1
    (_first, second) = desk.looks(46)
    assert second[1] == f"【即将超时】{code(desk.ticket)} 首次响应剩余 14 分钟"


def test_who_dies_before_it_is_committed_has_told_nobody_and_the_next_one_tells(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.writes(_K.ASSIGNED, 1, assignee=desk.user("olga"))

    class Killed(BaseException):
        """The process is no more."""

    plan = job.plan_notices

    def dies(*given: object) -> None:
        plan(*given)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(job, "plan_notices", dies)
    with pytest.raises(Killed):
        warner(12).look()
    assert told() == []
    monkeypatch.setattr(job, "plan_notices", plan)
    assert len(desk.looks(12)) == 1
    assert len(desk.looks(12)) == 1


def test_one_process_looks_again_without_writing_again(desk: Desk) -> None:
    one = warner(12)
    assert one.look() == 1
    assert one.look() == 0
