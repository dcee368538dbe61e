"""Reads the performance points of the wanted desktops, some of them at a time."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import batched, chain

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient, gather_all
from yunwei.plugins.connectors.huawei_workspace.mapping.measures import map_monitor_data
from yunwei.plugins.connectors.huawei_workspace.watermark import (
    MetricsMark,
    decode_mark,
    encode_mark,
    fingerprint,
    mark_metrics,
)
from yunwei.plugins.sdk.contract import SourceContext, Wanted
from yunwei.plugins.sdk.http import AnswerNotFound

# A point is stamped with the start of its 5 minutes and final only after them; those younger than
# this wait for the next read, so that no unfinished value is taken and none is read twice.
_SETTLED_AFTER = timedelta(minutes=6)

# The service answers windows of 1 hour to 30 days.
_SHORTEST_WINDOW = timedelta(hours=1)

# Points older than this are not asked for any more: of a desktop never measured before, and of
# one that had its last turn long ago. A month of 5-minute points of everybody would take days.
_FIRST_LOOK = timedelta(hours=3)
_LONGEST_LOOK = timedelta(days=1)

_DESKTOPS_PER_PAGE = 50


async def read_metrics(
    client: WorkspaceClient, context: SourceContext, wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield the wanted desktops' points since each one's last turn, 50 desktops a page.

    Points are taken up to 6 minutes ago, each once; at a desktop's first turn those of 3 hours
    at most. Each page moves the watermark. A desktop without points (switched off, deleted)
    gives none, not zeros. Raises SourceBabbled at the end when some answers were unusable; those
    desktops' points are asked for again at their next turn.
    """
    turn = _Turn(client, context.clock.now(), wanted)
    for desktop_ids in batched(wanted.desktops, _DESKTOPS_PER_PAGE):
        series = await gather_all(turn.measure, desktop_ids)
        yield ReadingPage(
            readings=tuple(chain.from_iterable(series)),
            read_at=context.clock.now(),
            watermark=encode_mark(turn.mark()),
        )
    turn.raise_babbled(len(wanted.desktops))


class _Turn:
    """One read: up to which instant, and since when for each desktop."""

    def __init__(self, client: WorkspaceClient, now: datetime, wanted: Wanted) -> None:
        self._client = client
        self._now = now
        # Whole minutes, because the watermark counts them.
        self._until = (now - _SETTLED_AFTER).replace(second=0, microsecond=0)
        self._first = max(wanted.history_from, now - _FIRST_LOOK)
        mark = wanted.watermark
        self._times = decode_mark(mark, MetricsMark).times() if mark is not None else {}
        self._babbled: list[SourceBabbled] = []

    async def measure(self, desktop_id: str) -> tuple[Observation, ...]:
        key = fingerprint(desktop_id)
        after = max(self._times.get(key, self._first), self._now - _LONGEST_LOOK)
        if self._until <= after:
            return ()
        start = min(after, self._now - _SHORTEST_WINDOW)
        try:
            found = await self._client.fetch_monitor_data(desktop_id, start=start, end=self._now)
            points = tuple(map_monitor_data(desktop_id, found, after=after, until=self._until))
        except AnswerNotFound:
            return ()
        except SourceBabbled as error:
            self._babbled.append(error)
            return ()
        self._times[key] = self._until
        return points

    def mark(self) -> MetricsMark:
        return mark_metrics(self._times, oldest=self._now - _LONGEST_LOOK)

    def raise_babbled(self, of: int) -> None:
        """Raise SourceBabbled with the first unusable answer, if there was one."""
        if self._babbled:
            first = self._babbled[0]
            raise SourceBabbled(
                f"{len(self._babbled)} of {of} desktops: {first}", excerpt=first.excerpt
            )
