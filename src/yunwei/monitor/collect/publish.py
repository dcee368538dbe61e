"""Hands raw alarms to the durable intake: those that sources report, and our own about sources.

Message ids are made of what is said, never of when: after a crash the same is said again under
the same id, and stored once.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import batched

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.readings import ReadingPage
from yunwei.base.core.severity import Severity
from yunwei.monitor.collect.facts import Poll, SourceHealth, SourceState

type Append = Callable[[IntakeBatch], Awaitable[None]]
"""Returns once the batch is durable; raises EngineAway when that is not certain."""

_BATCH = 500
_SEVERITIES = {
    SourceState.UNREACHABLE: Severity.MAJOR,
    SourceState.REFUSED: Severity.MAJOR,
    SourceState.BABBLING: Severity.MINOR,
}
_TEXTS = {
    SourceState.UNREACHABLE: ("数据源“{name}”无响应", "Source “{name}” does not answer"),
    SourceState.REFUSED: ("数据源“{name}”拒绝访问", "Source “{name}” refuses our credentials"),
    SourceState.BABBLING: ("数据源“{name}”返回异常数据", "Source “{name}” answers out of shape"),
}


class RawAlarmPublisher:
    """Publishes the raw alarms of a page. Given to the runner as one of its publishers."""

    def __init__(self, append: Append) -> None:
        self._append = append

    async def __call__(self, poll: Poll, page: ReadingPage) -> None:
        raw_alarms = (reading for reading in page.readings if isinstance(reading, RawAlarm))
        for batch in batched(raw_alarms, _BATCH):
            digest = hashlib.sha256(
                "\0".join(f"{raw.native_id}\1{raw.act}" for raw in batch).encode()
            ).hexdigest()
            batch_id = f"{poll.source}-{poll.read}-{digest[:32]}"
            await self._append(IntakeBatch(batch_id=batch_id, raw_alarms=batch))


class SelfAlarms:
    """Says, as alarms of the platform's own source, that a source is in trouble and that it is
    well again: each change once."""

    def __init__(self, append: Append, internal: SourceId) -> None:
        self._append = append
        self._internal = internal

    async def __call__(self, before: SourceHealth, after: SourceHealth, at: datetime) -> None:
        raw_alarms = tuple(self._raw_alarms(before, after, at))
        if raw_alarms:
            batch_id = f"self-{after.source}-{after.changes}"
            await self._append(IntakeBatch(batch_id=batch_id, raw_alarms=raw_alarms))

    def _raw_alarms(
        self, before: SourceHealth, after: SourceHealth, at: datetime
    ) -> Iterator[RawAlarm]:
        if before.state.is_trouble and before.state is not after.state:
            yield self._raw_alarm(AlarmAct.CLEAR, after, before.state, at)
        if after.state.is_trouble and before.state is not after.state:
            yield self._raw_alarm(AlarmAct.RAISE, after, after.state, at)

    def _raw_alarm(
        self, act: AlarmAct, after: SourceHealth, state: SourceState, at: datetime
    ) -> RawAlarm:
        zh, en = (text.format(name=after.name) for text in _TEXTS[state])
        if act is AlarmAct.RAISE and after.text:
            zh, en = f"{zh}：{after.text}", f"{en}: {after.text}"
        return RawAlarm(
            tenant=after.tenant,
            source=self._internal,
            native_id=f"source-{after.source}-{after.changes}-{state}-{act}",
            act=act,
            managed_object=f"/source/{after.source}",
            alarm_type=f"source.{state}",
            severity=_SEVERITIES[state],
            text=say_both(zh, en),
            event_at=at,
            received_at=at,
            raw={"source": after.name, "state": after.state.value, "detail": after.text},
        )
