"""Reads the performance points of the wanted desktops, some of them at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched, chain

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient, gather_all
from yunwei.plugins.connectors.huawei_workspace.mapping.measures import map_monitor_data
from yunwei.plugins.connectors.huawei_workspace.watermark import (
    ReadMark,
    decode_mark,
    encode_mark,
)
from yunwei.plugins.sdk.contract import SourceContext, Wanted
from yunwei.plugins.sdk.http import AnswerNotFound

# A point is stamped with the start of its 5 minutes and final only after them; those younger than
# this wait for the next read, so that no unfinished value is taken and none is read twice.
_SETTLED_AFTER = timedelta(minutes=6)

# The service answers windows of 1 hour to 30 days.
_SHORTEST_WINDOW = timedelta(hours=1)
_LONGEST_WINDOW = timedelta(days=30)

_DESKTOPS_PER_PAGE = 50


async def read_metrics(
    client: WorkspaceClient, context: SourceContext, wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield pages of 50 desktops' points between the watermark and 6 minutes ago, each point once.

    Only the last page moves the watermark, which is one for all desktops: the same desktops are
    expected at each read. A desktop without points (switched off, deleted) gives none, not zeros.
    Raises SourceBabbled at the end when some desktops' answers were unusable.
    """
    now = context.clock.now()
    oldest = now - _LONGEST_WINDOW
    stretch = _Stretch(
        client=client,
        start=max(min(_last_read(wanted), now - _SHORTEST_WINDOW), oldest),
        end=now,
        after=max(_last_read(wanted), oldest),
        until=now - _SETTLED_AFTER,
    )
    if stretch.until <= stretch.after:
        return
    batches = list(batched(wanted.desktops, _DESKTOPS_PER_PAGE))
    for number, desktop_ids in enumerate(batches, start=1):
        series = await gather_all(stretch.measure, desktop_ids)
        is_last = number == len(batches)
        yield ReadingPage(
            readings=tuple(chain.from_iterable(series)),
            read_at=context.clock.now(),
            watermark=encode_mark(ReadMark(until=stretch.until)) if is_last else None,
        )
    if stretch.babbled:
        count, first = len(stretch.babbled), stretch.babbled[0]
        raise SourceBabbled(
            f"{count} of {len(wanted.desktops)} desktops: {first}", excerpt=first.excerpt
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What to ask for (start, end) and what to take of it (after, until)."""

    client: WorkspaceClient
    start: datetime
    end: datetime
    after: datetime
    until: datetime
    babbled: list[SourceBabbled] = field(default_factory=list)

    async def measure(self, desktop_id: str) -> tuple[Observation, ...]:
        try:
            found = await self.client.fetch_monitor_data(desktop_id, start=self.start, end=self.end)
            points = map_monitor_data(desktop_id, found, after=self.after, until=self.until)
            return tuple(points)
        except AnswerNotFound:
            return ()
        except SourceBabbled as error:
            self.babbled.append(error)
            return ()


def _last_read(wanted: Wanted) -> datetime:
    if wanted.watermark is None:
        return wanted.history_from
    return decode_mark(wanted.watermark, ReadMark).until
