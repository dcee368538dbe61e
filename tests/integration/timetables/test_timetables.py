"""A timetable starts its script once at each time that is due, on the desktops of that moment, for
who saved it and as far as the customer allows; what could not be is kept and told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.running import Stage, make_stage
from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import RunId, TimetableId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.facts.comparing import Change
from yunwei.operate.runs.facts.runs import Choice, FollowUpDraft, Outcome, Plan, TargetState
from yunwei.operate.runs.jobs.following import FollowUps
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, VersionDraft
from yunwei.operate.timetables import actions, queries
from yunwei.operate.timetables.facts import (
    Missed,
    OnDays,
    Rhythm,
    Start,
    StartState,
    Times,
    TimetableDraft,
)
from yunwei.operate.timetables.jobs import Timekeeper

pytestmark = pytest.mark.django_db
_S = StartState
NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


class _Clock:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now


class Desk:
    """A customer's desktops, a script without secrets, and a timekeeper whose time is turned."""

    def __init__(self) -> None:
        self.stage = make_stage(agents=3)
        self.script = self.stage.approve("tidy", VersionDraft(body="echo tidy\n"))
        self.agents = _agents()
        self.stage.now = NOON
        self.hear()

    def hear(self) -> None:
        self.stage.hear(*self.agents)

    def draft(self, **changes: object) -> TimetableDraft:
        usual = TimetableDraft(
            name="tidy up",
            script=self.script,
            times=Times(rhythm=Rhythm.DAILY, time_zone="UTC", at_minute=13 * 60, window_minutes=60),
            choice=Choice(names=self.stage.names),
            plan=Plan(canary="", stop_at=""),
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def add(self, by: str = "olga", **changes: object) -> TimetableId:
        viewer = self.stage.cloud.people[by]
        draft = self.draft(**changes)
        return actions.add_timetable(viewer, self.stage.cloud.tenant, draft, now=self.stage.now)

    def look(self, hours: float = 0) -> None:
        self.stage.pass_time(timedelta(hours=hours))
        self.hear()
        clock: Clock = _Clock(self.stage)  # type: ignore[assignment]
        Timekeeper(clock, self.stage.box).look()

    def starts(self) -> list[Start]:
        found = queries.fetch_starts(self.stage.olga).items
        return sorted(found, key=lambda each: each.due_at)

    def states(self) -> list[StartState]:
        return [each.state for each in self.starts()]

    def finish(self, *ends: str) -> RunId:
        """Let the latest run come to its end, its desktops one way each, the last for the rest."""
        run = self.starts()[-1].run
        assert run is not None
        self.stage.advance(run)
        for place, each in enumerate(self.stage.targets(run)):
            state = ends[min(place, len(ends) - 1)]
            self.stage.tell(each, state, exit_code=0 if state == "succeeded" else 1)
        self.stage.advance(run)
        return run


def _agents() -> list[int]:
    with transaction() as conn, cursor(conn) as opened:
        return [row["id"] for row in opened.execute("SELECT id FROM agents_agent").fetchall()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def gate() -> Iterator[dict[str, bool]]:
    """A customer who allows everything until told otherwise."""
    allows = {"now": True}

    def decide(act: Act, by: str, now: datetime) -> Permit:
        reason = PermitReason.NO_CONTRACT_KEPT if allows["now"] else PermitReason.ENDED
        return Permit(is_allowed=allows["now"], reason=reason)

    use_gate(decide)
    yield allows
    use_gate(None)


def test_it_starts_once_when_it_is_due_however_often_somebody_looks(desk: Desk) -> None:
    desk.add()
    desk.look()
    assert desk.states() == []
    desk.look(hours=1.1)
    for _round in range(3):
        desk.look()
    (start,) = desk.starts()
    assert (start.state, start.by) == (_S.STARTED, "olga")
    assert start.run is not None
    run = desk.stage.run(start.run)
    assert (run.total, run.deadline_at) == (3, NOON + timedelta(hours=2))
    assert queries.start_of_run(desk.stage.olga, run.id) == start


def test_who_is_killed_between_writing_down_and_starting_leaves_one_run(desk: Desk) -> None:
    desk.add()
    desk.stage.pass_time(timedelta(hours=1.1))
    desk.hear()
    actions.system_look(desk.stage.now)
    assert desk.states() == [_S.INTENDED]
    desk.look()
    assert desk.states() == [_S.STARTED]
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE timetables_start SET state = 'intended', run_id = NULL")
    desk.look()
    assert desk.states() == [_S.STARTED]
    assert runs.fetch_runs(desk.stage.olga).total == 1


def test_while_the_last_run_goes_on_no_other_is_started(desk: Desk) -> None:
    desk.add(times=replace(desk.draft().times, window_minutes=1440))
    desk.look(hours=1.1)
    desk.look(hours=24)
    assert desk.states() == [_S.STARTED, _S.SKIPPED]
    assert desk.starts()[-1].reason == "overlap"


def test_what_was_missed_is_left_out_and_said(desk: Desk) -> None:
    desk.add()
    desk.look(hours=24 * 3)
    assert desk.states() == [_S.MISSED] * 3


def test_what_was_missed_is_caught_up_once(desk: Desk) -> None:
    desk.add(missed=Missed.CATCH_UP)
    desk.look(hours=24 * 3)
    assert desk.states() == [_S.MISSED, _S.MISSED, _S.STARTED]
    last = desk.starts()[-1]
    assert (last.reason, last.until_at) == ("caught_up", desk.stage.now + timedelta(hours=1))


def test_nothing_of_a_pause_is_caught_up(desk: Desk) -> None:
    timetable, stage = desk.add(missed=Missed.CATCH_UP), desk.stage
    actions.switch_timetable(stage.olga, timetable, is_enabled=False, now=stage.now)
    desk.look(hours=48)
    actions.switch_timetable(stage.olga, timetable, is_enabled=True, now=stage.now)
    desk.look()
    assert desk.states() == []
    desk.look(hours=1.1)
    assert desk.states() == [_S.STARTED]


def test_who_is_meant_is_asked_at_each_start(desk: Desk) -> None:
    named = " || ".join(f'name == "{name}"' for name in desk.stage.names)
    desk.add(choice=Choice(condition=f'state == "running" && ({named})'))
    desk.look(hours=1.1)
    before = desk.finish("succeeded")
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "UPDATE inventory_desktop SET state = 'stopped' WHERE name = %s", [desk.stage.names[0]]
        )
    desk.look(hours=24)
    after = desk.starts()[-1].run
    assert after is not None
    names = {each.desktop_name for each in desk.stage.targets(after)}
    assert desk.stage.names[0] not in names
    assert desk.stage.run(after).total == desk.stage.run(before).total - 1


def test_a_desktop_that_is_gone_does_not_keep_the_others_from_their_script(desk: Desk) -> None:
    desk.add(choice=Choice(names=(*desk.stage.names[:2], "gone-for-good")))
    desk.look(hours=1.1)
    (start,) = desk.starts()
    assert (start.state, start.total, start.left_out) == (_S.STARTED, 2, 1)


def test_the_gate_is_asked_at_every_start_and_its_no_is_kept_and_told(
    desk: Desk, gate: dict[str, bool]
) -> None:
    timetable = desk.add()
    desk.look(hours=1.1)
    desk.finish("succeeded")
    gate["now"] = False
    desk.look(hours=24)
    assert desk.states() == [_S.STARTED, _S.REFUSED]
    assert "authorisation" in desk.starts()[-1].reason
    assert [each.id for each in queries.system_troubled_timetables()] == [timetable]
    gate["now"] = True
    desk.look(hours=24)
    assert desk.states()[-1] is _S.STARTED
    assert queries.system_troubled_timetables() == ()


def test_who_lost_the_right_to_run_scripts_starts_nothing_by_timetables(desk: Desk) -> None:
    desk.add()
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE people_user SET is_active = false WHERE username = 'olga'")
    desk.look(hours=1.1)
    found = queries.fetch_starts(desk.stage.cloud.people["mia"]).items
    assert [each.state for each in found] == [_S.REFUSED]
    assert "may not run" in found[0].reason


def test_a_day_that_nobody_published_starts_nothing_and_says_so(desk: Desk) -> None:
    times = replace(desk.draft().times, on_days=OnDays.WORKDAYS)
    desk.stage.now = datetime(2095, 3, 10, 12, tzinfo=UTC)
    timetable = desk.add(times=times)
    desk.look(hours=1.1)
    assert [(each.state, each.reason) for each in desk.starts()] == [(_S.SKIPPED, "unknown_day")]
    assert [each.id for each in queries.system_troubled_timetables()] == [timetable]


def test_a_run_is_compared_with_the_last_of_its_timetable(desk: Desk) -> None:
    desk.add()
    desk.look(hours=1.1)
    first = desk.finish("failed", "succeeded")
    desk.look(hours=24)
    second = desk.finish("succeeded", "failed", "succeeded")
    olga = desk.stage.olga
    assert queries.run_before(olga, second) == first
    found = runs.compare_runs(olga, second, first)
    names = {row.change: row.name for row in found.rows}
    assert found.counts == {Change.NEWLY_FAILS: 1, Change.NEWLY_PASSES: 1, Change.SAME: 1}
    assert names == {
        Change.NEWLY_PASSES: desk.stage.names[0],
        Change.NEWLY_FAILS: desk.stage.names[1],
    }
    with pytest.raises(Refused):
        runs.compare_runs(desk.stage.cloud.people["chen"], second, first)


@pytest.mark.parametrize(
    ("changes", "times", "field"),
    [
        ({"name": " "}, {}, "name"),
        ({"choice": Choice()}, {}, "targets"),
        ({"choice": Choice(condition="name ==")}, {}, "condition"),
        ({"plan": Plan(canary="x")}, {}, "canary"),
        ({"values": {"OTHER": "x"}}, {}, "OTHER"),
        ({}, {"time_zone": "Mars/Olympus"}, "time_zone"),
        ({}, {"at_minute": 1440}, "at"),
        ({}, {"window_minutes": 5}, "window_minutes"),
        ({}, {"rhythm": Rhythm.WEEKLY}, "weekdays"),
        ({}, {"rhythm": Rhythm.MONTHLY, "month_day": 32}, "month_day"),
        ({}, {"rhythm": Rhythm.ONCE}, "day"),
        ({}, {"rhythm": Rhythm.ONCE, "day": NOON.date(), "at_minute": 60}, "day"),
    ],
)
def test_what_is_wrong_is_named(
    desk: Desk, changes: dict[str, object], times: dict[str, object], field: str
) -> None:
    when = replace(desk.draft().times, **times)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as told:
        desk.add(times=when, **changes)
    assert told.value.field == field


def test_a_script_with_secrets_has_no_timetable(desk: Desk) -> None:
    secret = Parameter(name="PASSWORD", kind=ParameterKind.SECRET)
    script = desk.stage.approve("sealed", VersionDraft(body="x\n", parameters=(secret,)))
    with pytest.raises(Invalid, match="secrets"):
        desk.add(script=script)


def test_nobody_adds_or_sees_one_of_another_customer(desk: Desk) -> None:
    for name in ("audrey", "chen"):
        with pytest.raises(Refused):
            desk.add(by=name)
    timetable = desk.add()
    with pytest.raises(Refused):
        queries.access_timetable(desk.stage.cloud.people["chen"], timetable)


def test_each_of_its_runs_is_followed_where_it_failed(desk: Desk) -> None:
    failed = Outcome(states=(TargetState.FAILED,))
    then = FollowUpDraft(script=desk.script, outcome=failed, sha256="", within_minutes=30)
    timetable = desk.add(then=(then,))
    assert queries.access_timetable(desk.stage.olga, timetable).then == (then,)
    actions.switch_timetable(desk.stage.olga, timetable, is_enabled=True, now=desk.stage.now)
    desk.look(hours=1.1)
    run = desk.finish("failed", "succeeded")
    clock: Clock = _Clock(desk.stage)  # type: ignore[assignment]
    FollowUps(clock, desk.stage.box).look()
    [told] = runs.fetch_chain(desk.stage.olga, run)
    assert told.run is not None
    assert [each.desktop_name for each in desk.stage.targets(told.run)] == [desk.stage.names[0]]
    secret = replace(then, script=desk.stage.script)
    with pytest.raises(Invalid):
        desk.add(name="another", then=(secret,))
