"""A report of one's own: copied, put in order, looked at, saved, made; nobody else's business."""

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import PASSWORD, Site, sign_in

TITLE, WORDS = "研发桌面月报", "自定义章节的第一句话。"


def kinds(page: Page) -> list[str]:
    return [
        str(each.get_attribute("data-kind"))
        for each in page.locator("[data-test=own-section]").all()
    ]


@pytest.fixture
def stranger(site: Site) -> str:
    """An operator of another customer."""
    platform = site.world.platform
    site.world.api.post("/tenants", slug="own-reports-elsewhere", name="别家")
    words = ("user", "create", "olaf", "--role", "operator", "--password-stdin")
    platform.command(*words, "--tenant", "own-reports-elsewhere", stdin=f"{PASSWORD}\n")
    return "olaf"


def test_a_built_in_report_is_copied_changed_looked_at_and_made(site: Site, stranger: str) -> None:
    page = site.open("/reports/own", who="olga")
    page.locator("[data-test=copy-built-in] select").select_option("activity")
    page.locator("[data-test=new-own]").first.click()
    page.locator("#own-tenant").select_option(str(site.world.api.get("/me")["tenant"]))
    expect(page.locator("[data-test=preview-content]")).to_be_visible(timeout=20_000)
    assert kinds(page) == ["findings", "key_figures", "activity", "parts", "users"]
    add_words_on_top(page)
    change_users(page)
    page.locator("[data-test=title-zh]").fill(TITLE)
    leave_unsaved(page)
    page.locator("[data-test=save]").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("[data-test=own-version]")).to_have_text("版本 1")
    save_a_second(page)
    editor = page.url
    make(page)
    check_hidden(site, stranger, editor, page.url)


def add_words_on_top(page: Page) -> None:
    """A section is added and goes to its place by keys; the button keeps the focus on its way."""
    page.locator("[data-test=add-kind]").select_option("text")
    page.locator("[data-test=add]").click()
    expect(page.locator("[data-test=own-section]")).to_have_count(6)
    words = page.locator("[data-test=own-section][data-kind=text]")
    words.locator("textarea").first.fill(WORDS)
    words.locator("[data-test=up]").focus()
    for place in range(5, 0, -1):
        expect(words.locator("[data-test=up]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(words.locator(".yw-count").first).to_have_text(str(place))
    assert kinds(page)[0] == "text"
    first = page.locator("[data-test=preview-content] section").first
    expect(first).to_contain_text(WORDS, timeout=20_000)


def change_users(page: Page) -> None:
    """What was removed in haste comes back."""
    users = page.locator("[data-test=own-section][data-kind=users]")
    users.locator("[data-test=drop]").click()
    expect(users).to_have_count(0)
    page.locator("[data-test=undo]").click()
    expect(users).to_have_count(1)
    users.locator("[data-test=open]").click()
    page.locator("[data-test=most-rows]").fill("3")


def leave_unsaved(page: Page) -> None:
    """Who leaves now is asked first."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator(".yw-crumbs a").first.click()
    expect(page.locator("[data-test=title-zh]")).to_have_value(TITLE)
    assert asked == ["beforeunload"]


def make(page: Page) -> None:
    page.locator("[data-test=make-it]").click()
    page.locator("[data-test=make]").click()
    page.wait_for_url(re.compile(r"/reports/\d+$"))
    report = page.locator("#report")
    expect(report).to_have_attribute("data-state", "ready", timeout=60_000)
    page.reload()
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(report.locator("[data-test=own-version]")).to_have_text("版本 2")
    expect(report.locator("[data-test=section-text]")).to_contain_text(WORDS)
    expect(report.locator("[data-test=section-users]")).to_have_count(1)
    expect(report.locator("[data-test=section-parts]")).to_have_count(0)


def save_a_second(page: Page) -> None:
    """A second version says what it changed."""
    page.locator("[data-kind=parts] [data-test=drop]").click()
    expect(page.locator("[data-kind=parts]")).to_have_count(0)
    page.locator("[data-test=save]").click()
    expect(page.locator("[data-test=own-version]")).to_have_text("版本 2")
    expect(page.locator("[data-test=version]").first).to_contain_text("移除: 谁在使用")


def check_hidden(site: Site, who: str, *addresses: str) -> None:
    page = site.new_page()
    sign_in(page, who)
    expect(page.locator("h1")).to_be_visible()
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
