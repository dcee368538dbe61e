"""Keeps alarms on ourselves true that stand as long as something is wrong: raised once when it
begins, cleared when it is over, whichever process saw it begin."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import queries as alarm_queries

type Append = Callable[[IntakeBatch], Awaitable[None]]

_AHEAD = timedelta(days=1)
_OVER = ("故障已消除", "This is over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong now. managed_object: what tells it from others of its code."""

    tenant: TenantId
    managed_object: str
    texts: tuple[str, str]
    severity: Severity = Severity.MAJOR


class Troubles:
    """Several processes may keep the same: what they say twice is said once."""

    def __init__(self, *, append: Append, internal: SourceId, clock: Clock) -> None:
        self._append = append
        self._internal = internal
        self._clock = clock

    async def keep(self, code: str, wrong: Iterable[Trouble]) -> None:
        """Let the open alarms of a code be these. Raises EngineAway."""
        raw_alarms = tuple(await asyncio.to_thread(self._changes, code, tuple(wrong)))
        if not raw_alarms:
            return
        said = "\0".join(f"{raw.act} {raw.managed_object}" for raw in raw_alarms)
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        batch_id = f"{code}-{self._clock.now():%Y%m%d%H}-{digest}"
        await self._append(IntakeBatch(batch_id=batch_id, raw_alarms=raw_alarms))

    def _changes(self, code: str, wrong: tuple[Trouble, ...]) -> Iterator[RawAlarm]:
        with transaction() as conn:
            found = alarm_queries.system_quiet_alarms(
                conn, source=self._internal, prefix=code, before=self._clock.now() + _AHEAD
            )
        is_open = {alarm.managed_object: alarm for alarm in found if alarm.alarm_type == code}
        for trouble in wrong:
            if trouble.managed_object not in is_open:
                yield self._raw_alarm(code, trouble, AlarmAct.RAISE)
        still = {trouble.managed_object for trouble in wrong}
        for managed_object, alarm in is_open.items():
            if managed_object not in still:
                over = Trouble(tenant=alarm.tenant, managed_object=managed_object, texts=_OVER)
                yield self._raw_alarm(code, over, AlarmAct.CLEAR)

    def _raw_alarm(self, code: str, trouble: Trouble, act: AlarmAct) -> RawAlarm:
        return build_self_alarm(
            source=self._internal,
            tenant=trouble.tenant,
            act=act,
            code=code,
            managed_object=trouble.managed_object,
            texts=trouble.texts,
            now=self._clock.now(),
            severity=trouble.severity,
        )
