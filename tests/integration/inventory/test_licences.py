"""What people are told of licences: each change once, an end as it comes near, scarce use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.inventory.conftest import Cloud, at
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import LicenceSeen, SeenKind
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.inventory import queries

CCU = LicenceSeen(native_id="l1", name="CCU", total=100, used=40, edition="标准版", server="lic-1")
DAY = 24 * 60
type Poll = Callable[..., list[str]]


@pytest.fixture
def polled(cloud: Cloud) -> Poll:
    def poll(minutes: float, *licences: LicenceSeen) -> list[str]:
        return [f"{a.act} {a.alarm_type} {a.severity}" for a in told(cloud, minutes, *licences)]

    return poll


def told(cloud: Cloud, minutes: float, *licences: LicenceSeen) -> Iterator[RawAlarm]:
    found = cloud.polled(minutes, *licences, completes=SeenKind.LICENCE)
    return (each for each in found if isinstance(each, RawAlarm))


def test_the_first_look_and_the_same_again_say_nothing(polled: Poll) -> None:
    assert polled(0, CCU) == []
    assert polled(5, replace(CCU, used=41)) == []
    assert polled(10, CCU) == []


@pytest.mark.parametrize(
    ("change", "severity", "zh", "en"),
    [
        ({"total": 150.0}, "warning", "总数 100 → 150", "owned 100 → 150"),
        ({"total": 80.0}, "major", "总数 100 → 80", "owned 100 → 80"),
        ({"edition": "企业版"}, "minor", "版本 标准版 → 企业版", "edition 标准版 → 企业版"),
        ({"server": "lic-2"}, "minor", "许可服务器 lic-1 → lic-2", "licence server lic-1 → lic-2"),
        ({"server": "LIC-Z"}, "minor", "许可服务器 lic-1 → LIC-Z", "licence server lic-1 → LIC-Z"),
        ({"binding": "ESN-9"}, "minor", "绑定 无 → ESN-9", "binding none → ESN-9"),
        (
            {"grace_ends_at": at(200 * DAY)},
            "minor",
            "宽限期至 无 → 2027-06-11 06:00 UTC",
            "grace until none → 2027-06-11 06:00 UTC",
        ),
        (
            {"expires_at": at(200 * DAY)},
            "minor",
            "到期 无 → 2027-06-11 06:00 UTC",
            "ends none → 2027-06-11 06:00 UTC",
        ),
    ],
)
def test_each_change_is_told_once_with_before_and_after(
    cloud: Cloud, change: dict[str, object], severity: str, zh: str, en: str
) -> None:
    changed = replace(CCU, **change)  # type: ignore[arg-type]
    assert list(told(cloud, 0, CCU)) == []
    [notice] = told(cloud, 5, changed)
    assert (notice.act, notice.alarm_type) == ("notice", "licence.changed")
    assert (notice.severity, notice.managed_object) == (severity, "/licence/CCU")
    assert notice.text == f"许可“CCU”有变更：{zh} / Licence “CCU” changed: {en}"
    assert list(told(cloud, 10, changed)) == []


def test_changes_of_one_poll_are_one_notice(cloud: Cloud) -> None:
    list(told(cloud, 0, CCU))
    [notice] = told(cloud, 5, replace(CCU, total=90, edition="企业版"))
    assert set(notice.raw) == {"total", "edition"}
    row = queries.fetch_licences(cloud.viewer).items[0]
    assert len(queries.fetch_licence_changes(cloud.viewer, row.id)) == 2


def test_a_licence_that_appears_goes_and_returns_is_told(polled: Poll) -> None:
    other = replace(CCU, native_id="l2", name="GPU")
    polled(0, CCU)
    assert polled(5, CCU, other) == ["notice licence.changed warning"]
    assert polled(10, CCU) == ["notice licence.changed major"]
    assert polled(15, CCU, other) == ["notice licence.changed warning"]


def test_a_source_that_tells_of_no_licence_at_all_is_not_believed(cloud: Cloud) -> None:
    both = (CCU, replace(CCU, native_id="l2", name="GPU"))
    cloud.polled(0, *both, completes=SeenKind.LICENCE)
    with pytest.raises(SourceBabbled):
        cloud.polled(5, completes=SeenKind.LICENCE)
    assert cloud.polled(10, *both, completes=SeenKind.LICENCE) == ()


def test_a_poll_that_breaks_off_changes_nothing(cloud: Cloud) -> None:
    list(told(cloud, 0, CCU, replace(CCU, native_id="l2", name="GPU")))
    assert cloud.polled(5, CCU) == ()
    assert list(told(cloud, 10, CCU, replace(CCU, native_id="l2", name="GPU"))) == []


def test_an_end_is_told_ninety_days_before_and_oftener_as_it_comes(polled: Poll) -> None:
    ending = replace(CCU, expires_at=at(100 * DAY + 60))

    def said_with(days_left: float) -> list[str]:
        return polled((100 - days_left) * DAY, ending)

    assert said_with(100) == []
    assert said_with(90.01) == []
    assert said_with(89.9) == ["notice licence.reminder warning"]
    assert said_with(89) == []
    assert said_with(59) == ["notice licence.reminder warning"]
    assert said_with(29) == ["notice licence.reminder minor"]
    assert said_with(13) == ["notice licence.reminder minor"]
    assert said_with(6) == ["raise licence.expiring major"]
    assert said_with(0.5) == ["raise licence.expiring critical"]
    over = ["clear licence.expiring major", "raise licence.expired critical"]
    assert said_with(-0.5) == over
    assert said_with(-1) == []


def test_after_an_outage_only_the_nearest_reminder_is_told(polled: Poll) -> None:
    ending = replace(CCU, expires_at=at(100 * DAY))
    polled(0, ending)
    assert polled(80 * DAY, ending) == ["notice licence.reminder minor"]


def test_a_renewal_ends_the_alarm_and_is_told(polled: Poll) -> None:
    ending = replace(CCU, expires_at=at(5 * DAY))
    assert polled(0, ending) == ["raise licence.expiring major"]
    renewed = replace(CCU, expires_at=at(400 * DAY))
    assert polled(5, renewed) == ["notice licence.changed warning", "clear licence.expiring major"]
    assert polled(10, ending) == ["notice licence.changed minor", "raise licence.expiring major"]
    over = ["clear licence.expiring major", "raise licence.expired critical"]
    assert polled(6 * DAY, ending) == over
    again = replace(CCU, expires_at=at(11 * DAY))
    back = ["clear licence.expired critical", "raise licence.expiring major"]
    assert polled(6 * DAY + 5, again) == ["notice licence.changed warning", *back]


def test_use_is_told_at_its_thresholds_and_once_there_is_room_again(polled: Poll) -> None:
    def said_at(minutes: float, used: float) -> list[str]:
        return polled(minutes, replace(CCU, used=used))

    assert said_at(0, 84) == []
    assert said_at(1, 85) == ["raise licence.scarce minor"]
    assert said_at(2, 84) == []  # not well below
    assert said_at(3, 96) == ["raise licence.scarce major"]
    assert said_at(4, 100) == ["raise licence.scarce critical"]
    assert said_at(5, 99) == []
    assert said_at(6, 50) == ["clear licence.scarce minor"]


def test_the_most_that_was_ever_used_is_kept(cloud: Cloud) -> None:
    for minutes, used in ((0, 40), (5, 77), (10, 12)):
        list(told(cloud, minutes, replace(CCU, used=used)))
    row = queries.fetch_licences(cloud.viewer).items[0]
    assert (row.peak_used, row.peak_at) == (77, at(5) + timedelta(seconds=6))


def test_an_end_told_by_an_earlier_release_is_taken_back_once(cloud: Cloud, polled: Poll) -> None:
    polled(0, CCU)
    with transaction() as conn:
        conn.execute("UPDATE inventory_licence SET is_expired = true")
    assert polled(5, CCU) == ["clear licence.expired critical"]
    assert polled(10, CCU) == []
