"""Evaluates threshold rules when they are due, where ClickHouse is open. Copies do no harm: a rule
is evaluated by one process at a time, and a step that is judged twice is told once."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.clock import Clock
from yunwei.monitor.thresholds.actions import evaluating
from yunwei.monitor.thresholds.actions.evaluating import Evaluated
from yunwei.monitor.thresholds.facts import ThresholdRule

type Append = Callable[[IntakeBatch], Awaitable[None]]

_EVERY_S = 10.0
_AT_ONCE = 256


class ThresholdWatch:
    """`step` is one look; returns the seconds to the next."""

    def __init__(self, *, append: Append, internal: SourceId, clock: Clock) -> None:
        self._append = append
        self._internal = internal
        self._clock = clock

    async def step(self) -> float:
        due = await asyncio.to_thread(evaluating.system_claim_due, now=self._clock.now())
        for position, rule in enumerate(due):
            try:
                await self._evaluate(rule)
            except EngineAway:
                for each in due[position:]:
                    await asyncio.to_thread(evaluating.system_let_go, each)
                raise
        return _EVERY_S

    async def _evaluate(self, rule: ThresholdRule) -> None:
        now = self._clock.now()
        found = await asyncio.to_thread(
            evaluating.system_evaluate, rule, internal=self._internal, now=now
        )
        # durable before it is remembered: what dies in between is said again, under the same ids
        for batch in _batches(found):
            await self._append(batch)
        await asyncio.to_thread(evaluating.system_keep, found)


def _batches(found: Evaluated) -> list[IntakeBatch]:
    batches = []
    for first in range(0, len(found.raw_alarms), _AT_ONCE):
        part = found.raw_alarms[first : first + _AT_ONCE]
        said = "\0".join(raw.native_id for raw in part)
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        batch_id = f"threshold-{found.rule.id}-{digest}"
        batches.append(IntakeBatch(batch_id=batch_id, raw_alarms=part))
    return batches
