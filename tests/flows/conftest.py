"""One platform for all flows that kill nothing; those that do start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import open_folder
from tests.support.platform import Platform, started
from tests.support.roles import SpreadPlatform
from tests.support.sinks import MailSink, WebhookSink, mail_sink, webhook_sink
from tests.support.world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes: not two at a time on one machine, and with more time than a unit test."""
    for item in items:
        if "/flows/" in item.path.as_posix():
            item.add_marker(pytest.mark.flow)
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.xdist_group("flows"))


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A running platform that all flows share: each uses devices and names of its own."""
    with open_folder() as folder, started(Platform(folder / "data")) as running:
        yield running


@pytest.fixture(scope="session")
def spread() -> Iterator[Platform]:
    """The same with external engines, and each role a process of its own."""
    with open_folder() as folder:
        spread = SpreadPlatform(folder / "data", engines_dir=folder / "engines")
        with started(spread) as running:
            yield running


@pytest.fixture(scope="session")
def webhook() -> Iterator[WebhookSink]:
    with webhook_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture(params=["platform", "spread"])
def world(request: pytest.FixtureRequest, webhook: WebhookSink, mail: MailSink) -> World:
    """A platform with somebody to tell and devices that send traps to it, in both wirings."""
    return World(request.getfixturevalue(request.param), webhook, mail)


@pytest.fixture
def local_world(platform: Platform, webhook: WebhookSink, mail: MailSink) -> World:
    """The platform that `yunwei up` runs."""
    return World(platform, webhook, mail)


@pytest.fixture
def spread_world(spread: Platform, webhook: WebhookSink, mail: MailSink) -> World:
    return World(spread, webhook, mail)
