"""Reads batches of the intake into raw alarms, in the transaction that applies them.

What can not be understood goes to the dead letters and is said as an alarm on ourselves; what
was rejected at the door is said, too. Nothing is passed over in silence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import Invalid, YunweiError
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, ReceivedPayload, Rejection
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.collect.facts import LetterKind, NewLetter
from yunwei.monitor.collect.queries import dead_letters as collect_letters
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.plugins.sdk.contract import BadPart, Payload, PayloadConnector, Read, TrapConnector
from yunwei.plugins.sdk.snmp.notification import decode_trap, hide_community
from yunwei.run.hearing import Hearing
from yunwei.run.intake_words import DEAD_LETTER, say_over, say_rejected, say_unread
from yunwei.run.shelf import Shelf

_QUIET = timedelta(minutes=15)
_ENDING_QUIETLY = ("intake.", "notify.", "governance.")

type Connectors = Callable[[SourceId], Any]
"""A connector of traps, or of payloads, by its source."""


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
        self._shelf = Shelf(fallback=provider)
        self._known = 0
        self._hearing = Hearing()
        self.internal = collect_queries.system_internal_source(conn).id

    def begin(self, letter: int | None) -> None:
        """Begin to read batches that are applied together. letter: the one that they replay."""
        self._shelf.begin(letter)

    def read(self, batch: IntakeBatch) -> Iterator[Item]:
        """Yield every raw alarm of a batch, in its order."""
        new = batch.raw_alarms
        if batch.letter is None:
            # what is replayed is known, and was not applied
            new = alarm_actions.keep_new(self._conn, new, now=self._now)
        self._known += len(batch.raw_alarms) - len(new)
        for position, raw in enumerate(new):
            if raw.source != self.internal:
                self._hearing.count(raw.source, f"healed.{raw.act}" if raw.is_found else "received")
            yield Item(id=f"{batch.batch_id}:r{position}", raw=raw)
        for position, datagram in enumerate(batch.datagrams):
            yield from self._read_datagram(f"{batch.batch_id}:{position}", datagram)
        for position, payload in enumerate(batch.payloads):
            yield from self._read_payload(f"{batch.batch_id}:p{position}", payload)
        for position, rejection in enumerate(batch.rejections):
            yield from self._read_rejection(f"{batch.batch_id}:x{position}", rejection)

    def finish(self) -> None:
        """Write down what could not be understood since `begin`."""
        self._shelf.finish(self._conn, now=self._now)

    @property
    def hearing(self) -> Hearing:
        """Of whom something came, heartbeats included, and how much; what was refused and is
        nobody's counts for the platform's own source."""
        return self._hearing

    def take_known(self) -> int:
        """Return how many reports were known already since the last call."""
        known, self._known = self._known, 0
        return known

    def _read_datagram(self, id: str, datagram: ReceivedDatagram) -> Iterator[Item]:
        self._hearing.hear(datagram, Read.TRAPS)
        shape = ""

        def parse() -> tuple[RawAlarm, ...]:
            nonlocal shape
            trap = decode_trap(datagram.data, address=datagram.address)
            shape = trap.oid
            connector: TrapConnector = self._connectors(datagram.source)
            return connector.parse_trap(trap, native_id=id, received_at=datagram.received_at)

        raws, error = attempt(parse)
        if error is not None:
            why = _say(error)
            self._hearing.keep_example(datagram, shape, errors=(why,))
            self._bury(id, LetterKind.DATAGRAM, datagram, hide_community(datagram.data), why)
            yield self._say_unread(id, datagram)
            return
        self._hearing.keep_example(datagram, shape, raws or ())
        self._hearing.note_serials(raws or ())
        for position, raw in enumerate(raws or ()):
            yield Item(id=id if not position else f"{id}.{position}", raw=raw)

    def _read_payload(self, id: str, received: ReceivedPayload) -> Iterator[Item]:
        self._hearing.hear(received, Read.PAYLOADS)

        def parse() -> tuple[RawAlarm | BadPart, ...]:
            connector: PayloadConnector = self._connectors(received.source)
            payload = Payload(body=received.data, address=received.address)
            return connector.parse_payload(payload, native_id=id, received_at=received.received_at)

        parts, error = attempt(parse)
        if error is not None:
            parts = (BadPart(data=received.data, why=_say(error)),)
        alarms = [part for part in parts or () if isinstance(part, RawAlarm)]
        bad = [part for part in parts or () if isinstance(part, BadPart)]
        self._hearing.keep_example(received, "", alarms, [part.why for part in bad])
        for position, raw in enumerate(alarms):
            yield Item(id=f"{id}.{position}", raw=raw)
        for position, part in enumerate(bad):
            self._bury(f"{id}.b{position}", LetterKind.PAYLOAD, received, part.data, part.why)
        if bad:
            yield self._say_unread(id, received)

    def _say_unread(self, id: str, received: ReceivedDatagram | ReceivedPayload) -> Item:
        said = f"{id}!"
        return Item(id=said, raw=say_unread(received, said, internal=self.internal))

    def _read_rejection(self, id: str, rejection: Rejection) -> Iterator[Item]:
        whose = rejection.source or self.internal
        self._hearing.count(whose, f"refused.{rejection.reason}", rejection.count)
        if rejection.reason == "malformed" and rejection.sample:
            why = Invalid("", f"malformed ({rejection.count} datagrams)")
            self._shelf.keep_sample(
                NewLetter(
                    intake_id=id,
                    tenant=self._provider,
                    source=None,
                    received_at=rejection.last_at,
                    address=rejection.address,
                    kind=LetterKind.REFUSED,
                    error=_say(why),
                    data=rejection.sample,
                )
            )
        said = say_rejected(rejection, id, internal=self.internal, provider=self._provider)
        yield Item(id=id, raw=said)

    def end_of_quiet(self) -> Iterator[Item]:
        """Yield the end of what was said about ourselves and was not said again for a while; of
        dead letters, once a person has dealt with them."""
        waiting = collect_letters.system_sources_with_letters(self._conn)
        about = {f"/source/{source}" for source in waiting}
        for prefix in _ENDING_QUIETLY:
            quiet = alarm_queries.system_quiet_alarms(
                self._conn, source=self.internal, prefix=prefix, before=self._now - _QUIET
            )
            for alarm in quiet:
                if alarm.alarm_type == DEAD_LETTER and alarm.managed_object in about:
                    continue
                over = say_over(alarm, internal=self.internal, now=self._now)
                yield Item(id=over.native_id, raw=over)

    def bury_item(self, item: Item, error: Exception) -> None:
        """Keep a raw alarm that could not be applied."""
        self._bury(item.id, LetterKind.REPORT, item.raw, encode(item.raw), _say(error))

    def bury_message(self, id: str, data: bytes, error: Exception) -> None:
        """Keep a message of the bus that is no batch."""
        self._shelf.keep(
            NewLetter(
                intake_id=id,
                tenant=self._provider,
                source=None,
                received_at=self._now,
                address="",
                kind=LetterKind.BATCH,
                error=_say(error),
                data=data,
            )
        )

    def _bury(
        self,
        id: str,
        kind: LetterKind,
        received: ReceivedDatagram | ReceivedPayload | RawAlarm,
        data: bytes,
        error: str,
    ) -> None:
        self._hearing.count(received.source, "buried")
        self._shelf.keep(
            NewLetter(
                intake_id=id,
                tenant=received.tenant,
                source=received.source,
                received_at=received.received_at,
                address="" if isinstance(received, RawAlarm) else received.address,
                kind=kind,
                error=error,
                data=data,
            )
        )

    @property
    def dead_letters(self) -> int:
        return self._shelf.kept


def _say(error: Exception) -> str:
    """Return what went wrong; ours are said in their words, a defect by its name as well."""
    text = str(error) if isinstance(error, YunweiError) else f"{type(error).__name__}: {error}"
    # what a stranger's bytes brought into an error must not stop the writing of it
    return text[:500].encode(errors="replace").decode()
