"""The page of user activity: what an operator reads there is what the connections say."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    LoginState,
    Reading,
)
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


def used(
    native_id: str, login: str, start: str, end: str, desktop: str = "d1", **more: object
) -> ConnectionRecord:
    return ConnectionRecord(
        native_id=native_id,
        login=login,
        desktop=desktop,
        started_at=at(start),
        setup_at=at(start) + timedelta(seconds=20),
        ended_at=at(end),
        client_type=str(more.pop("client_type", "Windows 11")),
        **more,  # type: ignore[arg-type]
    )


def known(login: str) -> DesktopUserSeen:
    return DesktopUserSeen(native_id=login, login=login, department="财务部")


DESKTOP = DesktopSeen(
    native_id="d1",
    name="PC-01",
    kind=DesktopKind.POOLED,
    state=DesktopState.RUNNING,
    login_state=LoginState.READY,
    pool="p1",
)
TOLD: list[Reading] = [
    used("c1", "user02", "24T09:00", "24T12:00"),
    used("c2", "user02", "24T11:00", "24T13:00", "d2", client_type="macOS 15"),
    used("c3", "user03", "24T11:30", "24T18:00"),
    used("c4", "user03", "25T08:00", "25T09:00"),
    ConnectionRecord(
        native_id="c5",
        login="user04",
        desktop="d1",
        started_at=at("25T08:30"),
        ended_at=at("25T08:31"),
        failure="The user name or password is incorrect.",
        client_type="Windows 11",
    ),
    known("user02"),
    known("user03"),
    DESKTOP,
]


@pytest.fixture
def told(cloud: Cloud, clickhouse: ClickHouse) -> Cloud:
    write(clickhouse, TOLD, tenant=cloud.tenant, source=cloud.source, read_at=NOON)
    return cloud


def tile(page: Page, name: str) -> str:
    """Return what a tile says, in one line."""
    whole = page.html.split(f'data-test="{name}"')[1].split("</div>")[0]
    return " ".join(re.sub("<[^>]*>", " ", whole.partition(">")[2]).split())


def test_tiles_tell_the_exact_peak_and_who_was_active(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/activity?period=7d"))
    # one person on two desktops is one user and two sessions
    assert "2 2026-11-24 11:30" in tile(page, "peak")
    assert "3 2026-11-24 11:30" in tile(page, "sessions")
    assert "2" in tile(page, "active")
    assert "1 · 2 · 2" in tile(page, "sticky")
    # 09:00:20 to 13:00, 11:30:20 to 18:00, 08:00:20 to 09:00
    assert "11 h 29 min" in tile(page, "hours")
    assert "20%" in tile(page, "attempts")
    assert "20 s" in tile(page, "logon")


def test_today_is_only_today(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/activity?period=today"))
    assert "1 2026-11-25 08:00" in tile(page, "peak")
    assert "08:00" in page.text
    assert "09:00" in page.text


def test_users_lead_to_their_pages_and_parts_have_names(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/activity?period=7d"))
    assert page.link("/desktop-users/")
    assert "财务部" in page.text
    assert "财务桌面池" in page.text
    assert "macOS 15" in page.text


@pytest.mark.parametrize(
    ("filters", "users"),
    [("client=macOS 15", 1), ("department=财务部", 2), ("department=x", 0), ("user=R03", 1)],
)
def test_filters_narrow_every_figure(told: Cloud, filters: str, users: int) -> None:
    page = Page(sign_in("olga").get(f"/activity?period=7d&{filters}"))
    assert f" {users}" in tile(page, "active")


def test_a_form_is_answered_under_the_address_that_stays_true(told: Cloud) -> None:
    typed = "/activity?period=7d&since=2026-11-19&until=2026-11-25&user=&department=x"
    assert sign_in("olga").get(typed).headers["Location"].endswith("?period=7d&department=x")
    part = sign_in("olga", htmx_target="usage").get(typed)
    assert part.headers["HX-Push-Url"].endswith("?period=7d&department=x")
    own = "/activity?period=7d&since=2026-11-24&until=2026-11-24"
    assert "2026-11-24" in sign_in("olga").get(own).content.decode()


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        ("users", "user03,,财务部,7.49,2"),
        ("department", "财务部,2,11.48,2,2026-11-24 11:30:20"),
        ("active_users", "2026-11-24 00:00:00,2.0"),
        ("week_heat", ""),
        ("users_at_once", "2026-11-24 11:00:00,2.0"),
    ],
)
def test_each_table_is_a_file(told: Cloud, figure: str, line: str) -> None:
    address = f"/activity?period=7d&figure={figure}&export="
    client = sign_in("olga")
    assert line in client.get(f"{address}csv").content.decode("utf-8-sig")
    assert client.get(f"{address}xlsx").content.startswith(b"PK")


@pytest.mark.parametrize(
    "wrong",
    [
        "period=9y",
        "since=2026-11-30&until=2026-11-30",
        "since=2026-11-20&until=2026-11-19",
        "since=2026-01-01",
        "since=x",
        "export=pdf&figure=users",
        "export=csv&figure=x",
    ],
)
def test_a_wrong_address_is_told(told: Cloud, wrong: str) -> None:
    assert sign_in("olga").get(f"/activity?{wrong}").status_code == 422


def test_what_is_not_yours_is_not_there(told: Cloud) -> None:
    assert Page(sign_in("chen").get("/activity")).count("nothing") == 1
    assert sign_in("chen").get(f"/activity?tenant={told.tenant}").status_code == 404


def test_it_says_when_measurements_can_not_be_read(cloud: Cloud) -> None:
    assert sign_in("olga").get("/activity").status_code == 200


def test_rest_says_the_same(told: Cloud) -> None:
    client = CheckedClient()
    client.force_login(get_user_model().objects.get(username="olga"))
    span = "since=2026-11-23T16:00:00Z&until=2026-11-25T06:30:00Z"
    found = client.get(f"/api/v1/usage/activity?{span}").json()
    assert found["users_at_once"] == {"count": 2, "at": "2026-11-24T03:30:20Z"}
    assert (found["active"]["users"], found["attempts"]["failures"]) == (2, 1)
    assert found["known"]["coverage"] > 0.7
    days = client.get(f"/api/v1/usage/days?{span}").json()
    assert [(each["day"], each["users"]) for each in days] == [("2026-11-24", 2), ("2026-11-25", 1)]
    users = client.get(f"/api/v1/usage/users?{span}&limit=1").json()
    assert (users["total"], users["items"][0]["login"]) == (2, "user03")
    parts = client.get(f"/api/v1/usage/parts?{span}&by=pool").json()
    assert parts[0]["name"] == "财务桌面池"
    assert client.get(f"/api/v1/usage/heat?{span}").status_code == 200
    at_once = client.get(f"/api/v1/usage/concurrency?{span}&counted=sessions").json()
    assert at_once["top"]["count"] == 3
