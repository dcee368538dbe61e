"""How a report is asked for, read, taken along, scheduled, released and sent, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, fits
from tests.browser.test_looks import ACCESS
from tests.support.platform import PASSWORD, wait_until
from yunwei.base.infra.engines.folder import read_engines

MADE_MS = 90_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BEGINS = {"pdf": b"%PDF-1.", "xlsx": b"PK", "docx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}


@dataclass(frozen=True)
class Desk:
    """Operators of two languages, and the contact of a customer who has nothing but a report."""

    site: Site
    home: int
    customer: int

    def ask(self, tenant: int, definition: str, language: str = "zh-hans") -> int:
        wish = {"tenant": tenant, "definition": definition, "language": language}
        made = self.site.world.api.post("/reports", **wish, period="day", first=today())
        return int(made["id"])

    def is_ready(self, report: int) -> bool:
        return bool(self.site.world.api.get(f"/reports/{report}")["state"] == "ready")

    @contextmanager
    def licences_held_back(self) -> Iterator[None]:
        """Nobody reads licences within the block, so that a report of them waits halfway."""
        url = read_engines(self.site.world.platform.data_dir)["database_url"]
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE inventory_licence IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()


def today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"


def make_desk(site: Site) -> Desk:
    api = site.world.api
    home = api.get("/me")["tenant"]
    customer = api.post("/tenants", slug="report-reader", name="报告读者公司")["id"]
    for name, role, tenant, language in (
        ("wen", "operator", home, "zh-hans"),
        ("wendy", "operator", home, "en"),
        ("reader", "customer_contact", customer, "zh-hans"),
    ):
        person = {"username": name, "password": PASSWORD, "role": role, "tenant": tenant}
        api.post("/users", **person, language=language)
    return Desk(site, home, customer)


@pytest.fixture
def desk(site: Site) -> Desk:
    made: Desk = site.world.platform.recall("report desk", lambda: make_desk(site))
    return Desk(site, made.home, made.customer)


def stands(page: Page, state: str) -> None:
    shown = page.locator(f"[data-test=report][data-state={state}]")
    expect(shown).to_be_visible(timeout=MADE_MS)


def test_an_operator_has_a_report_made_reads_it_and_takes_it_along(
    desk: Desk, tmp_path: Path
) -> None:
    page = desk.site.open("/reports", who="wen")
    page.locator("[data-test=new-report]").first.click()
    page.locator("[name=tenant]").select_option(str(desk.home))
    page.locator("[name=definition]").select_option("licences")
    page.locator("[name=period]").select_option("day")
    page.locator("[name=first]").fill(today())
    with desk.licences_held_back():
        page.locator("[data-test=make]").click()
        stands(page, "working")
        expect(page.locator("[data-test=report-state] [role=status]")).to_contain_text("部分")
    # it is there by itself, without a reload
    stands(page, "ready")
    page.locator("[data-test=open-ready]").click()
    expect(page.locator("[data-test=section-findings] .yw-notice").first).to_be_visible()
    expect(page.locator("[data-test=section-activity] [data-chart] canvas").first).to_be_visible()
    for kind, begin in BEGINS.items():
        with page.expect_download(timeout=MADE_MS) as taken:
            page.locator(f"[data-test=file-{kind}]").click()
        taken.value.save_as(tmp_path / kind)
        assert taken.value.suggested_filename.endswith(f".{kind}")
        assert (tmp_path / kind).read_bytes().startswith(begin)
    reads_well(desk, page.url.removeprefix(desk.site.url))


def reads_well(desk: Desk, address: str) -> None:
    """A report fits a telephone and can be read by everybody, light and dark."""
    for look in (PHONE, {"color_scheme": "dark"}):
        page = desk.site.open(address, who="wen", **look)
        expect(page.locator("[data-test=section-annex]")).to_be_visible()
        assert fits(page), look
        assert page.evaluate(ACCESS) == [], look


def test_a_report_speaks_its_own_language_whoever_reads_it(desk: Desk) -> None:
    report = desk.ask(desk.home, "daily", "en")
    wait_until(lambda: desk.is_ready(report), timeout_s=90)
    page = desk.site.open(f"/reports/{report}", who="wen")
    expect(page.locator("[data-test=section-findings] h2")).to_have_text("Conclusions")
    expect(page.locator("[data-test=release]")).to_contain_text("发布")
    page = desk.site.open("/reports", who="wendy")
    expect(page.locator("h1")).to_have_text("Reports")
    expect(page.locator("[data-test=row]").first).to_be_visible()


def add_schedule(page: Page, name: str) -> None:
    page.goto("/reports/schedules/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=definition]").select_option("alarms")
    page.locator("[name=period]").select_option("day")
    page.locator("[name=roles][value=operator]").check()
    page.locator("[data-test=save]").click()


def delivery(page: Page, text: str) -> Any:
    return page.locator("[data-test=delivery]", has_text=text)


def test_a_schedule_is_tried_released_found_again_and_sent_again(desk: Desk) -> None:
    name = "Each day for the desk"
    page = desk.site.open("/", who="wendy")
    add_schedule(page, name)
    page.locator("[data-test=row]", has_text=name).locator("th a").click()
    page.locator("[data-test=make-latest]").click()
    stands(page, "ready")
    page.reload()
    page.locator("[data-test=send-test]").click()
    expect(delivery(page, "A test to one person")).to_be_visible()
    # nobody else has it before a person released it
    expect(page.locator("[data-test=send-again]")).to_have_count(0)
    expect(page.locator("[data-test=delivery]")).to_have_count(1)
    page.locator("[data-test=release]").click()
    expect(delivery(page, "Delivery 1")).to_be_visible()
    page.goto(f"/reports?search={name}")
    found = page.locator("[data-test=row]", has_text=name)
    expect(found).to_have_count(1)
    found.locator("th a").click()
    page.locator("[data-test=send-again]").click()
    expect(delivery(page, "Delivery 2")).to_be_visible()
    number = int(page.url.rpartition("/")[2])
    told = wait_until(lambda: all_told(desk, number), timeout_s=60)
    assert {each["recipient"] for each in told} >= {"wen", "wendy"}
    page.goto(f"/reports/{number}")
    expect(delivery(page, "Delivery 2").locator("[data-test=told]").first).to_be_visible()


def all_told(desk: Desk, report: int) -> list[dict[str, Any]]:
    """The messages of the newest delivery, once the test and both deliveries are written."""
    found = desk.site.world.api.get(f"/reports/{report}/deliveries")
    is_whole = len(found) == 3 and all(each["messages"] for each in found)
    return list(found[0]["messages"]) if is_whole else []


def test_a_customer_s_reader_sees_what_was_released_to_them_alone(desk: Desk) -> None:
    api = desk.site.world.api
    own, kept, other = (
        desk.ask(tenant, "alarms") for tenant in (desk.customer, desk.customer, desk.home)
    )
    for report in (own, kept, other):
        wait_until(lambda each=report: desk.is_ready(each), timeout_s=90)
    api.post(f"/reports/{own}/release")
    api.post(f"/reports/{other}/release")
    page = desk.site.open("/reports", who="reader", **PHONE)
    links = page.locator("[data-test=row] th a")
    expect(links).to_have_count(1)
    assert fits(page)
    for name in ("new-report", "schedules", "settings"):
        expect(page.locator(f"[data-test={name}]")).to_have_count(0)
    links.click()
    expect(page.locator("[data-test=section-findings]")).to_be_visible()
    expect(page.locator("[data-test=file-pdf]")).to_be_visible()
    expect(page.locator("[data-test=release], [data-test=send-test]")).to_have_count(0)
    assert fits(page)
    for report in (kept, other):
        refused = page.request.get(f"/reports/{report}")
        assert refused.status == page.request.get("/reports/987654321").status == 404


def test_addresses_from_outside_need_the_settings(desk: Desk) -> None:
    page = desk.site.open("/reports/schedules/new", who="wen")
    page.locator("[name=name]").fill("每月给领导")
    page.locator("[name=roles][value=operator]").check()
    page.locator("[name=outside]").fill("boss@partner.example")
    page.locator("[data-test=save]").click()
    # nothing that was typed is lost, and the error stands at its field
    expect(page.locator("[data-field=outside] [role=alert]")).to_contain_text("不允许")
    expect(page.locator("[name=name]")).to_have_value("每月给领导")
    settings = desk.site.open("/reports/settings", who="wen")
    settings.locator("[name=allows_outside]").check()
    settings.locator("[name=domains]").fill("partner.example")
    settings.locator("[data-test=save]").click()
    expect(settings.locator("[data-test=toast]")).to_be_visible()
    page.locator("[data-test=save]").click()
    row = page.locator("[data-test=row]", has_text="每月给领导")
    row.locator("th a").click()
    expect(page.locator("[name=outside]")).to_have_value("boss@partner.example")
    page.locator("[data-test=remove]").click()
    expect(page.locator("[data-test=toast]")).to_be_visible()
    expect(row).to_have_count(0)
