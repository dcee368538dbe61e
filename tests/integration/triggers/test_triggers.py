"""What happens to desktops starts scripts: once for each time, not too often, by their turn; what
keeps failing stops, and nothing is lost when a process is killed in between."""

from contextlib import suppress
from datetime import timedelta

import pytest

from tests.support.nursery import Nursery
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.readings import DesktopState
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.actions import system_take_changes
from yunwei.operate.agents.actions import agents as agent_actions
from yunwei.operate.agents.facts.agents import Enrolment, TokenDraft
from yunwei.operate.runs.facts.runs import RunState
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, VersionDraft
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions import firing, triggers
from yunwei.operate.triggers.facts import FiringState, Occasion
from yunwei_wire import ed25519
from yunwei_wire.nkeys import Kind, write_public

pytestmark = pytest.mark.django_db
_S = FiringState
HOUR = timedelta(hours=1)


class _Killed(Exception):  # a process, not a fault
    pass


@pytest.fixture
def nursery() -> Nursery:
    made = Nursery()
    made.see("d0", "d1")  # both have an image from now on
    made.look()
    return made


def count_runs() -> int:
    with transaction() as conn, cursor(conn) as opened:
        return int(opened.execute("SELECT count(*) AS n FROM runs_run").fetchall()[0]["n"])


def test_a_desktop_with_another_image_gets_its_script_and_it_is_told(nursery: Nursery) -> None:
    nursery.add()
    nursery.see("d0", image="win12")
    nursery.look()
    (told,) = nursery.firings()
    assert (told.state, told.before, told.after) == (_S.RUNNING, "win11", "win12")
    nursery.run()
    nursery.look()
    (told,) = nursery.firings()
    assert (told.state, told.reason, told.desktop_name) == (_S.DONE, "", "=1+1")
    assert told.run is not None
    run = nursery.stage.run(told.run)
    assert (run.state, run.created_by) == (RunState.FINISHED, "olga")


def test_it_is_set_off_once_however_often_is_looked(nursery: Nursery) -> None:
    nursery.add()
    nursery.see("d0", image="win12")
    for _round in range(3):
        nursery.look()
    nursery.run()
    nursery.look()
    nursery.look()
    assert nursery.states() == [_S.DONE]


def test_what_happens_together_is_started_in_one_run(nursery: Nursery) -> None:
    nursery.add()
    nursery.see("d0", "d1", image="win12")
    nursery.look()
    assert len({each.run for each in nursery.firings()}) == 1
    assert nursery.states() == [_S.RUNNING, _S.RUNNING]
    assert count_runs() == 1


def test_a_taker_that_is_killed_loses_nothing(nursery: Nursery) -> None:
    nursery.add()
    nursery.see("d0", image="win12")

    with suppress(_Killed), transaction() as conn:
        assert len(system_take_changes(conn, 10)) == 1
        raise _Killed
    nursery.look()
    assert nursery.states() == [_S.RUNNING]


@pytest.mark.parametrize("was_started", [False, True])
def test_a_starter_that_is_killed_leaves_one_run(nursery: Nursery, *, was_started: bool) -> None:
    nursery.add()
    nursery.see("d0", image="win12")
    nursery.look()
    with transaction() as conn, cursor(conn) as opened:
        if not was_started:
            opened.execute("UPDATE runs_run SET key = 'x' || key")
            opened.execute("UPDATE agents_order SET key = 'x' || key")
        opened.execute(
            "UPDATE triggers_firing SET state = 'starting', run_id = NULL, leased_until = %s",
            [nursery.stage.now + timedelta(minutes=5)],
        )
    nursery.look()
    assert nursery.states() == [_S.STARTING]  # somebody may still be at it
    nursery.stage.pass_time(timedelta(minutes=6))
    nursery.look()
    assert nursery.states() == [_S.RUNNING]
    assert count_runs() == (1 if was_started else 2)


def test_a_new_desktop_is_an_occasion_and_those_of_a_new_source_are_not(nursery: Nursery) -> None:
    nursery.add(occasion=Occasion.APPEARED)
    nursery.look()
    assert nursery.firings() == ()  # the sixty of the first poll
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE collect_source SET is_enabled = false")  # it carries out no scripts
    nursery.see("d77")
    nursery.look()
    (told,) = nursery.firings()
    assert (told.desktop_name, told.state, told.reason) == ("PC-77", _S.WAITING, "unreachable")
    enrol(nursery, "PC-77", "new machine")
    nursery.look()
    assert nursery.states() == [_S.WAITING]  # it is asked again in two minutes
    nursery.stage.pass_time(timedelta(minutes=3))
    nursery.look()
    assert nursery.states() == [_S.RUNNING]


def enrol(nursery: Nursery, name: str, machine: str) -> None:
    stage = nursery.stage
    root, tenant = stage.cloud.people["root"], stage.cloud.tenant
    draft = TokenDraft(name=f"t{stage.made}", expires_at=stage.now + HOUR, uses=1)
    token = agent_actions.create_token(root, tenant, draft, now=stage.now)[1]
    stage.made += 1
    key = write_public(Kind.USER, ed25519.public_key(stage.made.to_bytes(32, "big")))
    asked = Enrolment(token=token, name=name, public_key=key, machine=machine)
    agent_actions.enrol(asked, address="", now=stage.now)


def test_one_that_is_put_off_is_not_taken_for_one_that_was_started(nursery: Nursery) -> None:
    nursery.add()
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE collect_source SET is_enabled = false")  # it carries out no scripts
    nursery.see("d2")
    nursery.look()
    nursery.see("d2", image="win12", after=timedelta(seconds=1))
    nursery.see("d0", image="win12", after=timedelta(seconds=1))
    nursery.look()
    assert [(each.desktop_name, each.state) for each in nursery.firings()] == [
        ("PC-02", _S.WAITING),
        ("=1+1", _S.RUNNING),
    ]
    enrol(nursery, "PC-02", "machine")
    nursery.stage.pass_time(timedelta(minutes=3))
    nursery.look()
    assert nursery.states() == [_S.RUNNING, _S.RUNNING]
    assert count_runs() == 2


def test_a_condition_that_says_nothing_any_more_stops_its_trigger_alone(nursery: Nursery) -> None:
    broken = nursery.add(name="broken")
    nursery.add(name="whole")
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "UPDATE triggers_trigger SET condition = 'colour == 1' WHERE name = 'broken'"
        )
    nursery.see("d0", image="win12")
    nursery.look()
    assert [each.trigger_name for each in nursery.firings()] == ["whole"]
    assert [each.id for each in queries.system_broken_triggers()] == [broken]


def test_an_enrolment_is_an_occasion_from_another_machine_also_a_rebuild(nursery: Nursery) -> None:
    nursery.add(name="enrolled", occasion=Occasion.ENROLLED)
    nursery.add(name="rebuilt", occasion=Occasion.REBUILT)
    enrol(nursery, "PC-02", "first")
    nursery.look()
    assert [each.trigger_name for each in nursery.firings()] == ["enrolled"]
    nursery.run()
    nursery.look()
    nursery.stage.pass_time(HOUR)
    enrol(nursery, "PC-02", "second")
    nursery.look()
    told = sorted(each.trigger_name for each in nursery.firings())
    assert told == ["enrolled", "enrolled", "rebuilt"]


def test_another_user_is_an_occasion_and_one_less_is_not(nursery: Nursery) -> None:
    nursery.add(occasion=Occasion.ASSIGNED)
    nursery.see("d0", logins=())
    nursery.look()
    assert nursery.firings() == ()
    nursery.see("d0", logins=("wang",))
    nursery.look()
    (told,) = nursery.firings()
    assert (told.before, told.after) == ("", "wang")
    changes = inventory.fetch_desktop_changes(nursery.stage.olga, told.desktop)
    assert [(each.field, each.before, each.after) for each in changes][:2] == [
        ("login", "", "wang"),
        ("login", "user00", ""),
    ]


@pytest.mark.parametrize(
    ("steps", "hours", "is_due"),
    [
        ((DesktopState.STOPPED,), 49, True),
        ((DesktopState.STOPPED, DesktopState.CHANGING), 49, True),
        ((DesktopState.STOPPED,), 47, False),
        ((DesktopState.ERROR,), 49, False),
    ],
)
def test_a_start_is_an_occasion_after_so_long_off(
    nursery: Nursery, steps: tuple[DesktopState, ...], hours: int, *, is_due: bool
) -> None:
    nursery.add(occasion=Occasion.STARTED, off_s=48 * 3600)
    for state in steps:
        nursery.see("d0", state=state)
    nursery.see("d0", after=timedelta(hours=hours))
    nursery.look()
    assert len(nursery.firings()) == is_due
    # and off for a minute the next time
    nursery.see("d0", state=DesktopState.STOPPED)
    nursery.see("d0")
    nursery.look()
    assert len(nursery.firings()) == is_due


def test_only_desktops_that_are_meant_and_only_while_it_is_on(nursery: Nursery) -> None:
    trigger = nursery.add(condition='name == "PC-01"')
    nursery.see("d0", "d1", image="win12")
    nursery.look()
    assert [each.desktop_name for each in nursery.firings()] == ["PC-01"]
    nursery.run()
    nursery.look()
    olga, now = nursery.stage.olga, nursery.stage.now
    triggers.switch_trigger(olga, trigger, is_enabled=False, now=now)
    nursery.see("d1", image="win13")
    nursery.look()
    triggers.switch_trigger(olga, trigger, is_enabled=True, now=now)
    nursery.look()
    assert len(nursery.firings()) == 1


def test_no_more_in_an_hour_than_it_may_and_the_others_wait(nursery: Nursery) -> None:
    nursery.add(per_hour=1)
    nursery.see("d0", "d1", image="win12")
    nursery.look()
    assert sorted(nursery.states()) == [_S.RUNNING, _S.WAITING]
    nursery.run()
    nursery.stage.pass_time(timedelta(minutes=61))
    nursery.look()
    assert sorted(nursery.states()) == [_S.DONE, _S.RUNNING]


def test_a_desktop_is_left_alone_for_a_while_and_it_is_said(nursery: Nursery) -> None:
    nursery.add(cool_down_s=3600)
    for image in ("win12", "win13"):
        nursery.see("d0", image=image)
        nursery.look()
        nursery.run()
        nursery.look()
    assert nursery.states() == [_S.DONE, _S.HELD_BACK]
    assert nursery.firings()[1].reason == "cooling_down"
    nursery.see("d0", image="win14", after=timedelta(minutes=61))
    nursery.look()
    assert nursery.states()[2] is _S.RUNNING


def test_it_waits_for_its_turn_and_not_for_ever(nursery: Nursery) -> None:
    nursery.add(wait_s=600, within_s=1200)
    nursery.see("d0", image="win12")
    nursery.look()
    assert nursery.states() == [_S.WAITING]
    nursery.see("d1", image="win12", after=timedelta(minutes=11))
    nursery.look()
    assert nursery.states() == [_S.RUNNING, _S.WAITING]
    nursery.stage.pass_time(timedelta(minutes=21))
    nursery.look()
    assert nursery.states()[1] is _S.LAPSED
    assert nursery.firings()[1].reason == "late"


def test_one_that_keeps_failing_is_stopped_until_somebody_turns_it_on(nursery: Nursery) -> None:
    trigger, stage = nursery.add(breaker_after=2), nursery.stage
    nursery.see("d0", "d1", image="win12")
    nursery.look()
    nursery.run(ends="failed")
    nursery.look()
    assert nursery.states() == [_S.FAILED, _S.FAILED]
    assert [each.id for each in queries.system_broken_triggers()] == [trigger]
    nursery.see("d0", image="win13")
    nursery.look()
    assert nursery.states()[2] is _S.WAITING
    triggers.switch_trigger(stage.olga, trigger, is_enabled=True, now=stage.now)
    assert queries.system_broken_triggers() == ()
    nursery.look()
    assert nursery.states()[2] is _S.RUNNING


def test_who_may_run_no_scripts_any_more_starts_none(nursery: Nursery) -> None:
    nursery.add()
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE triggers_trigger SET acts_for = 'nobody'")
    nursery.see("d0", image="win12")
    nursery.look()
    assert nursery.states() == [_S.REFUSED]
    assert count_runs() == 0


def test_what_waits_is_called_off_with_its_trigger(nursery: Nursery) -> None:
    trigger, stage = nursery.add(wait_s=600), nursery.stage
    nursery.see("d0", image="win12")
    nursery.look()
    triggers.remove_trigger(stage.olga, trigger, now=stage.now)
    assert [(each.state, each.reason) for each in nursery.firings()] == [(_S.LAPSED, "off")]
    stage.pass_time(HOUR)
    nursery.look()
    assert count_runs() == 0


def test_what_ended_long_ago_is_let_go(nursery: Nursery) -> None:
    nursery.add()
    nursery.see("d0", image="win12")
    nursery.look()
    nursery.run()
    nursery.look()
    nursery.stage.pass_time(timedelta(days=91))
    firing.system_forget(nursery.stage.now - timedelta(days=90))
    assert nursery.firings() == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"condition": "name =="}, "condition"),
        ({"condition": 'alarm_type == "x"'}, "condition"),
        ({"per_hour": 0}, "per_hour"),
        ({"within_s": 1}, "within_s"),
        ({"wait_s": 900, "within_s": 600}, "wait_s"),
        ({"values": {"OTHER": "x"}}, "OTHER"),
    ],
)
def test_a_wrong_trigger_names_its_field(
    nursery: Nursery, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        nursery.add(**changes)
    assert told.value.field == field


def test_a_script_with_secrets_is_started_by_no_occasion(nursery: Nursery) -> None:
    secret = Parameter(name="PASSWORD", kind=ParameterKind.SECRET)
    script = nursery.stage.approve("sealed", VersionDraft(body="x\n", parameters=(secret,)))
    with pytest.raises(Invalid, match="secrets"):
        nursery.add(script=script)


def test_nobody_adds_or_changes_one_of_another_customer(nursery: Nursery) -> None:
    trigger, now = nursery.add(), nursery.stage.now
    for name in ("audrey", "chen"):
        with pytest.raises(Refused):
            nursery.add(by=name)
        with pytest.raises(Refused):
            triggers.remove_trigger(nursery.stage.cloud.people[name], trigger, now=now)
