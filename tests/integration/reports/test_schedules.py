"""Each period of a schedule is reported once to each recipient, whatever restarts when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.integration.reports.support import ZONE, maker
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ChannelId, UserId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.notify.facts.messages import MessageState
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


BERLIN = "Europe/Berlin"


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00").replace(tzinfo=ZoneInfo(BERLIN))


def test_days_of_23_and_25_hours_and_the_ends_of_months_are_reported_once_each(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    olga = cloud.people["olga"]
    # at half past two, which the clocks of Berlin skip in March and have twice in October
    early = {"time_zone": BERLIN, "after": timedelta(hours=2, minutes=30)}
    made = {
        kind: actions.add_schedule(
            olga,
            draft(cloud, period=kind, name=f"Berlin {kind.value}", **early),
            now=berlin("2026-03-27T12:00"),
        )
        for kind in (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH)
    }
    wall = berlin("2026-03-28T00:00").astimezone(UTC)
    # somebody looks every hour, but for two days at the end of the month, and looks twice
    while wall < berlin("2026-04-02T12:00"):
        if not berlin("2026-03-30T12:00") <= wall < berlin("2026-04-01T12:00"):
            jobs.system_ask_due(wall)
            jobs.system_ask_due(wall)
        wall += timedelta(hours=1)
    days = reports_of(cloud, made[PeriodKind.DAY])
    assert [f"{each.first_day:%m-%d}" for each in days] == [
        "03-27", "03-28", "03-29", "03-30", "03-31", "04-01",
    ]  # fmt: skip
    assert {each.first_day == each.last_day for each in days} == {True}
    lengths = {f"{each.first_day:%m-%d}": each.time.to_at - each.time.from_at for each in days}
    assert lengths["03-29"] == timedelta(hours=23)
    [week] = reports_of(cloud, made[PeriodKind.WEEK])
    assert f"{week.first_day} {week.last_day}" == "2026-03-23 2026-03-29"
    [month] = reports_of(cloud, made[PeriodKind.MONTH])
    assert f"{month.first_day} {month.last_day}" == "2026-03-01 2026-03-31"
    # now they are made and sent, by a maker that begins twice
    for _again in range(2):
        work(berlin("2026-04-02T12:00").astimezone(UTC))
    for report in (*days, week, month):
        check_told_once(cloud, report)
    assert len(told(cloud)) == len(days) + 2


def test_an_hour_that_comes_twice_makes_no_second_report(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    early = {"time_zone": BERLIN, "after": timedelta(hours=2, minutes=30)}
    schedule = actions.add_schedule(
        cloud.people["olga"],
        draft(cloud, period=PeriodKind.DAY, name="Berlin in autumn", **early),
        now=berlin("2026-10-24T12:00"),
    )
    at_utc = berlin("2026-10-25T00:00").astimezone(UTC)
    while at_utc < berlin("2026-10-26T12:00"):
        jobs.system_ask_due(at_utc)
        at_utc += timedelta(minutes=30)
    found = reports_of(cloud, schedule)
    assert [f"{each.first_day}" for each in found] == ["2026-10-24", "2026-10-25"]
    assert found[1].time.to_at - found[1].time.from_at == timedelta(hours=25)


def test_the_archive_shows_each_recipient_of_each_period_once(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    olga = cloud.people["olga"]
    both = Recipients(people=(cloud.people["kai"].user_id or UserId(0),), roles=("operator",))
    days = draft(cloud, period=PeriodKind.DAY, name="Daily for both", recipients=both)
    schedule = actions.add_schedule(olga, days, now=at("2026-10-30T12:00"))
    # over the change of the month nobody looked; then the maker begins again and again
    for _again in range(3):
        work(at("2026-11-02T09:00"))
    found = reports_of(cloud, schedule)
    assert [f"{each.first_day}" for each in found] == ["2026-10-30", "2026-10-31", "2026-11-01"]
    for report in found:
        assert {"Kai", "Olga"} <= check_told_once(cloud, report)


def check_told_once(cloud: Cloud, report: Report) -> set[str]:
    """The archive shows who was told of a report: everybody once, and on its page. Returns whom."""
    [(delivery, rows)] = queries.fetch_told(cloud.people["olga"], report.id)
    names = [each.recipient for each in rows]
    assert names
    assert sorted(names) == sorted(set(names)), "nobody twice"
    assert {each.state for each in rows} == {MessageState.SENT}
    assert delivery.reached == len(rows)
    page = Page(sign_in("olga").get(f"/reports/{report.id}"))
    assert page.count("told") == len(rows)
    return set(names)


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


def test_the_latest_one_is_made_at_once_and_a_person_releases_it(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    olga, now = cloud.people["olga"], at("2026-10-12T12:00")
    schedule = actions.add_schedule(olga, draft(cloud, needs_approval=False), now=now)
    made = actions.make_scheduled(olga, schedule, now=now)
    with pytest.raises(Conflict):
        actions.make_scheduled(olga, schedule, now=now)
    work(now)
    [report] = reports_of(cloud, schedule)
    assert (report.id, f"{report.first_day}") == (made, "2026-09-01")
    assert report.state is ReportState.READY
    assert report.released_at is None
    assert told(cloud) == []
    actions.release_report(olga, made, now=now)
    work(now)
    assert len(told(cloud)) == 1
    # and the schedule goes on with the period in which it was made
    work(at("2026-11-01T09:00"))
    assert [f"{each.first_day}" for each in reports_of(cloud, schedule)] == [
        "2026-09-01", "2026-10-01",
    ]  # fmt: skip
    with pytest.raises(Refused):
        actions.make_scheduled(cloud.people["kai"], schedule, now=now)


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
