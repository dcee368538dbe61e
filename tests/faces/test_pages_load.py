"""The page of load and sizing: what it says of storms, of machines that fail and of sizes that
would have done is what the records say."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from tests.faces.test_pages_logons import part, rows
from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
)
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.faces.web.console.usage import asked
from yunwei.monitor.inventory.models import Desktop, DesktopChange, Host

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-11-25T14:30:00+08:00")
"""A Wednesday in Shanghai."""
NINE = NOON.replace(hour=9, minute=0)


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(NOON)
    monkeypatch.setattr(asked, "CLOCK", clock)
    monkeypatch.setattr("yunwei.operate.usage.queries.ground.SystemClock", lambda: clock)


def came(number: int, at: datetime, desktop: int, *, failed: bool = False) -> ConnectionRecord:
    return ConnectionRecord(
        native_id=f"{at:%d%H%M%S}-{number}-{desktop}",
        login=f"user{number:02d}",
        desktop=f"d{desktop}",
        started_at=at,
        setup_at=None if failed else at + timedelta(seconds=20),
        ended_at=at + timedelta(hours=0 if failed else 2),
        failure="No available desktop." if failed else "",
    )


def records() -> list[ConnectionRecord]:
    """Four people at nine each day for five weeks; on the last one 30, and a machine fails six."""
    told = [
        came(number, NINE - timedelta(days=back), number)
        for back in range(1, 36)
        for number in range(4)
    ]
    told += [came(number, NINE + timedelta(seconds=number), number) for number in range(30)]
    told += [
        came(number % 3 + 40, NINE + timedelta(minutes=30 + number), 55, failed=True)
        for number in range(6)
    ]
    return told


@pytest.fixture
def told(cloud: Cloud, clickhouse: ClickHouse) -> Cloud:
    desktops = [
        DesktopSeen(
            native_id=f"d{number}",
            name=f"PC-{number:02d}",
            kind=DesktopKind.POOLED,
            state=DesktopState.RUNNING,
            login_state=LoginState.READY,
            pool="p1",
        )
        for number in range(60)
    ]
    whose = {"tenant": cloud.tenant, "source": cloud.source}
    write(clickhouse, [*desktops, *records()], **whose, read_at=NOON)
    return cloud


def test_a_storm_stands_beside_what_is_usual_then(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/load?period=7d"))
    [storm] = rows(page, "storm")
    assert storm == "2026-11-25 09:00 2026-11-25 09:05 30 4 6 0% 30 20 s"
    # the rush of the Thursday: four people on each of the Thursdays before
    assert "09:00" in part(page, "rush")
    assert "2026-11-26" in part(page, "rush")
    assert "5 分钟内 4 次" in part(page, "rush")


def test_a_machine_that_fails_whoever_comes_is_named(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/load?period=7d"))
    [hole] = rows(page, "black-hole")
    assert hole.startswith("PC-55 财务桌面池 6 / 6 100% 0% 3 2026-11-25 09:35")


def test_the_size_that_would_have_done_is_that_of_the_peak(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/load?period=7d"))
    # six days of four and one of 30, none of which may be refused
    assert rows(page, "size") == ["财务桌面池 Cloud A 60 54 30 30 0 30"]


@pytest.mark.parametrize("figure", ["storms", "black_holes", "sizes"])
def test_each_table_is_a_file(told: Cloud, figure: str) -> None:
    address = f"/load?period=7d&figure={figure}&export="
    file = sign_in("olga").get(address + "csv").content.decode("utf-8-sig")
    assert len(file.strip().splitlines()) == 2
    assert sign_in("olga").get(address + "xlsx").status_code == 200


def test_a_file_that_there_is_not_and_a_customer_without_records(told: Cloud) -> None:
    assert sign_in("olga").get("/load?figure=else&export=csv").status_code == 422
    assert Page(sign_in("chen").get("/load")).count("nothing") == 1


@pytest.fixture
def booted(told: Cloud) -> Cloud:
    """Two desktops start at half past eight each day of five weeks; today 25, of which 20 stand on
    one host. Reboots count, a machine that was faulty does not."""
    hosts = [
        Host(
            tenant_id=told.tenant, source_id=told.source, native_id=name, name=f"node-{name}",
            first_seen_at=NOON, last_seen_at=NOON,
        )
        for name in ("h1", "h2")
    ]  # fmt: skip
    Host.objects.bulk_create(hosts)
    desktops = {each.native_id: each for each in Desktop.objects.filter(source_id=told.source)}
    for number in range(25):
        desktops[f"d{number}"].host = "h1" if number < 20 else "h2"
    Desktop.objects.bulk_update(desktops.values(), ["host"])
    early = NINE - timedelta(minutes=30)
    days = [(back, 25 if back == 0 else 2) for back in range(36)]
    changes = [
        DesktopChange(
            tenant_id=told.tenant,
            desktop=desktops[f"d{number}"],
            at=early - timedelta(days=back) + timedelta(seconds=number),
            field="state",
            before="changing" if number == 1 else "stopped",
            after="running",
        )
        for back, many in days
        for number in range(many)
    ]
    mended = changes[-1].desktop
    changes.append(
        DesktopChange(
            tenant_id=told.tenant, desktop=mended, at=early, field="state", before="error",
            after="running",
        )
    )  # fmt: skip
    # d0 stood on another host until noon: its start of the morning was on that one
    changes.append(
        DesktopChange(
            tenant_id=told.tenant, desktop=desktops["d0"], at=NINE + timedelta(hours=3),
            field="host", before="h2", after="h1",
        )
    )  # fmt: skip
    DesktopChange.objects.bulk_create(changes)
    return told


def test_a_boot_storm_names_the_host_that_bore_most_of_it(booted: Cloud) -> None:
    page = Page(sign_in("olga").get("/load?period=7d"))
    [storm] = rows(page, "boot")
    assert storm == "2026-11-25 08:30 2026-11-25 08:35 25 2 5 2 node-h1 · 19 财务桌面池"
    assert "08:30" in part(page, "boot-rush")
    assert "五分钟内 2 次启动（2 至 2）" in part(page, "boot-rush")
    assert "最繁忙一天的桌面启动" in page.html
    assert Page(sign_in("olga").get("/load?period=7d&pool=1:else")).count("boot") == 0
    file = sign_in("olga").get("/load?period=7d&figure=boots&export=csv").content
    assert "node-h1,19,财务桌面池" in file.decode("utf-8-sig")


def test_all_of_the_page_is_in_rest(booted: Cloud) -> None:
    client = CheckedClient()
    client.force_login(get_user_model().objects.get(username="olga"))
    span = "since=2026-11-18T16:00:00Z&until=2026-11-25T06:30:00Z&time_zone=Asia/Shanghai"
    told = {
        name: client.get(f"/api/v1/usage/load/{name}?{span}").json()
        for name in ("logon-storms", "boot-storms", "black-holes", "sizes")
    }
    [storm] = told["logon-storms"]["storms"]
    assert (storm["attempts"], storm["usual"], storm["per_minute"]) == (30, 4, 6)
    [boot] = told["boot-storms"]["storms"]
    assert (boot["starts"], boot["usual"], boot["hosts"]) == (25, 2, 2)
    assert (boot["busiest_host"], boot["busiest_starts"]) == ("node-h1", 19)
    assert (sum(told["boot-storms"]["starts"]), max(told["boot-storms"]["starts"])) == (25, 25)
    # the busiest day is today, and ends now
    assert told["boot-storms"]["times"][-1] == "2026-11-25T06:25:00Z"
    assert told["boot-storms"]["rush"]["attempts"] == 2
    assert [each["name"] for each in told["black-holes"]] == ["PC-55"]
    assert [each["spare"] for each in told["sizes"]] == [30]
