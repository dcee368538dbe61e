"""kill -9 of each process in turn, while 5,000 faults come in: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.folders import open_folder
from tests.support.inform_stream import InformStream
from tests.support.platform import Platform, started, wait_until
from tests.support.sinks import MailSink, WebhookSink
from tests.support.world import World

FAULTS = 5000


@pytest.fixture(scope="module")
def mortal() -> Iterator[Platform]:
    """A platform that may be killed."""
    with open_folder() as folder, started(Platform(folder / "data")) as running:
        yield running


def test_every_accepted_fault_is_one_occurrence_told_once_whatever_dies(
    mortal: Platform, webhook: WebhookSink, mail: MailSink
) -> None:
    world = World(mortal, webhook, mail)
    world.tells_each_alarm()
    stream = InformStream("NE-mortal", mortal.trap_port, FAULTS)
    world.tell_webhook_about(stream.path)
    with stream:
        for number, name in enumerate(("postgres", "nats", "web", "engine", "govern"), start=1):
            stream.wait_answered(FAULTS * number // 6)
            mortal.kill(name)
            wait_until(mortal.is_well, timeout_s=120, every_s=0.2)
        stream.wait_answered(FAULTS)
    alarms = wait_until(lambda: fetch_all(world, stream.path), timeout_s=120, every_s=1)
    assert {alarm["qualifier"] for alarm in alarms} == stream.serials
    counted = {alarm["qualifier"]: alarm["count"] for alarm in alarms}
    assert {counted[serial] for serial in stream.said_once} == {1}
    assert all(1 <= counted[serial] <= stream.sent[serial] for serial in stream.serials)
    told = wait_until(lambda: told_of_all(webhook, stream), timeout_s=180, every_s=1)
    assert {body["data"]["kind"] for body in told} == {"raise"}
    # A message whose delivery could not be noted any more is sent again, under the same key.
    keys = Counter(serial for serial, _ in {(serial_of(body), body["key"]) for body in told})
    assert keys == Counter(stream.serials)


def told_of_all(webhook: WebhookSink, stream: InformStream) -> list[dict[str, Any]]:
    told = webhook.about(stream.path)
    return told if {serial_of(body) for body in told} == stream.serials else []


def serial_of(body: dict[str, Any]) -> str:
    return str(body["data"]["qualifier"])


def fetch_all(world: World, path: str) -> list[dict[str, Any]]:
    # pages shift while alarms still come in, so that one may stand on two
    alarms = {alarm["id"]: alarm for alarm in world.api.all("/alarms", object=path)}
    assert len(alarms) == FAULTS, f"{len(alarms)} of {FAULTS} alarms"
    return list(alarms.values())


def test_a_platform_that_was_killed_whole_starts_again_by_itself(
    mortal: Platform, webhook: WebhookSink, mail: MailSink
) -> None:
    world = World(mortal, webhook, mail)
    link = world.link("inform")
    link.goes_down()
    world.sees_alarm(link.path)
    children = [mortal.pid_of(name) for name in ("postgres", "nats", "web", "engine", "govern")]
    mortal.kill("up")
    wait_until(lambda: mortal.are_gone(children), timeout_s=15)
    mortal.restart()
    world = World(mortal, webhook, mail)
    world.sees_alarm(link.path, is_cleared=False, count=1)


def test_a_second_platform_on_the_same_folder_is_refused_in_one_line(mortal: Platform) -> None:
    told = mortal.command("up", expect=1)
    assert told.startswith("yunwei: ")
    assert len(told.splitlines()) == 1
    assert f"process {mortal.process.pid}" in told
    assert mortal.is_well()


@pytest.mark.parametrize("option", ["--port", "--trap-port"])
def test_a_taken_port_is_one_line_that_names_it(
    mortal: Platform, tmp_path: Path, option: str
) -> None:
    taken = mortal.trap_port if option == "--trap-port" else int(mortal.url.rpartition(":")[2])
    other = "--trap-port" if option == "--port" else "--port"
    told = mortal.command_elsewhere(tmp_path, "up", option, str(taken), other, "0", expect=1)
    assert len(told.splitlines()) == 1
    assert str(taken) in told
    assert option in told


def test_a_signal_ends_a_platform_that_is_still_starting(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "data")
    platform.spawn()
    wait_until(lambda: platform.has_started("postgres"))
    pid = platform.pid_of("postgres")
    assert platform.stop(timeout_s=10) == 0
    assert platform.are_gone([pid])


def test_a_signal_ends_all_within_ten_seconds(mortal: Platform) -> None:
    children = [mortal.pid_of(name) for name in ("postgres", "nats", "web", "engine", "govern")]
    assert mortal.stop(timeout_s=10) == 0
    assert mortal.are_gone(children)
    mortal.start()  # for the other tests, which come in any order
