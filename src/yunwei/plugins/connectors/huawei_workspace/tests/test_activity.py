"""Connection records and user events: each change once, open ones until they end."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import ConnectionRecord, ReadingPage, UserAction
from yunwei.plugins.connectors.huawei_workspace.tests.support import (
    NOW,
    Query,
    Reply,
    Service,
    connect,
    error,
    paged,
)
from yunwei.plugins.connectors.huawei_workspace.watermark import (
    MAX_WINDOWS,
    OPEN_FOR_AT_MOST,
    ActivityMark,
    decode_mark,
    merge_windows,
)
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.testkit import StillClock, take_pages, take_until_error

PATH, EVENTS = "/connections/desktops", "/user-events"


def minutes_ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


class Records:
    """Answers connection records by their start, in whole minutes, newest first."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, object]] = {}

    def put(
        self,
        key: str,
        started: datetime,
        setup: datetime | None = None,
        ended: datetime | None = None,
        failure: str | None = None,
    ) -> None:
        self.rows[key] = {
            "transaction_id": key,
            "user_name": "zhang.wei",
            "connection_start_time": _text(started),
            "connection_setup_time": _text(setup),
            "connection_end_time": _text(ended),
            "connection_failure_reason": failure,
        }

    def __call__(self, query: Query) -> Reply:
        start, end = (datetime.fromisoformat(query[name][0]) for name in ("start_time", "end_time"))
        chosen = [
            row
            for row in self.rows.values()
            if start <= datetime.fromisoformat(str(row["connection_start_time"])) <= end
        ]
        chosen.sort(key=lambda row: str(row["connection_start_time"]), reverse=True)
        return paged("records", chosen)(query)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


class World:
    """A service, a clock, and a connector that is asked again and again from its watermark."""

    def __init__(self) -> None:
        self.service, self.records, self.clock = Service(), Records(), StillClock(NOW)
        self.service.answer(PATH, self.records)
        self.service.answer(EVENTS, {"count": 0, "items": []})
        self.service.answer("/statistics/metrics/access-stages", {"stages": []})
        self.watermark: str | None = None
        self.history = timedelta(hours=3)

    async def poll(self) -> list[ReadingPage]:
        connector = connect(self.service, self.clock)
        want = Wanted(watermark=self.watermark, history_from=self.clock.at - self.history)
        pages = await take_pages(connector.read(Read.ACTIVITY, want))
        await connector.close()
        self.watermark = [p.watermark for p in pages if p.watermark][-1]
        return pages

    async def poll_records(self) -> list[ConnectionRecord]:
        pages = await self.poll()
        return [r for p in pages for r in p.readings if isinstance(r, ConnectionRecord)]

    async def poll_events(self) -> list[UserAction]:
        pages = await self.poll()
        return [r for p in pages for r in p.readings if isinstance(r, UserAction)]

    def passes(self, minutes: float) -> None:
        self.clock.move(by=timedelta(minutes=minutes))

    @property
    def mark(self) -> ActivityMark:
        assert self.watermark is not None
        return decode_mark(self.watermark, ActivityMark)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_record_comes_when_it_starts_is_set_up_and_ends(world: World) -> None:
    start = minutes_ago(2)
    world.records.put("t-1", start)
    assert [r.setup_at for r in await world.poll_records()] == [None]
    world.passes(1)
    assert await world.poll_records() == []
    world.records.put("t-1", start, setup=minutes_ago(-0.5))
    assert [r.setup_at for r in await world.poll_records()] == [minutes_ago(-0.5)]
    world.passes(400)
    assert await world.poll_records() == []
    world.records.put("t-1", start, minutes_ago(-0.5), ended=world.clock.at)
    world.passes(1)
    assert [r.ended_at for r in await world.poll_records()] == [minutes_ago(-401)]
    assert await world.poll_records() == []
    assert world.mark.open == ()


async def test_a_failed_attempt_is_over(world: World) -> None:
    world.records.put("t-1", minutes_ago(2), failure="DESKTOP_UNREGISTERED")
    assert [r.failure for r in await world.poll_records()] == ["DESKTOP_UNREGISTERED"]
    assert world.mark.open == ()


async def test_records_that_appear_late_are_read(world: World) -> None:
    await world.poll()
    world.records.put("late", minutes_ago(12), setup=minutes_ago(11))
    world.passes(1)
    assert [r.native_id for r in await world.poll_records()] == ["late"]


@pytest.mark.parametrize("skew_minutes", [-14, 14])
async def test_a_source_whose_clock_is_off_loses_no_record(world: World, skew_minutes: int) -> None:
    await world.poll()
    found = []
    for n in range(20):
        world.passes(1)
        world.records.put(f"t-{n}", world.clock.at + timedelta(minutes=skew_minutes))
        found += [r.native_id for r in await world.poll_records()]
    assert found == [f"t-{n}" for n in range(20)]


async def test_records_in_pages_of_1000(world: World) -> None:
    for n in range(2300):
        world.records.put(f"t-{n}", minutes_ago(100), setup=minutes_ago(99), ended=minutes_ago(9))
    assert len(await world.poll_records()) == 2300
    assert [q["offset"] for q in world.service.queries(PATH)] == [["0"], ["1000"], ["2000"]]


async def test_a_long_history_is_marked_day_by_day(world: World) -> None:
    world.history = timedelta(days=5)
    for day in range(5):
        start = minutes_ago(day * 1440 + 30)
        world.records.put(f"t-{day}", start, setup=start, ended=start + timedelta(minutes=9))
    pages = await world.poll()
    marks = [decode_mark(p.watermark, ActivityMark).records.until for p in pages if p.watermark]
    assert marks[:6] == sorted(marks[:6])
    assert len(set(marks)) == 6
    assert marks[-1] == NOW
    ids = [r.native_id for p in pages for r in p.readings if isinstance(r, ConnectionRecord)]
    assert ids == [f"t-{day}" for day in range(4, -1, -1)]


async def test_an_interrupted_history_goes_on_where_it_was(world: World) -> None:
    world.history = timedelta(days=5)
    for n in range(500):
        start = minutes_ago(n * 14 + 1)
        world.records.put(f"t-{n}", start, setup=start, ended=start + timedelta(minutes=1))
    found: list[str] = []
    for _ in range(40):
        connector = connect(world.service, world.clock)
        want = Wanted(watermark=world.watermark, history_from=NOW - world.history)
        pages = connector.read(Read.ACTIVITY, want)
        async for page in pages:
            found += [r.native_id for r in page.readings if isinstance(r, ConnectionRecord)]
            if page.watermark is not None:
                moved = page.watermark != world.watermark
                world.watermark = page.watermark
                if moved:
                    break
        await connector.close()
    assert len(found) == len(set(found)) == 500


async def test_open_records_of_the_morning_cost_one_window(world: World) -> None:
    for n in range(90):
        start = minutes_ago(170 - n)
        world.records.put(f"t-{n}", start, setup=start)
    await world.poll()
    assert len(world.mark.open) == 1
    world.passes(1)
    world.service.asked.clear()
    assert await world.poll_records() == []
    assert len(world.service.queries(PATH)) == 2


async def test_a_record_open_for_a_week_is_let_go(world: World) -> None:
    world.records.put("t-1", minutes_ago(1), setup=minutes_ago(1))
    await world.poll()
    world.clock.at = NOW + OPEN_FOR_AT_MOST
    await world.poll()
    assert world.mark.open == ()


async def test_stages_of_the_newest_fifty_only(world: World) -> None:
    stages = {"stages": [{"stage": "LOGIN", "duration": 1500}]}
    world.service.answer("/statistics/metrics/access-stages", stages)
    for n in range(80):
        world.records.put(f"t-{n:02}", minutes_ago(90 - n), setup=minutes_ago(90 - n))
    found = {r.native_id: r.stages_s for r in await world.poll_records()}
    with_stages = {key for key, value in found.items() if value == {"LOGIN": 1.5}}
    assert with_stages == {f"t-{n:02}" for n in range(30, 80)}
    assert len(world.service.queries("/statistics/metrics/access-stages")) == 50


@pytest.mark.parametrize("status", [403, 404])
async def test_records_stand_without_their_stages(world: World, status: int) -> None:
    path = "/statistics/metrics/access-stages"
    world.service.answer(path, error(status, "X", "no"))
    world.records.put("t-1", minutes_ago(1), setup=minutes_ago(1))
    assert [r.stages_s for r in await world.poll_records()] == [{}]


async def test_events_come_once(world: World) -> None:
    rows = [
        {"event_trace_id": f"e-{n}", "event_type": "LOGIN", "event_time": _text(minutes_ago(n))}
        for n in range(1, 31)
    ]
    world.service.answer(EVENTS, paged("items", rows, total_key="count"))
    assert len(await world.poll_events()) == 30
    world.passes(1)
    rows.append({"event_trace_id": "e-new", "event_type": "LOGIN", "event_time": _text(NOW)})
    assert [e.native_id.partition(":")[0] for e in await world.poll_events()] == ["e-new"]


async def test_records_stand_without_the_right_to_events(world: World) -> None:
    world.service.answer(EVENTS, error(403, "PEP.0001", "no permission"))
    world.records.put("t-1", minutes_ago(1))
    assert [r.native_id for r in await world.poll_records()] == ["t-1"]


async def test_rows_without_id_or_time_are_said_after_the_others(world: World) -> None:
    world.records.put("t-1", minutes_ago(1))
    world.records.rows["t-2"] = world.records.rows["t-1"] | {"transaction_id": None}
    world.records.rows["t-3"] = world.records.rows["t-1"] | {"connection_setup_time": "soon"}
    connector = connect(world.service, world.clock)
    want = Wanted(watermark=None, history_from=minutes_ago(5))
    pages, failure = await take_until_error(connector.read(Read.ACTIVITY, want))
    await connector.close()
    assert isinstance(failure, SourceBabbled)
    assert failure.message == "2 rows of activity have no id or no time"
    found = [r for p in pages for r in p.readings if isinstance(r, ConnectionRecord)]
    assert [r.native_id for r in found] == ["t-1"]


@given(st.lists(st.integers(min_value=0, max_value=9 * 24 * 60), max_size=400))
def test_windows_cover_every_open_start(ages_minutes: list[int]) -> None:
    starts = [minutes_ago(age) for age in ages_minutes]
    windows = merge_windows(starts, now=NOW)
    assert len(windows) <= MAX_WINDOWS
    recent = [start for start in starts if start >= NOW - OPEN_FOR_AT_MOST]
    assert all(any(w.start <= start <= w.end for w in windows) for start in recent)
    assert list(windows) == sorted(windows, key=lambda w: w.start)
    assert all(one.end < other.start for one, other in pairwise(windows))
