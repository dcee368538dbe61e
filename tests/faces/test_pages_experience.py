"""The page of the experience score, and where else it is told: what an operator reads there."""

import re
from datetime import datetime, timedelta
from typing import Any

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
    LoginState,
)
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.faces.web.console import desktop_users
from yunwei.faces.web.console.usage import asked
from yunwei.monitor.inventory import queries as inventory

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-11-25T14:30:00+08:00")
"""A Wednesday in Shanghai."""


def used(
    native_id: str, login: str, start: str, logon_s: int, rtt_s: float | None, **more: Any
) -> ConnectionRecord:
    began = datetime.fromisoformat(f"2026-11-{start}:00+08:00")
    told: dict[str, Any] = {
        "setup_at": began + timedelta(seconds=logon_s),
        "ended_at": began + timedelta(hours=2),
        "desktop": "d2",
        "client_type": "Windows 11",
    }
    return ConnectionRecord(
        native_id=native_id, login=login, started_at=began, rtt_s=rtt_s, **(told | more)
    )


@pytest.fixture
def told(clickhouse: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud, clock = make_cloud(), FakeClock(NOON)
    for module in (asked, desktop_users):
        monkeypatch.setattr(module, "CLOCK", clock)
    monkeypatch.setattr("yunwei.operate.usage.queries.ground.SystemClock", lambda: clock)
    desktop = DesktopSeen(
        native_id="d2",
        name="PC-02",
        kind=DesktopKind.POOLED,
        state=DesktopState.RUNNING,
        login_state=LoginState.READY,
        pool="p1",
    )
    readings = [
        used("c1", "user02", "24T09:00", 20, 0.05),
        # 60 s to log on: 15 points; 150 ms: 15 points
        used("c2", "user03", "24T09:00", 60, 0.15, client_type="macOS 15"),
        # nothing is said of their round trips; half of their attempts failed
        used("c3", "user04", "24T09:00", 20, None),
        used("c4", "user04", "24T12:00", 20, None, setup_at=None, failure="no capacity"),
        desktop,
    ]
    write(clickhouse, readings, tenant=cloud.tenant, source=cloud.source, read_at=NOON)
    return cloud


def tile(page: Page, name: str) -> str:
    """Return what a tile says, in one line."""
    whole = page.html.split(f'data-test="{name}"')[1].split("</div>")[0].split("</a>")[0]
    return " ".join(re.sub("<[^>]*>", " ", whole.partition(">")[2]).split())


def test_the_score_and_what_it_lost_to_each_cause(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/experience?period=7d"))
    # 100, 70 and 100 - 30/0.7 of three users
    assert tile(page, "score").split()[1] == f"{(100 + 70 + 100 - 30 / 0.7) / 3:.0f}"
    assert tile(page, "lost-logon").split()[1] == "5.0"
    assert tile(page, "lost-rtt").split()[1] == "5.0"
    assert tile(page, "lost-failures").split()[1] == "14.3"
    assert "90" in tile(page, "measured")
    assert "1 较差" in tile(page, "classes")
    assert 'data-test="formula"' in page.html


def test_parts_have_their_own_scores(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/experience?period=7d&by=client"))
    assert "macOS 15" in page.text
    assert "财务桌面池" in Page(sign_in("olga").get("/experience?period=7d")).text


def test_the_worst_come_first_and_lead_to_their_pages(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/experience?period=7d"))
    assert page.count("user") == 3
    users = page.html.split('data-test="users"')[1]
    assert users.index("user04") < users.index("user03") < users.index("user02")
    assert page.link("/desktop-users/")


def test_a_person_s_page_tells_their_score_and_alarms(told: Cloud) -> None:
    viewer = told.people["olga"]
    found = inventory.fetch_desktop_users(viewer, filters={"login": "user03"}).items[0]
    page = Page(sign_in("olga").get(f"/desktop-users/{found.id}"))
    assert " 70 " in f"{tile(page, 'experience')} "
    assert "登录缓慢 −15.0" in tile(page, "experience")
    # PC-03 is theirs, and an alarm tells of it
    assert page.count("alarm") == 1


@pytest.mark.parametrize("figure", ["users", "pool", "client_version"])
def test_tables_are_taken_as_files(told: Cloud, figure: str) -> None:
    answer = sign_in("olga").get(f"/experience?period=7d&figure={figure}&export=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(answer.content.decode().splitlines()) == {"users": 4}.get(figure, 2)


@pytest.mark.parametrize("wrong", ["by=user", "period=x", "figure=x&export=csv"])
def test_nonsense_is_refused(told: Cloud, wrong: str) -> None:
    assert sign_in("olga").get(f"/experience?{wrong}").status_code == 422


def test_rest_tells_the_same(told: Cloud, client: CheckedClient) -> None:
    client.force_login(get_user_model().objects.get(username="olga"))
    asked_for = {"since": "2026-11-20T00:00:00+08:00", "until": "2026-11-25T14:00:00+08:00"}
    whole = client.get("/api/v1/usage/experience", asked_for).json()["experience"]
    assert (whole["users"], whole["poor"]) == (3, 1)
    assert whole["score"] + sum(whole["lost"].values()) == pytest.approx(100)
    users = client.get("/api/v1/usage/experience/users", asked_for).json()
    assert [each["login"] for each in users["items"]] == ["user04", "user03", "user02"]
    assert users["items"][0]["lost"]["rtt"] is None
    parts = client.get("/api/v1/usage/experience/parts", asked_for | {"by": "client"}).json()
    assert {each["key"] for each in parts} == {"Windows 11", "macOS 15"}


def test_another_tenant_sees_nothing_of_it(told: Cloud) -> None:
    assert "user04" not in Page(sign_in("chen").get("/experience?period=7d")).text
