"""SNMP traps and informs: socket to durable batches. Nothing else, so a storm can not outrun it.

What a trap means is decided by its connector, later. Here a datagram's sender and community find
its source, batches are handed to the durable stream, an inform is answered when its batch is
durable, and what is refused is counted and told of. No Django, no PostgreSQL, no NATS.
"""

import asyncio
import contextlib
import socket
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, Rejection
from yunwei.monitor.collect.facts import TrapSource
from yunwei.monitor.collect.receive_engines import HeardEngines, OwnEngine
from yunwei.monitor.collect.receive_informs import Informs, SocketAddress
from yunwei.monitor.collect.receive_queue import Append, AppendQueue, Pending
from yunwei.monitor.collect.receive_refusals import Refusals
from yunwei.monitor.collect.receive_tally import RejectReason
from yunwei.monitor.collect.receive_v3 import NotTaken, V3Gate
from yunwei.monitor.collect.receive_v3_answers import Stat
from yunwei.monitor.collect.trap_socket import count_dropped, open_trap_socket
from yunwei.monitor.collect.trap_sources import TrapSources, parse_sender
from yunwei.plugins.sdk.contract import NowClock
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import is_version_3
from yunwei.plugins.sdk.snmp.notification import PduKind, encode_inform_response, peek

__all__ = ["ReceiveCounts", "ReceiveLimits", "TrapReceiver", "TrapSources", "open_trap_socket"]

_DATAGRAMS_PER_WAKE_UP = 256
# what a closing receiver still takes from the kernel, in wake-ups
_LAST_WAKE_UPS = 64
_MAX_KNOWN_SENDERS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveLimits:
    """linger_s: how long an item waits for others of its batch. in_flight: batches at a time.

    queue_items, queue_bytes: of what is accepted and not stored; at one of them the socket is
    left alone until half is stored, and the kernel's buffer fills.
    """

    datagram_bytes: int = 8 * 1024
    batch_items: int = 256
    batch_bytes: int = 512 * 1024
    linger_s: float = 0.01
    in_flight: int = 8
    queue_items: int = 100_000
    queue_bytes: int = 64 * 1024**2
    report_every_s: float = 5.0
    inform_memory_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveCounts:
    """What /metrics tells of a receiver. All but the last four only grow.

    received: datagrams read. accepted: of them, well-formed and of a known source, each inform
    once. stored: of these, durable. rejected: by reason; `overload` are datagrams that the kernel
    had no room for, which were never read. paused: how often the queue was full.
    v3: what was wrong with messages of SNMP v3, discovery and setting of clocks included.
    queued_items, queued_bytes: accepted and not yet stored. is_paused: the queue is full now.
    engines: whose clocks are known.
    """

    received: int = 0
    accepted: int = 0
    stored: int = 0
    stored_batches: int = 0
    append_retries: int = 0
    informs_answered: int = 0
    informs_repeated: int = 0
    paused: int = 0
    rejected: Counter[RejectReason] = field(default_factory=Counter)
    v3: Counter[Stat] = field(default_factory=Counter)
    queued_items: int = 0
    queued_bytes: int = 0
    is_paused: bool = False
    engines: int = 0


class TrapReceiver:
    """Receives on one socket, which stays its owner's. All of it runs in one event loop.

    own: who we are to senders of v3 informs, started by the event loop's clock.
    append: returns when the batch is durable; raises EngineAway when that is not certain.
    """

    def __init__(
        self,
        receiving: socket.socket,
        *,
        sources: TrapSources,
        own: OwnEngine,
        append: Append,
        clock: NowClock,
        limits: ReceiveLimits | None = None,
    ) -> None:
        self._limits = limits = limits or ReceiveLimits()
        self._socket = receiving
        self._sources = sources
        self._gate = V3Gate(own, sources)
        self._clock = clock
        self._queue = AppendQueue(append, in_flight=limits.in_flight)
        self._refusals = Refusals(
            clock=clock,
            count_dropped=partial(count_dropped, receiving),
            tell=self._tell,
            every_s=limits.report_every_s,
            linger_s=limits.linger_s,
        )
        self._informs = Informs(receiving, memory_s=limits.inform_memory_s)
        self._senders: dict[tuple[str, bytes], tuple[str, TrapSource | None]] = {}
        self._open: list[ReceivedDatagram] = []
        self._open_bytes = 0
        self._linger: asyncio.TimerHandle | None = None
        self._is_running = self._is_paused = self._is_closed = False
        self._received = self._accepted = self._stored = self._stored_batches = 0
        self._paused = 0

    @property
    def counts(self) -> ReceiveCounts:
        return ReceiveCounts(
            received=self._received,
            accepted=self._accepted,
            stored=self._stored,
            stored_batches=self._stored_batches,
            append_retries=self._queue.retries,
            informs_answered=self._informs.answered,
            informs_repeated=self._informs.repeated,
            paused=self._paused,
            rejected=Counter(self._refusals.counts),
            v3=Counter(self._gate.counts),
            queued_items=self._queue.items + len(self._open),
            queued_bytes=self._queue.size_bytes + self._open_bytes,
            is_paused=self._is_paused,
            engines=len(self._gate.engines),
        )

    @property
    def engines(self) -> HeardEngines:
        """The clocks of senders of v3, to be kept beyond this receiver's life."""
        return self._gate.engines

    def replace(self, sources: TrapSources) -> None:
        """Take a newer snapshot, from the next datagram on."""
        self._sources = sources
        self._gate.replace(sources)
        self._senders.clear()

    async def run(self) -> None:
        """Receive until `close`. What `append` raises besides EngineAway comes out; run again."""
        if self._is_closed:
            return
        self._is_running = True
        self._is_paused = False
        self._read(True)
        self._refusals.start()
        try:
            await self._queue.run()
        finally:
            self._is_running = False
            self._read(False)
            self._refusals.stop()

    async def close(self, *, timeout_s: float = 10.0) -> int:
        """Take what the kernel holds, store all of it, and end `run`.

        Returns how many accepted datagrams could not be stored within `timeout_s`.
        """
        self._is_closed = True
        self._read(False)
        for _ in range(_LAST_WAKE_UPS):
            if self._is_full(1) or not self._drain():
                break
        self._seal()
        self._refusals.stop()
        self._refusals.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._queue.finish()
        return self._accepted - self._stored

    # From the socket

    def _read(self, is_wanted: bool) -> None:
        loop = asyncio.get_running_loop()
        if is_wanted:
            loop.add_reader(self._socket.fileno(), self._on_readable)
        else:
            loop.remove_reader(self._socket.fileno())

    def _on_readable(self) -> None:
        self._drain()
        if self._is_full(1):
            self._read(False)
            self._is_paused = True
            self._paused += 1

    def _is_full(self, share: float) -> bool:
        """Return whether the queue holds `share` (0-1) of what it may."""
        limits = self._limits
        return (
            self._queue.items + len(self._open) >= limits.queue_items * share
            or self._queue.size_bytes + self._open_bytes >= limits.queue_bytes * share
        )

    def _drain(self) -> bool:
        """Take one wake-up's worth of datagrams; return whether there may be more."""
        now = self._clock.now()
        size = self._limits.datagram_bytes + 1
        for _ in range(_DATAGRAMS_PER_WAKE_UP):
            try:
                data, sender = self._socket.recvfrom(size)
            except OSError:
                # nothing there (BlockingIOError), or the network's complaint about an answer
                return False
            self._received += 1
            try:
                self._take(data, sender, now)
            except BadDatagram as error:
                self._refusals.add(RejectReason(error.reason), sender[0], now, data)
        return True

    def _take(self, data: bytes, sender: SocketAddress, now: datetime) -> None:
        if len(data) > self._limits.datagram_bytes:
            self._refusals.add(RejectReason.OVERSIZED, sender[0], now, data)
            return
        if is_version_3(data):
            self._take_v3(data, sender, now)
            return
        envelope = peek(data)
        known = self._senders.get((sender[0], envelope.community))
        address, source = known or self._find(sender[0], envelope.community)
        if source is None:
            self._refusals.add(RejectReason.UNKNOWN_COMMUNITY, sender[0], now, data)
        elif envelope.pdu_kind is not PduKind.INFORM:
            self._add(source, address, now, data)
        else:
            answer = encode_inform_response(data)
            # the content is part of the key: there are agents that give each inform the same id
            key = (sender, (envelope.request_id, hash(data)))
            if self._informs.is_new(key, lambda _now_s: answer):
                self._add(source, address, now, data)

    def _take_v3(self, data: bytes, sender: SocketAddress, now: datetime) -> None:
        judged = self._gate.judge(data, sender[0], asyncio.get_running_loop().time())
        if isinstance(judged, NotTaken):
            if judged.reason is not None:
                self._refusals.add(judged.reason, sender[0], now, data, judged.source)
            if judged.report:
                self._informs.send(judged.report, sender)
        elif judged.answer is None or self._informs.is_new((sender, judged.key), judged.answer):
            self._add(judged.source, judged.address, now, judged.data)

    def _find(self, host: str, community: bytes) -> tuple[str, TrapSource | None]:
        """Return the address in its plain form and whose it is; remembered when it is anyone's."""
        address = parse_sender(host)
        found = (str(address), self._sources.find(address, community))
        if found[1] is not None:
            if len(self._senders) >= _MAX_KNOWN_SENDERS:
                self._senders.clear()
            self._senders[host, community] = found
        return found

    # Batches

    def _add(self, source: TrapSource, address: str, now: datetime, data: bytes) -> None:
        self._accepted += 1
        self._open.append(
            ReceivedDatagram(
                tenant=source.tenant,
                source=source.source,
                received_at=now,
                address=address,
                data=data,
            )
        )
        self._open_bytes += len(data)
        limits = self._limits
        if len(self._open) >= limits.batch_items or self._open_bytes >= limits.batch_bytes:
            self._seal()
        elif self._linger is None:
            self._linger = asyncio.get_running_loop().call_later(limits.linger_s, self._seal)

    def _seal(self) -> None:
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if not self._open:
            return
        pending = Pending(
            batch=IntakeBatch(batch_id=uuid.uuid4().hex, datagrams=tuple(self._open)),
            items=len(self._open),
            size_bytes=self._open_bytes,
            on_stored=partial(self._on_stored, len(self._open), self._informs.take_waiting()),
        )
        self._open, self._open_bytes = [], 0
        self._queue.submit(pending)

    def _tell(self, rejections: tuple[Rejection, ...]) -> None:
        batch = IntakeBatch(batch_id=uuid.uuid4().hex, rejections=rejections)
        size_bytes = sum(len(each.sample) for each in rejections)
        self._queue.submit(
            Pending(
                batch=batch,
                items=len(rejections),
                size_bytes=size_bytes,
                on_stored=partial(self._on_stored, 0, []),
            )
        )

    def _on_stored(self, datagrams: int, answers: list[Callable[[], None]]) -> None:
        self._stored += datagrams
        self._stored_batches += 1
        for answer in answers:
            answer()
        if self._is_paused and self._is_running and not self._is_full(0.5):
            self._is_paused = False
            self._read(not self._is_closed)
