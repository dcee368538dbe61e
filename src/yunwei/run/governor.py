"""From the durable intake to alarms, decisions and messages: each batch in one transaction.

How far the intake is applied stands in PostgreSQL and moves in the same transaction, so that
every accepted report is applied once, whatever dies when. Several copies may run: one holds the
position, the others wait.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.infra.bus import INTAKE, Bus, Reader, StoredMessage
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Step
from yunwei.monitor.governance import actions as governance_actions
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.run.intake import Connectors, IntakeReader, Item
from yunwei.run.rulebook import Rulebook

logger = logging.getLogger(__name__)

READER = "govern"
_MESSAGES_AT_ONCE = 8

type PublishJudged = Callable[[str, Sequence[JudgedRawAlarm]], Coroutine[None, None, None]]
"""(batch id, what became of its raw alarms); returns when durable, raises EngineAway."""


@dataclass
class GovernCounts:
    """For /metrics. verdicts: raw alarms by what became of them."""

    batches: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    dead_letters: int = 0

    def note(self, verdict: str, count: int = 1) -> None:
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + count

    def add(self, other: "GovernCounts") -> None:
        self.batches += other.batches
        self.dead_letters += other.dead_letters
        for verdict, count in other.verdicts.items():
            self.note(verdict, count)


class Governor:
    """Applies the intake. `step` is one round; all database work happens in a thread."""

    def __init__(
        self,
        *,
        bus: Bus,
        clock: Clock,
        rulebook: Rulebook,
        connectors: Connectors,
        publish: PublishJudged,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._rulebook = rulebook
        self._connectors = connectors
        self._publish = publish
        self._reader: Reader | None = None
        self.position = 0
        self._waiting: list[StoredMessage] = []
        self.counts = GovernCounts()
        self._heard: dict[SourceId, datetime] = {}

    def take_heard(self) -> dict[SourceId, datetime]:
        """Return when sources of traps were heard since the last call."""
        heard, self._heard = self._heard, {}
        return heard

    async def step(self, *, wait_s: float = 0.5) -> float:
        """Apply what has come; returns the seconds to wait before the next round."""
        if self._reader is None:
            self._reader = await self._open_reader()
        if not self._waiting:
            self._waiting = await self._reader.fetch(_MESSAGES_AT_ONCE, wait_s=wait_s)
        is_ours = await asyncio.to_thread(self._apply_waiting, asyncio.get_running_loop())
        if not is_ours:
            await self._forget_place()
            return 1.0
        self._waiting = []
        return 0.0

    async def _open_reader(self) -> Reader:
        self.position = await asyncio.to_thread(self._fetch_position)
        if await self._bus.last_sequence(INTAKE) < self.position:
            # another stream than the one that was read: NATS lost its folder, or PostgreSQL
            # was restored from a backup
            logger.error("the intake begins anew; it was applied up to %d", self.position)
            self.position = await asyncio.to_thread(self._begin_anew)
        first = await self._bus.first_sequence(INTAKE)
        if first > self.position + 1 and self.position:
            lost = first - self.position - 1
            logger.error("the intake dropped %d batches that were not applied yet", lost)
        return await self._bus.read_from(INTAKE, self.position + 1)

    def _fetch_position(self) -> int:
        with transaction() as conn:
            return alarm_actions.claim_position(conn, READER) or 0

    def _begin_anew(self) -> int:
        with transaction() as conn:
            if alarm_actions.claim_position(conn, READER) is not None:
                alarm_actions.save_position(conn, READER, 0, now=self._clock.now())
        return 0

    async def _forget_place(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        self._reader, self._waiting = None, []

    def _apply_waiting(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Apply the fetched messages and whatever time has made due. False: not our turn."""
        now = self._clock.now()
        with transaction() as conn:
            position = alarm_actions.claim_position(conn, READER)
            if position is None or position != self.position:
                return False
            self._rulebook.refresh(conn, now)
            round_ = _Round(conn, self._rulebook, self._connectors, now=now)
            for message in self._waiting:
                batch_id, judged = round_.apply_message(message)
                if judged:
                    publishing = self._publish(batch_id, judged)
                    asyncio.run_coroutine_threadsafe(publishing, loop).result(timeout=15)
            round_.do_what_is_due()
            if self._waiting:
                position = self._waiting[-1].sequence
                alarm_actions.save_position(conn, READER, position, now=now)
        self.position = position
        self.counts.add(round_.counts)
        self._heard |= round_.heard
        return True


class _Round:
    """One transaction's work."""

    def __init__(
        self, conn: Connection, rulebook: Rulebook, connectors: Connectors, *, now: datetime
    ) -> None:
        self._conn = conn
        self._book = rulebook
        self._now = now
        self._reader = IntakeReader(conn, connectors, provider=rulebook.contacts.provider, now=now)
        self._counts = GovernCounts()

    @property
    def counts(self) -> GovernCounts:
        self._counts.dead_letters = self._reader.dead_letters
        return self._counts

    @property
    def heard(self) -> dict[SourceId, datetime]:
        return self._reader.heard

    def apply_message(self, message: StoredMessage) -> tuple[str, list[JudgedRawAlarm]]:
        """Apply one batch; returns its id and what became of its raw alarms."""
        try:
            batch = decode(message.data, IntakeBatch)
        except Invalid as error:
            self._reader.bury(f"intake:{message.sequence}", message.data, error)
            return "", []
        self._counts.batches += 1
        return batch.batch_id, self._apply([*self._reader.read(batch)])

    def _apply(self, items: Sequence[Item]) -> list[JudgedRawAlarm]:
        """Apply all at once; when that fails, one by one, so that one bad report is shelved and
        stops no other."""
        judged, error = attempt(lambda: self._apply_together(items))
        if error is None:
            return judged or []
        logger.error("a batch could not be applied as a whole", exc_info=error)
        return [each for item in items for each in self._apply_alone(item)]

    def _apply_alone(self, item: Item) -> list[JudgedRawAlarm]:
        judged, error = attempt(lambda: self._apply_together([item]))
        if error is None:
            return judged or []
        logger.error("%s could not be applied and is shelved", item.id, exc_info=error)
        self._reader.bury(item.id, repr(item.raw).encode(), error, raw=item.raw)
        return [JudgedRawAlarm(id=item.id, raw_alarm=item.raw, verdict="unprocessed")]

    def _apply_together(self, items: Sequence[Item]) -> list[JudgedRawAlarm]:
        with self._conn.transaction():
            raws = [item.raw for item in items]
            steps = alarm_actions.apply_raw_alarms(self._conn, raws, now=self._now)
            self._judge(steps)
        for step in steps:
            self._counts.note(step.verdict.value)
        return [
            JudgedRawAlarm(
                id=item.id,
                raw_alarm=item.raw,
                verdict=step.verdict.value,
                alarm=step.after.id if step.after else None,
            )
            for item, step in zip(items, steps, strict=False)
        ]

    def _judge(self, steps: Sequence[Step], *, has_to_route: bool = True) -> None:
        book = self._book
        judgements = governance_actions.judge_steps(
            self._conn, steps, book.pipeline, source_names=book.source_names, now=self._now
        )
        if has_to_route:
            unrouted = outbox.plan_messages(
                self._conn, judgements, book.router, book.contacts, now=self._now
            )
            self._tell_unrouted(unrouted)

    def _tell_unrouted(self, unrouted: Sequence[Alarm]) -> None:
        """Say that nobody is told of some alarms; it stands on the page, routes or not."""
        by_tenant = {each.tenant: each for each in unrouted if each.source != self._reader.internal}
        raws = [
            build_self_alarm(
                source=self._reader.internal,
                tenant=tenant,
                act=AlarmAct.RAISE,
                code="notify.no_route",
                managed_object=f"/tenant/{tenant}",
                texts=("有告警没有匹配的通知路由", "Alarms match no route: nobody is told"),
                now=self._now,
                raw={"alarm": str(example.id), "object": example.managed_object},
            )
            for tenant, example in by_tenant.items()
        ]
        if raws:
            steps = alarm_actions.apply_raw_alarms(self._conn, raws, now=self._now)
            self._judge(steps, has_to_route=False)

    def do_what_is_due(self) -> None:
        """Do what time, people or changed rules made due."""
        book = self._book
        if book.has_to_reconsider(self._conn, self._now):
            judgements = governance_actions.reconsider_alarms(
                self._conn, book.pipeline, source_names=book.source_names, now=self._now
            )
            outbox.plan_messages(self._conn, judgements, book.router, book.contacts, now=self._now)
        if book.is_time_to_tidy(self._now):
            alarm_actions.drop_old_orphan_clears(self._conn, now=self._now)
            quiet = [*self._reader.end_of_quiet()]
            if quiet:
                self._apply_together(quiet)
