"""From the durable intake to alarms, decisions and messages: each batch in one transaction.

How far the intake is applied stands in PostgreSQL and moves in the same transaction, so that
every accepted report is applied once, whatever dies when. Several copies may run: one holds the
position, the others wait.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import accumulate, groupby, takewhile

from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.infra.bus import INTAKE, Bus, Reader, StoredMessage
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Step
from yunwei.monitor.collect.facts import Heard
from yunwei.monitor.governance.actions import judging, mask_life
from yunwei.monitor.governance.actions.attaching import close_due
from yunwei.monitor.governance.actions.gathering import look_at_situations
from yunwei.monitor.governance.facts.decisions import Judgement
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.notify.actions import escalation as escalation_actions
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.run.hearing import Hearing
from yunwei.run.intake import Connectors, IntakeReader, Item
from yunwei.run.recollection import Recollection
from yunwei.run.rulebook import Reconsideration, Rulebook
from yunwei.run.situation_notices import tell_news

logger = logging.getLogger(__name__)

READER = "govern"
_MESSAGES_AT_ONCE = 256
# a transaction has a price of its own: under load it is shared by about a thousand traps
_BYTES_AT_ONCE = 512 * 1024
_UNPUBLISHED = 2000

_UNROUTED = ("有告警没有匹配的通知路由", "Alarms match no route: nobody is told")
_DAMAGED = (
    "规则已损坏，不起作用：{name}（{why}）",
    "A rule is damaged and does nothing: {name} ({why})",
)
_LACKING = (
    "规则引用的命名集合不存在或没有可用的值，该条件不匹配任何告警：{name}（集合：{sets}）",
    "A rule names a set that is unknown or empty, and what names it matches nothing:"
    " {name} (set: {sets})",
)
_FAILED = ("通知消息生成失败", "Messages could not be written")

type PublishJudged = Callable[[str, Sequence[JudgedRawAlarm]], Coroutine[None, None, None]]
"""(batch id, what became of its raw alarms); returns when durable, raises EngineAway."""


@dataclass
class GovernCounts:
    """For /metrics. verdicts: raw alarms by what became of them. unpublished: batches whose
    verdicts telemetry has not taken yet."""

    batches: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    dead_letters: int = 0
    unpublished: int = 0

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
        messages_at_once: int = _MESSAGES_AT_ONCE,
    ) -> None:
        self._messages_at_once = messages_at_once
        self._bus = bus
        self._clock = clock
        self._rulebook = rulebook
        self._connectors = connectors
        self._publish = publish
        self._reader: Reader | None = None
        self.position = 0
        self._place = READER
        self._waiting: list[StoredMessage] = []
        self._unpublished: deque[tuple[str, list[JudgedRawAlarm]]] = deque(maxlen=_UNPUBLISHED)
        self.counts = GovernCounts()
        self._recollection = Recollection()
        self._hearing = Hearing()

    def take_heard(self) -> Heard:
        """Return when sources were heard since the last call, and how much came of them."""
        hearing, self._hearing = self._hearing, Hearing()
        return hearing.heard

    async def step(self, *, wait_s: float = 0.5) -> float:
        """Apply what has come and do what is due; returns the seconds to the next round."""
        try:
            if self._reader is None:
                self._reader = await self._open_reader()
            if not self._waiting:
                self._waiting = await self._reader.fetch(self._messages_at_once, wait_s=wait_s)
        except EngineAway:
            # NATS may come back with another stream: look again where we are
            await self._forget_place()
            raise
        is_ours = await asyncio.to_thread(self._apply_waiting)
        if not is_ours:
            await self._forget_place()
            return 1.0
        await asyncio.to_thread(self._do_what_is_due)
        await self._publish_judged()
        return 0.0

    async def _open_reader(self) -> Reader:
        """Begin where this very stream was left; one that NATS made anew begins at its start."""
        self._place = f"{READER} {await self._bus.identity(INTAKE)}"
        self.position = await asyncio.to_thread(self._fetch_position)
        last = await self._bus.last_sequence(INTAKE)
        if last < self.position:
            logger.error("the intake lost its end: it holds up to %d of %d", last, self.position)
            self.position = await asyncio.to_thread(self._go_back, last)
        first = await self._bus.first_sequence(INTAKE)
        if first > self.position + 1 and self.position:
            lost = first - self.position - 1
            logger.error("the intake dropped %d batches that were not applied yet", lost)
        return await self._bus.read_from(INTAKE, self.position + 1)

    def _fetch_position(self) -> int:
        with transaction() as conn:
            return alarm_actions.claim_position(conn, self._place) or 0

    def _go_back(self, sequence: int) -> int:
        with transaction() as conn:
            if alarm_actions.claim_position(conn, self._place) is not None:
                alarm_actions.save_position(conn, self._place, sequence, now=self._clock.now())
        return sequence

    async def _forget_place(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        self._reader, self._waiting = None, []
        self._recollection.forget()

    def _apply_waiting(self) -> bool:
        """Apply fetched messages in one transaction. False: it is not our turn."""
        now = self._clock.now()
        messages = _first_of(self._waiting)
        with transaction() as conn:
            if alarm_actions.claim_position(conn, self._place) != self.position:
                return False
            self._rulebook.refresh(conn, now)
            if not messages:
                return True
            alarm_actions.check_keys_at_once(conn)
            round_ = self._begin_round(conn, now)
            judged = round_.apply_messages(messages)
            position = messages[-1].sequence
            alarm_actions.save_position(conn, self._place, position, now=now)
        del self._waiting[: len(messages)]
        self._recollection.keep(round_.memory, now)
        self.position = position
        self.counts.add(round_.counts)
        self._hearing.add(round_.hearing)
        self._unpublished.extend(each for each in judged if each[1])
        return True

    def _begin_round(self, conn: Connection, now: datetime) -> "_Round":
        memory = self._recollection.begin(conn, self._rulebook, now)
        return _Round(conn, self._rulebook, self._connectors, memory=memory, now=now)

    def _do_what_is_due(self) -> None:
        """Do what time, people or changed rules made due, in a transaction of its own: what goes
        wrong here holds up no report."""
        now = self._clock.now()
        with transaction() as conn:
            if alarm_actions.claim_position(conn, self._place) != self.position:
                return
            round_ = self._begin_round(conn, now)
            changed = round_.do_what_is_due()
        self._recollection.keep(round_.memory, now)
        self.counts.add(round_.counts)
        if changed is not None:
            self._rulebook.confirm(changed)

    async def _publish_judged(self) -> None:
        """Hand verdicts to telemetry. Alarms do not wait for it: what it can not take now is
        tried again later, and beyond a bound the oldest is left out and counted."""
        while self._unpublished:
            batch_id, judged = self._unpublished[0]
            try:
                await self._publish(batch_id, judged)
            except EngineAway:
                self.counts.unpublished = len(self._unpublished)
                return
            self._unpublished.popleft()
        self.counts.unpublished = 0


class _Round:
    """One transaction's work. memory: the copy that is this transaction's own."""

    def __init__(
        self,
        conn: Connection,
        rulebook: Rulebook,
        connectors: Connectors,
        *,
        memory: WorkingMemory,
        now: datetime,
    ) -> None:
        self.memory = memory
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
    def hearing(self) -> Hearing:
        return self._reader.hearing

    def apply_messages(
        self, messages: Sequence[StoredMessage]
    ) -> list[tuple[str, list[JudgedRawAlarm]]]:
        """Apply batches together, a replayed dead letter for itself; returns for each time its
        first batch's id and what became of the raw alarms."""
        batches = ((message, *attempt(partial(_read_batch, message))) for message in messages)
        lots = groupby(batches, key=lambda each: each[1].letter if each[1] else None)
        return [self._apply_lot(letter, lot) for letter, lot in lots]

    def _apply_lot(
        self,
        letter: int | None,
        lot: Iterable[tuple[StoredMessage, IntakeBatch | None, Exception | None]],
    ) -> tuple[str, list[JudgedRawAlarm]]:
        items: list[Item] = []
        first_id = ""
        self._reader.begin(letter)
        for message, batch, error in lot:
            if batch is None or error is not None:
                why = error or Invalid("", "no batch")
                self._reader.bury_message(f"intake:{message.sequence}", message.data, why)
                continue
            first_id = first_id or batch.batch_id
            self._counts.batches += 1
            items.extend(self._reader.read(batch))
        self._counts.note("duplicate", self._reader.take_known())
        judged = self._apply(items)
        self._reader.finish()
        return first_id, judged

    def _apply(self, items: Sequence[Item]) -> list[JudgedRawAlarm]:
        """Apply all at once; when that fails, one half and then the other, so that one bad report
        is found and shelved, and stops no other."""
        before = self.memory.fork()
        judged, error = attempt(lambda: self._apply_together(items))
        if error is None:
            return judged or []
        self.memory = before
        if len(items) > 1:
            logger.error("%d reports could not be applied together", len(items), exc_info=error)
            half = len(items) // 2
            return [*self._apply(items[:half]), *self._apply(items[half:])]
        (item,) = items
        logger.error("%s could not be applied and is shelved", item.id, exc_info=error)
        self._reader.bury_item(item, error)
        return [JudgedRawAlarm(id=item.id, raw_alarm=item.raw, verdict="unprocessed")]

    def _apply_together(self, items: Sequence[Item]) -> list[JudgedRawAlarm]:
        with self._conn.transaction():
            raws = [item.raw for item in items]
            steps = alarm_actions.apply_raw_alarms(
                self._conn, raws, now=self._now, limits=self._book.noise.limits
            )
            self._judge(steps)
        for step in steps:
            self._counts.note(step.verdict.value)
        return [_tell_judged(item, step) for item, step in zip(items, steps, strict=False)]

    def _judge(self, steps: Sequence[Step], *, has_to_route: bool = True) -> None:
        book = self._book
        judgements = judging.judge_steps(
            self._conn,
            steps,
            book.pipeline,
            source_names=book.source_names,
            memory=self.memory,
            now=self._now,
        )
        if has_to_route:
            self._route(judgements)

    def _route(self, judgements: Sequence[Judgement]) -> None:
        """Write the messages. An alarm stands even when nobody can be told of it."""
        book = self._book

        def plan() -> tuple[Alarm, ...]:
            with self._conn.transaction():
                return outbox.plan_messages(self._conn, judgements, book.router, now=self._now)

        unrouted, error = attempt(plan)
        if error is not None:
            logger.error("messages could not be written", exc_info=error)
            self._say("notify.failed", _FAILED, detail=str(error)[:300])
        self._tell_unrouted(unrouted or ())

    def _tell_of_situations(self) -> None:
        """Tell of situations as a whole; that nobody can be told does not stop their alarms."""
        book = self._book
        news = look_at_situations(self._conn, self.memory, self._now)

        def tell() -> object:
            with self._conn.transaction():
                return tell_news(self._conn, news, book.router, self._now)

        _, error = attempt(tell)
        if error is not None:
            logger.error("news of situations could not be written", exc_info=error)
            self._say("notify.failed", _FAILED, detail=str(error)[:300])

    def _follow(self, alarms: Sequence[Alarm]) -> None:
        """Hold and let go on the escalations of alarms that people did something about."""

        def follow() -> None:
            with self._conn.transaction():
                escalation_actions.follow_alarms(
                    self._conn, alarms, self._book.router, now=self._now
                )

        _, error = attempt(follow)
        if error is not None:
            logger.error("escalations could not be followed", exc_info=error)
            self._say("notify.failed", _FAILED, detail=str(error)[:300])

    def _tell_unrouted(self, unrouted: Sequence[Alarm]) -> None:
        """Say that nobody is told of some alarms; it stands on the page, routes or not."""
        by_tenant = {each.tenant: each for each in unrouted if each.source != self._reader.internal}
        for tenant, example in by_tenant.items():
            about = f"{example.id} {example.managed_object}"
            self._say("notify.no_route", _UNROUTED, tenant=tenant, detail=about)

    def _tell_damaged(self) -> None:
        """Say which rules can not be understood; again and again, so that it ends when they can."""
        for rule in self._book.damaged:
            texts, sets = (_LACKING if rule.lacks else _DAMAGED), ", ".join(rule.lacks)
            zh, en = (text.format(name=rule.name, why=rule.why, sets=sets) for text in texts)
            self._say(
                "governance.rule_damaged",
                (zh, en),
                tenant=rule.tenant,
                managed_object=f"/{rule.kind}/{rule.id}",
                detail=rule.why,
            )

    def _say(
        self,
        code: str,
        texts: tuple[str, str],
        *,
        tenant: TenantId | None = None,
        managed_object: str = "",
        detail: str = "",
    ) -> None:
        """Raise an alarm on ourselves; it is not routed, but stands on the page."""
        whose = tenant or self._book.contacts.provider
        raw = build_self_alarm(
            source=self._reader.internal,
            tenant=whose,
            act=AlarmAct.RAISE,
            code=code,
            managed_object=managed_object or f"/tenant/{whose}",
            texts=texts,
            now=self._now,
            raw={"detail": detail},
        )
        steps = alarm_actions.apply_raw_alarms(self._conn, [raw], now=self._now)
        self._judge(steps, has_to_route=False)

    def do_what_is_due(self) -> Reconsideration | None:
        """Do what time, people or changed rules made due; returns what to confirm afterwards."""
        book = self._book
        judgements, marked = judging.judge_marked(
            self._conn,
            book.pipeline,
            source_names=book.source_names,
            limits=book.noise.limits,
            memory=self.memory,
            now=self._now,
        )
        self._route(judgements)
        self._follow(marked)
        if book.has_rule_that_is_over(self._now):
            mask_life.system_expire(self._conn, now=self._now)
        changed = book.what_to_reconsider(self._now, self.memory.topology.maintained)
        if changed is not None:
            self._route(
                judging.reconsider_alarms(
                    self._conn,
                    book.pipeline,
                    tenants=changed.tenants,
                    source_names=book.source_names,
                    memory=self.memory,
                    now=self._now,
                )
            )
        close_due(self._conn, self._now)
        self._tell_of_situations()
        if book.is_time_to_tidy(self._now):
            alarm_actions.tidy(self._conn, now=self._now)
            self._tell_damaged()
            quiet = [*self._reader.end_of_quiet()]
            if quiet:
                self._apply_together(quiet)
        return changed


def _first_of(waiting: Sequence[StoredMessage]) -> list[StoredMessage]:
    """Return the first messages, as many as make a transaction; one at least."""
    sizes = accumulate(len(message.data) for message in waiting)
    fitting = sum(1 for _ in takewhile(lambda size: size <= _BYTES_AT_ONCE, sizes))
    return [*waiting[: max(1, fitting)]]


def _read_batch(message: StoredMessage) -> IntakeBatch:
    return decode(message.data, IntakeBatch)


def _tell_judged(item: Item, step: Step) -> JudgedRawAlarm:
    after, verdict = step.after, step.verdict.value
    if after is None:
        return JudgedRawAlarm(id=item.id, raw_alarm=item.raw, verdict=verdict)
    return JudgedRawAlarm(
        id=item.id,
        raw_alarm=item.raw,
        verdict=verdict,
        alarm=after.id,
        occurrence=after.occurrence,
        operator_state=after.operator_state.value,
        count=after.count,
        raised_at=after.raised_at,
    )
