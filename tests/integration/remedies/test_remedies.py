"""A remedy applies itself to the alarms it is for: once, not too often, watched afterwards; one
that keeps failing stops."""

from datetime import timedelta

import pytest

from tests.support.clinic import Clinic
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.remedies import actions, queries
from yunwei.operate.remedies.facts import AttemptState, Mode
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, VersionDraft

pytestmark = pytest.mark.django_db
_S = AttemptState


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def test_an_alarm_heals_itself_and_its_story_tells_how(clinic: Clinic) -> None:
    clinic.add()
    alarm = clinic.falls_ill()
    clinic.look()
    assert clinic.states() == [_S.RUNNING]
    clinic.run()
    clinic.look()
    assert clinic.states() == [_S.VERIFYING]
    clinic.report(AlarmAct.CLEAR)
    clinic.look()
    (told,) = queries.fetch_attempts_of(clinic.stage.olga, alarm)
    assert (told.state, told.by, told.is_automatic) == (_S.HEALED, "olga", True)
    assert told.run is not None


def test_it_applies_itself_once_to_an_occurrence_whoever_looks_how_often(clinic: Clinic) -> None:
    clinic.add()
    clinic.falls_ill()
    for _round in range(3):
        clinic.look()
    assert len(clinic.attempts()) == 1


def test_whoever_is_killed_before_its_run_is_started_leaves_one_that_is_started(
    clinic: Clinic,
) -> None:
    clinic.add()
    clinic.falls_ill()
    ((remedy, alarm),) = queries.system_candidates(clinic.stage.now)
    assert actions.system_intend(remedy, alarm, clinic.stage.now) is not None
    assert clinic.states() == [_S.INTENDED]
    clinic.look()
    assert clinic.states() == [_S.RUNNING]
    # and who is killed after the run was started, before it was noted, starts no other
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE remedies_attempt SET state = 'intended', run_id = NULL")
    clinic.look()
    with transaction() as conn, cursor(conn) as opened:
        assert opened.execute("SELECT count(*) AS n FROM runs_run").fetchall()[0]["n"] == 1


def test_an_alarm_that_stands_on_is_not_called_healed(clinic: Clinic) -> None:
    clinic.add(verify_s=300)
    clinic.falls_ill()
    clinic.look()
    clinic.run()
    clinic.look()
    clinic.stage.pass_time(timedelta(minutes=6))
    clinic.look()
    assert clinic.states() == [_S.NOT_HEALED]


def test_a_desktop_is_left_alone_for_a_while(clinic: Clinic) -> None:
    clinic.add(cool_down_s=600)
    clinic.falls_ill()
    clinic.look()
    clinic.run()
    clinic.look()
    clinic.report(AlarmAct.CLEAR)
    clinic.look()
    clinic.falls_ill()
    clinic.look()
    assert len(clinic.attempts()) == 1
    clinic.stage.pass_time(timedelta(minutes=11))
    clinic.stage.hear(*_agents(clinic))
    clinic.look()
    assert len(clinic.attempts()) == 2


def _agents(clinic: Clinic) -> list[int]:
    with transaction() as conn, cursor(conn) as opened:
        return [row["id"] for row in opened.execute("SELECT id FROM agents_agent").fetchall()]


def test_no_more_in_an_hour_than_it_may(clinic: Clinic) -> None:
    clinic.add(per_hour=1, cool_down_s=0)
    clinic.falls_ill(0)
    clinic.falls_ill(1)
    clinic.look()
    assert len(clinic.attempts()) == 1


def test_one_that_keeps_failing_is_stopped_and_says_so(clinic: Clinic) -> None:
    remedy = clinic.add(cool_down_s=0, breaker_after=2)
    for _round in range(2):
        clinic.falls_ill()
        clinic.look()
        clinic.run(ends="failed")
        clinic.look()
        clinic.report(AlarmAct.CLEAR)
    assert clinic.states() == [_S.FAILED, _S.FAILED]
    assert queries.access_remedy(clinic.stage.olga, remedy).broken_at is not None
    assert [each.id for each in queries.system_broken_remedies()] == [remedy]
    clinic.falls_ill()
    clinic.look()
    assert len(clinic.attempts()) == 2
    actions.switch_remedy(clinic.stage.olga, remedy, is_enabled=True, now=clinic.stage.now)
    assert queries.system_broken_remedies() == ()
    clinic.look()
    assert len(clinic.attempts()) == 3


def test_it_waits_until_an_alarm_has_stood_for_a_while(clinic: Clinic) -> None:
    clinic.add(wait_s=120)
    clinic.falls_ill()
    clinic.look()
    assert clinic.attempts() == ()
    clinic.stage.pass_time(timedelta(seconds=121))
    clinic.look()
    assert len(clinic.attempts()) == 1


@pytest.mark.parametrize(
    "changes",
    [{"mode": Mode.PROPOSED}, {"is_enabled": False}, {"condition": 'alarm_type == "other"'}],
)
def test_what_is_not_to_apply_itself_does_not(clinic: Clinic, changes: dict[str, object]) -> None:
    clinic.add(**changes)
    clinic.falls_ill()
    clinic.look()
    assert clinic.attempts() == ()


def test_a_person_applies_what_is_proposed(clinic: Clinic) -> None:
    remedy, stage = clinic.add(mode=Mode.PROPOSED), clinic.stage
    alarm = clinic.falls_ill()
    assert [each.id for each in queries.fetch_fitting(stage.olga, alarm)] == [remedy]
    actions.apply_remedy(stage.olga, remedy, alarm, box=stage.box, now=stage.now)
    assert clinic.states() == [_S.RUNNING]
    with pytest.raises(Conflict, match="under way"):
        actions.apply_remedy(stage.olga, remedy, alarm, box=stage.box, now=stage.now)
    for name in ("audrey", "chen"):
        stranger = stage.cloud.people[name]
        with pytest.raises(Refused):
            actions.apply_remedy(stranger, remedy, alarm, box=stage.box, now=stage.now)


def test_what_can_not_be_started_says_why(clinic: Clinic) -> None:
    clinic.add()
    clinic.falls_ill(managed_object="/desktop/nobody-knows")
    clinic.look()
    (told,) = clinic.attempts()
    assert told.state is _S.REFUSED
    assert "nobody-knows" in told.reason


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"condition": ""}, "condition"),
        ({"condition": "alarm_type =="}, "condition"),
        ({"per_hour": 0}, "per_hour"),
        ({"verify_s": 1}, "verify_s"),
        ({"values": {"OTHER": "x"}}, "OTHER"),
    ],
)
def test_a_wrong_remedy_names_its_field(
    clinic: Clinic, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        clinic.add(**changes)
    assert told.value.field == field


def test_a_script_with_secrets_is_no_remedy(clinic: Clinic) -> None:
    secret = Parameter(name="PASSWORD", kind=ParameterKind.SECRET)
    script = clinic.stage.approve("sealed", VersionDraft(body="x\n", parameters=(secret,)))
    with pytest.raises(Invalid, match="secrets"):
        clinic.add(script=script)


def test_nobody_adds_one_for_another_customer(clinic: Clinic) -> None:
    for name in ("audrey", "chen"):
        with pytest.raises(Refused):
            clinic.add(by=name)
