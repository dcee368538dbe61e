"""The page of resource posture: what it counts, what it leads to, and that it guesses nothing."""

from datetime import timedelta
from typing import Any

import pytest

from tests.faces.test_pages_licences import use_licences
from tests.support.alarms import build_raw
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    HostSeen,
    LicenceSeen,
    LoginState,
    Reading,
    ReadingPage,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.forecast import queries as forecasts
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.django_db

HOSTS = (
    HostSeen(
        native_id="h1", name="CNA-01", is_healthy=True, cpu_total=64, cpu_used=16,
        memory_total_mb=65_536, memory_used_mb=16_384,
    ),
    HostSeen(
        native_id="h2", name="CNA-02", is_healthy=False, cpu_total=64, cpu_used=0,
        memory_total_mb=65_536, memory_used_mb=0,
    ),
)  # fmt: skip


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def see(cloud: Cloud, *readings: Reading, ago: timedelta = timedelta()) -> None:
    at = SystemClock().now() - ago
    poll = Poll(
        source=cloud.source,
        tenant=cloud.tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=Read.INVENTORY,
        started_at=at,
    )
    with transaction() as conn:
        inventory_actions.apply_page(conn, poll, ReadingPage(readings=readings, read_at=at))


def on_host(number: int, **changes: Any) -> DesktopSeen:
    told = {
        "kind": DesktopKind.DEDICATED,
        "state": DesktopState.RUNNING,
        "login_state": LoginState.READY,
        "host": "h1",
        "site": "总部",
        "image": "W11",
        "agent_version": "25.10.0",
        "cpu": 4,
        "memory_mb": 8192,
    }
    return DesktopSeen(native_id=f"x{number}", name=f"X-{number}", **(told | changes))


def posture(name: str = "olga") -> Any:
    return sign_in(name).get("/api/v1/posture").json()


def test_what_hosts_have_left_is_told_in_desktops(cloud: Cloud) -> None:
    see(cloud, *HOSTS, *(on_host(number) for number in range(4)))
    found = posture()
    [cluster] = [each for each in found["clusters"] if each["site"] == "总部"]
    # 48 GiB and 48 vCPUs are free on the host that is well: 6 desktops of 8 GiB
    assert (cluster["headroom"], cluster["usual"]) == (6, {"cpu": 4, "memory_mb": 8192})
    assert cluster["after_loss"] == -4
    assert found["health"]["hosts"] == "bad"
    page = Page(sign_in("olga").get("/posture"))
    assert "CNA-02" in page.text
    assert page.count("clusters") == 1


def test_machine_failures_are_counted_by_kind_and_lead_to_their_desktops(cloud: Cloud) -> None:
    long_ago = timedelta(hours=2)
    see(cloud, *HOSTS, ago=long_ago)
    see(
        cloud,
        on_host(1, state=DesktopState.ERROR),
        on_host(2, login_state=LoginState.UNREGISTERED),
        on_host(3, state=DesktopState.CHANGING),
        on_host(4, host="h2"),
        on_host(5, is_in_maintenance=True, login_state=LoginState.UNREGISTERED),
        ago=long_ago,
    )
    see(cloud, on_host(6, login_state=LoginState.UNREGISTERED))  # it has only just started
    counts = {each["kind"]: each["desktops"] for each in posture()["failures"]}
    assert counts == {
        "faulty": 1,
        "unregistered": 1,
        "stuck": 1,
        "host_down": 1,
        "unknown": 0,
        "maintenance": 1,
    }
    client = sign_in("olga")
    assert Page(client.get("/desktops?state=error")).count("row") == 1
    assert Page(client.get("/desktops?is_in_maintenance=yes")).count("row") == 1


def test_old_agents_are_found_and_lead_to_their_desktops(cloud: Cloud) -> None:
    see(cloud, on_host(1), on_host(2), on_host(3, agent_version="25.9.0"))
    [image] = posture()["images"]
    assert (image["newest"], image["behind"], image["behind_versions"]) == (
        "25.10.0",
        1,
        ["25.9.0"],
    )
    link = Page(sign_in("olga").get("/posture")).link("agent_version=")
    assert Page(sign_in("olga").get(link)).count("row") == 1


def test_an_alarm_shows_at_its_host_and_what_no_source_lists_by_itself(cloud: Cloud) -> None:
    see(cloud, *HOSTS[:1], on_host(1))
    raws = [
        build_raw(
            managed_object=path,
            severity=Severity.CRITICAL,
            tenant=cloud.tenant,
            source=cloud.source,
        )
        for path in ("/device/CNA-01", "/device/vAG-01")
    ]
    with transaction() as conn:
        alarm_actions.apply_raw_alarms(conn, raws, now=SystemClock().now())
    found = posture()
    assert [(each["name"], each["alarms"]["worst"]) for each in found["troubled"]] == [
        ("vAG-01", "critical")
    ]
    hosts = sign_in("olga").get("/api/v1/posture/hosts").json()
    assert [(each["name"], each["health"]) for each in hosts] == [("CNA-01", "bad")]


def test_a_certificate_that_ends_soon_needs_action(cloud: Cloud) -> None:
    ends_at = SystemClock().now() + timedelta(days=9, hours=1)
    see(
        cloud,
        LicenceSeen(
            native_id="tls", name="tls", total=None, used=None, kind="certificate",
            expires_at=ends_at,
        ),
    )  # fmt: skip
    found = posture()
    assert [(each["days_left"], each["health"]) for each in found["certificates"]] == [(9, "bad")]
    assert found["health"]["certificates"] == "bad"


def test_without_hosts_nothing_is_guessed_and_the_page_says_so(cloud: Cloud) -> None:
    found = posture()
    assert (found["headroom"], found["health"]["hosts"]) == (None, "unknown")
    assert [(each["hosts"], each["quotas"]) for each in found["told"]] == [(0, 1)]
    assert "没有数据源提供主机信息" in Page(sign_in("olga").get("/posture")).text


def test_forecasts_are_those_of_the_licences_own_pages(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    use_licences(cloud, clickhouse, 120)
    viewer, now = cloud.people["olga"], SystemClock().now()
    rows = inventory.fetch_licences(viewer).items
    together = forecasts.forecast_licences(viewer, rows, now=now)
    for row in rows:
        alone = forecasts.forecast_licence(viewer, row, now=now)
        assert together[row.id].said == alone.said
    [quota] = posture()["quotas"]
    assert quota["days_until_full"] is not None
    assert "用满" in Page(sign_in("olga").get("/posture")).text


@pytest.mark.parametrize("figure", ["hosts", "quotas", "pools", "failures", "images"])
def test_each_table_is_a_file(cloud: Cloud, figure: str) -> None:
    see(cloud, *HOSTS, on_host(1))
    client = sign_in("olga")
    text = client.get("/posture", {"export": "csv", "figure": figure}).content.decode("utf-8-sig")
    assert len(text.splitlines()) > 1
    assert client.get("/posture", {"export": "xlsx", "figure": figure}).content[:2] == b"PK"
    assert client.get("/posture", {"export": "csv", "figure": "x"}).status_code == 422


def test_another_customers_hosts_are_not_there(cloud: Cloud) -> None:
    see(cloud, *HOSTS, on_host(1))
    found = posture("chen")
    assert (found["clusters"], found["desktops"], found["told"]) == ([], 0, [])
