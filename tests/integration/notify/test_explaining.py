"""What is explained is what would happen: who, when, by which route, and why somebody not."""

from datetime import timedelta

import pytest

from tests.integration.notify.test_duty_told import Desk, desk  # noqa: F401
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.severity import Severity
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.notify.facts.explaining import Explanation, MadeUpAlarm, WhyNot
from yunwei.monitor.notify.facts.reaching import MeantBy
from yunwei.monitor.notify.facts.routes import AskedVerdict
from yunwei.monitor.notify.queries import explaining

GRAVE = {"field": "severity", "op": "in", "value": ["critical", "major"]}


def ask(desk: Desk, who: str = "", *, hours: float = 0, **changes: object) -> Explanation:  # noqa: F811
    here = desk.installation.tenant
    usual: dict[str, object] = {"tenant": here, "managed_object": "/host/H-03"}
    alarm = MadeUpAlarm(**(usual | changes))  # type: ignore[arg-type]
    now = desk.clock.now()
    user = desk.user(who) if who else None
    at = now + timedelta(hours=hours) if hours else None
    return explaining.explain_made_up(desk.viewer, alarm, at=at, user=user, now=now)


def told(found: Explanation) -> list[tuple[str, str, int | None]]:
    at = found.at
    return [
        (f"{(each.at - at).total_seconds() / 60:.0f} min", each.person, each.step)
        for each in found.told
    ]


@pytest.fixture
def by_duty(desk: Desk) -> Desk:  # noqa: F811
    desk.sets_clock("2026-11-23T10:00")
    primary = desk.layer("anna", "ben")
    schedule = desk.has_schedule(primary, desk.layer("chief", role=DutyRole.BACKUP))
    steps = (
        desk.tells(0, schedule, DutyRole.PRIMARY),
        desk.tells(15, schedule, DutyRole.BACKUP),
    )
    desk.has_route(desk.has_policy(*steps), condition=GRAVE)
    return desk


def test_what_is_explained_is_what_happens(by_duty: Desk) -> None:
    found = ask(by_duty)
    assert told(found) == [("0 min", "Anna", 1), ("15 min", "Chief", 2)]
    by_duty.raise_now()
    by_duty.passes(minutes=15)
    heard = {name: by_duty.told_at(name) for name in ("anna", "ben", "chief")}
    assert heard == {"anna": ["11-23 10:00"], "ben": [], "chief": ["11-23 10:15"]}


def test_each_person_comes_with_the_reason(by_duty: Desk) -> None:
    first = ask(by_duty).told[0]
    assert (first.by, first.detail_en) == (MeantBy.DUTY, "desk · by turn of “daily”")
    assert first.detail("zh-hans") == "desk · “daily”轮值"


def test_at_another_instant_whoever_is_on_duty_then_is_meant(by_duty: Desk) -> None:
    assert told(ask(by_duty, hours=24))[0] == ("0 min", "Ben", 1)
    # the handoff lies between the steps of an alarm that is raised ten minutes before it
    by_duty.passes(hours=22, minutes=50)
    assert told(ask(by_duty)) == [("0 min", "Anna", 1), ("15 min", "Chief", 2)]


def test_every_route_says_what_it_says(by_duty: Desk) -> None:
    by_duty.has_route(None, people=(by_duty.user("ben"),), is_enabled=False)
    grave = ask(by_duty).tables[0].asked
    assert [each.verdict for each in grave] == [
        AskedVerdict.MATCHED,
        AskedVerdict.SWITCHED_OFF,
        AskedVerdict.NOT_ASKED,
    ]
    slight = ask(by_duty, severity=Severity.MINOR)
    assert [each.verdict for each in slight.tables[0].asked] == [
        AskedVerdict.NOT_MATCHED,
        AskedVerdict.SWITCHED_OFF,
        AskedVerdict.MATCHED,
    ]


@pytest.mark.parametrize(
    ("who", "severity", "is_told", "reasons"),
    [
        ("anna", "major", True, []),
        ("ben", "major", False, [WhyNot.NOT_ON_DUTY, WhyNot.NOT_ASKED]),
        ("chief", "major", False, [WhyNot.LATER, WhyNot.NOT_ASKED]),
        ("anna", "minor", True, [WhyNot.NOT_MATCHED]),
    ],
)
def test_why_somebody_is_not_told(
    by_duty: Desk, who: str, severity: str, *, is_told: bool, reasons: list[WhyNot]
) -> None:
    found = ask(by_duty, who, severity=Severity(severity))
    assert found.is_told is is_told
    assert [each.why for each in found.reasons if each.why in reasons or not is_told] == reasons


def test_a_route_that_reaches_nobody_shows_the_last_one(desk: Desk) -> None:  # noqa: F811
    schedule = desk.has_schedule(desk.layer("anna", times="workday 03:00-03:30"))
    desk.has_route(None, schedules=(schedule,))
    desk.sets_clock("2026-11-23T12:00")
    found = ask(desk)
    assert {each.person for each in found.told} >= {"Anna", "Ben", "Chief"}
    assert all(each.is_fallback for each in found.told)


def test_an_alarm_that_there_is_can_be_asked_about(by_duty: Desk) -> None:
    by_duty.raise_now()
    alarm, now = by_duty.last_alarm(), by_duty.clock.now()
    found = explaining.explain_alarm(by_duty.viewer, alarm, now=now)
    assert found.told[0].person == "Anna"
    by_duty.acknowledges("ben")
    found = explaining.explain_alarm(by_duty.viewer, alarm, now=now)
    assert found.kept_quiet_by == ("ben",)


def test_another_tenant_and_another_century_are_refused(by_duty: Desk) -> None:
    with pytest.raises(Refused):
        ask(by_duty, tenant=2**40)
    with pytest.raises(Invalid) as refusal:
        ask(by_duty, hours=24 * 400)
    assert refusal.value.field == "at"
