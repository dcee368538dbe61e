"""An installation with a governor, moved by hand: reports come, time passes, rules change."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.alarms import START, Installation
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.readings import Reading, ReadingPage
from yunwei.base.infra import announce
from yunwei.base.infra.bus import StoredMessage
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm, AlarmView
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import MaskRuleDraft, RuleState
from yunwei.monitor.inventory import actions as inventory
from yunwei.monitor.notify.actions.routes import bootstrap as bootstrap_notify
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.plugins.sdk.contract import Read
from yunwei.run.governor import Governor
from yunwei.run.rulebook import Rulebook


@dataclass
class MemoryStream:
    """A stream that keeps what it was given, as the bus offers it."""

    messages: list[bytes] = field(default_factory=list)
    made: str = "first"

    async def first_sequence(self, stream: str) -> int:
        return 1

    async def identity(self, stream: str) -> str:
        return self.made

    async def last_sequence(self, stream: str) -> int:
        return len(self.messages)

    async def read_from(self, stream: str, sequence: int) -> "MemoryReader":
        return MemoryReader(self, sequence)


@dataclass
class MemoryReader:
    stream: MemoryStream
    next: int

    async def fetch(self, count: int, *, wait_s: float) -> list[StoredMessage]:
        found = self.stream.messages[self.next - 1 : self.next - 1 + count]
        start, self.next = self.next, self.next + len(found)
        return [
            StoredMessage(subject="", data=data, sequence=start + offset, _msg=None)  # type: ignore[arg-type]
            for offset, data in enumerate(found)
        ]

    async def close(self) -> None:
        pass


class BrokenConnector:
    def parse_trap(self, *args: object, **options: object) -> tuple[RawAlarm, ...]:
        raise KeyError("csn")


class World:
    """An installation with a governor, moved by hand."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.viewer = installation.viewer
        self.clock = FakeClock(START)
        self.stream = MemoryStream()
        self.judged: list[JudgedRawAlarm] = []
        self.governor = self.build_governor()
        self.telemetry_is_away = False

    def build_governor(self) -> Governor:
        self.rulebook = Rulebook(public_url="https://yw.example", time_zone="Asia/Shanghai")
        return Governor(
            bus=self.stream,  # type: ignore[arg-type]
            clock=self.clock,
            rulebook=self.rulebook,
            connectors=lambda source: BrokenConnector(),
            publish=self._publish,
        )

    async def _publish(self, batch_id: str, judged: Sequence[JudgedRawAlarm]) -> None:
        if self.telemetry_is_away:
            raise EngineAway("NATS")
        self.judged.extend(judged)

    def hears(self, subject: str) -> None:
        if subject.startswith("yunwei.config."):
            self.rulebook.mark_stale()

    def reports(self, *raws: RawAlarm) -> None:
        here = self.installation
        fitted = tuple(replace(raw, tenant=here.tenant, source=here.source) for raw in raws)
        batch = IntakeBatch(batch_id=f"b{len(self.stream.messages)}", raw_alarms=fitted)
        self.stream.messages.append(encode(batch))
        self.governs()

    def finds(self, *seen: Reading) -> None:
        """Let inventory know what a poll of the source has seen."""
        now, here = self.clock.now(), self.installation
        poll = Poll(
            tenant=here.tenant,
            source=here.source,
            source_name="Cloud",
            connector="scripted",
            read=Read.INVENTORY,
            started_at=now,
        )
        with transaction() as conn:
            inventory.apply_page(conn, poll, ReadingPage(readings=seen, read_at=now))

    def governs(self) -> None:
        asyncio.run(self._rounds())

    def restarts(self) -> None:
        """Let another process take over, which knows what the database and the stream hold."""
        self.governor = self.build_governor()

    async def _rounds(self) -> None:
        await self.governor.step(wait_s=0)
        await self.governor.step(wait_s=0)

    def passes(self, **step: float) -> None:
        self.clock.advance(timedelta(**step))

    def masks(self, *, state: RuleState = RuleState.ACTIVE, **changes: Any) -> MaskRuleId:
        return mask_rules.create_mask_rule(
            self.viewer,
            self.installation.tenant,
            replace(self._draft(), **changes),
            now=self.clock.now(),
            state=state,
        )

    def changes_mask(self, rule: MaskRuleId, **changes: Any) -> None:
        draft = replace(self._draft(), **changes)
        mask_rules.change_mask_rule(self.viewer, rule, draft, now=self.clock.now())

    def _draft(self) -> MaskRuleDraft:
        return MaskRuleDraft(
            name="maintenance of H-03",
            condition={"field": "managed_object", "op": "under", "value": "/host/H-03"},
            expires_at=self.clock.now() + timedelta(hours=2),
            reason="disk replaced",
        )

    def alarm(self, view: AlarmView = AlarmView.OPEN) -> Alarm:
        [row] = alarm_queries.fetch_alarms(self.viewer, view=view).items
        return row.alarm

    def told(self) -> list[MessageKind]:
        """The kinds of message on the operator's screen, oldest first."""
        found = message_queries.fetch_messages(self.viewer, filters={"on_screen": True}).items
        return [message.kind for message in reversed(found)]


@pytest.fixture
def world(installation: Installation) -> Iterator[World]:
    bootstrap_collect()
    bootstrap_notify()
    draft = PersonDraft(
        username="olga", role=Role.OPERATOR, tenant=installation.tenant, email="olga@yw.example"
    )
    create_user(SYSTEM, draft, password="correct horse battery 7")
    built = World(installation)
    # what the bus does between processes
    disconnect = announce.connect(built.hears)
    yield built
    disconnect()
