"""Reads what desktop users did: connection records, again until they end, and user events."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from yunwei.base.core.errors import SourceBabbled, SourceRefused
from yunwei.base.core.readings import ConnectionRecord, ReadingPage, UserAction
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import (
    WorkspaceClient,
    every_page,
    gather_all,
)
from yunwei.plugins.connectors.huawei_workspace.mapping import activity as mapping
from yunwei.plugins.connectors.huawei_workspace.watermark import (
    ActivityMark,
    ReadMark,
    Seen,
    Window,
    decode_mark,
    encode_mark,
    fingerprint,
    merge_windows,
)
from yunwei.plugins.sdk.contract import NowClock, SourceContext, Wanted
from yunwei.plugins.sdk.http import AnswerNotFound

# The gateway refuses requests whose clock is further off than this, so no answer can be.
_SKEW = timedelta(minutes=15)

# The service keeps user events for 30 days; an hour less, so that the edge is not refused.
_LONGEST_HISTORY = timedelta(days=30) - timedelta(hours=1)

# Long histories are read, and marked as read, in steps of this.
_STEP = timedelta(days=1)

# Logon stages cost a request each: so many per read, half of them kept for new records.
_STAGES_PER_READ = 50


async def read_activity(
    client: WorkspaceClient, context: SourceContext, wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield connection records, then user events, since the watermark.

    A record comes again when it was set up and when it ended; open ones are looked at for 7
    days. The newest 50 of a read carry their logon stages. User events are left out when the
    credentials may not read them. Raises SourceBabbled at the end for rows without id or time.
    """
    reading = _ActivityRead(client, context.clock, _start_mark(context.clock.now(), wanted))
    async for page in reading.read_open_records():
        yield page
    async for page in reading.read_new_records():
        yield page
    with suppress(SourceRefused):  # the probe says so; records do not depend on it
        async for page in reading.read_events():
            yield page
    reading.raise_babbled()


def _start_mark(now: datetime, wanted: Wanted) -> ActivityMark:
    if wanted.watermark is not None:
        return decode_mark(wanted.watermark, ActivityMark)
    start = ReadMark(until=max(wanted.history_from, now - _LONGEST_HISTORY))
    return ActivityMark(records=start, events=start)


class _ActivityRead:
    """One reading. `mark` moves on as stretches of time are finished."""

    def __init__(self, client: WorkspaceClient, clock: NowClock, mark: ActivityMark) -> None:
        self._client = client
        self._clock = clock
        self._now = clock.now()
        self._mark = mark
        self._records_since = mark.records.until - _SKEW
        self._events_since = max(mark.events.until - _SKEW, self._now - _LONGEST_HISTORY)
        self._seen_records = Seen(mark.records)
        self._seen_events = Seen(mark.events)
        self._open_starts: set[datetime] = set()
        self._stages_left = _STAGES_PER_READ
        self._unusable = 0
        self._babbled: SourceBabbled | None = None

    async def read_open_records(self) -> AsyncIterator[ReadingPage]:
        """Look again where open records began; yield those that changed, without a watermark."""
        for window in self._mark.open:
            async for changed in self._read_records(window):
                spare = _STAGES_PER_READ // 2
                yield self._page(await self._add_stages(changed, spare=spare))

    async def read_new_records(self) -> AsyncIterator[ReadingPage]:
        """Yield records in steps of a day, each step ending with a page that moves the mark."""
        for window in _split(self._records_since, self._now):
            async for changed in self._read_records(window):
                is_newest = window.end >= self._now
                yield self._page(await self._add_stages(changed) if is_newest else changed)
            until = min(window.end, self._now)
            self._mark = ActivityMark(
                records=self._seen_records.mark(until, keep=_SKEW),
                events=self._mark.events,
                open=merge_windows(self._open_starts, now=self._now),
            )
            yield self._page((), watermark=encode_mark(self._mark))

    async def read_events(self) -> AsyncIterator[ReadingPage]:
        """Yield user events in steps of a day, each step ending with a page that moves the mark."""
        for window in _split(self._events_since, self._now):
            fetch = partial(self._client.list_user_events, start=window.start, end=window.end)
            async for rows, _ in every_page(fetch):
                yield self._page([each for each in map(self._take_event, rows) if each])
            until = min(window.end, self._now)
            self._mark = ActivityMark(
                records=self._mark.records,
                events=self._seen_events.mark(until, keep=_SKEW),
                open=self._mark.open,
            )
            yield self._page((), watermark=encode_mark(self._mark))

    def raise_babbled(self) -> None:
        """Raise SourceBabbled when something of this reading was unusable."""
        if self._babbled is not None:
            raise self._babbled
        if self._unusable:
            raise SourceBabbled(f"{self._unusable} rows of activity have no id or no time")

    async def _read_records(self, window: Window) -> AsyncIterator[list[ConnectionRecord]]:
        # The service knows whole minutes only: the end is cut off there, so a minute more.
        end = window.end + timedelta(minutes=1)
        fetch = partial(self._client.list_login_records, start=window.start, end=end)
        async for rows, _ in every_page(fetch):
            yield [each for each in map(self._take_record, rows) if each]

    def _take_record(self, row: answers.LoginRecord) -> ConnectionRecord | None:
        """Return the record when it is new or changed since the last read."""
        record = self._map_record(row)
        if record is None:
            return None
        if record.ended_at is None and not record.failure:
            self._open_starts.add(record.started_at)
        changed_at = max(filter(None, (record.started_at, record.setup_at, record.ended_at)))
        if changed_at <= self._records_since:
            return None
        state = (record.native_id, record.setup_at, record.ended_at, record.failure)
        return record if self._seen_records.add(fingerprint(*state), changed_at) else None

    def _map_record(self, row: answers.LoginRecord) -> ConnectionRecord | None:
        try:
            record = mapping.map_record(row)
        except SourceBabbled:
            record = None
        if record is None:
            self._unusable += 1
        return record

    def _take_event(self, row: answers.UserEvent) -> UserAction | None:
        event = mapping.map_user_event(row)
        if event is None:
            self._unusable += 1
            return None
        if event.at <= self._events_since:
            return None
        return event if self._seen_events.add(fingerprint(event.native_id), event.at) else None

    async def _add_stages(
        self, records: list[ConnectionRecord], *, spare: int = 0
    ) -> list[ConnectionRecord]:
        """Return the records, the newest of them with stages while requests may be spent.

        spare: how many requests to keep for later.
        """
        over = sorted(
            (each for each in records if each.setup_at is not None or each.failure),
            key=lambda each: each.started_at,
            reverse=True,
        )
        chosen = over[: max(self._stages_left - spare, 0)]
        self._stages_left -= len(chosen)
        complete = await gather_all(self._fetch_stages, chosen)
        by_id = {each.native_id: each for each in complete}
        return [by_id.get(each.native_id, each) for each in records]

    async def _fetch_stages(self, record: ConnectionRecord) -> ConnectionRecord:
        try:
            found = await self._client.fetch_access_stages(record.native_id)
        except AnswerNotFound:
            return record
        except SourceBabbled as error:
            self._babbled = error
            return record
        except SourceRefused:
            self._stages_left = 0
            return record
        return replace(
            record,
            stages_s=mapping.map_stages(found),
            stage_starts=mapping.map_stage_starts(found, record.started_at),
            failed_stage=mapping.find_failed_stage(found),
        )

    def _page(
        self, readings: Sequence[ConnectionRecord | UserAction], *, watermark: str | None = None
    ) -> ReadingPage:
        return ReadingPage(readings=tuple(readings), read_at=self._clock.now(), watermark=watermark)


def _split(start: datetime, now: datetime) -> Iterator[Window]:
    """Yield steps of a day up to `now`; the last one reaches beyond it, for clocks ahead of us."""
    while now - start > _STEP:
        yield Window(start, start + _STEP)
        start += _STEP
    yield Window(start, now + _SKEW)
