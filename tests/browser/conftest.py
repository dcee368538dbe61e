"""A running platform with a simulated cloud, and Debian's Chromium to look at it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.support.clouds import add_cloud, simulated_cloud
from tests.support.platform import PASSWORD, Platform, started, wait_until
from tests.support.sinks import MailSink, WebhookSink, mail_sink, webhook_sink
from tests.support.world import World

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
CLOUD = "模拟桌面云"
DESKTOPS = 60
PEOPLE = {"root": "platform-administrator", "olga": "operator", "audrey": "auditor"}
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes and a real browser: not two at a time, and with more time."""
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with started(Platform(tmp_path_factory.mktemp("browser") / "data")) as running:
        yield running


@pytest.fixture(scope="session")
def webhook() -> Iterator[WebhookSink]:
    with webhook_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def world(platform: Platform, webhook: WebhookSink, mail: MailSink) -> World:
    """The platform as flows know it; `root` may sign in."""
    return World(platform, webhook, mail)


@pytest.fixture(scope="session")
def cloud_url(world: World) -> Iterator[str]:
    """A simulated cloud that the platform has read."""
    with simulated_cloud(desktops=DESKTOPS) as cloud:
        # it may be night, or a holiday: some people come in whatever the calendar says
        for login in cloud.call(lambda simulation: simulation.cloud.world.people.logins)[:12]:
            httpx.post(f"{cloud.control_url}/sim/login", json={"user": login})
        add_cloud(world.platform, CLOUD, cloud.url)
        wait_until(lambda: world.api.get("/desktops", limit=1)["total"] == DESKTOPS, timeout_s=90)
        yield cloud.url


# Playwright runs a loop in this thread as long as it lives: no test of another folder may meet it
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Site:
    """The platform's address, and browsers of people who have signed in."""

    url: str
    browser: Browser
    world: World
    states: dict[str, Any] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str = "/", *, who: str = "root", **look: Any) -> Page:
        """Open a page in a browser of its own. look: what Playwright calls a context's options."""
        state = self.states.get(who) or self._sign_in(who)
        page = self.new_page(storage_state=state, **look)
        page.goto(path)
        return page

    def new_page(self, **look: Any) -> Page:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"} | look
        context = self.browser.new_context(base_url=self.url, **wanted)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        return page

    def _sign_in(self, who: str) -> Any:
        page = self.new_page()
        sign_in(page, who)
        self.states[who] = page.context.storage_state()
        return self.states[who]

    def _note(self, message: Any) -> None:
        # answers such as 422 are told by the page itself; HTMX notes what it gave up on request
        expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
        if message.type == "error" and not message.text.startswith(expected):
            self.troubles.append(message.text)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def fits(page: Page) -> bool:
    """Whether a page is no wider than its window."""
    page.wait_for_load_state()  # a document that is only coming has no width yet
    return not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def sign_in(page: Page, who: str, password: str = PASSWORD) -> None:
    page.goto("/")
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(password)
    page.locator("[data-test=sign-in-button]").click()


@pytest.fixture(scope="session")
def _people(world: World) -> None:
    for name, role in PEOPLE.items():
        if name != "root":
            words = ("user", "create", name, "--role", role, "--password-stdin")
            world.platform.command(*words, stdin=f"{PASSWORD}\n")


@pytest.fixture(scope="module")
def _site(world: World, cloud_url: str, chromium: Browser, _people: None) -> Site:
    return Site(world.platform.url, chromium, world)


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """The running site. No page may write an error into the browser's console."""
    _site.troubles.clear()
    yield _site
    _site.close()
    assert not _site.troubles


@pytest.fixture
def find() -> Callable[[Page, str], Any]:
    return lambda page, name: page.locator(f"[data-test='{name}']")


def number_of(text: str) -> int:
    """Return the first number of a text as people see it."""
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found[0].replace(",", ""))
