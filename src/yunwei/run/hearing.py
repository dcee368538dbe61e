"""Notes what is heard while the intake is read: of whom, how much, and an example of each kind.

Nothing is written here; `govern` does so every few seconds, once for all.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import ReceivedDatagram, ReceivedPayload
from yunwei.monitor.collect.facts import Heard, NewSample, SerialHeard
from yunwei.monitor.collect.outcomes import build_outcome
from yunwei.plugins.sdk.contract import Read
from yunwei.plugins.sdk.snmp.notification import hide_community

_MOST_SAMPLES = 200

type _Received = ReceivedDatagram | ReceivedPayload


class Hearing:
    """What was heard since it was begun. at: when. counts: by source and kind. samples: by source
    and shape."""

    def __init__(self) -> None:
        self.at: dict[SourceId, datetime] = {}
        self.counts: Counter[tuple[SourceId, str]] = Counter()
        self.samples: dict[tuple[SourceId, str], NewSample] = {}
        self.reads: dict[SourceId, Read] = {}
        self.serials: list[SerialHeard] = []

    def count(self, source: SourceId, kind: str, count: int = 1) -> None:
        self.counts[source, kind] += count

    def hear(self, received: _Received, read: Read) -> None:
        self.at[received.source] = received.received_at
        self.reads[received.source] = read
        self.counts[received.source, "received"] += 1

    def keep_example(
        self,
        received: _Received,
        shape: str,
        alarms: Sequence[RawAlarm] = (),
        errors: Sequence[str] = (),
    ) -> None:
        """Keep the first of each shape, one that failed before one that did not."""
        key = (received.source, shape if not errors else f"{shape}!")
        if key in self.samples or len(self.samples) >= _MOST_SAMPLES:
            return
        is_datagram = isinstance(received, ReceivedDatagram)
        self.samples[key] = NewSample(
            source=received.source,
            shape=shape,
            received_at=received.received_at,
            address=received.address,
            data=hide_community(received.data) if is_datagram else received.data,
            outcome=build_outcome(alarms, errors),
        )

    def note_serials(self, alarms: Sequence[RawAlarm]) -> None:
        """Remember the running numbers of what was raised, in the order of its arrival."""
        self.serials += (
            SerialHeard(source=raw.source, serial=raw.serial, at=raw.received_at)
            for raw in alarms
            if raw.serial is not None and raw.act is AlarmAct.RAISE
        )

    def add(self, other: "Hearing") -> None:
        self.serials += other.serials
        self.at |= other.at
        self.reads |= other.reads
        self.counts.update(other.counts)
        for key, sample in other.samples.items():
            if len(self.samples) < _MOST_SAMPLES:
                self.samples.setdefault(key, sample)

    @property
    def heard(self) -> Heard:
        return Heard(
            at=self.at,
            counts=self.counts,
            samples=tuple(self.samples.values()),
            reads=self.reads,
            serials=tuple(self.serials),
        )
