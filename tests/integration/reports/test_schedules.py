"""Each period of a schedule is reported once to each recipient, whatever restarts when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.integration.reports.support import ZONE, maker
from tests.support.pages import Cloud, make_cloud
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ChannelId, UserId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.notify.queries import messages
from yunwei.operate.reports import actions, jobs, queries
from yunwei.operate.reports.archive import Recipients, Report, ReportState, ScheduleDraft
from yunwei.operate.reports.periods import PeriodKind

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def draft(cloud: Cloud, **changes: object) -> ScheduleDraft:
    kai = cloud.people["kai"].user_id or UserId(0)
    usual = ScheduleDraft(
        tenant=cloud.tenant,
        name="Monthly for Kai",
        definition="alarms",
        language="en",
        period=PeriodKind.MONTH,
        after=timedelta(hours=8),
        time_zone=ZONE,
        recipients=Recipients(people=(kai,)),
        needs_approval=False,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def reports_of(cloud: Cloud, schedule: int) -> list[Report]:
    found = queries.fetch_reports(cloud.people["olga"], {"schedule": schedule}).items
    return sorted(found, key=lambda each: each.first_day)


def work(now: datetime) -> None:
    """The maker wakes up, and goes on until nothing is left to do."""
    desk = maker(now)
    while desk.go_round():
        pass


def is_ours(subject: str) -> bool:
    """Whatever the language of who reads it."""
    return "Alarm analysis" in subject or "告警分析" in subject


def told(cloud: Cloud) -> list[str]:
    found = messages.fetch_my_messages(cloud.people["kai"]).items
    return [each.content.subject for each in found if is_ours(each.content.subject)]


def test_a_month_is_reported_once_when_it_is_over_and_due(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    schedule = actions.add_schedule(cloud.people["olga"], draft(cloud), now=at("2026-10-12T12:00"))
    work(at("2026-11-01T07:59"))
    assert reports_of(cloud, schedule) == []
    for now in ("2026-11-01T08:00", "2026-11-01T08:01", "2026-11-02T00:00"):
        work(at(now))
    [report] = reports_of(cloud, schedule)
    assert (report.state, f"{report.first_day}") == (ReportState.READY, "2026-10-01")
    assert report.released_at is not None
    assert len(told(cloud)) == 1


def test_what_was_missed_is_caught_up_each_period_once(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    days = draft(cloud, period=PeriodKind.DAY, name="Daily for Kai")
    schedule = actions.add_schedule(cloud.people["olga"], days, now=at("2026-10-29T12:00"))
    work(at("2026-10-30T09:00"))
    # nobody looked for three days, over the change of the month
    work(at("2026-11-02T09:00"))
    made = [f"{each.first_day}" for each in reports_of(cloud, schedule)]
    assert made == ["2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"]
    assert len(told(cloud)) == 4


def test_a_maker_that_dies_halfway_tells_nobody_twice(cloud: Cloud, clickhouse: ClickHouse) -> None:
    schedule = actions.add_schedule(cloud.people["olga"], draft(cloud), now=at("2026-10-12T12:00"))
    now = at("2026-11-01T08:00")
    # asked for and made, and then nothing more was done
    assert jobs.system_ask_due(now) == 1
    assert jobs.system_ask_due(now) == 0
    assert jobs.system_make_next(maker(now)._clock)
    work(now)
    work(now)
    assert len(reports_of(cloud, schedule)) == 1
    assert len(told(cloud)) == 1


def test_a_report_that_needs_it_is_sent_when_somebody_released_it(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    olga, now = cloud.people["olga"], at("2026-11-01T08:00")
    schedule = actions.add_schedule(
        olga, draft(cloud, needs_approval=True), now=at("2026-10-12T12:00")
    )
    work(now)
    [report] = reports_of(cloud, schedule)
    with pytest.raises(Refused):
        queries.access_report(cloud.people["kai"], report.id)
    assert told(cloud) == []
    with pytest.raises(Conflict):
        actions.send_again(olga, report.id, now=now)
    actions.release_report(olga, report.id, now=now)
    work(now)
    work(now)
    assert len(told(cloud)) == 1
    actions.send_again(olga, report.id, now=now)
    work(now)
    assert len(told(cloud)) == 2
    assert [each.turn for each in queries.fetch_deliveries(olga, report.id)] == [2, 1]


def test_a_test_goes_to_who_asked_for_it_alone(cloud: Cloud, clickhouse: ClickHouse) -> None:
    olga, now = cloud.people["olga"], at("2026-11-01T08:00")
    schedule = actions.add_schedule(
        olga, draft(cloud, needs_approval=True), now=at("2026-10-12T12:00")
    )
    work(now)
    [report] = reports_of(cloud, schedule)
    actions.send_test(olga, report.id, now=now)
    work(now)
    assert told(cloud) == []
    found = messages.fetch_my_messages(olga).items
    assert [each for each in found if is_ours(each.content.subject)]


def test_nobody_sends_to_groups_of_others_or_to_nobody(cloud: Cloud) -> None:
    olga, now = cloud.people["olga"], at("2026-10-12T12:00")
    strange = Recipients(channels=(ChannelId(987_654_321),))
    with pytest.raises(Invalid, match="not one of the choices"):
        actions.add_schedule(olga, draft(cloud, recipients=strange), now=now)
    with pytest.raises(Invalid, match="somebody"):
        actions.add_schedule(olga, draft(cloud, recipients=Recipients()), now=now)
    with pytest.raises(Refused):
        actions.add_schedule(cloud.people["kai"], draft(cloud), now=now)


def test_who_changes_what_was_changed_meanwhile_is_told(cloud: Cloud) -> None:
    olga, now = cloud.people["olga"], at("2026-10-12T12:00")
    schedule = actions.add_schedule(olga, draft(cloud), now=now)
    actions.change_schedule(olga, schedule, draft(cloud, name="New"), version=1, now=now)
    with pytest.raises(Conflict):
        actions.change_schedule(olga, schedule, draft(cloud), version=1, now=now)
    assert queries.access_schedule(olga, schedule).draft.name == "New"
