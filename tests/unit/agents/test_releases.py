"""Newer releases of the agent: only what the platform signed, never an older one, and back to the
one before when it does not come through."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.bundles import make_bundle
from tests.support.platform import OURS, wait_until
from yunwei_agent import identity, machine
from yunwei_agent.identity import Identity
from yunwei_agent.journal import Journal
from yunwei_agent.places import Place
from yunwei_agent.releases import Releases
from yunwei_agent.renewal import Renewal
from yunwei_agent.settings import Settings
from yunwei_agent.worker import Worker
from yunwei_wire import ed25519
from yunwei_wire.commands import key_id
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack, unpack
from yunwei_wire.releases import (
    PIECE_BYTES,
    Release,
    believe_release,
    describe_release,
    is_newer,
    sign_release,
)

SEED, STRANGER = bytes(32), bytes([1]) * 32
PUBLIC = ed25519.public_key(SEED)
KEY = key_id(PUBLIC)
TRUSTED = {KEY: PUBLIC}
NOW = 1_700_000_000.0
DAY = 86_400.0


def signed(version: str, data: bytes = b"new", *, seed: bytes = SEED, key: str = KEY) -> bytes:
    return sign_release(describe_release(version, data), key, lambda told: ed25519.sign(seed, told))


def reason_of(message: bytes) -> str:
    with pytest.raises(WireError) as told:
        believe_release(message, TRUSTED)
    return told.value.reason


def test_a_release_that_the_platform_signed_is_believed() -> None:
    assert believe_release(signed("1.2"), TRUSTED) == describe_release("1.2", b"new")


def test_what_is_forged_altered_or_strange_is_not() -> None:
    assert reason_of(signed("1.2", seed=STRANGER)) == "forged"
    assert reason_of(signed("1.2", key="somebody")) == "unknown_key"
    message = unpack(signed("1.2"))
    body = unpack(message["body"]) | {"version": "9.9"}
    assert reason_of(pack(message | {"body": pack(body)})) == "forged"
    assert reason_of(b"\xc1") == "malformed"
    # a signature of the same bytes for another purpose
    wrong = ed25519.sign(SEED, b"yunwei command 1\n" + message["body"])
    assert reason_of(pack(message | {"signature": wrong})) == "forged"


@pytest.mark.parametrize(
    "body",
    [
        {"version": "1.x", "digest": bytes(32), "size": 3},
        {"version": "1.2", "digest": bytes(31), "size": 3},
        {"version": "1.2", "digest": bytes(32), "size": 0},
        {"version": "1.2", "digest": bytes(32), "size": 2**40},
    ],
)
def test_what_is_signed_and_makes_no_sense_is_not(body: Mapping[str, Any]) -> None:
    told = pack(body)
    signature = ed25519.sign(SEED, b"yunwei agent release 1\n" + told)
    assert reason_of(pack({"key": KEY, "body": told, "signature": signature})) == "malformed"


@pytest.mark.parametrize(
    ("version", "than", "expected"),
    [
        ("1.1", "1.0", True),
        ("1.10", "1.9", True),
        ("2", "1.9.9", True),
        ("1.0", "1.0", False),
        ("1.0.0", "1.0", False),
        ("1.0", "1.0.1", False),
        ("0.9", "1.0", False),
    ],
)
def test_versions_are_numbers(version: str, than: str, *, expected: bool) -> None:
    assert is_newer(version, than) is expected


@pytest.mark.parametrize("version", ["", "1.", "v1", "1.0-rc", "01", "1.2.3.4.5", "1234567"])
def test_what_is_no_version_is_said(version: str) -> None:
    with pytest.raises(WireError):
        is_newer(version, "1.0")


def look(releases: Releases, version: str, now_s: float = NOW) -> Release | None:
    return releases.look_at(signed(version, version.encode()), TRUSTED, now_s)


def take(releases: Releases, version: str) -> str:
    release = look(releases, version)
    assert release is not None
    releases.take(release, version.encode())
    return release.digest.hex()


def test_only_a_newer_one_is_fetched(tmp_path: Path) -> None:
    releases = Releases(tmp_path, "1.1")
    assert look(releases, "1.0") is None
    assert look(releases, "1.1") is None
    assert look(releases, "1.2") is not None
    take(releases, "1.2")
    assert look(releases, "1.2") is None
    assert look(releases, "1.3") is not None


def test_what_is_not_the_signed_bytes_changes_nothing(tmp_path: Path) -> None:
    releases = Releases(tmp_path, "1.0")
    release = look(releases, "1.1")
    assert release is not None
    with pytest.raises(WireError, match="signed"):
        releases.take(release, b"1.2")
    assert releases.choose(NOW) is None


def test_one_that_spoke_stays_and_those_before_it_go(tmp_path: Path) -> None:
    installed = Releases(tmp_path, "1.0")
    first = take(installed, "1.1")
    chosen = installed.choose(NOW)
    assert chosen is not None
    assert chosen.read_bytes() == b"1.1"
    running = Releases(tmp_path, "1.1", first)
    assert running.is_on_trial()
    running.note_good()
    assert not running.is_on_trial()
    second = take(running, "1.2")
    Releases(tmp_path, "1.2", second).note_good()
    assert installed.choose(NOW) == tmp_path / "releases" / f"{second}.pyz"
    assert [each.stem for each in (tmp_path / "releases").glob("*.pyz")] == [second]


def test_one_that_does_not_come_through_is_given_up_for_a_day(tmp_path: Path) -> None:
    installed = Releases(tmp_path, "1.0")
    first = take(installed, "1.1")
    Releases(tmp_path, "1.1", first).note_good()
    second = take(installed, "1.2")
    bad = Releases(tmp_path, "1.2", second)
    bad.note_bad(NOW)
    assert installed.choose(NOW) == tmp_path / "releases" / f"{first}.pyz"
    assert look(installed, "1.2", NOW + DAY - 1) is None
    assert look(installed, "1.2", NOW + DAY + 1) is not None
    assert look(installed, "1.3") is not None


def test_one_that_does_not_even_start_is_given_up_after_three_times(tmp_path: Path) -> None:
    installed = Releases(tmp_path, "1.0")
    take(installed, "1.1")
    assert [installed.choose(NOW) is not None for _start in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_damaged_release_or_choice_is_not_started(tmp_path: Path) -> None:
    installed = Releases(tmp_path, "1.0")
    digest = take(installed, "1.1")
    (tmp_path / "releases" / f"{digest}.pyz").write_bytes(b"other")
    assert installed.choose(NOW) is None
    take(installed, "1.2")
    (tmp_path / "releases" / "chosen.json").write_text("{")
    assert installed.choose(NOW) is None


def test_a_program_that_was_installed_by_hand_since_comes_first(tmp_path: Path) -> None:
    digest = take(Releases(tmp_path, "1.0"), "1.1")
    Releases(tmp_path, "1.1", digest).note_good()
    assert Releases(tmp_path, "1.0").choose(NOW) is not None
    assert Releases(tmp_path, "1.1").choose(NOW) is None
    assert Releases(tmp_path, "2.0").choose(NOW) is None


class Desk:
    """A platform that offers one release, and an agent's renewal that asks it."""

    def __init__(self, folder: Path, data: bytes, *, served: bytes | None = None) -> None:
        self.served = data if served is None else served
        self.settings = Settings(folder=folder, jitter_s=0.0, trial_s=0.05)
        self.journal = Journal(folder)
        self.worker = Worker(
            self.journal, Place(folder=folder / "work", user=None), agent="a1", parallel=1
        )
        self.worker.trusted = dict(TRUSTED)
        self.releases = Releases(folder, "1.0")
        self.message = signed("1.1", data)
        self.asked: list[int] = []

    def renewal(self) -> Renewal:
        return Renewal(self.settings, self.releases, self.worker, self.ask)

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(question["offset"])
        return {"piece": self.served[question["offset"] :][:PIECE_BYTES]}


async def settle(desk: Desk, renewal: Renewal, *, told: bytes | None) -> bool:
    """Run until it asks to stop, or does nothing more; return whether it asked."""
    stopped = asyncio.Event()
    running = asyncio.create_task(renewal.run(stopped.set))
    renewal.hear(told)
    done, _pending = await asyncio.wait({running}, timeout=1.0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    desk.journal.close()
    return bool(done) and stopped.is_set()


def test_it_is_fetched_in_pieces_and_put_on_trial(tmp_path: Path) -> None:
    desk = Desk(tmp_path, os.urandom(PIECE_BYTES * 2 + 7))
    renewal = desk.renewal()
    assert asyncio.run(settle(desk, renewal, told=desk.message))
    assert renewal.is_ready
    assert desk.asked == [0, PIECE_BYTES, 2 * PIECE_BYTES]
    chosen = desk.releases.choose(NOW)
    assert chosen is not None
    assert chosen.read_bytes() == desk.served


@pytest.mark.parametrize("served", [b"", b"short", b"x" * 400, b"y" * 300])
def test_a_platform_that_serves_something_else_is_refused(tmp_path: Path, served: bytes) -> None:
    desk = Desk(tmp_path, b"x" * 300, served=served)
    renewal = desk.renewal()
    assert not asyncio.run(settle(desk, renewal, told=desk.message))
    assert desk.worker.refusals["release_altered"] == 1
    assert desk.releases.choose(NOW) is None


def test_what_is_forged_is_counted_and_not_fetched(tmp_path: Path) -> None:
    desk = Desk(tmp_path, b"new")
    assert not asyncio.run(settle(desk, desk.renewal(), told=signed("1.1", seed=STRANGER)))
    assert desk.worker.refusals["release_forged"] == 1
    assert desk.asked == []


def test_it_waits_until_nothing_runs(tmp_path: Path) -> None:
    desk = Desk(tmp_path, b"new")
    desk.worker.quiet.clear()
    renewal = desk.renewal()
    assert not asyncio.run(settle(desk, renewal, told=desk.message))
    assert not renewal.is_ready


@pytest.mark.parametrize("speaks", [True, False])
def test_a_trial_ends_by_an_answer_or_by_its_time(tmp_path: Path, *, speaks: bool) -> None:
    desk = Desk(tmp_path, b"new")
    release = desk.releases.look_at(desk.message, TRUSTED, NOW)
    assert release is not None
    desk.releases.take(release, b"new")
    desk.releases = Releases(tmp_path, "1.1", release.digest.hex())

    async def go() -> bool:
        renewal, stopped = desk.renewal(), asyncio.Event()
        running = asyncio.create_task(renewal.run(stopped.set))
        if speaks:
            renewal.hear(None)
        done, _pending = await asyncio.wait({running}, timeout=1.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        desk.journal.close()
        return bool(done)

    assert asyncio.run(go()) is not speaks
    chosen = Releases(tmp_path, "1.0").choose(NOW)
    assert (chosen is not None) is speaks


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real agent on a folder whose platform is not there."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "yunwei_agent", "run", "--folder", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=OURS,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)


def enrolled(folder: Path) -> None:
    who = Identity(
        url="http://127.0.0.1:1",
        seed=SEED,
        machine=machine.read_machine(),
        agent="a1",
        jwt="x",
        ends_at_s=2**33,
        urls=("nats://127.0.0.1:1",),
        authority="",
        trusted=TRUSTED,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agent.json").write_text(json.dumps({"jitter_s": 0.1, "trial_s": 0.5}))
    identity.save_identity(folder, who)


def offered(folder: Path, data: bytes) -> str:
    release = describe_release("1.1", data)
    Releases(folder, "1.0").take(release, data)
    return release.digest.hex()


def choice(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "releases" / "chosen.json").read_text())
    return told


def test_a_real_agent_comes_back_from_a_release_that_does_not_connect(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    enrolled(folder)
    digest = offered(folder, make_bundle(tmp_path / "new.pyz", "1.1", connects=False))
    with running(folder) as process:
        wait_until(lambda: digest in choice(folder)["given_up"], timeout_s=60)
        wait_until(lambda: "-m" in psutil.Process(process.pid).cmdline(), timeout_s=60)
        assert choice(folder)["trial"] is None

        def since() -> str:
            return (folder / "log").read_text().partition("release 1.1 is given up")[2]

        # what was installed is at work again; the other one never said this after it gave up
        wait_until(lambda: "is away" in since().partition("stopped")[2], timeout_s=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_real_agent_comes_back_from_a_release_that_does_not_start(tmp_path: Path) -> None:
    folder = tmp_path / "agent"
    enrolled(folder)
    offered(folder, make_bundle(tmp_path / "new.pyz", "1.1", starts=False))
    for _start in range(3):
        with running(folder) as process:
            assert process.wait(60) == 3
    with running(folder) as process:
        wait_until(lambda: "is away" in (folder / "log").read_text(), timeout_s=60)
        assert process.poll() is None
        assert choice(folder)["trial"] is None
