"""A chain of scripts as an operator makes it: what follows is said in the form of a start, and each
run leads to the other, in both languages."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, fits
from tests.browser.test_looks import speak

FIRST, SECOND = "运行时长与重启原因", "磁盘剩余空间"
ENDED = 90_000


def approved(site: Site, name: str) -> int:
    """Return a script that comes with the platform and may run."""
    api = site.world.api
    api.post("/scripts/starter-set")
    [script] = [
        row for row in api.all("/scripts", search=name) if row["name"].startswith(f"{name} /")
    ]
    if script["approved"] is None:
        api.post(f"/scripts/{script['id']}/versions/1/approve")
    return int(script["id"])


def field(page: Page, place: int, name: str) -> Locator:
    return page.locator(f"[name='then.{place}.{name}']")


def choose(page: Page, place: int, script: int) -> None:
    """Choose what follows, and wait until the form asks about it and about one more."""
    field(page, place, "script").select_option(str(script))
    expect(field(page, place, "shown")).to_have_value(str(script))
    expect(field(page, place + 1, "script")).to_be_visible()


def say_what_follows(page: Page, first: int, second: int) -> None:
    """What was typed stays, whichever script is chosen, added or taken out."""
    choose(page, 1, first)
    field(page, 1, "within_minutes").fill("77")
    choose(page, 2, first)
    choose(page, 1, second)
    expect(field(page, 1, "value.PERCENT")).to_have_value("10")
    expect(field(page, 1, "within_minutes")).to_have_value("77")
    field(page, 1, "value.PERCENT").fill("11")
    page.locator("[data-test=drop-then]").nth(1).click()
    expect(page.locator("[data-test=then-step]")).to_have_count(1)
    expect(field(page, 1, "value.PERCENT")).to_have_value("11")
    for box in field(page, 1, "states").all():
        box.check()


def start(page: Page, names: list[str]) -> None:
    """A form that is wrong comes back as it was typed, at the place that is wrong."""
    page.locator("[name=names]").fill("\n".join(names))
    page.locator("[name=offline]").select_option("skip")
    field(page, 1, "exit_codes").fill("one")
    page.locator("[data-test=start-run]").click()
    wrong = field(page, 1, "exit_codes")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(field(page, 1, "value.PERCENT")).to_have_value("11")
    wrong.fill("")
    page.locator("[data-test=start-run]").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+$"))


def test_what_follows_a_run_is_said_with_it_and_told_by_both(site: Site) -> None:
    first, second = approved(site, FIRST), approved(site, SECOND)
    rows: list[dict[str, Any]] = site.world.api.get("/desktops", sort="name", limit=2)["items"]
    page = site.open(f"/scripts/{first}/run", who="olga")
    say_what_follows(page, first, second)
    start(page, [row["name"] for row in rows])
    before = page.url
    follow_up = page.locator("[data-test=follow-up]")
    expect(follow_up).to_have_count(1)
    expect(follow_up).to_have_attribute("data-state", "started", timeout=ENDED)
    expect(follow_up).to_contain_text(SECOND)
    assert fits(page)
    follow_up.locator("td a").click()
    expect(page.locator("h1")).to_contain_text(SECOND)
    expect(page.locator("[data-test=run-chain]")).to_contain_text("后续执行")
    expect(page.locator(f"a[href='/runs/{before.rpartition('/')[2]}']").first).to_be_visible()
    speak(page, "en")
    try:
        page.goto(before)
        expect(page.locator("[data-test=run-chain] h2")).to_have_text("What follows")
        page.goto(f"/scripts/{first}/run")
        choose(page, 1, second)
        expect(page.locator("[data-test=then-step] legend")).to_contain_text("Follow-up 1")
    finally:
        speak(page, "zh-hans")
