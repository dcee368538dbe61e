"""Reads batches of the intake into raw alarms, in the transaction that applies them.

What can not be understood goes to the dead letters and is said as an alarm on ourselves; what
was rejected at the door is said, too. Nothing is passed over in silence.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, Rejection
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.core.severity import Severity
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.collect.facts import Heard
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.plugins.sdk.contract import TrapConnector
from yunwei.plugins.sdk.snmp.notification import decode_trap

_QUIET = timedelta(minutes=15)
_ENDING_QUIETLY = ("intake.", "notify.")
_DEAD_LETTER_BYTES = 65536
_DEAD_LETTERS_AT_ONCE = 50
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
    "unknown_user": ("来自 {address} 的 SNMP v3 用户未知", "Unknown SNMP v3 user from {address}"),
    "wrong_digest": (
        "来自 {address} 的 SNMP v3 报文认证失败：认证算法或密码不符",
        "SNMP v3 messages from {address} are not authentic: another protocol or password",
    ),
    "undecryptable": (
        "来自 {address} 的 SNMP v3 报文无法解密：加密算法或密码不符",
        "SNMP v3 messages from {address} can not be decrypted: another protocol or password",
    ),
    "unsupported_level": (
        "来自 {address} 的 SNMP v3 报文安全级别与配置不符",
        "SNMP v3 messages from {address} have another security level than configured",
    ),
    "not_in_time_window": (
        "来自 {address} 的 SNMP v3 报文不在时间窗口内：引擎时钟被重置，或是重放",
        "SNMP v3 messages from {address} are out of time: its engine was reset, or a replay",
    ),
}

type Connectors = Callable[[SourceId], TrapConnector]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One raw alarm of a batch. id: `batch_id:position`, the same at every reading."""

    id: str
    raw: RawAlarm


class IntakeReader:
    """Reads within one transaction.

    provider: whose alarms on ourselves are when nothing says whose else.
    """

    def __init__(
        self, conn: Connection, connectors: Connectors, *, provider: TenantId, now: datetime
    ) -> None:
        self._conn = conn
        self._connectors = connectors
        self._provider = provider
        self._now = now
        self.dead_letters = 0
        self._known = 0
        self._heard_at: dict[SourceId, datetime] = {}
        self._counts: Counter[tuple[SourceId, str]] = Counter()
        self.internal = collect_queries.system_internal_source(conn).id

    def read(self, batch: IntakeBatch) -> Iterator[Item]:
        """Yield every raw alarm of a batch, in its order."""
        new = alarm_actions.keep_new(self._conn, batch.raw_alarms, now=self._now)
        self._known += len(batch.raw_alarms) - len(new)
        for position, raw in enumerate(new):
            if raw.source != self.internal:
                self._counts[raw.source, "received"] += 1
            yield Item(id=f"{batch.batch_id}:r{position}", raw=raw)
        for position, datagram in enumerate(batch.datagrams):
            yield from self._read_datagram(f"{batch.batch_id}:{position}", datagram)
        for position, rejection in enumerate(batch.rejections):
            yield from self._read_rejection(f"{batch.batch_id}:x{position}", rejection)

    @property
    def heard(self) -> Heard:
        """When each source of traps was last heard, heartbeats included, and how much came; what
        was refused and is nobody's counts for the platform's own source."""
        return Heard(at=self._heard_at, counts=self._counts)

    def take_known(self) -> int:
        """Return how many reports were known already since the last call."""
        known, self._known = self._known, 0
        return known

    def _read_datagram(self, id: str, datagram: ReceivedDatagram) -> Iterator[Item]:
        self._heard_at[datagram.source] = datagram.received_at
        self._counts[datagram.source, "received"] += 1

        def parse() -> tuple[RawAlarm, ...]:
            trap = decode_trap(datagram.data, address=datagram.address)
            connector = self._connectors(datagram.source)
            return connector.parse_trap(trap, native_id=id, received_at=datagram.received_at)

        raws, error = attempt(parse)
        if error is not None:
            self.bury(id, datagram.data, error, datagram=datagram)
            rejection = Rejection(
                reason="malformed",
                address=datagram.address,
                count=1,
                first_at=datagram.received_at,
                last_at=datagram.received_at,
            )
            yield self._say_rejected(id, rejection)
        for position, raw in enumerate(raws or ()):
            yield Item(id=id if not position else f"{id}.{position}", raw=raw)

    def _read_rejection(self, id: str, rejection: Rejection) -> Iterator[Item]:
        whose = rejection.source or self.internal
        self._counts[whose, f"refused.{rejection.reason}"] += rejection.count
        if rejection.reason == "malformed" and rejection.sample:
            why = Invalid("", f"malformed ({rejection.count} datagrams)")
            self.bury(id, rejection.sample, why, address=rejection.address)
        yield self._say_rejected(id, rejection)

    def _say_rejected(self, id: str, rejection: Rejection) -> Item:
        chinese, english = _REJECTED.get(rejection.reason, (rejection.reason, rejection.reason))
        # one alarm for all senders: addresses can be forged by the thousand
        about = "/receiver/snmp" if rejection.source is None else f"/source/{rejection.source}"
        raw = build_self_alarm(
            source=self.internal,
            tenant=rejection.tenant or self._provider,
            act=AlarmAct.RAISE,
            code=f"intake.{rejection.reason}",
            managed_object=about,
            texts=(
                chinese.format(address=rejection.address),
                english.format(address=rejection.address),
            ),
            now=rejection.last_at,
            severity=Severity.WARNING,
            raw={"count": str(rejection.count), "address": rejection.address},
        )
        return Item(id=id, raw=replace(raw, native_id=id))

    def end_of_quiet(self) -> Iterator[Item]:
        """Yield the end of what was said about ourselves and was not said again for a while."""
        quiet = (
            alarm
            for prefix in _ENDING_QUIETLY
            for alarm in alarm_queries.system_quiet_alarms(
                self._conn, source=self.internal, prefix=prefix, before=self._now - _QUIET
            )
        )
        for alarm in quiet:
            raw = build_self_alarm(
                source=self.internal,
                tenant=alarm.tenant,
                act=AlarmAct.CLEAR,
                code=alarm.alarm_type,
                managed_object=alarm.managed_object,
                texts=("已停止", "It has stopped"),
                now=self._now,
                severity=alarm.severity,
            )
            yield Item(id=raw.native_id, raw=raw)

    def bury(
        self,
        id: str,
        data: bytes,
        error: Exception,
        *,
        datagram: ReceivedDatagram | None = None,
        raw: RawAlarm | None = None,
        address: str = "",
    ) -> None:
        """Put what can not be understood on the shelf, where a person finds it."""
        self.dead_letters += 1
        if self.dead_letters > _DEAD_LETTERS_AT_ONCE:
            return  # a flood; the alarm counts it
        known = datagram or raw
        self._counts[known.source if known else self.internal, "buried"] += 1
        alarm_actions.shelve_dead_letter(
            self._conn,
            intake_id=id,
            tenant=known.tenant if known else self._provider,
            source=known.source if known else None,
            fallback=self._provider,
            received_at=known.received_at if known else self._now,
            address=datagram.address if datagram else address,
            error=f"{type(error).__name__}: {error}"[:500],
            data=data[:_DEAD_LETTER_BYTES],
        )
