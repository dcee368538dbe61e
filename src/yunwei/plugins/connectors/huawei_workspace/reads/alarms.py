"""Reads the alarms that Cloud Eye keeps for the service, oldest new one first."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import batched

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient, every_page
from yunwei.plugins.connectors.huawei_workspace.mapping.alarms import map_alarm
from yunwei.plugins.connectors.huawei_workspace.mapping.values import parse_optional_time
from yunwei.plugins.connectors.huawei_workspace.watermark import (
    ReadMark,
    Seen,
    decode_mark,
    encode_mark,
    fingerprint,
)
from yunwei.plugins.sdk.contract import SourceContext, Wanted

# Cloud Eye may put in a record a little after the time that it bears.
_LATE_BY = timedelta(minutes=15)

_ALARMS_PER_PAGE = 500


async def read_alarms(
    client: WorkspaceClient, context: SourceContext, wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield raw alarms that began since the watermark, in the order of their beginning.

    Each page moves the watermark to its newest beginning. Raises SourceBabbled at the end for
    records without id or time.
    """
    if wanted.watermark is None:
        mark = ReadMark(until=wanted.history_from)
        since = wanted.history_from
    else:
        mark = decode_mark(wanted.watermark, ReadMark)
        since = mark.until - _LATE_BY
    items = await _list_since(client, since)
    read_at = context.clock.now()
    alarms, unusable = _map_all(items, context, read_at)
    seen = Seen(mark)
    fresh = [each for each in alarms if each.event_at > since and not seen.knows(_key(each))]
    until = mark.until
    for batch in batched(fresh, _ALARMS_PER_PAGE):
        until = max(until, batch[-1].event_at)
        for each in batch:
            seen.add(_key(each), each.event_at)
        moved = encode_mark(seen.mark(until, keep=_LATE_BY))
        yield ReadingPage(readings=batch, read_at=read_at, watermark=moved)
    if unusable:
        raise SourceBabbled(f"{unusable} alarm records have no id or no time")


async def _list_since(client: WorkspaceClient, since: datetime) -> list[answers.AlarmItem]:
    # There is no filter by time. The list is newest first, which no document promises: so it is
    # left early only where a page shows that order and lies before the wanted time as a whole.
    found: list[answers.AlarmItem] = []
    async for items, _ in every_page(client.list_alarms):
        found += items
        begins = [at for at in map(_begin, items) if at is not None]
        if begins and begins[0] < since and begins == sorted(begins, reverse=True):
            break
    return found


def _begin(item: answers.AlarmItem) -> datetime | None:
    return parse_optional_time(item.begin_time)


def _map_all(
    items: list[answers.AlarmItem], context: SourceContext, read_at: datetime
) -> tuple[list[RawAlarm], int]:
    """Return each alarm once, oldest first, a raise before a clear of the same second."""
    alarms: dict[str, RawAlarm] = {}
    unusable = 0
    for item in items:
        alarm = map_alarm(item, context, received_at=read_at)
        if alarm is None:
            unusable += 1
        else:
            alarms[alarm.native_id] = alarm
    order = sorted(alarms.values(), key=lambda each: (each.event_at, each.act != AlarmAct.RAISE))
    return order, unusable


def _key(alarm: RawAlarm) -> str:
    return fingerprint(alarm.native_id)
