"""Finds what is missing in the running numbers of senders' alarms. Pure: no clock of its own.

A number that comes late fills its gap: datagrams overtake each other. What is still missing after
a while is a lost report, or one that the sender was told not to send to us.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.facts import SerialHeard

GRACE = timedelta(seconds=10)
# a leap over more is another numbering, not a loss
_LONGEST_GAP = 1000
# and so is a fall this far back, after a repair of the sender
_FAR_BACK = 100_000


@dataclass
class _Sequence:
    """highest: of the numbers heard. missing: numbers below it that were not, since when."""

    highest: int
    missing: dict[int, datetime] = field(default_factory=dict)


class SerialWatch:
    """Remembers each source's numbers while the process lives; a first number has no gap."""

    def __init__(self, *, grace: timedelta = GRACE) -> None:
        self._grace = grace
        self._sequences: dict[SourceId, _Sequence] = {}

    def note(self, heard: SerialHeard) -> None:
        """Take a number in the order of arrival."""
        known = self._sequences.get(heard.source)
        leap = 0 if known is None else heard.serial - known.highest
        if known is None or leap > _LONGEST_GAP or leap < -_FAR_BACK:
            self._sequences[heard.source] = _Sequence(heard.serial)
            return
        known.missing.pop(heard.serial, None)
        if leap > 0:
            for number in range(known.highest + 1, heard.serial):
                known.missing[number] = heard.at
            known.highest = heard.serial

    def take_gaps(self, now: datetime) -> Counter[SourceId]:
        """Return how many numbers are given up as missing, by source, each once."""
        gaps: Counter[SourceId] = Counter()
        for source, known in self._sequences.items():
            lost = [number for number, since in known.missing.items() if now - since > self._grace]
            for number in lost:
                del known.missing[number]
            if lost:
                gaps[source] = len(lost)
        return gaps
