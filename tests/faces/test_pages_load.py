"""The page of load and sizing: what it says of storms, of machines that fail and of sizes that
would have done is what the records say."""

from datetime import datetime, timedelta

import pytest

from tests.faces.test_pages_logons import part, rows
from tests.integration.telemetry.support import write
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
