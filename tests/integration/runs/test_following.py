"""A run that follows another is on exactly what came out of that one: by hand, or by itself when
the first is over; always by the road of every start, and never more than five in a chain."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from tests.support.running import Stage, make_stage
from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import following, judging
from yunwei.operate.runs.facts.following import FollowState, FollowUp
from yunwei.operate.runs.facts.runs import (
    Choice,
    Follows,
    FollowUpDraft,
    Outcome,
    RunState,
    TargetState,
)
from yunwei.operate.runs.jobs.following import FollowUps
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
)

pytestmark = pytest.mark.django_db
_T, _F = TargetState, FollowState
FAILED = Outcome(states=(_T.FAILED,))


class _Clock:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now


@pytest.fixture
def stage() -> Stage:
    return make_stage()


@pytest.fixture
def mend(stage: Stage) -> ScriptId:
    depth = Parameter(name="DEPTH", kind=ParameterKind.NUMBER, default="1")
    return stage.approve("mend", VersionDraft(body="echo mend\n", parameters=(depth,)))


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


def finish(stage: Stage, run: RunId, *codes: int) -> RunId:
    """Let a run come to its end, its desktops one exit code each, the last for the rest."""
    stage.advance(run)
    for place, each in enumerate(stage.targets(run)):
        code = codes[min(place, len(codes) - 1)]
        digest = f"printed-{code}"
        state = "failed" if code else "succeeded"
        stage.tell(each, state, exit_code=code, size_bytes=2, digest=digest)
    assert not stage.advance(run).state.is_open
    return run


def look(stage: Stage) -> None:
    clock: Clock = _Clock(stage)  # type: ignore[assignment]
    FollowUps(clock, stage.box).look()


def chain(stage: Stage, run: RunId) -> tuple[FollowUp, ...]:
    return queries.fetch_chain(stage.olga, run)


def desktops(stage: Stage, run: RunId) -> list[str]:
    return [each.desktop_name for each in stage.targets(run)]


def by_hand(run: RunId, outcome: Outcome, *only: int) -> Choice:
    return Choice(follows=Follows(run=run, outcome=outcome), desktops=only)


def test_by_hand_a_run_is_on_what_came_out_of_the_one_before(stage: Stage, mend: ScriptId) -> None:
    names = stage.names
    run = finish(stage, stage.start(), 0, 3, 4, 3)
    for outcome, expected in (
        (FAILED, names[1:]),
        (Outcome(exit_codes=(3,)), (names[1], names[3])),
        (Outcome(states=(_T.FAILED,), exit_codes=(4, 5)), (names[2],)),
        (Outcome(digest="printed-3"), (names[1], names[3])),
        (Outcome(states=(_T.SUCCEEDED,), digest="printed-0"), (names[0],)),
        (Outcome(), names),
    ):
        choice = by_hand(run, outcome)
        second = stage.start(script=mend, choice=choice, values={}, key=f"second-{outcome}"[:200])
        assert desktops(stage, second) == list(expected)
        assert stage.run(second).follows == run
        kept = stage.run(second).choice.follows
        assert kept is not None
        assert kept.outcome == outcome
    listed = queries.fetch_runs(stage.olga, {"follows": run})
    assert listed.total == 6


def test_what_was_looked_at_is_what_is_run_on_and_nothing_else_can_be_slipped_in(
    stage: Stage, mend: ScriptId
) -> None:
    run = stage.start()
    stage.advance(run)
    first, second, third, _fourth = stage.targets(run)
    stage.tell(first, "failed", exit_code=1)
    stage.advance(run)
    assert queries.followed_desktops(stage.olga, Follows(run=run, outcome=FAILED)) == (
        first.desktop,
    )
    stage.tell(second, "failed", exit_code=1)
    stage.advance(run)
    assert first.desktop is not None
    assert third.desktop is not None
    frozen = by_hand(run, FAILED, first.desktop)
    made = stage.start(script=mend, choice=frozen, values={})  # while the first still goes on
    assert desktops(stage, made) == [first.desktop_name]
    for wrong in (
        by_hand(run, FAILED, first.desktop, third.desktop),
        replace(frozen, names=(third.desktop_name,)),
        replace(frozen, condition='state == "running"'),
        replace(frozen, retry_of=run),
        by_hand(run, Outcome(states=(_T.RUNNING,))),
        by_hand(run, Outcome(exit_codes=(77,))),
    ):
        with pytest.raises(Invalid):
            stage.start(script=mend, choice=wrong, values={})
    with pytest.raises(Refused):
        stage.start(by="chen", script=mend, choice=frozen, values={})


def test_when_a_run_is_over_the_next_begins_by_itself_once(stage: Stage, mend: ScriptId) -> None:
    then = FollowUpDraft(script=mend, outcome=FAILED, values={"DEPTH": "3"}, within_minutes=30)
    run = stage.start(then=(then,))
    look(stage)
    assert [each.state for each in chain(stage, run)] == [_F.WAITING]
    finish(stage, run, 0, 3, 0, 3)
    look(stage)
    look(stage)
    [told] = chain(stage, run)
    assert (told.state, told.run_state, told.total) == (_F.STARTED, RunState.RUNNING, 2)
    assert told.run is not None
    second = stage.run(told.run)
    assert desktops(stage, second.id) == [stage.names[1], stage.names[3]]
    assert (second.follows, second.created_by) == (run, "olga")
    assert second.parameters == {"DEPTH": "3"}
    assert (second.deadline_at - second.created_at).total_seconds() == 30 * 60
    assert chain(stage, second.id) == (told,)
    assert queries.fetch_runs(stage.olga).total == 2
    told_of = [row for row in _audit("runs.start") if row["object_id"] == str(run)]
    assert told_of[0]["after"]["then"][0]["script"] == "mend"


def test_a_chain_goes_on_link_by_link_and_is_of_five_at_most(stage: Stage, mend: ScriptId) -> None:
    both = Outcome(states=(_T.FAILED, _T.SUCCEEDED))
    links = (FollowUpDraft(script=mend, outcome=both),) * 4
    run = stage.start(then=links)
    last = run
    for count in range(1, 5):
        finish(stage, last, 0, 1)
        look(stage)
        told = chain(stage, run)
        assert [each.state for each in told].count(_F.STARTED) == count
        reached = told[count - 1].run
        assert reached is not None
        assert stage.run(reached).follows == last
        last = reached
    finish(stage, last, 0)
    look(stage)
    assert queries.fetch_runs(stage.olga).total == 5
    assert chain(stage, last) == chain(stage, run)
    with pytest.raises(Invalid, match="five"):
        stage.start(then=(*links, links[0]))


def test_nothing_follows_where_nothing_ended_so_and_what_stood_behind_it_is_told(
    stage: Stage, mend: ScriptId
) -> None:
    then = FollowUpDraft(script=mend, outcome=FAILED)
    run = finish(stage, stage.start(then=(then, then)), 0)
    look(stage)
    told = [(each.state, each.reason) for each in chain(stage, run)]
    assert told == [(_F.SKIPPED, "nobody"), (_F.SKIPPED, "before")]
    cancelled = stage.start(then=(then,))
    stage.advance(cancelled)
    judging.cancel_run(stage.olga, cancelled, now=stage.now)
    for each in stage.targets(cancelled):
        stage.tell(each, "failed", exit_code=1)
    assert stage.advance(cancelled).state is RunState.CANCELLED
    look(stage)
    assert [each.reason for each in chain(stage, cancelled)] == ["cancelled"]


def test_what_follows_asks_for_leave_at_its_own_moment(
    stage: Stage, mend: ScriptId, gate: dict[str, bool]
) -> None:
    then = FollowUpDraft(script=mend, outcome=FAILED)
    run = finish(stage, stage.start(then=(then, then)), 1)
    gate["now"] = False
    look(stage)
    refused, behind = chain(stage, run)
    assert (refused.state, refused.run) == (_F.REFUSED, None)
    assert refused.reason
    assert (behind.state, behind.reason) == (_F.SKIPPED, "before")
    gate["now"] = True
    look(stage)
    assert queries.fetch_runs(stage.olga).total == 1


def test_who_may_not_any_more_starts_nothing(stage: Stage, mend: ScriptId) -> None:
    run = stage.start(then=(FollowUpDraft(script=mend, outcome=FAILED),))
    finish(stage, run, 1)
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE people_user SET is_active = false WHERE username = 'olga'")
    look(stage)
    with transaction() as conn, cursor(conn) as opened:
        [row] = opened.execute("SELECT state, reason FROM runs_followup").fetchall()
    assert row["state"] == "refused"
    assert "may not run" in row["reason"]


def test_a_dangerous_script_waits_for_another_person_though_it_follows(stage: Stage) -> None:
    risky = stage.approve("risky", VersionDraft(body="ls\n", is_risky=True))
    run = stage.start(then=(FollowUpDraft(script=risky, outcome=FAILED),))
    finish(stage, run, 1)
    look(stage)
    [told] = chain(stage, run)
    assert (told.state, told.run_state, told.run_reason) == (
        _F.STARTED,
        RunState.ASKED,
        "dangerous",
    )
    assert told.run is not None
    with pytest.raises(Conflict):
        judging.approve_run(stage.olga, told.run, now=stage.now)
    judging.approve_run(stage.cloud.people["mia"], told.run, now=stage.now)
    assert stage.advance(told.run).counts == {"sent": 4}


def test_another_version_than_was_looked_at_does_not_follow(stage: Stage, mend: ScriptId) -> None:
    run = stage.start(then=(FollowUpDraft(script=mend, outcome=FAILED),))
    _approve_again(stage, mend)
    finish(stage, run, 1)
    look(stage)
    [told] = chain(stage, run)
    assert (told.state, told.reason) == (
        _F.REFUSED,
        "another version may run by now; look at it first",
    )


def test_what_can_not_follow_is_said_at_the_start(stage: Stage, mend: ScriptId) -> None:
    for wrong, field in (
        (FollowUpDraft(script=stage.script, outcome=FAILED), "then.1.script"),  # it takes a secret
        (FollowUpDraft(script=mend, outcome=Outcome()), "then.1.states"),
        (FollowUpDraft(script=mend, outcome=FAILED, values={"DEPTH": "x"}), "then.1.DEPTH"),
        (FollowUpDraft(script=mend, outcome=FAILED, within_minutes=0), "then.1.within_minutes"),
        (FollowUpDraft(script=mend, outcome=FAILED, sha256="0"), "then.1.script"),
        (FollowUpDraft(script=mend, outcome=Outcome(states=(_T.SENT,))), "then.1.states"),
    ):
        with pytest.raises(Invalid) as caught:
            stage.start(then=(wrong,))
        assert caught.value.field == field
    assert queries.fetch_runs(stage.olga).total == 0


def test_a_person_lets_nothing_more_follow(stage: Stage, mend: ScriptId) -> None:
    run = stage.start(then=(FollowUpDraft(script=mend, outcome=FAILED),))
    with pytest.raises(Refused):
        following.drop_follow_ups(stage.cloud.people["chen"], run, now=stage.now)
    following.drop_follow_ups(stage.olga, run, now=stage.now)
    with pytest.raises(Conflict):
        following.drop_follow_ups(stage.olga, run, now=stage.now)
    finish(stage, run, 1)
    look(stage)
    assert [(each.state, each.reason) for each in chain(stage, run)] == [(_F.SKIPPED, "dropped")]
    assert [row["object_id"] for row in _audit("runs.drop_follow_ups")] == [str(run)]


def test_who_is_killed_after_the_start_leaves_one_run(stage: Stage, mend: ScriptId) -> None:
    run = stage.start(then=(FollowUpDraft(script=mend, outcome=FAILED),))
    finish(stage, run, 1)
    look(stage)
    [told] = chain(stage, run)
    with transaction() as conn, cursor(conn) as opened:  # as if it had not been written down
        opened.execute("UPDATE runs_followup SET state = 'waiting', run_id = NULL")
    look(stage)
    assert [each.state for each in chain(stage, run)] == [_F.WAITING]  # somebody has it in hand
    stage.pass_time(following.HELD_FOR)
    look(stage)
    assert chain(stage, run)[0].run == told.run
    assert queries.fetch_runs(stage.olga).total == 2


def _audit(verb: str) -> list[dict[str, object]]:
    with transaction() as conn, cursor(conn) as opened:
        found = opened.execute(
            "SELECT object_id, after FROM people_auditentry WHERE verb = %s ORDER BY id", [verb]
        )
        return [dict(row) for row in found.fetchall()]


def _approve_again(stage: Stage, script: ScriptId) -> None:
    people, now = stage.cloud.people, stage.now
    head = ScriptDraft(name="mend", language=ScriptLanguage.SHELL, description_en="x")
    library.change_script(people["olga"], script, head, VersionDraft(body="echo two\n"), now=now)
    review.ask_review(people["olga"], review.Meant(script, 2), now=now)
    review.approve(people["mia"], review.Meant(script, 2), now=now)
