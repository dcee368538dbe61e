"""What engineers do with the pages of the managed service: a standard change step by step, and a
visit on site on a telephone, which the customer signs with a finger."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.support.changing import BY_HAND
from tests.support.service import terms
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "permissions": ["geolocation"],
    "geolocation": {"latitude": 31.230416, "longitude": 121.473701, "accuracy": 12},
}


def press(page: Page, name: str) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.locator(f"[data-test={name}]:visible").first.click()


def customer(site: Site, slug: str, type: ServiceType) -> tuple[int, int]:
    """Return a customer of this test's own and a contract that is in force and lets us work."""
    api, now = site.world.api, datetime.now(UTC)
    tenant = api.post("/tenants", slug=slug, name=f"Customer {slug}")["id"]
    said = msgspec.to_builtins(terms(now, services=(ServiceItem(type=type, quota=6),)))
    contract = api.post("/contracts", tenant=tenant, number=slug, name=slug, terms=said)["id"]
    api.post(f"/contracts/{contract}/offer")
    api.post(f"/contracts/{contract}/agree", paper="Safe 3")
    asked = api.post(
        "/authorisations",
        contract=contract,
        operations=["configure"],
        starts_at=now.isoformat(),
        ends_at=(now + timedelta(days=1)).isoformat(),
    )
    api.post(f"/authorisations/{asked['id']}/grant", paper="Safe 3")
    return tenant, contract


def do_step(page: Page, result: str, *, button: str = "step-done") -> None:
    press(page, "step-start")
    page.locator("[data-test=step-form] textarea").fill(result)
    press(page, button)


def test_a_standard_change_is_carried_out_on_its_page(site: Site) -> None:
    tenant, contract = customer(site, "work-change", ServiceType.CHANGE)
    api, now = site.world.api, datetime.now(UTC)
    template = api.post("/change-templates", tenant=tenant, text=BY_HAND)["id"]
    planned: Any = api.post(
        "/changes",
        template=template,
        contract=contract,
        starts_at=(now - timedelta(hours=1)).isoformat(),
        ends_at=(now + timedelta(hours=3)).isoformat(),
    )
    page = site.open(f"/changes/{planned['id']}")
    expect(page.locator("[data-test=step]")).to_have_count(3)
    press(page, "start-change")
    do_step(page, "told all of them")
    do_step(page, "no space left", button="step-failed")
    expect(page.locator("[data-test=halted]")).to_be_visible()
    press(page, "step-again")
    page.locator("[data-test=step-form] textarea").fill("installed after all")
    press(page, "step-done")
    do_step(page, "two people have logged on")
    page.locator("#conclusion").fill("The new client is there")
    press(page, "conclude-button")
    expect(page.locator("[data-test=conclusion]")).to_contain_text("The new client is there")
    states = [each["state"] for each in api.get(f"/changes/{planned['id']}")["runbook"]]
    assert states == ["done", "done", "done", "pending"]
    assert api.get(f"/tickets/{planned['ticket']}")["state"] == "resolved"
    page.goto("/service-calendar")
    expect(page.locator("[data-test=mark][data-kind=change]").first).to_be_visible()


def test_a_visit_is_worked_by_and_signed_on_a_telephone(site: Site) -> None:
    _tenant, contract = customer(site, "work-visit", ServiceType.ON_SITE)
    api = site.world.api
    ticket = api.post(
        "/tickets",
        contract=contract,
        type="on_site",
        priority="p1",
        title="No picture on a terminal",
        details={"place": "Building 3, floor 2"},
    )["id"]
    page = site.open(f"/tickets/{ticket}/visits/new", **PHONE)
    expect(page.locator("[name=address]")).to_have_value("Building 3, floor 2")
    page.locator("[name=bring]").fill("A spare monitor")
    press(page, "save")
    visit = int(re.findall(r"/visits/(\d+)", page.url)[0])
    page.locator("[data-test=locate]").click()
    expect(page.locator("[data-position]")).to_have_value(re.compile(r"^31\.23"))
    press(page, "arrive-button")
    expect(page.locator("[data-test=position]")).to_contain_text("31.230416")
    page.locator("#visit-result").fill("A cable was loose; it is fixed with a clip")
    page.locator("#visit-minutes").fill("35")
    page.locator("[name=is_solved]").check()
    press(page, "done-button")
    sign(page)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"the page is {wide} pixels wider than the telephone"
    press(page, "sign-button")
    expect(page.locator("[data-test=signer]")).to_contain_text("李雷")
    drawn = page.locator("[data-test=signature-image]")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.naturalWidth") == 1000
    known = api.get(f"/visits/{visit}")
    assert (known["state"], known["is_intact"]) == ("signed", True)
    assert (known["used"], known["quota"]) == (1, 6)
    assert api.get(f"/tickets/{ticket}")["state"] == "resolved"


def sign(page: Page) -> None:
    """Give a name and draw on the canvas, after a line that is wiped again."""
    page.locator("#sign-name").fill("李雷")
    canvas = page.locator("[data-test=canvas]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    for wipes in (True, False):
        page.mouse.move(box["x"] + 20, box["y"] + 30)
        page.mouse.down()
        for number in range(1, 9):
            page.mouse.move(box["x"] + 20 + 30 * number, box["y"] + 30 + 40 * (number % 2))
        page.mouse.up()
        expect(page.locator("[name=strokes]")).to_have_value(re.compile(r"^\d+,\d+ "))
        if wipes:
            page.locator("[data-test=wipe]").click()
            expect(page.locator("[name=strokes]")).to_have_value("")
