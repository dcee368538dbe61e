"""Runs over PostgreSQL: who may, what is frozen, how they go on, and that nothing is lost."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.running import HOUR, Stage, make_stage
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people import queries as people
from yunwei.operate.agents.queries import tasks as ledger
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import judging
from yunwei.operate.runs.actions.advancing import system_take_late_news
from yunwei.operate.runs.actions.starting import retry_run
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import (
    Choice,
    Offline,
    Plan,
    Reachability,
    RunState,
    TargetState,
)
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.facts.library import VersionDraft

pytestmark = pytest.mark.django_db
SECRET = "hunter2-is-secret"
_T = TargetState


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def test_a_run_goes_from_its_start_to_every_desktops_result(stage: Stage) -> None:
    run = stage.start()
    assert stage.advance(run).counts == {"sent": 4}
    stage.hand_out()
    first, second, third, fourth = stage.targets(run)
    for each in (first, second, third, fourth):
        stage.tell(each, "started")
    assert stage.advance(run).counts == {"running": 4}
    for each in (first, second, third):
        stage.tell(each, "output", data=b"\x1b[31mok\x1b[0m <b>\n")
        stage.tell(each, "succeeded", exit_code=0, size_bytes=13, digest="d1")
    stage.tell(fourth, "failed", exit_code=3)
    over = stage.advance(run)
    assert (over.state, over.counts) == (RunState.FINISHED, {"failed": 1, "succeeded": 3})
    assert not over.is_good
    most, least = queries.fetch_groups(stage.olga, run)
    assert (most.count, most.exit_code, most.output) == (3, 0, "ok <b>")
    assert (least.count, least.state, least.exit_code) == (1, _T.FAILED, 3)
    whole = dict(queries.fetch_all_output(stage.olga, run))
    assert len(whole) == 4


def test_the_same_key_starts_one_run(stage: Stage) -> None:
    run = stage.start(key="once")
    assert stage.start(key="once") == run


def test_a_canary_goes_alone_and_its_failure_stops_the_run(stage: Stage) -> None:
    run = stage.start(plan=Plan(canary="1"))
    assert stage.advance(run).counts == {"queued": 3, "sent": 1}
    assert stage.advance(run).counts == {"queued": 3, "sent": 1}
    [canary] = stage.targets(run, _T.SENT)
    stage.tell(canary, "failed", exit_code=1)
    over = stage.advance(run)
    assert (over.state, over.reason) == (RunState.STOPPED, "canary")
    assert over.counts == {"failed": 1, "skipped": 3}
    assert {each.reason for each in stage.targets(run, _T.SKIPPED)} == {"stopped"}


def test_batches_follow_one_another_with_a_pause_between(stage: Stage) -> None:
    run = stage.start(plan=Plan(canary="1", batch="2", pause_s=60, stop_at=""))
    stage.advance(run)
    stage.tell(stage.targets(run, _T.SENT)[0], "succeeded")
    assert stage.advance(run).counts == {"queued": 1, "sent": 2, "succeeded": 1}
    for each in stage.targets(run, _T.SENT):
        stage.tell(each, "succeeded")
    assert stage.advance(run).counts == {"queued": 1, "succeeded": 3}
    stage.pass_time(timedelta(seconds=61))
    assert stage.advance(run).counts == {"sent": 1, "succeeded": 3}


def test_no_more_is_begun_once_more_have_failed_than_the_plan_allows(stage: Stage) -> None:
    run = stage.start(plan=Plan(canary="", parallel=2, stop_at="1"))
    for _round in range(2):
        stage.advance(run)
        for each in stage.targets(run, _T.SENT):
            stage.tell(each, "failed")
        stage.advance(run)
    over = stage.run(run)
    assert (over.state, over.reason) == (RunState.STOPPED, "failures")
    assert over.counts == {"failed": 2, "skipped": 2}


def test_a_desktop_that_is_not_there_is_waited_for_until_the_deadline(stage: Stage) -> None:
    stage.pass_time(timedelta(minutes=10))
    run = stage.start()
    assert stage.advance(run).counts == {"waiting": 4}
    stage.hear(_agents(stage)[0])
    assert stage.advance(run).counts == {"sent": 1, "waiting": 3}
    stage.tell(stage.targets(run, _T.SENT)[0], "succeeded")
    stage.pass_time(HOUR)
    over = stage.advance(run)
    assert (over.state, over.counts) == (RunState.FINISHED, {"expired": 3, "succeeded": 1})


def _agents(stage: Stage) -> list[int]:
    chosen = queries.preview_targets(
        stage.olga, stage.cloud.tenant, Choice(names=stage.names), now=stage.now
    )
    return [each.agent for each in chosen.candidates if each.agent]


def test_or_it_is_left_out_if_the_plan_says_so(stage: Stage) -> None:
    stage.pass_time(timedelta(minutes=10))
    run = stage.start(plan=Plan(offline=Offline.SKIP))
    assert stage.advance(run).state is RunState.FINISHED
    assert {each.reason for each in stage.targets(run)} == {"silent"}


def test_who_is_reached_in_no_way_is_named_before_and_left_out(stage: Stage) -> None:
    choice = Choice(condition='state == "running"')
    needs = ScriptNeeds(language="shell", has_secrets=True)  # which no cloud is told
    chosen = queries.preview_targets(
        stage.olga, stage.cloud.tenant, choice, needs=needs, now=stage.now
    )
    assert chosen.by_reachability[Reachability.HERE] == 4
    assert chosen.by_reachability[Reachability.NO_AGENT] == 46
    run = stage.start(choice=choice)
    counts = stage.advance(run).counts
    assert (counts["sent"], counts["skipped"]) == (4, 46)
    assert {each.reason for each in stage.targets(run, _T.SKIPPED)} == {"cloud_secrets"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"choice": Choice(names=("nobody-knows",))}, "names"),
        ({"choice": Choice()}, "targets"),
        ({"choice": Choice(condition="state ==")}, "condition"),
        ({"plan": Plan(canary="many")}, "canary"),
        ({"plan": Plan(batch="101%")}, "batch"),
        ({"plan": Plan(parallel=0)}, "parallel"),
        ({"values": {}}, "PASSWORD"),
        ({"values": {"PASSWORD": "x", "OTHER": "y"}}, "OTHER"),
        ({"key": ""}, "key"),
    ],
)
def test_a_wrong_order_names_its_field(stage: Stage, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as told:
        stage.start(**changes)
    assert told.value.field == field


def test_only_what_another_person_approved_runs(stage: Stage) -> None:
    review.retire(stage.olga, review.Meant(stage.script, 1), now=stage.now)
    with pytest.raises(Conflict, match="no version"):
        stage.start()


def test_what_was_looked_at_is_what_runs(stage: Stage) -> None:
    with pytest.raises(Conflict, match="another version"):
        stage.start(sha256="0" * 64)


def test_an_operator_of_one_customer_reaches_nothing_of_another(stage: Stage) -> None:
    with pytest.raises(Refused):
        stage.start(by="chen")
    with pytest.raises(Refused):  # nor with a tenant of their own and desktops of another
        stage.start(by="chen", tenant=stage.cloud.people.b.id)
    run = stage.start()
    for look in (
        lambda who: queries.access_run(who, run),
        lambda who: queries.fetch_groups(who, run),
        lambda who: queries.access_target(who, run, stage.targets(run)[0].id),
        lambda who: judging.cancel_run(who, run, now=stage.now),
    ):
        with pytest.raises(Refused):
            look(stage.cloud.people["chen"])


def test_who_may_only_look_starts_and_cancels_nothing(stage: Stage) -> None:
    with pytest.raises(Refused):
        stage.start(by="audrey")
    run = stage.start()
    audrey = stage.cloud.people["audrey"]
    assert queries.access_run(audrey, run).total == 4
    with pytest.raises(Refused):
        judging.cancel_run(audrey, run, now=stage.now)


def test_a_run_that_may_do_damage_waits_for_another_person(stage: Stage) -> None:
    risky = stage.approve("risky", VersionDraft(body="ls\n", is_risky=True))
    run = stage.start(script=risky, values={})
    waits = stage.advance(run)
    assert (waits.state, waits.reason, waits.counts) == (RunState.ASKED, "dangerous", {"queued": 4})
    with pytest.raises(Conflict, match="another person"):
        judging.approve_run(stage.olga, run, now=stage.now)
    judging.approve_run(stage.cloud.people["mia"], run, now=stage.now)
    assert stage.advance(run).counts == {"sent": 4}


def test_an_approval_that_nobody_gives_lapses(stage: Stage) -> None:
    risky = stage.approve("risky", VersionDraft(body="ls\n", is_risky=True))
    run = stage.start(script=risky, values={}, deadline_at=stage.now + timedelta(days=3))
    stage.pass_time(timedelta(hours=25))
    over = stage.advance(run)
    assert (over.state, over.counts) == (RunState.LAPSED, {"expired": 4})
    with pytest.raises(Conflict):
        judging.approve_run(stage.cloud.people["mia"], run, now=stage.now)


def test_what_is_cancelled_before_it_was_handed_out_is_over_at_once(stage: Stage) -> None:
    run = stage.start(plan=Plan(canary="", parallel=2, stop_at=""))
    stage.advance(run)
    judging.cancel_run(stage.olga, run, now=stage.now)
    over = stage.advance(run)
    assert (over.state, over.counts) == (RunState.CANCELLED, {"cancelled": 4})
    with pytest.raises(Conflict):
        judging.cancel_run(stage.olga, run, now=stage.now)


def test_what_runs_is_called_off_at_its_agent(stage: Stage) -> None:
    run = stage.start()
    stage.advance(run)
    stage.hand_out()
    for each in stage.targets(run):
        stage.tell(each, "started")
    judging.cancel_run(stage.olga, run, now=stage.now)
    assert stage.advance(run).state is RunState.STOPPING
    for each in stage.targets(run):
        stage.tell(each, "cancelled")
    assert stage.advance(run).state is RunState.CANCELLED


def test_only_what_did_not_succeed_is_tried_again(stage: Stage) -> None:
    run = stage.start()
    stage.advance(run)
    first, *others = stage.targets(run)
    stage.tell(first, "failed", exit_code=1)
    for each in others:
        stage.tell(each, "succeeded")
    with pytest.raises(Conflict):
        _retry(stage, stage.run(run).id)
    stage.advance(run)
    again = _retry(stage, run)
    [target] = stage.targets(again)
    assert target.desktop_name == first.desktop_name
    assert stage.run(again).retry_of == run


def _retry(stage: Stage, run: RunId) -> RunId:
    return retry_run(
        stage.olga,
        stage.run(run),
        key="again",
        values={"PASSWORD": SECRET},
        deadline_at=stage.now + HOUR,
        box=stage.box,
        now=stage.now,
    )


def test_secrets_are_in_no_table_or_log_and_forgotten_with_the_run(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = stage.start()
    stage.advance(run)
    order = stage.run(run).order
    assert order is not None
    whole = ledger.system_whole_orders([order], stage.box)[order]
    assert whole.parameters == {"PASSWORD": SECRET}
    assert SECRET not in _everything()
    for each in stage.targets(run):
        stage.tell(each, "succeeded")
    stage.advance(run)
    assert ledger.system_whole_orders([order], stage.box)[order].parameters == {}
    assert SECRET not in _everything()
    assert SECRET not in caplog.text


def _everything() -> str:
    with transaction() as conn, cursor(conn) as opened:
        found = opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row["tablename"] for row in found.fetchall()]
        assert len(tables) > 50
        return "".join(
            str(opened.execute(f"SELECT t::text AS row FROM {name} t").fetchall())  # noqa: S608
            for name in tables
        )


def test_who_ran_what_on_which_desktops_is_audited(stage: Stage) -> None:
    run = stage.start(note="patch day")
    root = stage.cloud.people["root"]
    [entry] = people.fetch_audit(root, {"verb": "runs.start"}, PageRequest(limit=5)).items
    known = stage.run(run)
    assert entry.user_name == "olga"
    assert entry.after["sha256"] == known.sha256
    assert sorted(entry.after["desktops"]) == sorted(stage.names)
    assert entry.detail == "patch day"
    assert SECRET not in str(entry)


def test_what_was_unknown_and_is_heard_of_after_all_counts(stage: Stage) -> None:
    run = stage.start()
    stage.advance(run)
    stage.hand_out()
    first, *others = stage.targets(run)
    for each in others:
        stage.tell(each, "succeeded")
    with transaction() as conn, cursor(conn) as opened:
        lost = "UPDATE agents_task SET state = 'unknown', ended_at = %s WHERE id = %s"
        opened.execute(lost, (stage.now, first.task))
    assert stage.advance(run).counts == {"succeeded": 3, "unknown": 1}
    stage.tell(first, "succeeded", exit_code=0)
    system_take_late_news(stage.now)
    assert stage.run(run).counts == {"succeeded": 4}


def test_desktops_in_maintenance_or_in_use_are_left_out_at_their_turn(stage: Stage) -> None:
    first, second, *_others = stage.names
    with transaction() as conn, cursor(conn) as opened:
        quiet = "UPDATE inventory_desktop SET login_state = 'ready', is_in_maintenance = false"
        opened.execute(quiet)
        busy = "UPDATE inventory_desktop SET login_state = 'connected' WHERE name = %s"
        opened.execute(busy, (first,))
        opened.execute(
            "UPDATE inventory_desktop SET is_in_maintenance = true WHERE name = %s", (second,)
        )
    run = stage.start(plan=replace(Plan(canary="", stop_at=""), skips_active=True))
    assert stage.advance(run).counts == {"sent": 2, "skipped": 2}
    left_out = {each.desktop_name: each.reason for each in stage.targets(run, _T.SKIPPED)}
    assert left_out == {first: "active", second: "maintenance"}
