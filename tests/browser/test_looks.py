"""How the pages look and read: languages, themes, phones, keys, no scripts, and for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PEOPLE, Site, fits, sign_in

ACCESS = (Path(__file__).parent / "access.js").read_text("utf-8")
PAGES = (
    "/",
    "/desktops",
    "/desktop-users",
    "/sessions",
    "/activity",
    "/logons",
    "/load",
    "/explorer",
    "/idle-desktops",
    "/experience",
    "/posture",
    "/scripts",
    "/runs",
    "/pools",
    "/hosts",
    "/licences",
    "/licences/holders",
    "/licences/refused",
    "/alarms",
    "/alarms?view=history",
    "/mask-rules",
    "/mask-rules/new",
    "/routes",
    "/routes/new",
    "/channels",
    "/channels/new",
    "/channels/new/email",
    "/sources",
    "/sources/new",
    "/sources/new/huawei_workspace",
    "/messages",
    "/people",
    "/audit",
    "/reports",
    "/reports/own",
    "/reports/own/new?from=weekly",
    "/reports/new",
    "/reports/schedules",
    "/reports/schedules/new",
    "/reports/settings",
    "/surveys",
    "/service-board",
    "/tickets",
    "/calendar",
    "/changes",
    "/visits",
    "/event-plans",
    "/ssh",
    "/ssh/new?kind=winrm",
    "/improvements",
    "/profile",
    "/portal",
    "/search?q=YW",
    "/figures/users-online",
)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def details(site: Site) -> tuple[str, ...]:
    """The detail pages of one thing of each kind."""
    api = site.world.api
    link = site.world.link()
    link.goes_down()
    alarm = site.world.sees_alarm(link.path)
    rule = site.world.mask(link.path, name=f"looks {link.number}")
    return (
        f"/desktops/{api.get('/desktops', limit=1)['items'][0]['id']}",
        f"/desktop-users/{api.get('/desktop-users', limit=1)['items'][0]['id']}",
        f"/pools/{api.get('/pools', limit=1)['items'][0]['id']}",
        f"/licences/{api.get('/licences', limit=1)['items'][0]['id']}",
        f"/alarms/{alarm['id']}",
        f"/mask-rules/{rule['id']}",
        f"/sources/{api.get('/sources', limit=1)['items'][0]['id']}",
    )


def speak(page: Page, language: str) -> None:
    page.evaluate(
        """async (language) => {
            const form = new FormData();
            form.append("csrfmiddlewaretoken",
                document.querySelector("[name=csrfmiddlewaretoken]").value);
            form.append("language", language);
            await fetch("/preferences/language", {method: "POST", body: form});
        }""",
        language,
    )


@pytest.fixture
def english(site: Site) -> Iterator[Page]:
    page = site.open("/")
    speak(page, "en")
    yield page
    page.goto("/")
    speak(page, "zh-hans")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(
    site: Site, theme: str, details: tuple[str, ...]
) -> None:
    page = site.open("/", color_scheme=theme)
    problems: dict[str, list[str]] = {}
    for path in (*PAGES, *details):
        page.goto(path)
        problems[path] = page.evaluate(ACCESS)
    assert {path: found for path, found in problems.items() if found} == {}


def test_every_page_fits_a_phone(site: Site, details: tuple[str, ...]) -> None:
    page = site.open("/", **PHONE)
    too_wide = []
    for path in (*PAGES, *details):
        page.goto(path)
        if not fits(page):
            too_wide.append(path)
    assert too_wide == []


def test_every_page_speaks_english(english: Page, details: tuple[str, ...]) -> None:
    ours = "document.querySelector('h1').innerText + document.querySelector('.yw-side').innerText"
    for path in PAGES:
        english.goto(path)
        assert english.locator("html").get_attribute("lang") == "en"
        assert english.evaluate(ours).isascii(), path


def test_no_policy_is_broken(site: Site, details: tuple[str, ...]) -> None:
    page = site.open("/")
    page.add_init_script(
        "window.broken = [];"
        "document.addEventListener('securitypolicyviolation',"
        " (event) => window.broken.push(event.violatedDirective + ' ' + event.sourceFile));"
    )
    for path in ("/", "/figures/logons", "/mask-rules/new", *details):
        page.goto(path)
        for canvas in page.locator("[data-chart] canvas").all():
            canvas.hover()
        assert page.evaluate("window.broken") == [], path


def test_the_language_is_switched_and_kept(site: Site) -> None:
    page = site.open("/alarms?view=masked")
    page.locator("[data-test=language]").click()
    expect(page.locator("h1")).to_have_text("Alarms")
    assert page.url.endswith("/alarms?view=masked")
    page.locator("[data-test=language]").click()
    expect(page.locator("h1")).to_have_text("告警")


def test_the_theme_is_switched_and_kept(site: Site) -> None:
    page = site.open("/", who="audrey")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("[data-test=theme]").click()
    page.locator("#theme-menu [value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ground) != light
    page.goto("/alarms")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("[data-test=theme]").click()
    page.locator("#theme-menu [value=auto]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")


def test_a_phone_has_its_pages_at_the_thumb(site: Site) -> None:
    page = site.open("/", **PHONE)
    page.locator(".yw-tabbar a", has_text="告警").tap()
    expect(page.locator("h1")).to_have_text("告警")
    page.locator("[data-test=more]").tap()
    page.locator("#drawer a", has_text="屏蔽规则").tap()
    expect(page.locator("h1")).to_have_text("屏蔽规则")


def test_a_day_can_be_worked_with_keys_alone(site: Site) -> None:
    link = site.world.link()
    link.goes_down()
    site.world.sees_alarm(link.path)
    page = site.open("/", who="olga")
    page.keyboard.press("Tab")
    expect(page.locator(".yw-skip")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.locator("h1")).to_have_text("告警")
    # a page can be seen before its scripts listen
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator("tr[data-here]")).to_contain_text(link.path)
    page.keyboard.press("x")
    expect(page.locator("tr[data-here] .yw-pick")).to_be_checked()
    page.keyboard.press("e")
    expect(page.locator("[data-test=toast]")).to_contain_text("已处理")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(link.path)
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=operator-state]")).to_contain_text("olga")
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_without_scripts_everything_still_works(site: Site) -> None:
    link = site.world.link()
    link.goes_down()
    site.world.sees_alarm(link.path)
    page = site.new_page(java_script_enabled=False)
    sign_in(page, "olga")
    page.locator(".yw-side a", has_text="告警").first.click()
    page.locator("[name=search]").fill(link.path)
    page.locator("[data-test=filters] noscript button, [data-test=filters] button").click()
    mine = page.locator("[data-test=row]", has_text=link.path)
    expect(mine).to_have_count(1)
    mine.locator(".yw-pick").check()
    page.locator("[data-test=bulk-shelve]").click()
    page.locator("[name=note]").fill("不用脚本")
    page.locator("[data-test=confirm]").click()
    expect(page.locator("[data-test=toast]")).to_contain_text("已处理 1 条告警")
    page.locator("[data-test=person]").click()
    expect(page.locator("#person-menu")).to_be_visible()
    page.locator("[data-test=sign-out]").click()
    expect(page.locator("[data-test=sign-in-button]")).to_be_visible()


def test_nobody_s_pages_are_as_good(site: Site) -> None:
    assert set(PEOPLE) >= {"root", "olga"}
    page = site.new_page()
    for path in ("/account/sign-in", "/no-such-page"):
        page.goto(path)
        assert page.evaluate(ACCESS) == [], path
