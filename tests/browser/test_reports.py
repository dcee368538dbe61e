"""How a report is asked for, read, taken along, and made again and again, in a real browser."""

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.conftest import PEOPLE, Site
from tests.support.platform import wait_until

MADE_MS = 120_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"


def test_a_report_is_made_read_and_taken_along(site: Site) -> None:
    page = site.open("/reports")
    page.locator("[data-test=new-report]").click()
    page.locator("[name=definition]").select_option("daily")
    page.locator("[name=period]").select_option("day")
    page.locator("[name=first]").fill(today())
    page.locator("[data-test=make]").click()
    # it is made in the background, and the page says so by itself when it is there
    ready = page.locator("[data-test=report][data-state=ready]")
    expect(ready).to_be_visible(timeout=MADE_MS)
    address = page.url
    page.goto(address)
    expect(page.locator("[data-test=section-findings] .yw-notice").first).to_be_visible()
    expect(page.locator("[data-test=figure-active_users]").first).to_be_visible()
    expect(page.locator("[data-test=section-activity] [data-chart] canvas").first).to_be_visible()
    with page.expect_download(timeout=MADE_MS) as taken:
        page.locator("[data-test=file-pdf]").click()
    assert taken.value.suggested_filename.endswith(".pdf")
    page.locator("[data-test=send-test]").click()
    expect(page.locator("[data-test=told]").first).to_be_visible(timeout=MADE_MS)
    for look in (PHONE, {"color_scheme": "dark"}):
        other = site.open(address.removeprefix(site.url), **look)
        expect(other.locator("[data-test=section-annex]")).to_be_visible()
        wide = other.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not wide, look


def test_without_scripts_a_report_says_the_same(site: Site) -> None:
    api = site.world.api
    wish = {"definition": "activity", "period": "day", "first": today()}
    report = api.post("/reports", **wish)["id"]
    wait_until(lambda: api.get(f"/reports/{report}")["state"] == "ready", timeout_s=120)
    page = site.open(f"/reports/{report}", java_script_enabled=False)
    expect(page.locator("[data-test=section-findings] .yw-notice").first).to_be_visible()
    expect(page.locator("[data-test=section-activity] details table").first).to_be_attached()


def test_a_schedule_is_made_and_outside_addresses_need_the_settings(site: Site) -> None:
    page = site.open("/reports/schedules/new")
    page.locator("[name=name]").fill("每月给领导")
    page.locator("[name=roles]").first.check()
    page.locator("[name=outside]").fill("boss@partner.example")
    page.locator("[data-test=save]").click()
    # nothing that was typed is lost, and the error stands at its field
    trouble = page.locator("[data-field=outside] [role=alert]")
    expect(trouble).to_contain_text("不允许发送到外部邮箱")
    expect(page.locator("[name=name]")).to_have_value("每月给领导")
    settings = site.open("/reports/settings")
    settings.locator("[name=allows_outside]").check()
    settings.locator("[name=domains]").fill("partner.example")
    settings.locator("[data-test=save]").click()
    expect(settings.locator("h1")).to_have_text("报告")
    page.locator("[data-test=save]").click()
    row = page.locator("[data-test=row]", has_text="每月给领导")
    expect(row).to_be_visible()
    row.locator("a").first.click()
    expect(page.locator("[name=outside]")).to_have_value("boss@partner.example")
    page.locator("[data-test=remove]").click()
    expect(page.locator("[data-test=row]", has_text="每月给领导")).to_have_count(0)


def test_who_may_not_make_reports_is_offered_none(site: Site) -> None:
    assert "audrey" in PEOPLE
    page = site.open("/reports", who="audrey")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-test=new-report]")).to_have_count(0)
    expect(page.locator("[data-test=settings]")).to_have_count(0)
