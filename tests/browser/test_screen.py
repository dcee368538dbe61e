"""The big screen on a wall's browser: it turns, pauses, is live, and fits both usual displays."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from yunwei.faces.web.console.screen import VIEWS

SIZES = ((1920, 1080), (3840, 2160))


@pytest.fixture
def wall(site: Site) -> Page:
    return site.open(who="olga", viewport={"width": 1920, "height": 1080})


@pytest.mark.parametrize("size", SIZES, ids=["full-hd", "4k"])
def test_each_view_fits_the_display_and_can_be_read_from_afar(
    site: Site, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    page = site.open(who="olga", viewport={"width": width, "height": height})
    cut_off, small = [], []
    for view in VIEWS:
        page.goto(f"/screen?views={view}&every=300")
        expect(page.locator(f"[data-view={view}]")).to_be_visible()
        page.screenshot(path=tmp_path / f"{view}-{width}.png")
        fits = page.evaluate(
            """() => [...document.querySelectorAll("#view, .yw-screen-body, .yw-screen-tile")]
                .every((each) => each.scrollHeight <= each.clientHeight + 2)"""
        )
        cut_off += [] if fits else [view]
        smallest = page.evaluate(
            """() => Math.min(...[...document.querySelectorAll("#view *")]
                .filter((each) => [...each.childNodes].some(
                    (node) => node.nodeType === 3 && node.textContent.trim()))
                .filter((each) => each.offsetParent !== null && !each.closest("figure"))
                .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""
        )
        small += [] if smallest >= height * 0.028 else [view]
    assert (cut_off, small) == ([], [])


def test_views_take_turns_pause_and_are_chosen_by_keys(wall: Page) -> None:
    wall.goto("/screen?views=now,alarms,licences&every=300")
    expect(wall.locator("[data-view=now]")).to_be_visible()
    wall.keyboard.press("ArrowRight")
    expect(wall.locator("[data-view=alarms]")).to_be_visible()
    wall.keyboard.press("ArrowLeft")
    wall.keyboard.press("ArrowLeft")
    expect(wall.locator("[data-view=licences]")).to_be_visible()
    wall.keyboard.press("1")
    expect(wall.locator("[data-view=now]")).to_be_visible()
    wall.keyboard.press("Space")
    expect(wall.locator(".yw-screen-paused")).to_be_visible()
    wall.keyboard.press("Space")
    expect(wall.locator(".yw-screen-paused")).to_be_hidden()


def test_the_next_view_comes_by_itself(wall: Page) -> None:
    wall.goto("/screen?views=now,alarms&every=10")
    expect(wall.locator("[data-view=now]")).to_be_visible()
    expect(wall.locator("[data-view=alarms]")).to_be_visible(timeout=60_000)


def test_an_alarm_is_on_the_wall_without_a_turn(site: Site, wall: Page) -> None:
    wall.goto("/screen?views=alarms&every=300")
    expect(wall.locator("html")).to_have_attribute("data-live", "on")
    link = site.world.link()
    link.goes_down()
    expect(wall.locator("[data-test=alarm]", has_text=link.path).first).to_be_visible(
        timeout=60_000
    )
    link.comes_up()
