"""Inventory, sessions, metrics and alarms read page by page from small local answers."""

from datetime import datetime, timedelta

import pytest

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Bug, SourceBabbled, SourceError, SourceRefused
from yunwei.base.core.readings import (
    DesktopSeen,
    DesktopUserSeen,
    Observation,
    ReadingPage,
    SeenKind,
    SessionSeen,
)
from yunwei.plugins.connectors.huawei_workspace.client import every_page
from yunwei.plugins.connectors.huawei_workspace.tests.support import (
    NOW,
    Handler,
    Query,
    Reply,
    Service,
    connect,
    error,
    paged,
)
from yunwei.plugins.connectors.huawei_workspace.watermark import AlarmMark, decode_mark
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.testkit import StillClock, take_pages, take_until_error

HISTORY = NOW - timedelta(days=2)


def wanted(*, watermark: str | None = None, desktops: tuple[str, ...] = ()) -> Wanted:
    return Wanted(watermark=watermark, history_from=HISTORY, desktops=desktops)


async def read(service: Service, what: Read, want: Wanted | None = None) -> list[ReadingPage]:
    connector = connect(service)
    try:
        return await take_pages(connector.read(what, want or wanted()))
    finally:
        await connector.close()


async def read_until_error(
    service: Service, what: Read, want: Wanted
) -> tuple[list[ReadingPage], SourceError | None]:
    connector = connect(service)
    try:
        return await take_until_error(connector.read(what, want))
    finally:
        await connector.close()


def of_kind[T](pages: list[ReadingPage], kind: type[T]) -> list[T]:
    return [each for page in pages for each in page.readings if isinstance(each, kind)]


def completed(pages: list[ReadingPage]) -> set[SeenKind]:
    return {kind for page in pages for kind in page.completes}


def last_mark(pages: list[ReadingPage]) -> str:
    return [page.watermark for page in pages if page.watermark is not None][-1]


def many_desktops(count: int) -> list[dict[str, object]]:
    return [{"desktop_id": f"D-{n}", "status": "ACTIVE"} for n in range(count)]


async def test_inventory_is_complete_in_every_kind() -> None:
    pages = await read(Service(), Read.INVENTORY)
    assert completed(pages) == {
        SeenKind.POOL,
        SeenKind.HOST,
        SeenKind.DESKTOP_USER,
        SeenKind.DESKTOP,
    }
    assert len(of_kind(pages, DesktopSeen)) == 6


async def test_desktops_are_read_in_pages_and_only_the_last_completes() -> None:
    service = Service()
    service.answer("/desktops/detail", paged("desktops", many_desktops(1201)))
    service.answer("/desktop-pools", {"total_count": 0, "desktop_pools": []})
    pages = [
        page
        for page in await read(service, Read.INVENTORY)
        if any(isinstance(each, DesktopSeen) for each in page.readings)
    ]
    assert [len(page.readings) for page in pages] == [500, 500, 201]
    assert [SeenKind.DESKTOP in page.completes for page in pages] == [False, False, True]
    asked = [(q["offset"], q["limit"]) for q in service.queries("/desktops/detail")]
    assert asked == [(["0"], ["500"]), (["500"], ["500"]), (["1000"], ["500"])]


async def test_desktops_learn_their_pool_and_host_from_the_other_lists() -> None:
    service = Service()
    pool = {"id": "P-1", "name": "finance"}
    service.answer("/desktop-pools", {"total_count": 1, "desktop_pools": [pool]})
    host = {"dedicated_host_id": "H-1", "instance_uuids": ["D-2"]}
    service.answer("/hosts", {"total": 1, "dedicated_hosts": [host]})
    everything, members = many_desktops(3), many_desktops(1)
    service.answer(
        "/desktops/detail",
        lambda query: paged("desktops", members if "pool_id" in query else everything)(query),
    )
    found = of_kind(await read(service, Read.INVENTORY), DesktopSeen)
    assert {each.native_id: (each.pool, each.host) for each in found} == {
        "D-0": ("P-1", ""),
        "D-1": ("", ""),
        "D-2": ("", "H-1"),
    }


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("/users", SeenKind.DESKTOP_USER),
        ("/desktop-pools", SeenKind.POOL),
        ("/hosts", SeenKind.HOST),
    ],
)
async def test_a_kind_without_the_right_is_left_out(path: str, left_out: SeenKind) -> None:
    service = Service()
    service.answer(path, error(403, "PEP.0001", "no permission"))
    done = completed(await read(service, Read.INVENTORY))
    assert left_out not in done
    assert len(done) == 3


async def test_inventory_without_the_right_to_desktops_is_refused() -> None:
    service = Service()
    service.answer("/desktops/detail", error(403, "PEP.0001", "no permission"))
    with pytest.raises(SourceRefused, match=r"403.*no permission"):
        await read(service, Read.INVENTORY)


async def test_babble_about_users_does_not_keep_desktops_from_being_read() -> None:
    service = Service()
    service.answer("/users", {"total_count": 1, "users": [{"id": 17}]})
    pages, failure = await read_until_error(service, Read.INVENTORY, wanted())
    assert isinstance(failure, SourceBabbled)
    assert "Expected `str`, got `int`" in failure.message
    assert SeenKind.DESKTOP in completed(pages)
    assert SeenKind.DESKTOP_USER not in completed(pages)


async def test_an_empty_cloud_is_complete() -> None:
    service = Service()
    service.answer("/users", {"total_count": 0, "users": []})
    pages = await read(service, Read.INVENTORY)
    assert SeenKind.DESKTOP_USER in completed(pages)
    assert of_kind(pages, DesktopUserSeen) == []


@pytest.mark.parametrize("answer", [{}, {"error_code": "X", "error_msg": "y"}])
async def test_an_object_without_items_is_not_an_empty_cloud(answer: dict[str, object]) -> None:
    service = Service()
    service.answer("/desktops/detail", answer)
    with pytest.raises(SourceBabbled, match="neither its items nor their number"):
        await read(service, Read.INVENTORY)


async def test_an_empty_page_before_the_end_completes_nothing() -> None:
    service = Service()
    service.answer("/desktop-pools", {"total_count": 0, "desktop_pools": []})
    service.answer("/desktops/detail", {"total_count": 2000, "desktops": []})
    with pytest.raises(SourceBabbled, match="page at offset 0 is empty although 2000 exist"):
        await read(service, Read.INVENTORY)


async def test_a_list_that_moves_while_it_is_read_completes_nothing() -> None:
    service = Service()
    service.answer("/desktop-pools", {"total_count": 0, "desktop_pools": []})
    first, second = many_desktops(500), many_desktops(700)[499:]
    service.answer(
        "/desktops/detail",
        lambda query: {
            "total_count": 701,
            "desktops": first if query["offset"] == ["0"] else second,
        },
    )
    assert SeenKind.DESKTOP not in completed(await read(service, Read.INVENTORY))


async def test_a_service_that_ignores_the_offset_does_not_hold_us_for_ever() -> None:
    async def fetch(_offset: int) -> tuple[list[int], None]:
        return [1], None

    with pytest.raises(SourceBabbled, match="did not end"):
        async for _ in every_page(fetch):
            pass


async def test_sessions_and_counts_are_of_one_instant() -> None:
    pages = await read(Service(), Read.SESSIONS)
    assert completed(pages) == {SeenKind.SESSION}
    sessions, numbers = of_kind(pages, SessionSeen), of_kind(pages, Observation)
    assert len(sessions) == 4
    assert {each.at for each in numbers} == {NOW}
    values = {each.metric: each.value for each in numbers if each.object_kind == "source"}
    assert values["users.online"] == 1
    assert values["desktops.running"] == 1774


async def test_connect_states_are_read_in_pages_of_2000() -> None:
    service = Service()
    desktops = [{"desktop_id": f"D-{n}", "connect_status": "CONNECTED"} for n in range(2500)]
    service.answer("/connect-desktops", paged("desktops", desktops))
    pages = await read(service, Read.SESSIONS)
    assert len(of_kind(pages, SessionSeen)) == 2500
    assert [query["limit"] for query in service.queries("/connect-desktops")] == [["2000"]] * 2


async def test_a_large_cloud_is_asked_state_by_state() -> None:
    service = Service()
    states = {"CONNECTED": 30, "DISCONNECTED": 20, "REGISTERED": 8000}
    desktops = [
        {"desktop_id": f"{state}-{n}", "connect_status": state}
        for state, count in states.items()
        for n in range(count)
    ]

    def reply(query: Query) -> Reply:
        state = query.get("connect_status", [""])[0]
        chosen = [each for each in desktops if state in ("", each["connect_status"])]
        return paged("desktops", chosen)(query)

    service.answer("/connect-desktops", reply)
    sessions = of_kind(await read(service, Read.SESSIONS), SessionSeen)
    assert len(sessions) == 50
    offsets = [int(query["offset"][0]) for query in service.queries("/connect-desktops")]
    assert max(offsets) == 0


async def test_sessions_stand_without_the_right_to_statistics() -> None:
    service = Service()
    service.answer("/statistics", error(403, "PEP.0001", "no permission"))
    pages = await read(service, Read.SESSIONS)
    assert completed(pages) == {SeenKind.SESSION}


def points(*values: float | None, until: datetime = NOW) -> list[dict[str, object]]:
    """Return points every 5 minutes, the last one 10 minutes before `until`."""
    last = int((until - timedelta(minutes=10)).timestamp() * 1000)
    first = last - 300_000 * (len(values) - 1)
    return [{"average": v, "timestamp": first + 300_000 * n} for n, v in enumerate(values)]


async def test_metrics_of_each_wanted_desktop() -> None:
    service = Service()
    for desktop_id in ("D-1", "D-2"):
        data = {"cpu_info": points(10, 0, None)}
        service.answer(f"/desktop-monitor/{desktop_id}", data)
    pages = await read(service, Read.METRICS, wanted(desktops=("D-1", "D-2")))
    found = [(each.object_id, each.value) for each in of_kind(pages, Observation)]
    assert found == [("D-1", 0.1), ("D-1", 0.0), ("D-2", 0.1), ("D-2", 0.0)]


async def test_a_point_is_read_once_and_not_before_it_is_final() -> None:
    service, clock = Service(), StillClock(NOW)
    service.answer("/desktop-monitor/D-1", {"cpu_info": points(*range(1, 9))})
    connector = connect(service, clock)
    clock.at = NOW - timedelta(minutes=20)
    values, watermark = [], None
    for _ in range(6):
        want = wanted(watermark=watermark, desktops=("D-1",))
        pages = await take_pages(connector.read(Read.METRICS, want))
        values.append([round(each.value * 100) for each in of_kind(pages, Observation)])
        watermark = last_mark(pages)
        clock.move(by=timedelta(minutes=5))
    await connector.close()
    assert values == [[1, 2, 3, 4], [5], [6], [7], [8], []]


async def test_a_window_is_never_shorter_than_the_service_allows() -> None:
    service, clock = Service(), StillClock(NOW)
    service.answer("/desktop-monitor/D-1", {})
    connector = connect(service, clock)
    pages = await take_pages(connector.read(Read.METRICS, wanted(desktops=("D-1",))))
    clock.move(by=timedelta(minutes=5))
    want = wanted(desktops=("D-1",), watermark=last_mark(pages))
    await take_pages(connector.read(Read.METRICS, want))
    await connector.close()
    asked = [(q["start_time"], q["end_time"]) for q in service.queries("/desktop-monitor/D-1")]
    assert asked == [
        (["2026-11-23T03:50:00Z"], ["2026-11-23T06:50:00Z"]),
        (["2026-11-23T05:55:00Z"], ["2026-11-23T06:55:00Z"]),
    ]


async def test_desktops_measured_in_turns_lose_no_point() -> None:
    service, clock = Service(), StillClock(NOW)
    connector = connect(service, clock)
    found: dict[str, list[int]] = {"D-1": [], "D-2": []}
    watermark = None
    for turn in range(8):
        for desktop_id in found:
            data = {"cpu_info": points(*range(1, 31 + turn), until=clock.at)}
            service.answer(f"/desktop-monitor/{desktop_id}", data)
        measured = ("D-1", "D-2") if turn in (0, 7) else (f"D-{1 + turn % 2}",)
        want = wanted(watermark=watermark, desktops=measured)
        pages = await take_pages(connector.read(Read.METRICS, want))
        watermark = last_mark(pages)
        for each in of_kind(pages, Observation):
            found[each.object_id].append(round(each.value * 100))
        clock.move(by=timedelta(minutes=5))
    await connector.close()
    assert found["D-1"] == found["D-2"] == list(range(1, 38))


async def test_a_desktop_that_babbled_is_asked_for_the_same_points_again() -> None:
    service = Service()
    service.answer("/desktop-monitor/D-2", {"cpu_info": points(10)})
    service.answer("/desktop-monitor/D-1", error(500, "WKS.9999", "internal error"))
    pages, _ = await read_until_error(service, Read.METRICS, wanted(desktops=("D-1", "D-2")))
    service.answer("/desktop-monitor/D-1", {"cpu_info": points(30)})
    want = wanted(watermark=last_mark(pages), desktops=("D-1", "D-2"))
    again = of_kind(await read(service, Read.METRICS, want), Observation)
    assert [(each.object_id, each.value) for each in again] == [("D-1", 0.3)]


async def test_the_mark_of_many_desktops_stays_small() -> None:
    service = Service()
    ids = tuple(f"3f0c2a5e-0000-4000-8000-{n:012d}" for n in range(120))
    for desktop_id in ids:
        service.answer(f"/desktop-monitor/{desktop_id}", {})
    mark = last_mark(await read(service, Read.METRICS, wanted(desktops=ids)))
    assert len(mark) < 14 * len(ids)


async def test_one_deleted_desktop_does_not_stop_the_others() -> None:
    service = Service()
    service.answer("/desktop-monitor/D-1", {"cpu_info": points(10)})
    service.answer("/desktop-monitor/gone", error(404, "WKS.0404", "desktop not found"))
    pages = await read(service, Read.METRICS, wanted(desktops=("gone", "D-1")))
    assert [each.object_id for each in of_kind(pages, Observation)] == ["D-1"]


async def test_one_babbling_desktop_is_said_after_the_others_were_read() -> None:
    service = Service()
    service.answer("/desktop-monitor/D-1", {"cpu_info": points(10)})
    service.answer("/desktop-monitor/D-2", {"cpu_info": "much"})
    want = wanted(desktops=("D-2", "D-1"))
    pages, failure = await read_until_error(service, Read.METRICS, want)
    assert isinstance(failure, SourceBabbled)
    assert failure.message.startswith("1 of 2 desktops: ")
    assert [each.object_id for each in of_kind(pages, Observation)] == ["D-1"]
    assert last_mark(pages)


async def test_metrics_of_nobody_asks_nothing() -> None:
    service = Service()
    assert await read(service, Read.METRICS) == []
    assert service.asked == []


def alarm(
    n: int, *, minutes_ago: float, status: str = "alarm", rule: str = ""
) -> dict[str, object]:
    begin = NOW - timedelta(minutes=minutes_ago)
    return {
        "record_id": f"r-{n}",
        "alarm_id": rule or f"rule-{n}",
        "begin_time": begin.isoformat(),
        "status": status,
        "level": 2,
    }


def newest_first(*items: dict[str, object]) -> Handler:
    ordered = sorted(items, key=lambda each: str(each["begin_time"]), reverse=True)
    return paged("alarm_histories", ordered, total_key="count")


async def test_alarms_come_oldest_first_and_once() -> None:
    service = Service()
    service.answer("/alarms", newest_first(*(alarm(n, minutes_ago=n) for n in range(1, 251))))
    first = await read(service, Read.ALARMS)
    ids = [each.native_id for each in of_kind(first, RawAlarm)]
    assert ids == [f"r-{n}:alarm" for n in range(250, 0, -1)]
    again = await read(service, Read.ALARMS, wanted(watermark=last_mark(first)))
    assert of_kind(again, RawAlarm) == []


async def test_a_late_alarm_and_a_clear_are_read() -> None:
    service = Service()
    early = [alarm(1, minutes_ago=30), alarm(2, minutes_ago=5)]
    service.answer("/alarms", newest_first(*early))
    mark = last_mark(await read(service, Read.ALARMS))
    late, cleared = alarm(3, minutes_ago=15), alarm(4, minutes_ago=1, status="ok")
    service.answer("/alarms", newest_first(*early, late, cleared))
    pages = await read(service, Read.ALARMS, wanted(watermark=mark))
    acts = [(each.native_id, each.act) for each in of_kind(pages, RawAlarm)]
    assert acts == [("r-3:alarm", AlarmAct.RAISE), ("r-4:ok", AlarmAct.CLEAR)]


async def test_a_record_that_turns_to_ok_clears_its_alarm_shortly_before_the_reading() -> None:
    service = Service()
    others = [alarm(n, minutes_ago=60 + n, status="ok") for n in range(10, 400)]
    service.answer("/alarms", newest_first(alarm(1, minutes_ago=200), *others))
    first = await read(service, Read.ALARMS)
    service.answer("/alarms", newest_first(alarm(1, minutes_ago=200, status="ok"), *others))
    second = await read(service, Read.ALARMS, wanted(watermark=last_mark(first)))
    [cleared] = of_kind(second, RawAlarm)
    assert (cleared.native_id, cleared.act) == ("r-1:ok", AlarmAct.CLEAR)
    assert cleared.event_at == NOW - timedelta(minutes=2)
    assert await read(service, Read.ALARMS, wanted(watermark=last_mark(second))) == []


async def test_a_record_that_turns_to_ok_clears_nothing_that_stands_again() -> None:
    service = Service()
    service.answer("/alarms", newest_first(alarm(1, minutes_ago=200, rule="disk")))
    first = await read(service, Read.ALARMS)
    over = alarm(1, minutes_ago=200, rule="disk", status="ok")
    service.answer("/alarms", newest_first(over, alarm(2, minutes_ago=1, rule="disk")))
    second = await read(service, Read.ALARMS, wanted(watermark=last_mark(first)))
    [raised] = of_kind(second, RawAlarm)
    assert (raised.native_id, raised.act) == ("r-2:alarm", AlarmAct.RAISE)
    over = alarm(2, minutes_ago=1, rule="disk", status="ok")
    service.answer("/alarms", newest_first(over))
    third = await read(service, Read.ALARMS, wanted(watermark=last_mark(second)))
    assert [each.act for each in of_kind(third, RawAlarm)] == [AlarmAct.CLEAR]


async def test_a_record_of_its_own_ends_an_alarm_and_the_looking_back() -> None:
    service = Service()
    raised = alarm(1, minutes_ago=200, rule="disk")
    service.answer("/alarms", newest_first(raised))
    mark = last_mark(await read(service, Read.ALARMS))
    assert decode_mark(mark, AlarmMark).open != ()
    ended = alarm(2, minutes_ago=3, status="ok", rule="disk")
    service.answer("/alarms", newest_first(raised, ended))
    pages = await read(service, Read.ALARMS, wanted(watermark=mark))
    [cleared] = of_kind(pages, RawAlarm)
    assert cleared.event_at == NOW - timedelta(minutes=3)
    assert decode_mark(last_mark(pages), AlarmMark).open == ()


async def test_looking_back_for_open_alarms_has_an_end() -> None:
    service = Service()
    over = [alarm(n, minutes_ago=n / 2, status="ok") for n in range(1, 5001)]
    service.answer("/alarms", newest_first(*over, alarm(5001, minutes_ago=2501)))
    mark = last_mark(await read(service, Read.ALARMS))
    service.asked.clear()
    assert await read(service, Read.ALARMS, wanted(watermark=mark)) == []
    assert len(service.queries("/alarms")) == 40


async def test_old_pages_of_alarms_are_not_asked_for_again() -> None:
    service = Service()
    over = (alarm(n, minutes_ago=n, status="ok") for n in range(1, 1001))
    service.answer("/alarms", newest_first(*over))
    mark = last_mark(await read(service, Read.ALARMS))
    service.asked.clear()
    await read(service, Read.ALARMS, wanted(watermark=mark))
    assert len(service.queries("/alarms")) == 2


async def test_alarms_in_any_other_order_are_all_read() -> None:
    service = Service()
    oldest_first = [alarm(n, minutes_ago=n) for n in range(300, 0, -1)]
    service.answer("/alarms", paged("alarm_histories", oldest_first, total_key="count"))
    mark = last_mark(await read(service, Read.ALARMS))
    oldest_first.append(alarm(999, minutes_ago=0))
    fresh = await read(service, Read.ALARMS, wanted(watermark=mark))
    assert [each.native_id for each in of_kind(fresh, RawAlarm)] == ["r-999:alarm"]


async def test_an_interrupted_alarm_read_loses_nothing() -> None:
    service = Service()
    service.answer("/alarms", newest_first(*(alarm(n, minutes_ago=n / 100) for n in range(1, 701))))
    connector = connect(service)
    pages = connector.read(Read.ALARMS, wanted())
    stored = [await anext(pages)]
    want = wanted(watermark=stored[0].watermark)
    rest = await take_pages(connector.read(Read.ALARMS, want))
    await connector.close()
    ids = [each.native_id for each in of_kind(stored + rest, RawAlarm)]
    assert len(ids) == len(set(ids)) == 700


async def test_unusable_alarm_records_are_said_after_the_others() -> None:
    service = Service()
    wrong = {"record_id": "r-9", "begin_time": "soon"}
    good = alarm(1, minutes_ago=3)
    service.answer("/alarms", {"count": 2, "alarm_histories": [wrong, good]})
    pages, failure = await read_until_error(service, Read.ALARMS, wanted())
    assert isinstance(failure, SourceBabbled)
    assert failure.message == "1 alarm records have no id or no time"
    assert [each.native_id for each in of_kind(pages, RawAlarm)] == ["r-1:alarm"]


async def test_a_read_that_is_not_declared_is_our_own_defect() -> None:
    connector = connect(Service())
    with pytest.raises(Bug, match="does not read"):
        connector.read(Read.TRAPS, wanted())
    await connector.close()


async def test_a_watermark_of_somebody_else_is_said() -> None:
    with pytest.raises(SourceBabbled, match="watermark can not be read"):
        await read(Service(), Read.ALARMS, wanted(watermark="17"))
