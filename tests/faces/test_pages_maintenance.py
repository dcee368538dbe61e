"""The calendar of maintenance: what is quiet now and next is seen at a glance, and why."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar as ICalendar

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.ids import MaskRuleId
from yunwei.monitor.duty.actions import feeds
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import Effect, MaskRuleDraft

pytestmark = pytest.mark.django_db
HOST = {"field": "managed_object", "op": "under", "value": "/host/H-1"}


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def plan(cloud: Cloud, name: str, **changes: Any) -> MaskRuleId:
    draft: dict[str, Any] = {
        "name": name,
        "condition": HOST,
        "starts_at": cloud.now,
        "expires_at": cloud.now + timedelta(hours=3),
        "reason": "change 7",
    }
    draft_rule = MaskRuleDraft(**{**draft, **changes})
    return mask_rules.create_mask_rule(
        cloud.people["olga"], cloud.tenant, draft_rule, now=cloud.now
    )


def said_of(response: Any, name: str) -> str:
    return " ".join(
        re.findall(rf'data-test="{name}".*?</li>', response.content.decode(), re.DOTALL)
    )


@pytest.mark.parametrize("view", ["month", "week"])
def test_what_holds_now_and_what_comes_next(cloud: Cloud, view: str) -> None:
    now_id = plan(cloud, "Replace disk")
    plan(
        cloud,
        "Tomorrow",
        starts_at=cloud.now + timedelta(hours=24),
        expires_at=cloud.now + timedelta(hours=26),
    )
    shown = sign_in("olga").get(f"/maintenance?view={view}")
    assert "Replace disk" in said_of(shown, "running")
    assert "Tomorrow" not in said_of(shown, "running")
    assert "Tomorrow" in said_of(shown, "following")
    assert Page(shown).count("window") >= 1
    assert f'href="/mask-rules/{now_id}"' in shown.content.decode()


def test_recurring_windows_stand_on_each_of_their_days_and_can_be_filtered(cloud: Cloud) -> None:
    times = parse_times_text("night", time_zone="Asia/Shanghai")
    plan(cloud, "Backups", times=times, expires_at=cloud.now + timedelta(hours=24))
    plan(cloud, "Once")
    client = sign_in("olga")
    both = client.get("/maintenance").content.decode()
    assert "Backups" in both
    assert "Once" in both
    only = client.get("/maintenance?kind=once").content.decode()
    assert "Backups" not in only
    assert "Once" in only
    assert client.get("/maintenance?kind=never").status_code == 422


def test_overlaps_name_both_rules_and_which_one_wins(cloud: Cloud) -> None:
    plan(cloud, "Told later", effect=Effect.DIGEST)
    plan(cloud, "Hidden")
    elsewhere = {"field": "managed_object", "op": "under", "value": "/host/H-2"}
    plan(cloud, "Elsewhere", condition=elsewhere)
    said = said_of(sign_in("olga").get("/maintenance"), "overlap")
    assert "“Hidden”优先" in said
    assert "Told later" in said
    assert "Elsewhere" not in said


def test_statutory_holidays_and_make_up_workdays_are_marked(cloud: Cloud) -> None:
    calendar_actions.bootstrap()
    page = sign_in("olga").get("/maintenance?day=2026-10-01").content.decode()
    assert 'data-kind="statutory_holiday"' in page
    assert 'data-kind="makeup_workday"' in page
    assert "国庆" in page


def test_a_long_rule_does_not_fill_every_day(cloud: Cloud) -> None:
    root = cloud.people["root"]
    draft = MaskRuleDraft(
        name="Old site",
        condition=HOST,
        expires_at=cloud.now + timedelta(days=60),
        reason="moves out",
        ticket="CHG-1",
    )
    mask_rules.create_mask_rule(root, cloud.tenant, draft, now=cloud.now)
    page = Page(sign_in("olga").get("/maintenance"))
    assert page.count("standing") == 1
    assert page.count("window") == 0


def test_another_customers_windows_are_not_there(cloud: Cloud) -> None:
    plan(cloud, "Secret work")
    client = sign_in("chen")
    assert b"Secret work" not in client.get("/maintenance").content
    assert client.get(f"/maintenance?tenant={cloud.tenant}").status_code == 404
    assert client.get("/api/v1/maintenance").json()["windows"] == []


def test_calendar_programs_read_it_by_the_secret_of_ones_duty_calendar(cloud: Cloud) -> None:
    plan(cloud, "Replace disk")
    downloaded = sign_in("olga").get("/maintenance.ics")
    token = feeds.renew_feed(cloud.people["olga"], now=cloud.now)
    subscribed = Client().get(f"/maintenance/feed/{token}.ics")
    for answer in (downloaded, subscribed):
        [event] = ICalendar.from_ical(answer.content).walk("VEVENT")
        assert "Replace disk" in event["SUMMARY"]
        assert event["DTSTART"].dt == cloud.now.replace(microsecond=0)
        assert "/mask-rules/" in event["DESCRIPTION"]
    feeds.revoke_feed(cloud.people["olga"], now=cloud.now)
    assert Client().get(f"/maintenance/feed/{token}.ics").status_code == 404


def test_rest_tells_windows_overlaps_and_what_holds_now(cloud: Cloud) -> None:
    rule = plan(cloud, "Replace disk")
    client = sign_in("olga")
    told = client.get("/api/v1/maintenance").json()
    assert [each["rule"] for each in told["running"]] == [rule]
    assert told["windows"][0]["kind"] == "once"
    too_long = "since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z"
    assert client.get(f"/api/v1/maintenance?{too_long}").status_code == 422
    assert client.get("/api/v1/maintenance?since=2026-01-01T00:00:00").status_code == 422
