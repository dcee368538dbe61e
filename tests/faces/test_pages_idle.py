"""The page of idle desktops: which nobody uses, in which way, with the evidence of each."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import ConnectionRecord
from yunwei.base.infra.clickhouse import ClickHouse

pytestmark = pytest.mark.django_db


def used(cloud: Cloud, number: int, days_ago: float) -> ConnectionRecord:
    ended = cloud.now - timedelta(days=days_ago)
    return ConnectionRecord(
        native_id=f"c{number}",
        login=f"user{number:02d}",
        desktop=f"d{number}",
        started_at=ended - timedelta(hours=2),
        setup_at=ended - timedelta(hours=2),
        ended_at=ended,
    )


@pytest.fixture
def told(clickhouse: ClickHouse) -> Cloud:
    """Of 60 desktops every sixth is stopped and the others are in use; of those at rest two were
    used lately and one 50 days ago, of the others no use is known."""
    cloud = make_cloud()
    readings = [used(cloud, 0, 60), used(cloud, 5, 3), used(cloud, 11, 9), used(cloud, 17, 50)]
    write(clickhouse, readings, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    return cloud


def tile(page: Page, name: str) -> str:
    whole = page.html.split(f'data-test="{name}"')[1]
    return whole.split('yw-tile-value">')[1].split("<")[0]


def test_what_could_be_given_back_is_counted(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/idle-desktops"))
    # what the platform has known for a moment only is not called unused
    assert tile(page, "could-return") == "1"
    assert tile(page, "idle-unused") == "1"
    assert tile(page, "idle-never_used") == "0"
    assert "PC-17" in page.text
    assert "user17" in page.text
    assert "PC-05" not in page.text


def test_limits_are_chosen_and_stay_in_every_address(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/idle-desktops?unused_days=7"))
    assert tile(page, "idle-unused") == "2"
    assert page.link("unused_days=7&kind=unused")
    assert "PC-11" in page.text


def test_the_list_is_narrowed_sorted_and_taken_as_a_file(told: Cloud) -> None:
    olga = sign_in("olga")
    found = Page(olga.get("/idle-desktops?unused_days=2&search=PC-11")).text
    assert "PC-11" in found
    assert "PC-17" not in found
    answer = olga.get("/idle-desktops?unused_days=2&sort=unused&export=csv").content.decode()
    names = [line.split(",")[0] for line in answer.splitlines()[1:]]
    assert names == ["PC-05", "PC-11", "PC-17"]


@pytest.mark.parametrize(
    "query", ["unused_days=x", "unused_days=0", "on_hours=9999", "kind=x", "sort=x", "cursor=x"]
)
def test_nonsense_is_refused(told: Cloud, query: str) -> None:
    assert sign_in("olga").get(f"/idle-desktops?{query}").status_code == 422


def test_without_the_store_of_measurements_the_page_says_so() -> None:
    make_cloud()
    page = Page(sign_in("olga").get("/idle-desktops"))
    assert "idle-counts" not in page.html


def test_rest_tells_the_same(told: Cloud, client: CheckedClient) -> None:
    client.force_login(get_user_model().objects.get(username="olga"))
    counts = client.get("/api/v1/usage/idle/counts").json()
    assert (counts["desktops"], counts["could_return"]) == (60, 1)
    assert counts["by_kind"]["unused"] == 1
    listed: dict[str, Any] = client.get("/api/v1/usage/idle", {"kind": "unused"}).json()
    [row] = listed["items"]
    assert (row["name"], row["last_login"], row["kinds"]) == ("PC-17", "user17", ["unused"])
    assert row["unused_s"] == pytest.approx(50 * 86_400, abs=120)
    more = client.get("/api/v1/usage/idle", {"unused_days": 2, "limit": 2}).json()
    assert (len(more["items"]), more["total"]) == (2, 3)
    rest = client.get(
        "/api/v1/usage/idle", {"unused_days": 2, "limit": 2, "cursor": more["next"]}
    ).json()
    assert len(rest["items"]) == 1
    assert client.get("/api/v1/usage/idle", {"unused_days": 0}).status_code == 422


def test_another_tenant_sees_nothing_of_it(told: Cloud) -> None:
    page = Page(sign_in("chen").get("/idle-desktops"))
    assert "PC-17" not in page.text
