"""An inspection of the simulated cloud, read by the real connector: six injected faults are found
and nothing else, and the next day's inspection shows what became of them."""

import pytest

from tests.support.alarms import Installation
from tests.support.inspected import Patient, inspected_cloud
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.inspection.facts.inspections import Change, Grade, Level, WholeInspection

CHECK_OF = {
    "host_down": "unwell_hosts",
    "gateway_loss": "gateway_trouble",
    "agent_gone": "unregistered_desktops",
    "desktop_error": "faulty_desktops",
    "disk_full": "full_disks",
    "quota_exhausted": "quota_use",
}
NEXT_DAY = "storage_slow"


def found(whole: WholeInspection) -> set[tuple[str, str]]:
    """Everything that is not well: (check, name of the thing)."""
    assert whole.content is not None
    return {
        (result.check.name, each.sample.name)
        for result in whole.content.results
        for each in result.found
    }


def unmeasured(whole: WholeInspection) -> set[str]:
    assert whole.content is not None
    results = whole.content.results
    return {each.check.name for each in results if each.level is Level.NOT_MEASURED}


def truth(cloud: Patient) -> set[tuple[str, str]]:
    return {(CHECK_OF[name], fault.target_name) for name, fault in cloud.faults.items()}


@pytest.mark.timeout(900)
def test_six_faults_and_nothing_else_and_the_day_after(
    installation: Installation, clickhouse: ClickHouse
) -> None:
    with inspected_cloud(installation, clickhouse) as cloud:
        well = cloud.is_inspected()
        assert found(well) == set()
        assert well.score is not None
        assert (well.score.total, well.score.failed) == (100, 0)
        _six_are_found(cloud, well)
        _the_next_day_shows_the_difference(cloud)


def _six_are_found(cloud: Patient, well: WholeInspection) -> None:
    cloud.breaks(*CHECK_OF)
    cloud.lives()
    cloud.is_read()
    broken = cloud.is_inspected()
    six = truth(cloud)
    assert len(six) == 6
    assert found(broken) == six
    assert broken.row.before == well.row.id
    assert {each.change for each in broken.differences} == {Change.NEW}
    assert broken.score is not None
    assert broken.score.grade is Grade.AT_RISK
    assert broken.is_intact
    # the cloud has neither licences nor agents of ours, and nobody has made a backup
    assert {"licence_use", "silent_agents", "backup_age"} <= unmeasured(broken)


def _the_next_day_shows_the_difference(cloud: Patient) -> None:
    before = {name: fault.target_name for name, fault in cloud.faults.items()}
    cloud.is_mended("host_down", "disk_full", "gateway_loss")
    cloud.breaks(NEXT_DAY)
    cloud.lives(24 * 3600)
    cloud.is_read()
    after = cloud.is_inspected()
    changes = {(each.check, each.name): each.change for each in after.differences}
    assert {name: changes[CHECK_OF[name], before[name]] for name in before} == {
        "host_down": Change.GONE,
        "disk_full": Change.GONE,
        "gateway_loss": Change.GONE,
        "agent_gone": Change.WORSE,
        "desktop_error": Change.WORSE,
        "quota_exhausted": Change.UNCHANGED,
    }
    new = {about for about, change in changes.items() if change is Change.NEW}
    assert ("gateway_trouble", cloud.faults[NEXT_DAY].target_name) in new
    # a day later it is also news that nobody took up the desktop's critical alarm
    assert {check for check, _name in new} == {"gateway_trouble", "unattended_alarms"}
