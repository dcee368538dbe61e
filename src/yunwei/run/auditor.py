"""Looks every minute whether alarms and messages go their way, and tells an outside monitor so.

What is overdue becomes an alarm on ourselves, and a notice that needs no intake. The outside
monitor (a dead man's switch) hears nothing then, nor when this process, its database or its
network is gone: it is what says so when we can not.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import EngineAway, Misconfigured, SourceError
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.queries import system_provider
from yunwei.monitor.notify.actions import audit as actions
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.monitor.notify.rules.audit import TEXTS, find_changes, why_withheld
from yunwei.plugins.sdk.http import HttpClient, HttpLimits, check_status

logger = logging.getLogger(__name__)

_LOOK_S = 10.0
_LONGEST_S = 30.0

type Append = Callable[[IntakeBatch], Awaitable[None]]
type FindEnd = Callable[[], Awaitable[int]]
"""The newest report in the intake; raises EngineAway."""


@dataclass
class AuditCounts:
    """For /metrics. overdue: by kind, as the last round of this process found it."""

    rounds: int = 0
    heartbeats: int = 0
    withheld: int = 0
    duration_s: float = 0.0
    overdue: dict[str, int] = field(default_factory=dict)


class Auditor:
    """`step` is one look at the clock; of several auditors one does each minute's round."""

    def __init__(
        self,
        *,
        clock: Clock,
        public_url: str,
        internal: SourceId,
        append: Append,
        find_end: FindEnd,
        box: SecretBox,
        heartbeat_url: str = "",
    ) -> None:
        self._clock = clock
        self._public_url = public_url
        self._internal = internal
        self._append = append
        self._find_end = find_end
        self._box = box
        self._heartbeat_url = heartbeat_url
        self.counts = AuditCounts()

    async def step(self) -> float:
        """Do the round when it is time; returns the seconds until the next look. Raises
        TimeoutError when a round takes longer than half a minute."""
        async with asyncio.timeout(_LONGEST_S):
            last = await asyncio.to_thread(self._claim)
            if last is not None:
                await self._round(last)
        return _LOOK_S

    async def _round(self, last: Audit) -> None:
        now, began_s = self._clock.now(), self._clock.monotonic_s()
        end = await self._ask_end()
        findings = await asyncio.to_thread(self._find, last, end, now)
        await self._say(last.findings, findings, now)
        heartbeat_at, error = await self._beat(findings, last.heartbeat_at, now)
        done = Audit(
            at=now,
            findings=findings,
            duration_s=self._clock.monotonic_s() - began_s,
            intake_end=end,
            heartbeat_at=heartbeat_at,
            heartbeat_error=error,
        )
        await asyncio.to_thread(self._save, done)
        self._count(done)

    def _claim(self) -> Audit | None:
        with transaction() as conn:
            return actions.claim_audit(conn, now=self._clock.now())

    async def _ask_end(self) -> int | None:
        try:
            return await self._find_end()
        except EngineAway:
            return None

    def _find(self, last: Audit, end: int | None, now: datetime) -> tuple[Finding, ...]:
        with transaction() as conn:
            findings = actions.find_overdue(conn, last, intake_end=end, now=now)
        if findings:
            with transaction() as conn:
                snapshot = system_snapshot(conn, public_url=self._public_url, time_zone="UTC")
                actions.tell_overdue(conn, findings, snapshot, now=now)
        return findings

    async def _say(
        self, before: Sequence[Finding], findings: Sequence[Finding], now: datetime
    ) -> None:
        """Raise and clear alarms on ourselves; a notice told of it already when that fails."""
        raised, cleared = find_changes(before, findings)
        if not raised and not cleared:
            return
        provider = await asyncio.to_thread(system_provider)
        alarms = [self._build(AlarmAct.RAISE, each.kind, provider.id, now) for each in raised]
        alarms += [self._build(AlarmAct.CLEAR, kind, provider.id, now) for kind in cleared]
        batch_id = f"audit-{now.timestamp():.0f}"
        try:
            await self._append(IntakeBatch(batch_id=batch_id, raw_alarms=tuple(alarms)))
        except EngineAway:
            logger.warning("what is overdue could not be said by an alarm: NATS is away")

    def _build(self, act: AlarmAct, kind: Overdue, tenant: TenantId, now: datetime) -> RawAlarm:
        text = TEXTS[kind]
        return build_self_alarm(
            source=self._internal,
            tenant=tenant,
            act=act,
            code=f"notify.overdue_{kind.value}",
            managed_object=f"/audit/{kind.value}",
            texts=(text.zh, text.en),
            now=now,
            severity=Severity.CRITICAL,
        )

    async def _beat(
        self, findings: Sequence[Finding], last_at: datetime | None, now: datetime
    ) -> tuple[datetime | None, str]:
        """Tell the outside monitor that all is well; returns when it last heard, why not now."""
        why = why_withheld(findings)
        if why:
            self.counts.withheld += 1
            return last_at, why
        try:
            url = self._heartbeat_url or await asyncio.to_thread(self._fetch_url)
        except Misconfigured as error:
            return last_at, error.message
        if not url:
            return last_at, ""
        address = urlsplit(url)
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        client = HttpClient(
            f"{address.scheme}://{address.netloc}",
            limits=HttpLimits(timeout_s=10.0, max_response_bytes=1_000_000),
            names_path=False,
        )
        try:
            check_status(await client.send("GET", path, headers={"User-Agent": "Yunwei"}))
        except SourceError as error:
            return last_at, error.message
        finally:
            await client.close()
        self.counts.heartbeats += 1
        return now, ""

    def _fetch_url(self) -> str:
        with transaction() as conn:
            return actions.system_heartbeat_url(conn, self._box)

    def _save(self, done: Audit) -> None:
        with transaction() as conn:
            actions.save_audit(conn, done)

    def _count(self, done: Audit) -> None:
        self.counts.rounds += 1
        self.counts.duration_s = done.duration_s
        self.counts.overdue = {kind.value: 0 for kind in Overdue}
        self.counts.overdue |= {each.kind.value: each.count for each in done.findings}
