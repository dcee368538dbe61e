"""What desktop users do in the portal, on a telephone; who approves, and the operator who helps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from huaweicloudsdkworkspace.v2 import model
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, fits
from tests.sim.support import sdk_client
from tests.support.clouds import add_cloud, simulated_cloud
from tests.support.platform import PASSWORD, Platform, started, wait_until
from tests.support.sinks import MailSink, WebhookSink
from tests.support.world import World
from yunwei_sim.serve import SimulatorThread
from yunwei_sim.world import calendar

# The SDK's signer asks for the time in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SOON_MS = 90_000
POWER = ("start", "restart", "force_restart")
# at night, and on days of rest, the cloud's own policy switches desktops off again
MORNING = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Office:
    """A platform of its own, since desktops are made here and processes killed."""

    site: Site
    cloud: SimulatorThread

    def passes(self, seconds: float = 120) -> None:
        self.cloud.call(lambda each: each.cloud.clock.step(seconds))

    def begins_the_day(self) -> None:
        """Go on to the next morning of a working day, unless it is morning already."""
        while not 9 <= (now := self._now()).hour < 12 or not calendar.is_workday(now.toordinal()):
            self.passes(3600)

    def _now(self) -> datetime:
        return self.cloud.call(lambda each: each.cloud.clock.now_at()).astimezone(MORNING.tzinfo)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Let the cloud's time pass until something is so."""

        def look() -> bool:
            self.passes(60)
            return is_so()

        wait_until(look, timeout_s=150, every_s=1)

    def orders(self) -> int:
        """How many jobs the cloud was given."""
        return self.cloud.call(lambda each: len(each.cloud.jobs.jobs))

    def made(self, name: str) -> list[str]:
        """The desktops of a name, as Huawei's own SDK sees them: whose each is."""
        asked = model.ListDesktopsDetailRequest(computer_name=name, limit=10, offset=0)
        found = sdk_client(self.cloud).list_desktops_detail(asked).desktops
        return [each.attach_user_infos[0].user_name for each in found]

    def users(self, name: str) -> list[str]:
        """Whose a desktop is, as the cloud tells."""
        asked = model.ListDesktopsDetailRequest(computer_name=name, limit=10, offset=0)
        [found] = sdk_client(self.cloud).list_desktops_detail(asked).desktops
        return [each.user_name for each in found.attach_user_infos]

    def disk_gib(self, desktop: str) -> int:
        """The disks of a desktop together, as the SDK sees them."""
        asked = model.ShowDesktopDetailRequest(desktop_id=desktop)
        found = sdk_client(self.cloud).show_desktop_detail(asked).desktop
        return sum(each.size for each in (found.root_volume, *found.data_volumes))

    def allows(self, kind: str, **values: object) -> None:
        home = self.site.world.api.get("/me")["tenant"]
        body = {"approvers": ["boss"], **values}
        self.site.world.api.put(f"/request-catalogue/{home}/{kind}", **body)


@pytest.fixture(scope="module")
def _office(
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
    webhook: WebhookSink,
    mail: MailSink,
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("portal") / "data"
    with (
        started(Platform(folder)) as platform,
        simulated_cloud(desktops=40, start_at=MORNING) as cloud,
    ):
        world = World(platform, webhook, mail)
        add_cloud(platform, "门户桌面云", cloud.url)
        wait_until(lambda: world.api.get("/desktops", limit=1)["total"] == 40, timeout_s=120)
        # one of a dynamic pool would go on to somebody else when its session ends
        owned = world.api.all("/desktops", kind="dedicated")
        owned = [each for each in owned if each["logins"]]
        people = (
            ("lena", "desktop-user", "zh-hans", owned[0]["logins"][0]),
            ("emma", "desktop-user", "en", owned[1]["logins"][0]),
            ("boss", "desktop-user", "en", ""),
            ("otto", "operator", "zh-hans", ""),
        )
        for name, role, language, login in people:
            words = ("user", "create", name, "--role", role, "--password-stdin")
            platform.command(*words, stdin=f"{PASSWORD}\n")
            user = world.api.get("/users", search=name)["items"][0]["id"]
            world.api.patch(f"/users/{user}", language=language, desktop_login=login)
        yield Office(Site(platform.url, chromium, world), cloud)


@pytest.fixture
def office(_office: Office) -> Iterator[Office]:
    _office.site.troubles.clear()
    # what tests wait for takes hours of the simulated day
    _office.begins_the_day()
    yield _office
    _office.site.close()
    assert not _office.site.troubles


def repair(page: Page) -> None:
    """Have the desktop looked at, and do the first thing about its power that is offered. Logging
    off is left aside: when the user has gone by themselves, it is as it should be though the cloud
    failed to do it."""
    page.locator("[data-test=repair-it]").first.click()
    expect(page.locator("[data-test=found]")).to_be_visible()
    power = page.locator(", ".join(f"[data-test=repair-{each}]" for each in POWER)).first
    power.click()
    page.locator("[data-test=repair][open] button").click()


def ends_as(office: Office, page: Page, state: str) -> None:
    shown = page.locator(f"[data-test=act-state][data-state={state}]")
    office.until(lambda: shown.count() == 1)


@pytest.mark.parametrize(
    ("who", "ready", "failed"),
    [("emma", "It was done", "not work"), ("lena", "已完成", "没有成功")],
)
def test_a_desktop_is_repaired_and_what_fails_reaches_support(
    office: Office, who: str, ready: str, failed: str
) -> None:
    page = office.site.open("/portal", who=who, **PHONE)
    assert fits(page)
    repair(page)
    expect(page.locator("[data-test=act-state]")).to_be_visible()
    ends_as(office, page, "succeeded")
    expect(page.locator("[data-test=verified]")).to_contain_text(ready)
    assert fits(page)
    page.goto("/portal")
    office.cloud.call(lambda each: setattr(each.cloud.jobs, "to_fail", 1))
    repair(page)
    ends_as(office, page, "failed")
    expect(page.locator("[data-test=did-not-work]")).to_contain_text(failed)
    expect(page.locator("[data-test=told-support]")).to_be_visible()
    name = page.locator("h1").inner_text()
    # a third one within the hour is too many
    page.goto("/portal")
    repair(page)
    expect(page.locator("[data-test=toast]")).to_be_visible()
    desk = office.site.open("/support-messages", who="otto")
    desk.locator("[data-test=row]", has_text=name).locator("th a").click()
    expect(desk.locator("[data-test=automatic]")).to_be_visible()
    desk.locator("[data-test=evidence]").click()
    expect(desk.locator("h1")).to_be_visible()
    desk.go_back()
    desk.locator("[data-test=close]").click()
    expect(desk.locator("[data-test=toast]")).to_be_visible()


def ask(page: Page, kind: str, **details: str) -> None:
    page.goto("/portal/requests")
    page.locator(f"[data-test=offer-{kind}]").click()
    for name, value in details.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=reason]").fill("For the new colleague")
    page.locator("[data-test=ask]").click()


def standing(page: Page, state: str) -> None:
    expect(page.locator(f"[data-test=request-state][data-state={state}]")).to_be_visible(
        timeout=SOON_MS
    )


@pytest.mark.parametrize("who", ["lena", "emma"])
def test_two_approve_and_a_desktop_is_made_once_though_the_engine_is_killed(
    office: Office, who: str
) -> None:
    office.allows("new_desktop")
    page = office.site.open("/portal/requests", who=who, **PHONE)
    assert fits(page)
    ask(page, "new_desktop")
    standing(page, "line")
    number = int(page.url.rpartition("/")[2])
    # one at a time: the quota refuses, and says why
    ask(page, "new_desktop")
    expect(page.locator("[role=alert]").first).to_be_visible()
    assert fits(page)
    line = office.site.open("/portal/requests", who="boss", **PHONE)
    line.locator("[data-test=approve-row]").first.click()
    line.locator("[data-test=approve]").click()
    standing(line, "provider")
    desk = office.site.open(f"/requests/{number}", who="otto")
    ordered = office.orders()
    desk.locator("[data-test=approve]").click()
    api = office.site.world.api
    # killed before the cloud has heard of it, it would rightly wait for a person to decide
    wait_until(lambda: office.orders() > ordered, timeout_s=60)
    office.site.world.platform.kill("engine")
    wait_until(office.site.world.platform.is_well, timeout_s=120, every_s=0.5)
    office.until(lambda: api.get(f"/requests/{number}")["state"] == "fulfilled")
    assert len(office.made(f"YWR-{number:06d}")) == 1
    page.goto(f"/portal/requests/{number}")
    standing(page, "fulfilled")
    assert fits(page)


@pytest.mark.parametrize(("who", "frozen"), [("emma", "frozen"), ("lena", "冻结")])
def test_a_request_is_taken_back_declined_or_waits_while_it_is_frozen(
    office: Office, who: str, frozen: str
) -> None:
    office.allows("more_disk")
    page = office.site.open("/portal/requests", who=who, **PHONE)
    ask(page, "more_disk", disk_gib="4000")
    page.locator("[data-test=cancel-request]").click()
    standing(page, "cancelled")
    ask(page, "more_disk", disk_gib="4001")
    number = page.url.rpartition("/")[2]
    line = office.site.open(f"/portal/requests/{number}", who="boss", **PHONE)
    line.locator("[data-test=decide] textarea").fill("Not this year")
    line.locator("[data-test=decline]").click()
    standing(line, "declined")
    page.reload()
    expect(page.locator("[data-test=end-note]")).to_contain_text("Not this year")
    office.allows("snapshot", approvers=[], needs_provider=False, frozen="00:00-24:00")
    ask(page, "snapshot")
    expect(page.locator("[data-test=held]")).to_contain_text(frozen, timeout=SOON_MS)


def test_a_larger_disk_is_agreed_to_with_its_cost_and_is_there(office: Office) -> None:
    world = office.site.world
    cost = {"monthly": "12.50", "currency": "CNY", "note": "per 10 GiB"}
    office.allows("more_disk", needs_provider=False, cost=cost)
    page = office.site.open("/portal/requests", who="emma", **PHONE)
    expect(page.locator("[data-test=offer-more_disk]")).to_contain_text("12.50 CNY a month")
    page.locator("[data-test=offer-more_disk]").click()
    expect(page.locator("[data-test=cost]")).to_contain_text("per 10 GiB")
    expect(page.locator("[data-test=quota]")).to_contain_text("Open now: 0 of 1")
    assert fits(page)
    login = world.api.get("/users", search="emma")["items"][0]["desktop_login"]
    desktop = next(each for each in world.api.all("/desktops") if login in each["logins"])
    wanted = office.disk_gib(desktop["native_id"]) + 20
    ask(page, "more_disk", disk_gib=str(wanted))
    standing(page, "line")
    number = page.url.rpartition("/")[2]
    line = office.site.open(f"/portal/requests/{number}", who="boss", **PHONE)
    expect(line.locator("[data-test=spent]")).to_contain_text("12.50 CNY a month")
    assert fits(line)
    line.locator("[data-test=approve]").click()
    office.until(lambda: world.api.get(f"/requests/{number}")["state"] == "fulfilled")
    assert office.disk_gib(desktop["native_id"]) == wanted
    page.reload()
    standing(page, "fulfilled")


def test_an_unused_desktop_is_asked_back_taken_and_given_again(office: Office) -> None:
    world = office.site.world
    office.allows("reclaim", needs_provider=False)
    # nobody has connected to it since yesterday
    idle = world.api.all("/usage/idle", could_return=True, desktop_kind="dedicated", unused_days=1)
    row = next(each for each in idle if each["logins"] and not each["session_state"])
    login, name = row["logins"][0], row["name"]
    words = ("user", "create", "ida", "--role", "desktop-user", "--password-stdin")
    world.platform.command(*words, stdin=f"{PASSWORD}\n")
    user = world.api.get("/users", search="ida")["items"][0]["id"]
    world.api.patch(f"/users/{user}", language="zh-hans", desktop_login=login)
    desk = office.site.open(f"/idle-desktops?unused_days=1&search={name}", who="otto")
    desk.locator("[data-test=row]", has_text=name).locator(".yw-pick").check()
    desk.locator("[data-test=ask-back]").click()
    expect(desk.locator("[data-test=chosen]")).to_contain_text(name)
    desk.locator("[data-test=begin]").click()
    expect(desk.locator("[data-test=toast]")).to_be_visible()
    page = office.site.open("/portal", who="ida", **PHONE)
    page.locator("[data-test=asked-back] a").click()
    expect(page.locator("[data-test=give-back]")).to_be_visible()
    assert fits(page)
    page.locator("[data-test=give-back]").click()
    expect(page.locator("[data-test=answer]")).to_contain_text("同意归还")
    [reclaim] = world.api.get("/reclaims", search=name)["items"]
    office.until(lambda: world.api.get(f"/reclaims/{reclaim['id']}")["state"] == "approval")
    number = world.api.get(f"/reclaims/{reclaim['id']}")["request"]
    line = office.site.open(f"/portal/requests/{number}", who="boss", **PHONE)
    line.locator("[data-test=approve]").click()
    whole = f"/requests/{number}"
    office.until(lambda: world.api.get(whole)["steps"][-2]["state"] == "sent")
    assert office.users(name) == []
    desk.goto(f"/reclaims/{reclaim['id']}")
    expect(desk.locator("[data-test=until]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-test=until]")).to_be_visible()
    assert fits(page)
    desk.locator("[data-test=stop]").click()
    expect(desk.locator("[data-test=leaving]")).to_be_visible()
    office.until(lambda: world.api.get(f"/reclaims/{reclaim['id']}")["state"] == "undone")
    assert office.users(name) == [login]
