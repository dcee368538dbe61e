"""Tells of datagrams that were not taken: soon for the first, then every few seconds at most."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import batched

from yunwei.base.core.intake import Rejection
from yunwei.monitor.collect.facts import TrapSource
from yunwei.monitor.collect.receive_tally import EVERYBODY, RejectionTally, RejectReason
from yunwei.monitor.collect.trap_sources import parse_sender
from yunwei.plugins.sdk.contract import NowClock

# with their samples they must fit into one message of the bus
_REJECTIONS_PER_BATCH = 256


class Refusals:
    """Counts refusals, and tells of them while it is started.

    count_dropped: the kernel's count of datagrams that found no room, which nobody else tells of.
    tell: takes at most 256 rejections at a time.
    """

    def __init__(
        self,
        *,
        clock: NowClock,
        count_dropped: Callable[[], int],
        tell: Callable[[tuple[Rejection, ...]], None],
        every_s: float,
        linger_s: float,
    ) -> None:
        self.counts: Counter[RejectReason] = Counter()
        self._clock = clock
        self._count_dropped = count_dropped
        self._dropped_before = count_dropped()
        self._tell = tell
        self._every_s = every_s
        self._linger_s = linger_s
        self._tally = RejectionTally()
        self._told_at_s = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Tell from now on, within the running event loop."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._every_s, self._on_timer)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def add(
        self,
        reason: RejectReason,
        host: str,
        at: datetime,
        data: bytes,
        whose: TrapSource | None = None,
    ) -> None:
        """Count a refusal. whose: the source that the sender claims to be."""
        self.counts[reason] += 1
        claimed = None if whose is None else (whose.tenant, whose.source)
        self._tally.add(reason, str(parse_sender(host)), at, data=data, whose=claimed)
        if self._timer is None:
            return
        loop = asyncio.get_running_loop()
        due_s = max(loop.time() + self._linger_s, self._told_at_s + self._every_s)
        if due_s < self._timer.when():
            self._timer.cancel()
            self._timer = loop.call_at(due_s, self._on_timer)

    def flush(self) -> None:
        """Tell of all that is counted, now."""
        dropped = self._count_dropped()
        if dropped > self._dropped_before:
            lost = dropped - self._dropped_before
            self._dropped_before = dropped
            self.counts[RejectReason.OVERLOAD] += lost
            self._tally.add(RejectReason.OVERLOAD, EVERYBODY, self._clock.now(), count=lost)
        for some in batched(self._tally.take(), _REJECTIONS_PER_BATCH):
            self._tell(some)

    def _on_timer(self) -> None:
        self.start()
        if self._tally:
            self._told_at_s = asyncio.get_running_loop().time()
        self.flush()
