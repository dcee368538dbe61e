"""Moves escalations when their time comes, and says when an alarm reached nobody. Many may run."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.notify.actions import escalation
from yunwei.monitor.notify.facts.escalation import Untold
from yunwei.run.contact_book import ContactBook

IDLE_S = 1.0

type Append = Callable[[IntakeBatch], Awaitable[None]]
"""Makes reports durable in the intake; raises EngineAway."""


class Escalator:
    """`step` is one round. What is told is written in the transaction that moves the timer, so
    that whoever dies when, each step is told once."""

    def __init__(
        self,
        *,
        clock: Clock,
        public_url: str,
        time_zone: str,
        internal: SourceId,
        append: Append,
    ) -> None:
        self._clock = clock
        self._book = ContactBook(public_url=public_url, time_zone=time_zone)
        self._internal = internal
        self._append = append

    def mark_stale(self) -> None:
        """Somebody announced a change of routes, people or duty. From any thread."""
        self._book.mark_stale()

    async def step(self) -> float:
        """Tell what is due; returns the seconds until there may be more."""
        wait_s = await asyncio.to_thread(self._move_due)
        await self._say_untold()
        return wait_s

    def _move_due(self) -> float:
        now = self._clock.now()
        with transaction() as conn:
            wait_s = escalation.seconds_until_step(conn, now)
            if wait_s is None or wait_s > 0:
                return IDLE_S if wait_s is None else min(IDLE_S, wait_s)
            self._book.refresh(conn, now)
            escalation.move_due(conn, self._book.router, now=now)
        return 0.0

    async def _say_untold(self) -> None:
        """Say as alarms on ourselves what reached nobody. They are noted as said once they are
        durable: whoever dies in between says it again."""
        untold = await asyncio.to_thread(self._fetch_unsaid)
        if not untold:
            return
        ids = [each.id for each in untold]
        raws = tuple(self._build_alarm(each) for each in untold)
        await self._append(IntakeBatch(batch_id=f"untold-{ids[0]}-{ids[-1]}", raw_alarms=raws))
        await asyncio.to_thread(self._mark_said, ids)

    def _build_alarm(self, untold: Untold) -> RawAlarm:
        about = f"{untold.managed_object} ({untold.name})" if untold.name else untold.managed_object
        return build_self_alarm(
            source=self._internal,
            tenant=untold.tenant,
            act=AlarmAct.RAISE,
            code="notify.nobody_reached",
            managed_object=f"/tenant/{untold.tenant}",
            texts=(
                f"通知路由或升级步骤未能通知到任何人，已改为通知兜底路由：{about}",
                f"A route or step reaches nobody; the catch-all was told instead: {about}",
            ),
            now=untold.at,
            raw={"alarm": str(untold.alarm), "policy": untold.name},
        )

    def _fetch_unsaid(self) -> Sequence[Untold]:
        with transaction() as conn:
            return escalation.fetch_unsaid(conn)

    def _mark_said(self, ids: Sequence[int]) -> None:
        with transaction() as conn:
            escalation.mark_said(conn, ids, now=self._clock.now())
