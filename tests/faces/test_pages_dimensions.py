"""Use told apart by everything that it may be: place, image and host of then, client, time."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faces.test_pages_explorer import explore, now, rest, told, values
from tests.faces.test_pages_usage import DESKTOP, at
from tests.support.pages import Cloud, Page, sign_in
from yunwei.base.core.readings import DesktopSeen, HostSeen, ReadingPage
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory
from yunwei.plugins.sdk.contract import Read

__all__ = ["now", "told"]

pytestmark = pytest.mark.django_db

PLACED = replace(DESKTOP, host="h1", site="华东一区", image="golden-1")


def read(cloud: Cloud, at_text: str, *desktops: DesktopSeen) -> None:
    poll = Poll(
        source=cloud.source,
        tenant=cloud.tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=Read.INVENTORY,
        started_at=at(at_text),
    )
    hosts = (HostSeen(native_id="h1", name="node-1"), HostSeen(native_id="h2", name="node-2"))
    page = ReadingPage(readings=(*hosts, *desktops), read_at=at(at_text))
    with transaction() as conn:
        inventory.apply_page(conn, poll, page)


@pytest.fixture
def moved(told: Cloud) -> Cloud:
    """The desktop moved to another host and got a new image between two connections of 24
    November; what user02 did at 9 was on the first, all else on the second."""
    read(told, "24T00:10", PLACED)
    read(told, "24T11:15", replace(PLACED, host="h2", image="golden-2"))
    return told


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        ("host", {"": 1, "h1": 1, "h2": 3}),
        ("image", {"": 1, "golden-1": 1, "golden-2": 3}),
        ("site", {"": 1, "华东一区": 4}),
        ("tenant", {"tenant": 5}),
        ("client_version", {"": 5}),
        ("weekday", {"2": 3, "3": 2}),
        ("hour", {"08": 2, "09": 1, "11": 2}),
    ],
)
def test_attempts_by_each_dimension(moved: Cloud, by: str, wanted: dict[str, int]) -> None:
    found = values(explore("attempts", by))
    # d2 was never read of; keys of hosts name their source, that of the tenant is our id
    keys = {"tenant": str(moved.tenant), "h1": f"{moved.source}:h1", "h2": f"{moved.source}:h2"}
    assert found == {keys.get(key, key): count for key, count in wanted.items()}
    parts: list[dict[str, Any]] = rest().get(_parts(by)).json()
    assert {each["key"]: each["attempts"]["attempts"] for each in parts} == found


def _parts(by: str) -> str:
    span = "since=2026-11-18T16:00:00Z&until=2026-11-25T06:30:00Z&time_zone=Asia/Shanghai"
    return f"/api/v1/usage/parts?{span}&by={by}"


def test_users_and_time_are_told_apart_by_the_host_of_then(moved: Cloud) -> None:
    first, second = f"{moved.source}:h1", f"{moved.source}:h2"
    assert values(explore("users", "host")) == {"": 1, first: 1, second: 1}
    # 09:00:20 to 12:00 on the first; 11:30:20 to 18:00 and 08:00:20 to 09:00 on the second
    assert values(explore("hours", "host")) == {"": 7180, first: 10780, second: 26960}
    found = explore("hours", "host", "day")
    assert (found["names"][first], found["names"][second]) == ("node-1", "node-2")
    assert values(found)[f"{second}|2026-11-25"] == 3580


@pytest.mark.parametrize(
    ("address", "by", "said"),
    [
        ("/activity", "host", "node-2"),
        ("/activity", "client_version", "未知"),
        ("/logons", "image", "golden-2"),
        ("/logons", "weekday", "星期二"),
        ("/experience", "site", "华东一区"),
        ("/experience", "hour", "09:00"),
    ],
)
def test_pages_name_the_parts(moved: Cloud, address: str, by: str, said: str) -> None:
    page = Page(sign_in("olga").get(f"{address}?period=7d&by={by}"))
    assert page.count(f"by-{by}") == 1
    table = page.html.split(f'data-test="by-{by}"')[1].split("</section>")[0]
    assert said in table
    file = sign_in("olga").get(f"{address}?period=7d&export=csv&figure={by}")
    assert said in file.content.decode("utf-8-sig")


def test_the_figure_says_of_which_time_a_host_is(moved: Cloud) -> None:
    page = Page(sign_in("olga").get("/explorer?measure=hours&by=host&period=7d"))
    assert "node-2" in page.text
    assert "主机和镜像取连接开始时" in page.html
    assert "主机和镜像取连接开始时" not in sign_in("olga").get("/explorer").content.decode()


def test_who_sees_one_tenant_is_not_offered_tenants(moved: Cloud) -> None:
    assert "by=tenant" in sign_in("olga").get("/activity?period=7d").content.decode()
    assert "by=tenant" not in sign_in("kai").get("/activity?period=7d").content.decode()
