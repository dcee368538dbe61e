"""The page of live sessions: who is online, on what, since when, and how the last hour went."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import ConnectionRecord, ReadingPage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made = make_cloud()
    clock = FakeClock(made.now)
    for part in ("ground", "live"):
        monkeypatch.setattr(f"yunwei.operate.usage.queries.{part}.SystemClock", lambda: clock)
    return made


def attempt(cloud: Cloud, number: int, ago_min: float, **more: object) -> ConnectionRecord:
    began = cloud.now - timedelta(minutes=ago_min)
    told: dict[str, Any] = {
        "login": f"user{number:02d}",
        "desktop": f"d{number}",
        "setup_at": began + timedelta(seconds=20),
        "client_type": "Windows 11",
        "client_version": "24.8.1",
        "client_ip": "10.8.0.7",
    }
    return ConnectionRecord(native_id=f"c{number}", started_at=began, **(told | more))


@pytest.fixture
def told(cloud: Cloud, clickhouse: ClickHouse) -> Cloud:
    failed = attempt(
        cloud,
        4,
        12,
        setup_at=None,
        ended_at=cloud.now - timedelta(minutes=11),
        failure="no capacity",
        stages_s={"CONNECT": 3.0},
        failed_stage="CONNECT",
    )
    readings = [
        attempt(cloud, 2, 10),
        attempt(cloud, 3, 30, ended_at=cloud.now - timedelta(minutes=8), is_reconnect=True),
        failed,
    ]
    write(clickhouse, readings, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    poll = Poll(
        source=cloud.source,
        tenant=cloud.tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=Read.ACTIVITY,
        started_at=cloud.now,
    )
    with transaction() as conn:
        with cursor(conn) as opened:
            opened.execute(
                "INSERT INTO collect_sourceread (tenant_id, source_id, read, state, last_ok_at)"
                " VALUES (%s, %s, 'sessions', 'ok', %s)",
                (cloud.tenant, cloud.source, cloud.now),
            )
        page = ReadingPage(readings=tuple(readings), read_at=cloud.now)
        actions.apply_page(conn, poll, page)
    return cloud


def part(page: Page, name: str) -> str:
    """Return what a tile says, in one line."""
    whole = page.html.split(f'data-test="{name}"')[1]
    end = min(at for tag in ("</a>", "</div>", "</section>") if (at := whole.find(tag)) > 0)
    return " ".join(re.sub("<[^>]*>", " ", whole[:end].partition(">")[2]).split())


def test_who_is_online_from_which_client(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/sessions?search=user02"))
    for word in ("user02", "PC-02", "财务桌面池", "Windows 11", "24.8.1", "10.8.0.7"):
        assert word in page.text
    assert page.link("/desktops/")
    assert page.link("/desktop-users/")


def test_the_present_and_the_last_minutes_are_counted(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/sessions"))
    assert "50" in part(page, "online")
    # of the last minute and the last 5 one user, of the last 15 two
    assert "1 · 1 · 2" in part(page, "recent")
    assert part(page, "failed").endswith(" 1")


def test_failures_are_told_by_stage_and_reason(told: Cloud) -> None:
    text = Page(sign_in("olga").get("/sessions")).html.split('data-test="failures"')[1]
    text = text.split("</section>")[0]
    assert "no capacity" in text
    assert "CONNECT" in text


def test_where_no_attempt_is_known_none_is_said_to_have_worked(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    text = Page(sign_in("olga").get("/sessions")).html.split('data-test="failures"')[1]
    assert "此时段没有连接记录" in text.split("</section>")[0]


def test_without_the_store_of_measurements_the_list_is_shown(cloud: Cloud) -> None:
    page = Page(sign_in("olga").get("/sessions"))
    assert "user02" in page.text
    assert "–" in part(page, "failed")


@pytest.mark.parametrize("target", ["present", "hour", "rows"])
def test_each_part_comes_alone(told: Cloud, target: str) -> None:
    html = sign_in("olga", htmx_target=target).get("/sessions").content.decode()
    assert f'id="{target}"' in html
    assert "<html" not in html


@pytest.mark.parametrize("figure", ["minutes", "failures"])
def test_the_last_hour_is_taken_as_a_file(told: Cloud, figure: str) -> None:
    answer = sign_in("olga").get(f"/sessions?figure={figure}&export=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(answer.content.decode().splitlines()) == {"minutes": 61, "failures": 2}[figure]


@pytest.mark.parametrize(
    "query", ["state_before=7", "figure=x&export=csv", "figure=minutes&export=doc", "state=x"]
)
def test_nonsense_is_refused(told: Cloud, query: str) -> None:
    assert sign_in("olga").get(f"/sessions?{query}").status_code == 422


def test_sessions_in_their_state_for_long_are_found(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/sessions?state_before=1"))
    assert "user02" not in page.text


def test_rest_tells_the_same(told: Cloud, client: CheckedClient) -> None:
    client.force_login(get_user_model().objects.get(username="olga"))
    now = client.get("/api/v1/sessions/now").json()
    assert now["users_online"] == 50
    assert (sum(now["logons"]), sum(now["reconnects"]), sum(now["failures"])) == (1, 1, 1)
    assert now["connected"] == {"1": 1, "5": 1, "15": 2}
    assert [(each["stage"], each["reason"]) for each in now["failed"]] == [
        ("CONNECT", "no capacity")
    ]
    listed = client.get("/api/v1/sessions", {"client": "Windows 11"}).json()["items"]
    # the second one's connection had ended: its session is another
    assert {each["login"] for each in listed} == {"user02"}


def test_another_tenant_sees_nothing_of_it(told: Cloud) -> None:
    page = Page(sign_in("chen").get("/sessions"))
    assert "user02" not in page.text
    assert "–" in part(page, "recent")
