"""Gives orders to desktop clouds and follows them to their ends. Copies share the work.

An order is noted as asked before its cloud is told. So whoever is killed meanwhile leaves one that
is looked for at the cloud, and never told a second time; what is not found ends as unknown.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from yunwei.base.core.errors import (
    Invalid,
    Misconfigured,
    Refused,
    SourceError,
    SourceRefused,
    SourceThrottled,
)
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import say_refusal
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.collect.queries import sources
from yunwei.operate.agents.facts.tasks import WholeOrder
from yunwei.operate.agents.queries import tasks as ledger
from yunwei.operate.runs.actions import clouds as actions
from yunwei.operate.runs.actions.asking import ask_order_leave, refusal_of
from yunwei.operate.runs.facts.clouds import Claimed, CloudResult, OrderState
from yunwei.operate.runs.facts.runs import TargetState
from yunwei.operate.runs.rules.clouds import (
    LOOKED_FOR,
    is_given_up,
    next_look,
    read_result,
    state_of,
)
from yunwei.plugins.sdk.contract import FarRecord, RunsScripts, ScriptOrder, SourceContext
from yunwei.plugins.sdk.http import AnswerNotFound, AnswerRejected
from yunwei.plugins.sdk.manifest import CONNECTORS, load

_AT_ONCE = 50
_OUTPUTS_AT_ONCE = 50
_PACE_S = 1.0
_LOOK_AGAIN_S = 10.0
_WAIT_AWAY = timedelta(seconds=30)
_LOOK_FOR_EVERY = timedelta(seconds=15)
_NOT_TAKEN = (Invalid, SourceRefused, AnswerNotFound, AnswerRejected)
_T = TargetState


class Door(RunsScripts, Protocol):
    """A connector with the act `run_script`."""

    async def close(self) -> None: ...


type Open = Callable[[SourceId, Clock], Door]


def open_door(source: SourceId, clock: Clock) -> Door:
    """Return the connector of a source. Raises Refused, Invalid, Misconfigured, SourceError."""
    config = sources.system_source(source)
    context = SourceContext(
        tenant=config.tenant, source=config.id, settings=config.settings, clock=clock
    )
    built: Door = load(CONNECTORS, config.connector)(context)
    return built


class CloudOrders:
    """One copy's share of the work. open_to: how a source is opened; tests bring their own."""

    def __init__(self, clock: Clock, box: SecretBox, open_to: Open = open_door) -> None:
        self._clock = clock
        self._box = box
        self._open_to = open_to

    async def step(self) -> float:
        """Do what is due; returns when to come again. Raises EngineAway."""
        now = self._clock.now()
        claimed = await asyncio.to_thread(actions.system_claim, now, limit=_AT_ONCE)
        if not claimed:
            is_waiting = await asyncio.to_thread(actions.system_has_open_orders)
            return _PACE_S if is_waiting else _LOOK_AGAIN_S
        whole = await asyncio.to_thread(
            ledger.system_whole_orders, {each.order for each in claimed}, self._box
        )
        by_source: defaultdict[SourceId, list[Claimed]] = defaultdict(list)
        for each in claimed:
            by_source[each.source].append(each)
        shares = [self._serve(source, orders, whole) for source, orders in by_source.items()]
        # one source's defect leaves the others their turn, and is told after it
        for failed in await asyncio.gather(*shares, return_exceptions=True):
            if failed is not None:
                raise failed
        return 0.0 if len(claimed) >= _AT_ONCE else _PACE_S

    async def _serve(
        self, source: SourceId, orders: Sequence[Claimed], whole: Mapping[int, WholeOrder]
    ) -> None:
        try:
            door = await asyncio.to_thread(self._open_to, source, self._clock)
        except (Refused, Invalid, Misconfigured, SourceError) as error:
            for order in orders:
                await _closed_door(order, error.message, self._clock.now())
            return
        try:
            for order in orders:
                step = _Step(order, whole[order.order], door, self._clock)
                await step.go()
        finally:
            await door.close()


async def _closed_door(order: Claimed, why: str, now: datetime) -> None:
    """A source that can not even be opened takes nothing; what it took already is waited for."""
    if order.state is OrderState.ASKED:
        end = actions.system_end_order
        await asyncio.to_thread(end, order, _T.REFUSED, now, reason="cloud_refused", said=why)
        return
    later = actions.system_note_later
    await asyncio.to_thread(later, order, order.state, due_at=now + _WAIT_AWAY, reason=why)


class _Step:
    """What is done about one order now."""

    def __init__(self, order: Claimed, whole: WholeOrder, door: Door, clock: Clock) -> None:
        self._order = order
        self._whole = whole
        self._door = door
        self._clock = clock

    async def go(self) -> None:
        match self._order.state:
            case OrderState.ASKED:
                await self._ask()
            case OrderState.LOST:
                await self._look_for()
            case _:
                await self._follow()

    @property
    def _canary(self) -> tuple[str, ...]:
        return self._order.desktops[: self._order.canary]

    async def _ask(self) -> None:
        order, now = self._order, self._clock.now()
        if now >= order.deadline_at:
            await self._end(_T.EXPIRED, "deadline")
            return
        permit = await asyncio.to_thread(ask_order_leave, order, now)
        if not permit.is_allowed:
            await self._end(_T.REFUSED, refusal_of(permit), say_refusal(permit))
            return
        try:
            native_id = await self._door.start_script(self._script_order())
        except _NOT_TAKEN as error:
            await self._end(_T.REFUSED, "cloud_refused", error.message)
        except SourceThrottled as error:
            due_at = self._clock.now() + timedelta(seconds=error.retry_after_s)
            await self._later(OrderState.INTENDED, due_at, error.message)
        except SourceError as error:
            await self._later(OrderState.LOST, self._clock.now() + _LOOK_FOR_EVERY, error.message)
        else:
            await asyncio.to_thread(actions.system_note_given, order, native_id, self._clock.now())

    def _script_order(self) -> ScriptOrder:
        order, whole = self._order, self._whole
        return ScriptOrder(
            language=whole.language.value,
            body=whole.body,
            desktops=order.desktops,
            environment={f"YW_PARAM_{name}": text for name, text in whole.parameters.items()},
            timeout_s=order.timeout_s,
            canary=self._canary,
            fail_threshold=order.fail_threshold,
        )

    async def _look_for(self) -> None:
        """Find what was told and not answered; when it is not there, nothing is told again."""
        order, now = self._order, self._clock.now()
        since = order.asked_at or now
        try:
            found = await self._door.find_script_orders(order.desktops, self._canary, since)
        except SourceError as error:
            if is_given_up(order, now):
                await self._end(_T.UNKNOWN, "order_lost", error.message)
            else:
                await self._later(OrderState.LOST, now + _WAIT_AWAY, error.message)
            return
        if await asyncio.to_thread(actions.system_note_found, order, found, now):
            return
        if now - since > LOOKED_FOR:
            await self._end(_T.UNKNOWN, "order_lost")
        else:
            await self._later(OrderState.LOST, now + _LOOK_FOR_EVERY, "")

    async def _follow(self) -> None:
        order, now = self._order, self._clock.now()
        try:
            if order.is_stop_wanted and not order.is_stopped:
                await self._door.stop_script(order.native_id)
                await asyncio.to_thread(actions.system_note_stopped, order)
            left = await self._take_records()
        except SourceError as error:
            left = len(order.open)
            if not is_given_up(order, now):
                await self._later(OrderState.GIVEN, now + _WAIT_AWAY, error.message)
                return
        if not left or is_given_up(order, now):
            await self._end(_T.UNKNOWN, "cloud_silent")
        else:
            await self._later(OrderState.GIVEN, self._clock.now() + next_look(order), "")

    async def _take_records(self) -> int:
        """Write what became of open targets; returns how many are still open."""
        order = self._order
        found: list[CloudResult] = []
        ended = 0
        async for page in self._door.read_script_records(order.native_id):
            for record in page:
                result = await self._read(record, may_ask=ended < _OUTPUTS_AT_ONCE)
                if result is not None:
                    found.append(result)
                    ended += not result.state.is_open
        await asyncio.to_thread(actions.system_note_results, order, found)
        return len(order.open) - ended

    async def _read(self, record: FarRecord, *, may_ask: bool) -> CloudResult | None:
        """Return what is news of a target, with its output once it is over."""
        order = self._order
        target = order.open.get(record.desktop)
        state = state_of(record, is_stop_wanted=order.is_stop_wanted)
        if target is None or state is None:
            return None
        output: str | None = ""
        if state[0].is_open:
            if target in order.begun:
                return None
        elif not may_ask:
            return None
        elif record.started_at is not None:
            output = await self._output(record)
        limit = self._whole.output_limit_bytes
        return read_result(target, record, state, output, limit)

    async def _output(self, record: FarRecord) -> str | None:
        try:
            return await self._door.read_script_output(record.native_id)
        except (AnswerNotFound, AnswerRejected):
            return None

    async def _end(self, state: TargetState, reason: str, said: str = "") -> None:
        now, end = self._clock.now(), actions.system_end_order
        await asyncio.to_thread(end, self._order, state, now, reason=reason, said=said)

    async def _later(self, state: OrderState, due_at: datetime, reason: str) -> None:
        later = actions.system_note_later
        await asyncio.to_thread(later, self._order, state, due_at=due_at, reason=reason)
