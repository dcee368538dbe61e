"""Raw alarms governed per second: from batches of the intake to alarms, decisions and messages,
committed to a PostgreSQL that syncs. The stream is in memory: NATS has figures of its own.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bench.conftest import Figures
from tests.support import snmp_packets as packets
from tests.support.alarms import START, Installation, at, build_raw
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.condition import compile_condition, parse_condition
from yunwei.base.core.ids import AlarmId, OccurrenceId, SourceId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram
from yunwei.base.infra.bus import StoredMessage
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.monitor.alarms import machine
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import MaskRuleDraft
from yunwei.monitor.notify.actions.routes import bootstrap as bootstrap_notify
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.plugins.sdk.contract import SourceContext, TrapConnector
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.run.governor import Governor
from yunwei.run.rulebook import Rulebook

pytestmark = pytest.mark.bench

BATCH = 256
BATCHES = 40
MASK_RULES = 200


@dataclass
class Stream:
    """A stream in memory, as the bus offers it."""

    messages: list[bytes] = field(default_factory=list)
    read: int = 0

    async def identity(self, stream: str) -> str:
        return "bench"

    async def first_sequence(self, stream: str) -> int:
        return 1

    async def last_sequence(self, stream: str) -> int:
        return len(self.messages)

    async def read_from(self, stream: str, sequence: int) -> "Stream":
        self.read = sequence - 1
        return self

    async def fetch(self, count: int, *, wait_s: float) -> list[StoredMessage]:
        found = self.messages[self.read : self.read + count]
        first, self.read = self.read + 1, self.read + len(found)
        return [
            StoredMessage(subject="", data=data, sequence=first + offset, _msg=None)  # type: ignore[arg-type]
            for offset, data in enumerate(found)
        ]

    async def close(self) -> None:
        pass


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What governing took. own_us, database_us: CPU for each raw alarm; unlike the rate they
    hardly depend on what else the machine does."""

    per_second: float
    own_us: float
    database_us: float

    def check(self, figures: Figures, name: str) -> None:
        figures.check(f"{name}.own_cpu", self.own_us, "us each")
        figures.check(f"{name}.database_cpu", self.database_us, "us each")
        figures.check(name, self.per_second, "raw alarms/s")


def find_backends() -> list[int]:
    """Return the process numbers of PostgreSQL's backends of our database."""
    question = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with transaction() as conn, cursor(conn) as opened:
        return [row["pid"] for row in opened.execute(question).fetchall()]


def cpu_s(pids: Iterable[int]) -> float:
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


class Bench:
    """A governor on an installation with one operator, whom every alarm is told."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.stream = Stream()
        self.governed = 0
        self.traps: TrapConnector = load(CONNECTORS, "snmp_trap")(
            SourceContext(
                tenant=installation.tenant,
                source=installation.source,
                settings={},
                clock=FakeClock(START),
            )
        )
        self.governor = Governor(
            bus=self.stream,  # type: ignore[arg-type]
            clock=FakeClock(START),
            rulebook=Rulebook(public_url="https://yw.example", time_zone="Asia/Shanghai"),
            connectors=self._connector,
            publish=self._publish,
        )

    def _connector(self, source: SourceId) -> TrapConnector:
        return self.traps

    async def _publish(self, batch_id: str, judged: Sequence[JudgedRawAlarm]) -> None:
        self.governed += len(judged)

    def reports(self, raws: Sequence[RawAlarm]) -> None:
        here = self.installation
        fitted = tuple(replace(raw, tenant=here.tenant, source=here.source) for raw in raws)
        batch = IntakeBatch(batch_id=f"b{len(self.stream.messages)}", raw_alarms=fitted)
        self.stream.messages.append(encode(batch))

    def hears(self, datagrams: Sequence[bytes]) -> None:
        here = self.installation
        received = tuple(
            ReceivedDatagram(
                tenant=here.tenant,
                source=here.source,
                received_at=START,
                address="192.0.2.1",
                data=data,
            )
            for data in datagrams
        )
        batch = IntakeBatch(batch_id=f"b{len(self.stream.messages)}", datagrams=received)
        self.stream.messages.append(encode(batch))

    def masks(self, count: int) -> None:
        """Write mask rules none of which matches; each looks at the object and the type."""
        for number in range(count):
            draft = MaskRuleDraft(
                name=f"rule {number}",
                condition=build_condition(number),
                expires_at=START + timedelta(hours=24),
                reason="measured",
            )
            here = self.installation
            mask_rules.create_mask_rule(here.viewer, here.tenant, draft, now=START)

    def govern_all(self) -> Cost:
        """Apply everything that waits."""
        before, backends = self.governed, find_backends()
        database_s, own_s, started_s = cpu_s(backends), time.process_time(), time.perf_counter()
        asyncio.run(self._rounds())
        count = self.governed - before
        return Cost(
            per_second=count / (time.perf_counter() - started_s),
            own_us=(time.process_time() - own_s) / count * 1e6,
            database_us=(cpu_s(backends) - database_s) / count * 1e6,
        )

    async def _rounds(self) -> None:
        while self.governor.position < len(self.stream.messages):
            await self.governor.step(wait_s=0)


def build_condition(number: int) -> dict[str, object]:
    return {
        "all": [
            {"field": "managed_object", "op": "under", "value": f"/host/X-{number}"},
            {"field": "alarm_type", "op": "in", "value": ["host.down", "storage.slow"]},
        ]
    }


@pytest.fixture
def bench(durable: None, installation: Installation) -> Bench:
    bootstrap_collect()
    bootstrap_notify()
    draft = PersonDraft(
        username="olga", role=Role.OPERATOR, tenant=installation.tenant, email="olga@yw.example"
    )
    create_user(SYSTEM, draft, password="correct horse battery 7")
    built = Bench(installation)
    # whatever is done once is done before the clock runs
    built.reports([build_raw(managed_object="/host/warm")])
    built.govern_all()
    return built


def raise_each(batch: int) -> list[RawAlarm]:
    """Return a batch of which every raw alarm is a new alarm."""
    return [build_raw(managed_object=f"/host/H-{batch}-{n}") for n in range(BATCH)]


def repeat_each(batch: int) -> list[RawAlarm]:
    """Return a batch that tells the same 256 alarms again."""
    return [
        build_raw(minutes=batch, managed_object=f"/host/H-{n}", native_id=f"r{batch}-{n}")
        for n in range(BATCH)
    ]


def raise_or_clear(batch: int) -> list[RawAlarm]:
    """Return a batch that raises 256 alarms, or clears them."""
    act = (AlarmAct.RAISE, AlarmAct.CLEAR)[batch % 2]
    return [build_raw(act, batch, managed_object=f"/host/H-{n}") for n in range(BATCH)]


@pytest.mark.parametrize("build", [raise_each, repeat_each, raise_or_clear])
@pytest.mark.parametrize("mask_rules", [0, MASK_RULES])
def test_governed_per_second(
    bench: Bench,
    figures: Figures,
    build: Callable[[int], list[RawAlarm]],
    mask_rules: int,
) -> None:
    bench.masks(mask_rules)
    for batch in range(BATCHES):
        bench.reports(build(batch))
    cost = bench.govern_all()
    assert bench.governor.counts.dead_letters == 0
    cost.check(figures, f"govern.{build.__name__}.{mask_rules}_mask_rules")


def test_traps_governed_per_second(bench: Bench, figures: Figures) -> None:
    """Traps as they came, decoded and mapped on the way: 256 alarms raised, cleared, raised…"""
    for batch in range(BATCHES):
        bench.hears([build_trap(batch, number) for number in range(BATCH)])
    cost = bench.govern_all()
    half = BATCHES * BATCH // 2
    verdicts = {verdict: n for verdict, n in bench.governor.counts.verdicts.items() if n}
    assert verdicts == {"raised": half + 1, "cleared": half}
    cost.check(figures, "govern.traps")


def build_trap(batch: int, number: int) -> bytes:
    """Return a raise in even batches, its clear in odd ones; the device's time moves on."""
    minute, is_clear = divmod(batch, 2)
    when = f"2026-11-22 08:{minute:02}"
    pairs = packets.imap_pairs(
        csn=str(number),
        category="12"[is_clear],
        v3=packets.octets(f"{when}:00"),
        v15=packets.octets(f"{when}:30" if is_clear else ""),
    )
    return packets.build_trap_v2c(f"{packets.IMAP}.0.1", pairs)


def test_moves_per_second(benchmark, figures: Figures) -> None:
    """The machine alone: a raise and its clear, no database."""
    opening, ending = build_raw(), build_raw(AlarmAct.CLEAR, 1)

    def move() -> None:
        first = machine.apply_raw(
            None, opening, now=at(0), alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1)
        )
        machine.apply_raw(first.after, ending, now=at(1), current=first.occurrence)

    benchmark(move)
    figures.check("machine.moves", 2 / benchmark.stats["median"], "moves/s")


def test_conditions_per_second(benchmark, figures: Figures) -> None:
    matchers = [compile_condition(parse_condition(build_condition(n))) for n in range(MASK_RULES)]
    row = {"managed_object": "/host/H-03", "alarm_type": "host.down", "severity": "major"}
    benchmark(lambda: [matches(row) for matches in matchers])
    figures.check("conditions.matched", MASK_RULES / benchmark.stats["median"], "conditions/s")
