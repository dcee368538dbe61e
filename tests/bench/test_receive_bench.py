"""Traps per second: decoding on one core, and receiving beside net-snmp's snmptrapd.

The floors are a third of what an idle machine of two cores does, so that a busy one does not fail.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.bench.conftest import Figures
from tests.support import snmp_packets as packets
from tests.support.governing import cpu_s
from tests.support.receiving import ENGINE_ID, receiving, source
from tests.support.snmp_v3 import Agent, trap_user
from tests.support.snmptt import Snmptt, run_snmptt
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.collect.facts import TrapUser
from yunwei.monitor.collect.receive import TrapReceiver
from yunwei.monitor.collect.receive_engines import OwnEngine
from yunwei.monitor.collect.receive_v3 import V3Gate
from yunwei.monitor.collect.trap_sources import TrapSources
from yunwei.plugins.sdk.contract import SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.snmp.notification import decode_trap, peek
from yunwei.run.roles.receive import append_intake

pytestmark = pytest.mark.bench

TRAP = packets.build_trap_v2c(f"{packets.IMAP}.0.1", packets.imap_pairs()[:12])
SECONDS = 3.0
BURST = 200_000
SNMPTT_PER_SECOND = 2_000


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def write(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return write


def test_peek_and_decode(benchmark):
    def read() -> None:
        peek(TRAP)
        decode_trap(TRAP, address="192.0.2.1")

    benchmark(read)

    assert 1 / benchmark.stats["median"] > 10_000


def test_decode_and_map(benchmark):
    clock = SystemClock()
    connector = load(CONNECTORS, "snmp_trap")(
        SourceContext(tenant=source().tenant, source=source().source, settings={}, clock=clock)
    )
    now = datetime(2026, 11, 23, tzinfo=UTC)

    def read() -> None:
        trap = decode_trap(TRAP, address="192.0.2.1")
        connector.parse_trap(trap, native_id="b:0", received_at=now)

    benchmark(read)

    assert 1 / benchmark.stats["median"] > 5_000


async def send(port: int, per_second: int, trap: bytes = TRAP, *, seconds: float = SECONDS) -> int:
    """Flood from another process and return how many were sent."""
    flood = ("-m", "tests.support.snmp_flood", "127.0.0.1")
    words = (*flood, str(port), str(per_second), str(seconds), trap.hex())
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return int(said)


@pytest.mark.parametrize("per_second", [5_000, 20_000, 40_000])
async def test_receiver(per_second: int, tell: Callable[[str], None], figures: Figures):
    async with receiving() as got:
        before_s = time.process_time()
        sent = await send(got.port, per_second)
        await got.receiver.close()
        each_us = (time.process_time() - before_s) / max(1, got.receiver.counts.stored) * 1e6
        stored = got.receiver.counts.stored

    tell(f"receiver: {stored / sent:6.1%} of {per_second}/s, {each_us:.1f} us CPU each")
    figures.add(f"receive.ours.{per_second}", each_us, "us each")
    assert stored / SECONDS > min(per_second, 30_000) / 3
    assert each_us < 60


async def test_burst_of_200_000_traps(bus: Bus, figures: Figures):
    """As fast as another process can send: the kernel holds what is not in JetStream yet."""
    async with receiving(append=partial(append_intake, bus)) as got:
        began_s = time.perf_counter()
        sent = await send(got.port, 1_000_000, seconds=BURST / 1_000_000)
        stored = await wait_until_stored(got.receiver, sent)
        took_s = time.perf_counter() - began_s

    assert sent == BURST
    figures.check("receive.burst_of_200000", stored / sent * 100, "% stored")
    figures.add("receive.burst_of_200000.durable", stored / took_s, "traps/s")


async def wait_until_stored(receiver: TrapReceiver, count: int) -> int:
    """Return how many are durable once they are so many, or no more come."""
    before = -1
    while receiver.counts.stored not in (before, count):
        before = receiver.counts.stored
        await asyncio.sleep(1)
    return receiver.counts.stored


def v3_trap() -> tuple[TrapUser, bytes]:
    """Return a user with SHA-256 and AES-128, and its trap with the same twelve variables."""
    agent = Agent(user=trap_user())
    # behind the version, the community and the PDU's own head
    pdu = TRAP[peek(TRAP).pdu_at :]
    return agent.user, agent.wrap(pdu)


def test_judge_v3(benchmark):
    user, trap = v3_trap()
    own = OwnEngine(engine_id=ENGINE_ID, boots=1, started_s=0.0)
    gate = V3Gate(own, TrapSources([source(users=[user])]))

    def judge() -> None:
        gate.judge(trap, "192.0.2.1", 1.0)

    benchmark(judge)

    assert 1 / benchmark.stats["median"] > 7_000


@pytest.mark.parametrize("per_second", [5_000, 20_000])
async def test_receiver_of_v3(per_second: int, tell: Callable[[str], None]):
    user, trap = v3_trap()
    async with receiving(source(users=[user])) as got:
        before_s = time.process_time()
        sent = await send(got.port, per_second, trap)
        await got.receiver.close()
        each_us = (time.process_time() - before_s) / max(1, got.receiver.counts.stored) * 1e6
        stored = got.receiver.counts.stored

    tell(f"receiver, v3: {stored / sent:6.1%} of {per_second}/s, {each_us:.1f} us CPU each")
    assert stored / SECONDS > per_second / 3
    assert each_us < 180


@pytest.fixture
def trapd_port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def lines(path: Path) -> int:
    return path.read_bytes().count(b"NET-SNMP-TRAP") if path.exists() else 0


def is_begun(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


async def wait_until_settled(path: Path) -> int:
    """Return the count of logged traps once it grows no more."""
    before = -1
    while (count := lines(path)) != before:
        before = count
        await asyncio.sleep(0.5)
    return count


async def wait_for_first_line(path: Path) -> None:
    """snmptrapd writes it when it listens."""
    async with asyncio.timeout(10):
        while not is_begun(path):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("per_second", [5_000, 20_000])
async def test_snmptrapd_beside_it(
    per_second: int,
    trapd_port: int,
    tmp_path: Path,
    tell: Callable[[str], None],
    figures: Figures,
):
    log = tmp_path / "traps.log"
    process = await asyncio.create_subprocess_exec(
        *("snmptrapd", "-f", "-C", "-On", "-F", "NET-SNMP-TRAP %v\\n", "-Lf", str(log)),
        "--disableAuthorization=yes",
        f"udp:127.0.0.1:{trapd_port}",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await wait_for_first_line(log)
        before_s = cpu_s([process.pid])
        sent = await send(trapd_port, per_second)
        logged = await wait_until_settled(log)
        each_us = (cpu_s([process.pid]) - before_s) / max(1, logged) * 1e6
    finally:
        process.terminate()
        await process.wait()

    tell(f"snmptrapd: {logged / sent:5.1%} of {per_second}/s, {each_us:.1f} us CPU each")
    assert logged > 0
    figures.add(f"receive.snmptrapd.{per_second}", each_us, "us each")
    ours_us = figures.value(f"receive.ours.{per_second}")
    figures.check(f"receive.{per_second}.rate", each_us / ours_us, "of theirs")


async def test_snmptt_beside_it(
    trapd_port: int, tmp_path: Path, tell: Callable[[str], None], figures: Figures
):
    """Its spool takes what its daemon reads later: its pace is how many it has logged since the
    first was sent. Ours is how many of the burst are durable by then."""
    async with run_snmptt(tmp_path, trapd_port) as peer:
        began_s = time.perf_counter()
        sent = await send(trapd_port, SNMPTT_PER_SECOND)
        logged, took_s = await wait_until_logged(peer, sent, began_s)
        each_us = peer.cpu_s / max(1, logged) * 1e6

    rate = logged / took_s
    tell(f"snmptt: {logged / sent:5.1%} of {SNMPTT_PER_SECOND}/s, {each_us:.1f} us CPU each")
    assert logged > 0
    figures.add("receive.snmptt", each_us, "us each")
    figures.add("receive.snmptt.logged", rate, "traps/s")
    ours = figures.value("receive.burst_of_200000.durable")
    figures.add("receive.beside_snmptt.rate", ours / rate, "of theirs")


async def wait_until_logged(peer: Snmptt, sent: int, began_s: float) -> tuple[int, float]:
    """Return how many traps are logged once they are all, or no more come, and when the last
    was."""
    logged, last_s = 0, began_s
    while logged < sent and time.perf_counter() - last_s < 10:
        await asyncio.sleep(0.1)
        if peer.logged > logged:
            logged, last_s = peer.logged, time.perf_counter()
    return logged, last_s - began_s
