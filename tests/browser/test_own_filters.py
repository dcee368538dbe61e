"""The sections of a report of one's own: narrowed row by row, with what comes of it beside them;
put in order by dragging and by keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, fits
from tests.browser.test_looks import ACCESS, PHONE, speak


def section(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-test=own-section][data-kind={kind}]")


def preview(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-test=preview-content] [data-test=section-{kind}]")


def kinds(page: Page) -> list[str]:
    return [
        str(each.get_attribute("data-kind"))
        for each in page.locator("[data-test=own-section]").all()
    ]


def start(page: Page, site: Site, built_in: str) -> None:
    """Begin with a built-in report, of the customer who has the desktops."""
    tenant = site.world.api.get("/me")["tenant"]
    page.goto(f"/reports/own/new?from={built_in}&tenant={tenant}")
    expect(page.locator("[data-test=preview-content]")).to_be_visible(timeout=30_000)


def open_section(page: Page, kind: str) -> Locator:
    section(page, kind).locator("[data-test=open]").click()
    expect(section(page, kind).locator("[data-test=filter]")).to_be_visible()
    return section(page, kind)


def add_row(page: Page, kind: str, field: str, op: str, value: str) -> None:
    """Add a row and fill it in; a field may be chosen from or written."""
    rows = section(page, kind).locator("[data-test=filter-row]")
    place = rows.count()
    section(page, kind).locator("[data-test=filter-add]").click()
    expect(rows).to_have_count(place + 1)
    row = rows.nth(place)
    if row.locator("[data-test=filter-field]").input_value() != field:
        row.locator("[data-test=filter-field]").select_option(field)
        # the field's own comparisons and values have come
        expect(row).to_have_attribute("data-field", field)
    row.locator("[data-test=filter-op]").select_option(op)
    written = row.locator("input[data-test=filter-value]")
    if written.count():
        written.fill(value)
        written.press("Tab")
    else:
        row.locator("select[data-test=filter-value]").select_option(value)


@pytest.fixture
def english(site: Site) -> Iterator[Page]:
    page = site.open("/", who="olga")
    speak(page, "en")
    yield page
    page.goto("/")
    speak(page, "zh-hans")


def test_sections_are_narrowed_row_by_row_with_what_comes_of_it_beside_them(site: Site) -> None:
    page = site.open("/", who="olga")
    start(page, site, "weekly")
    desktops = preview(page, "alarms")
    expect(desktops).to_be_visible()
    open_section(page, "alarms")
    add_row(page, "alarms", "severity", "at_least", "critical")
    expect(preview(page, "alarms").locator("[data-test=only]")).to_contain_text(
        "紧急", timeout=20_000
    )
    add_row(page, "alarms", "managed_object", "under", "/nowhere/at/all")
    # both hold, then one of them is enough
    expect(preview(page, "alarms")).to_contain_text("没有告警", timeout=20_000)
    section(page, "alarms").locator("[data-test=filter-join]").select_option("any")
    expect(preview(page, "alarms").locator("[data-test=only]")).to_contain_text(
        "或", timeout=20_000
    )
    section(page, "alarms").locator("[data-test=filter-drop]").nth(1).click()
    expect(section(page, "alarms").locator("[data-test=filter-row]")).to_have_count(1)
    page.locator("[data-test=undo]").click()
    # what was undone is said in the head of the section, which is closed now
    expect(section(page, "alarms").locator("[data-test=section-only]")).to_contain_text("/nowhere")
    page.locator("[data-test=title-zh]").fill("只看紧急告警的周报")
    page.locator("[data-test=save]").click()
    expect(page.locator("[data-test=own-version]")).to_have_text("版本 1")
    expect(section(page, "alarms").locator("[data-test=section-only]")).to_contain_text("紧急")


def test_capacity_is_narrowed_in_english(english: Page, site: Site) -> None:
    page = english
    start(page, site, "posture")
    page.locator("#own-language").select_option("en")
    expect(preview(page, "posture").locator("h2")).to_have_text(
        "Capacity and resources", timeout=20_000
    )
    open_section(page, "posture")
    add_row(page, "posture", "kind", "eq", "pool")
    expect(preview(page, "posture").locator("[data-test=only]")).to_have_text(
        "Only where: Kind is Pool.", timeout=20_000
    )
    tables = preview(page, "posture").locator("h3")
    expect(tables.filter(has_text="Pools")).to_have_count(1)
    expect(tables.filter(has_text="Hosts by site")).to_have_count(0)
    assert page.evaluate(ACCESS) == []


def test_sections_go_where_they_are_dragged_or_sent_by_keys(site: Site) -> None:
    page = site.open("/", who="olga")
    start(page, site, "activity")
    assert kinds(page) == ["findings", "key_figures", "activity", "parts", "users"]
    box = section(page, "findings").bounding_box()
    assert box
    section(page, "users").locator("[data-test=grip]").drag_to(
        section(page, "findings"), target_position={"x": 40, "y": 3}
    )
    expect(page.locator("[data-test=own-section]").first).to_have_attribute("data-kind", "users")
    expect(section(page, "users").locator(".yw-count").first).to_have_text("1")
    expect(page.locator("[data-test=preview-content] section").first).to_have_attribute(
        "data-test", "section-users", timeout=20_000
    )
    section(page, "users").locator("[data-test=down]").focus()
    page.keyboard.press("Enter")
    expect(section(page, "users").locator(".yw-count").first).to_have_text("2")
    page.locator("[data-test=undo]").click()
    expect(section(page, "users").locator(".yw-count").first).to_have_text("1")
    page.locator("[data-test=undo]").click()
    expect(page.locator("[data-test=own-section]").last).to_have_attribute("data-kind", "users")
    assert kinds(page) == ["findings", "key_figures", "activity", "parts", "users"]


def test_the_rows_fit_a_phone(site: Site) -> None:
    page = site.open("/", who="olga", **PHONE)
    start(page, site, "posture")
    open_section(page, "posture")
    add_row(page, "posture", "name", "contains", "池")
    assert fits(page)
    assert page.evaluate(ACCESS) == []
