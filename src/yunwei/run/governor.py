"""From the durable intake to alarms, decisions and messages: each batch in one transaction.

How far the intake is applied stands in PostgreSQL and moves in the same transaction, so that
every accepted report is applied once, whatever dies when. Several copies may run: one holds the
position, the others wait.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, Rejection
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.core.severity import Severity
from yunwei.base.infra.bus import INTAKE, Bus, Reader, StoredMessage
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm, Step
from yunwei.monitor.collect import queries as collect_queries
from yunwei.monitor.governance import actions as governance_actions
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.plugins.sdk.contract import TrapConnector
from yunwei.plugins.sdk.snmp.notification import decode_trap
from yunwei.run.rulebook import Rulebook

logger = logging.getLogger(__name__)

READER = "govern"
_MESSAGES_AT_ONCE = 8
_QUIET = timedelta(minutes=15)
_REJECTED = {
    "unknown_community": (
        "来自 {address} 的 SNMP 团体字未知",
        "Unknown SNMP community from {address}",
    ),
    "malformed": ("来自 {address} 的 SNMP 报文无法解析", "Malformed SNMP datagrams from {address}"),
    "oversized": ("来自 {address} 的 SNMP 报文过大", "Oversized SNMP datagrams from {address}"),
    "unsupported_version": (
        "来自 {address} 的 SNMP 版本不受支持",
        "Unsupported SNMP version from {address}",
    ),
    "overload": ("SNMP 接收过载", "The trap receiver is overloaded"),
}

type PublishJudged = Callable[[str, Sequence[JudgedRawAlarm]], Coroutine[None, None, None]]
"""(batch id, what became of its raw alarms); returns when durable, raises EngineAway."""
type Connectors = Callable[[SourceId], TrapConnector]


@dataclass
class GovernCounts:
    """For /metrics. verdicts: raw alarms by what became of them."""

    batches: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    dead_letters: int = 0
    messages: int = 0

    def add(self, verdict: str) -> None:
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1


@dataclass(frozen=True, kw_only=True)
class _Item:
    """One raw alarm of a batch with its id."""

    id: str
    raw: RawAlarm


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
        self._internal: SourceId | None = None
        self.counts = GovernCounts()

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
        first = await self._bus.first_sequence(INTAKE)
        if first > self.position + 1 and self.position:
            lost = first - self.position - 1
            logger.error("the intake dropped %d batches that were not applied yet", lost)
        return await self._bus.read_from(INTAKE, self.position + 1)

    def _fetch_position(self) -> int:
        with transaction() as conn:
            return alarm_actions.claim_position(conn, READER) or 0

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
            for message in self._waiting:
                self._apply_message(conn, message, loop, now)
            self._do_what_is_due(conn, now)
            if self._waiting:
                position = self._waiting[-1].sequence
                alarm_actions.save_position(conn, READER, position, now=now)
        self.position = position
        return True

    def _apply_message(
        self,
        conn: Connection,
        message: StoredMessage,
        loop: asyncio.AbstractEventLoop,
        now: datetime,
    ) -> None:
        try:
            batch = decode(message.data, IntakeBatch)
        except Invalid as error:
            self._bury(conn, f"intake:{message.sequence}", message.data, error, now=now)
            return
        items = [*self._read_batch(conn, batch, now)]
        judged = self._apply_items(conn, items, now)
        self.counts.batches += 1
        if judged:
            publishing = self._publish(batch.batch_id, judged)
            asyncio.run_coroutine_threadsafe(publishing, loop).result(timeout=15)

    def _apply_items(
        self, conn: Connection, items: Sequence[_Item], now: datetime
    ) -> list[JudgedRawAlarm]:
        """Apply all at once; when that fails, one by one, so that one bad report is shelved and
        stops no other."""

        def together() -> list[JudgedRawAlarm]:
            with conn.transaction():
                return self._apply_together(conn, items, now)

        judged, error = attempt(together)
        if error is None:
            return judged or []
        logger.error("a batch could not be applied as a whole", exc_info=error)
        return [each for item in items for each in self._apply_alone(conn, item, now)]

    def _apply_alone(self, conn: Connection, item: _Item, now: datetime) -> list[JudgedRawAlarm]:
        def alone() -> list[JudgedRawAlarm]:
            with conn.transaction():
                return self._apply_together(conn, [item], now)

        judged, error = attempt(alone)
        if error is None:
            return judged or []
        logger.error("%s could not be applied and is shelved", item.id, exc_info=error)
        self._bury(conn, item.id, repr(item.raw).encode(), error, now=now, raw=item.raw)
        return [JudgedRawAlarm(id=item.id, raw_alarm=item.raw, verdict="unprocessed")]

    def _apply_together(
        self, conn: Connection, items: Sequence[_Item], now: datetime
    ) -> list[JudgedRawAlarm]:
        steps = alarm_actions.apply_raw_alarms(conn, [item.raw for item in items], now=now)
        self._judge(conn, steps, now)
        for step in steps:
            self.counts.add(step.verdict.value)
        return [
            JudgedRawAlarm(
                id=item.id,
                raw_alarm=item.raw,
                verdict=step.verdict.value,
                alarm=step.after.id if step.after else None,
            )
            for item, step in zip(items, steps, strict=False)
        ]

    def _judge(self, conn: Connection, steps: Sequence[Step], now: datetime) -> None:
        book = self._rulebook
        judgements = governance_actions.judge_steps(
            conn, steps, book.pipeline, source_names=book.source_names, now=now
        )
        unrouted = outbox.plan_messages(conn, judgements, book.router, book.contacts, now=now)
        self._tell_unrouted(conn, unrouted, now)

    def _tell_unrouted(self, conn: Connection, unrouted: Sequence[Alarm], now: datetime) -> None:
        internal = self._internal_source(conn)
        by_tenant = {each.tenant: each for each in unrouted if each.source != internal}
        if not by_tenant:
            return
        texts = ("有告警没有匹配的通知路由", "Alarms match no route: nobody is told")
        raws = [
            build_self_alarm(
                source=internal,
                tenant=tenant,
                act=AlarmAct.RAISE,
                code="notify.no_route",
                managed_object=f"/tenant/{tenant}",
                texts=texts,
                now=now,
                raw={"alarm": str(example.id), "object": example.managed_object},
            )
            for tenant, example in by_tenant.items()
        ]
        steps = alarm_actions.apply_raw_alarms(conn, raws, now=now)
        # judged for the record and for masks; it is on the page, routes or not
        governance_actions.judge_steps(
            conn,
            steps,
            self._rulebook.pipeline,
            source_names=self._rulebook.source_names,
            now=now,
        )

    def _do_what_is_due(self, conn: Connection, now: datetime) -> None:
        if self._rulebook.has_to_reconsider(conn, now):
            book = self._rulebook
            judgements = governance_actions.reconsider_alarms(
                conn, book.pipeline, source_names=book.source_names, now=now
            )
            outbox.plan_messages(conn, judgements, book.router, book.contacts, now=now)
        if self._rulebook.is_time_to_tidy(now):
            alarm_actions.drop_old_orphan_clears(conn, now=now)
            self._apply_together(conn, [*self._clears_of_quiet(conn, now)], now)

    def _clears_of_quiet(self, conn: Connection, now: datetime) -> Iterator[_Item]:
        """Yield the end of what we said about senders that have gone quiet."""
        internal = self._internal_source(conn)
        for alarm in alarm_queries.system_quiet_alarms(
            conn, source=internal, prefix="intake.", before=now - _QUIET
        ):
            raw = build_self_alarm(
                source=internal,
                tenant=alarm.tenant,
                act=AlarmAct.CLEAR,
                code=alarm.alarm_type,
                managed_object=alarm.managed_object,
                texts=("已停止", "It has stopped"),
                now=now,
                severity=alarm.severity,
            )
            yield _Item(id=raw.native_id, raw=raw)

    def _internal_source(self, conn: Connection) -> SourceId:
        if self._internal is None:
            self._internal = collect_queries.system_internal_source(conn).id
        return self._internal

    def _read_batch(self, conn: Connection, batch: IntakeBatch, now: datetime) -> Iterator[_Item]:
        for position, raw in enumerate(batch.raw_alarms):
            yield _Item(id=f"{batch.batch_id}:r{position}", raw=raw)
        for position, datagram in enumerate(batch.datagrams):
            yield from self._read_datagram(conn, f"{batch.batch_id}:{position}", datagram, now)
        for position, rejection in enumerate(batch.rejections):
            yield from self._read_rejection(conn, f"{batch.batch_id}:x{position}", rejection, now)

    def _read_datagram(
        self, conn: Connection, id: str, datagram: ReceivedDatagram, now: datetime
    ) -> Iterator[_Item]:
        def parse() -> tuple[RawAlarm, ...]:
            trap = decode_trap(datagram.data, address=datagram.address)
            connector = self._connectors(datagram.source)
            return connector.parse_trap(trap, native_id=id, received_at=datagram.received_at)

        raws, error = attempt(parse)
        if error is not None:
            self._bury(conn, id, datagram.data, error, now=now, datagram=datagram)
            rejection = Rejection(
                reason="malformed",
                address=datagram.address,
                count=1,
                first_at=datagram.received_at,
                last_at=datagram.received_at,
            )
            yield self._rejection_item(conn, id, rejection)
        for position, raw in enumerate(raws or ()):
            yield _Item(id=id if not position else f"{id}.{position}", raw=raw)

    def _read_rejection(
        self, conn: Connection, id: str, rejection: Rejection, now: datetime
    ) -> Iterator[_Item]:
        if rejection.reason == "malformed" and rejection.sample:
            reason = Invalid("", f"malformed ({rejection.count} datagrams)")
            self._bury(conn, id, rejection.sample, reason, now=now, address=rejection.address)
        yield self._rejection_item(conn, id, rejection)

    def _rejection_item(self, conn: Connection, id: str, rejection: Rejection) -> _Item:
        chinese, english = _REJECTED.get(rejection.reason, (rejection.reason, rejection.reason))
        raw = build_self_alarm(
            source=self._internal_source(conn),
            tenant=self._rulebook.contacts.provider,
            act=AlarmAct.RAISE,
            code=f"intake.{rejection.reason}",
            managed_object=f"/device/{rejection.address.replace('/', '_')}",
            texts=(
                chinese.format(address=rejection.address),
                english.format(address=rejection.address),
            ),
            now=rejection.last_at,
            severity=Severity.WARNING,
            raw={"count": str(rejection.count), "address": rejection.address},
        )
        return _Item(id=id, raw=replace(raw, native_id=id))

    def _bury(
        self,
        conn: Connection,
        id: str,
        data: bytes,
        error: Exception,
        *,
        now: datetime,
        datagram: ReceivedDatagram | None = None,
        raw: RawAlarm | None = None,
        address: str = "",
    ) -> None:
        known = datagram or raw
        alarm_actions.shelve_dead_letter(
            conn,
            intake_id=id,
            tenant=known.tenant if known else self._rulebook.contacts.provider,
            source=known.source if known else None,
            received_at=known.received_at if known else now,
            address=datagram.address if datagram else address,
            error=f"{type(error).__name__}: {error}"[:500],
            data=data[:65536],
        )
        self.counts.dead_letters += 1
