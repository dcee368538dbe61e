"""Reads the alarms that Cloud Eye keeps for the service, oldest new one first."""

from collections.abc import AsyncIterator
from dataclasses import replace
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
    AlarmMark,
    OpenAlarm,
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

# Older pages are only looked at for records of open alarms, and for so many of those.
_PAGES_FOR_OPEN_ALARMS = 40
_MOST_OPEN_ALARMS = 20_000

# An end without a time of its own is dated so far before it was read: the next alarm of the same
# kind may have begun by then, though it is not listed yet, and must not look older than the end.
_DATED_BACK = timedelta(minutes=2)


async def read_alarms(
    client: WorkspaceClient, context: SourceContext, wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield raw alarms that began since the watermark, in the order of their beginning.

    The service's documents leave open whether the end of an alarm is a record of its own or the
    same record with another status; both are read. Each page moves the watermark. Raises
    SourceBabbled at the end for records without id or time.
    """
    mark, since = _start(wanted)
    news = _News(mark, since)
    items = await _list_back_to(client, news.horizon, since=since)
    read_at = context.clock.now()
    alarms, unusable = _map_all(items, context, read_at)
    for batch in batched(news.choose(alarms, read_at), _ALARMS_PER_PAGE):
        moved = encode_mark(news.take(batch))
        yield ReadingPage(readings=batch, read_at=read_at, watermark=moved)
    if unusable:
        raise SourceBabbled(f"{unusable} alarm records have no id or no time")


def _start(wanted: Wanted) -> tuple[AlarmMark, datetime]:
    if wanted.watermark is None:
        return AlarmMark(read=ReadMark(until=wanted.history_from)), wanted.history_from
    mark = decode_mark(wanted.watermark, AlarmMark)
    return mark, mark.read.until - _LATE_BY


class _News:
    """What of the list was not yielded before, and which alarms stand open after it."""

    def __init__(self, mark: AlarmMark, since: datetime) -> None:
        self._until = mark.read.until
        self._since = since
        self._seen = Seen(mark.read)
        self._open = {each.record: each for each in mark.open}

    @property
    def horizon(self) -> datetime:
        """Return how far back the list is of interest."""
        return min([self._since, *(each.since for each in self._open.values())])

    def choose(self, alarms: list[RawAlarm], read_at: datetime) -> list[RawAlarm]:
        """Return the new ones, oldest first, a raise before a clear of the same second."""
        chosen = []
        standing = self._standing(alarms)
        for alarm in alarms:
            if self._seen.knows(_key(alarm)):
                continue
            if alarm.act != AlarmAct.RAISE and _record(alarm) in self._open:
                if standing.get(_about(alarm), alarm.event_at) > alarm.event_at:
                    # the same stands again under a newer record
                    del self._open[_record(alarm)]
                    continue
                # It bears the time of its beginning still; when it ended, nothing says.
                ended_at = max(read_at - _DATED_BACK, alarm.event_at)
                chosen.append(replace(alarm, event_at=ended_at))
            elif alarm.event_at > self._since:
                chosen.append(alarm)
        return sorted(chosen, key=lambda each: (each.event_at, each.act != AlarmAct.RAISE))

    def _standing(self, alarms: list[RawAlarm]) -> dict[str, datetime]:
        """Return since when each alarm stands by the latest record that says so."""
        standing: dict[str, datetime] = {}
        for alarm in alarms:
            if alarm.act == AlarmAct.RAISE:
                about = _about(alarm)
                standing[about] = max(alarm.event_at, standing.get(about, alarm.event_at))
        return standing

    def take(self, batch: tuple[RawAlarm, ...]) -> AlarmMark:
        """Return the watermark for when `batch` is stored."""
        for alarm in batch:
            self._seen.add(_key(alarm), alarm.event_at)
            self._until = max(self._until, alarm.event_at)
            about = _about(alarm)
            if alarm.act == AlarmAct.RAISE:
                standing = OpenAlarm(_record(alarm), about, alarm.event_at)
                self._open[standing.record] = standing
            else:
                self._open = {
                    record: each
                    for record, each in self._open.items()
                    if each.about != about and record != _record(alarm)
                }
        newest = sorted(self._open.values(), key=lambda each: each.since)[-_MOST_OPEN_ALARMS:]
        return AlarmMark(read=self._seen.mark(self._until, keep=_LATE_BY), open=tuple(newest))


def _about(alarm: RawAlarm) -> str:
    return fingerprint(alarm.managed_object, alarm.alarm_type, alarm.qualifier)


async def _list_back_to(
    client: WorkspaceClient, horizon: datetime, *, since: datetime
) -> list[answers.AlarmItem]:
    # There is no filter by time. The list is newest first, which no document promises: so it is
    # left early only where a page shows that order and lies before the wanted time as a whole.
    found: list[answers.AlarmItem] = []
    pages = 0
    async for items, _ in every_page(client.list_alarms):
        found += items
        pages += 1
        begins = [at for at in map(_begin, items) if at is not None]
        if not begins or begins != sorted(begins, reverse=True):
            continue
        if begins[0] < horizon or (begins[0] < since and pages >= _PAGES_FOR_OPEN_ALARMS):
            break
    return found


def _begin(item: answers.AlarmItem) -> datetime | None:
    return parse_optional_time(item.begin_time)


def _map_all(
    items: list[answers.AlarmItem], context: SourceContext, read_at: datetime
) -> tuple[list[RawAlarm], int]:
    """Return each alarm once, and how many records were none."""
    alarms: dict[str, RawAlarm] = {}
    unusable = 0
    for item in items:
        alarm = map_alarm(item, context, received_at=read_at)
        if alarm is None:
            unusable += 1
        else:
            alarms[alarm.native_id] = alarm
    return list(alarms.values()), unusable


def _key(alarm: RawAlarm) -> str:
    return fingerprint(alarm.native_id)


def _record(alarm: RawAlarm) -> str:
    return fingerprint(alarm.raw["record_id"])
