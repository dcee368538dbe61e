"""A governor on an installation whose every alarm is told to one operator, and what it costs."""

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from tests.support.alarms import START, Installation, build_raw
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram
from yunwei.base.infra.bus import StoredMessage
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import MaskRuleDraft
from yunwei.monitor.notify.actions.routes import bootstrap as bootstrap_notify
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.plugins.sdk.contract import SourceContext, TrapConnector
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.run.governor import Governor
from yunwei.run.rulebook import Rulebook

BATCH = 256


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

    def hidden(self) -> int:
        """Return how many alarms are hidden."""
        with transaction() as conn, cursor(conn) as opened:
            rows = opened.execute("SELECT 1 FROM alarms_alarm WHERE is_hidden").fetchall()
        return len(rows)

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


def build_bench(installation: Installation) -> Bench:
    """Return one that has done already whatever is done once."""
    bootstrap_collect()
    bootstrap_notify()
    draft = PersonDraft(
        username="olga", role=Role.OPERATOR, tenant=installation.tenant, email="olga@yw.example"
    )
    create_user(SYSTEM, draft, password="correct horse battery 7")
    built = Bench(installation)
    built.reports([build_raw(managed_object="/host/warm")])
    built.govern_all()
    return built
