"""The pages of logon analysis: what an operator reads there is what the records and stages say."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import ConnectionRecord
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.faces.web.console.usage import asked

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-11-25T14:30:00+08:00")
"""A Wednesday in Shanghai."""


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(NOON)
    monkeypatch.setattr(asked, "CLOCK", clock)
    monkeypatch.setattr("yunwei.operate.usage.queries.ground.SystemClock", lambda: clock)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+08:00")


def logon(native_id: str, start: str, seconds: int, **more: object) -> ConnectionRecord:
    """A connection that took so long to become usable; its stages begin one after the other."""
    began = at(start)
    stages: dict[str, float] = more.pop("stages", {})  # type: ignore[assignment]
    starts, reached = {}, began
    for name, length in stages.items():
        starts[name] = reached
        reached += timedelta(seconds=length)
    told = {"login": "user02", "desktop": "d1", "client_type": "Windows 11"} | more
    return ConnectionRecord(
        native_id=native_id,
        started_at=began,
        setup_at=began + timedelta(seconds=seconds),
        ended_at=began + timedelta(hours=1),
        stages_s=stages,
        stage_starts=starts,
        **told,  # type: ignore[arg-type]
    )


FAILED = ConnectionRecord(
    native_id="c5",
    login="user04",
    desktop="d1",
    started_at=at("25T08:30"),
    ended_at=at("25T08:31"),
    failure="No available desktop.",
    client_type="macOS",
    stages_s={"LOGIN": 1.0, "PRECONNECT": 3.0},
    failed_stage="PRECONNECT",
)
TOLD = [
    logon("c/1", "24T09:00", 20, stages={"LOGIN": 2.0, "CONNECT": 15.0}),
    logon("c2", "24T11:00", 40, stages={"LOGIN": 4.0, "CONNECT": 36.0}, client_type="macOS"),
    logon("c3", "25T08:00", 30),
    logon("c4", "25T09:00", 5, is_reconnect=True),
    FAILED,
]


@pytest.fixture
def told(cloud: Cloud, clickhouse: ClickHouse) -> Cloud:
    write(clickhouse, TOLD, tenant=cloud.tenant, source=cloud.source, read_at=NOON)
    return cloud


def part(page: Page, name: str) -> str:
    """Return what a marked part of the page says, in one line."""
    return said(page.html.split(f'data-test="{name}"')[1].split("</section>")[0])


def rows(page: Page, name: str) -> list[str]:
    """Return what marked rows of a table say."""
    return [said(row.split("</tr>")[0]) for row in page.html.split(f'data-test="{name}"')[1:]]


def said(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html.partition(">")[2]).split())


def test_tiles_tell_first_logons_apart_from_reconnects_and_failures(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/logons?period=7d"))
    assert "30 s" in part(page, "p50")
    assert "39 s" in part(page, "p95")
    assert "3" in part(page, "timed")
    assert "1" in part(page, "reconnects")
    assert "20%" in part(page, "failed")


def test_stages_and_what_they_leave_over_make_the_whole(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/logons?period=7d"))
    # of 60 s of the two logons with stages: 51 s, 6 s, and 3 s that no stage accounts for
    told_phases = part(page, "phases")
    assert "CONNECT" in told_phases
    assert "85%" in told_phases
    assert "10%" in told_phases
    assert "5%" in told_phases
    assert "66.7%" in part(page, "staged")


def test_failed_attempts_have_their_reason_and_stage(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/logons?period=7d"))
    assert "No available desktop." in part(page, "failures")
    assert "PRECONNECT 1" in part(page, "failed-stages")


def test_the_slowest_leads_to_its_waterfall(told: Cloud) -> None:
    client = sign_in("olga")
    page = Page(client.get("/logons?period=7d"))
    [first, *_] = rows(page, "slow")
    assert "40 s" in first
    started_ms = int(at("24T09:00").timestamp() * 1000)
    one = Page(client.get(f"/logons/{told.source}/{started_ms}/c/1"))
    assert "17 s" not in part(one, "waterfall")
    assert [("LOGIN" in row, "CONNECT" in row) for row in rows(one, "bar")][:2] == [
        (True, False),
        (False, True),
    ]
    assert "3 s" in rows(one, "bar")[2]
    assert 'x="100.0" width="750.0"' in one.html


@pytest.mark.parametrize(
    ("by", "line"),
    [("client", "macOS,2,1"), ("hour", "08:00,2,1"), ("client_version", ",5,1,1,3,30.0")],
)
def test_logons_are_told_apart(told: Cloud, by: str, line: str) -> None:
    client = sign_in("olga")
    assert client.get(f"/logons?period=7d&by={by}").status_code == 200
    file = client.get(f"/logons?period=7d&figure={by}&export=csv").content.decode("utf-8-sig")
    assert line in file


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        ("phases", "CONNECT,2,25.5"),
        ("slowest", ",user02,"),
        ("failures", "No available desktop.,1,1"),
        ("logon_times", "2026-11-24 00:00:00,30.0"),
        ("pool", ""),
    ],
)
def test_each_table_is_a_file(told: Cloud, figure: str, line: str) -> None:
    address = f"/logons?period=7d&figure={figure}&export="
    client = sign_in("olga")
    file = client.get(f"{address}csv").content.decode("utf-8-sig")
    assert line in file
    assert client.get(f"{address}xlsx").content.startswith(b"PK")


@pytest.mark.parametrize("wrong", ["by=x", "by=", "export=csv&figure=x", "period=9y"])
def test_a_wrong_address_is_told(told: Cloud, wrong: str) -> None:
    expected = 200 if wrong == "by=" else 422
    assert sign_in("olga").get(f"/logons?{wrong}").status_code == expected


def test_what_is_not_yours_is_not_there(told: Cloud) -> None:
    assert Page(sign_in("chen").get("/logons")).count("nothing") == 1
    started_ms = int(at("24T09:00").timestamp() * 1000)
    for address in (f"{told.source}/{started_ms}/c/1", f"{told.source}/{started_ms}/c9"):
        assert sign_in("chen").get(f"/logons/{address}").status_code == 404
    assert sign_in("olga").get(f"/logons/{told.source}/{started_ms}/c9").status_code == 404
    assert sign_in("olga").get(f"/logons/{told.source}/{'9' * 18}/c9").status_code == 404


def test_rest_says_the_same(told: Cloud) -> None:
    client = CheckedClient()
    client.force_login(get_user_model().objects.get(username="olga"))
    span = "since=2026-11-23T16:00:00Z&until=2026-11-25T06:30:00Z"
    found = client.get(f"/api/v1/usage/logons?{span}").json()
    assert (found["attempts"]["p50_s"], found["staged"]) == (30.0, 2)
    assert [(each["name"], each["total_s"]) for each in found["stages"]] == [
        ("CONNECT", 51.0),
        ("LOGIN", 6.0),
    ]
    assert (found["gap"]["total_s"], found["failed"]) == (3.0, {"PRECONNECT": 1})
    assert client.get(f"/api/v1/usage/logons/times?{span}").json()["p50_s"].count(20.0) == 1
    parts = client.get(f"/api/v1/usage/logons/parts?{span}&by=hour").json()
    assert {each["name"]: each["attempts"] for each in parts} == {"08": 2, "09": 2, "11": 1}
    slowest = client.get(f"/api/v1/usage/logons/slowest?{span}&limit=1").json()
    assert (slowest[0]["logon_s"], slowest[0]["gap_s"]) == (40.0, 0.0)
    started_ms = int(at("25T08:30").timestamp() * 1000)
    one = client.get(f"/api/v1/usage/logons/{told.source}/{started_ms}/c5").json()
    assert [each["name"] for each in one["stages"] if each["has_failed"]] == ["PRECONNECT"]
