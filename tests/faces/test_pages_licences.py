"""The pages of licences: how scarce, from when people are told, and everything that changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import LicenceSeen, Observation, ReadingPage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import store as telemetry_store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def first_licence(client: Client) -> Page:
    """Open the first licence of the list, by its link."""
    links = Page(client.get("/licences")).links
    return Page(
        client.get(
            next(
                link
                for link in links
                if link.rsplit("/", 1)[-1].isdecimal() and "/licences/" in link
            )
        )
    )


def test_a_licence_says_how_scarce_it_is_and_what_changed(cloud: Cloud) -> None:
    client = sign_in("olga")
    assert "即将用尽" in Page(client.get("/licences")).text
    page = first_licence(client)
    assert "97 / 100" in " ".join(page.text.split())
    assert "自首次发现以来没有变化。" in page.text


def test_an_operator_says_from_when_a_licence_is_scarce(cloud: Cloud) -> None:
    client = sign_in("olga")
    page = first_licence(client)
    address = page.link("/thresholds")
    wrong = client.post(address, {"scarce_at": "99", "spent_at": "98"})
    assert wrong.status_code == 422
    assert "不低于第一个阈值" in Page(wrong).text
    saved = client.post(address, {"scarce_at": "98", "spent_at": "99"})
    assert saved.status_code == 303
    assert "即将用尽" not in Page(client.get("/licences")).text
    assert "98" in Page(client.get(address)).html


def test_every_change_of_any_licence_stands_in_one_list(cloud: Cloud) -> None:
    def polled(**changes: Any) -> None:
        started = SystemClock().now()
        poll = Poll(
            source=cloud.source,
            tenant=cloud.tenant,
            source_name="Cloud A",
            connector="huawei_workspace",
            read=Read.INVENTORY,
            started_at=started,
        )
        ccu = {"native_id": "ccu", "name": "并发许可", "total": 100.0, "used": 97.0} | changes
        seen = (LicenceSeen(**ccu),)
        with transaction() as conn:
            inventory_actions.apply_page(conn, poll, ReadingPage(readings=seen, read_at=started))

    client = sign_in("olga")
    assert "尚无变更" in Page(client.get("/licences/changes")).text
    polled(total=120.0, edition="企业版")
    page = Page(client.get("/licences/changes"))
    assert page.count("row") == 2
    assert "100" in page.text
    assert "企业版" in page.text
    assert Page(client.get("/licences/changes", {"field": "total"})).count("row") == 1
    exported = client.get("/licences/changes", {"export": "csv"})
    assert "企业版" in b"".join(exported).decode("utf-8-sig")


def use_licences(cloud: Cloud, door: ClickHouse, days: int) -> None:
    """Write what was used each day: ever more, less at weekends."""
    readings = [
        Observation(
            metric="licence.used",
            object_kind="licence",
            object_id=row.native_id,
            at=cloud.now - timedelta(days=days - day),
            value=0.5 * (row.total or 0) * (1 + day / 200) * (0.6 if day % 7 > 4 else 1),
        )
        for row in inventory.fetch_licences(cloud.people["root"]).items
        for day in range(days)
    ]
    made = batches_of_page(readings, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    for batch in made:
        telemetry_store.insert(door, TABLES[batch.table], [batch])


@pytest.mark.parametrize(
    ("days", "said"), [(10, "历史数据不足"), (120, "预计用尽日期"), (120, "已采用")]
)
def test_a_licence_says_when_it_will_be_used_up_or_that_too_little_is_known(
    cloud: Cloud, clickhouse: ClickHouse, days: int, said: str
) -> None:
    client = sign_in("olga")
    use_licences(cloud, clickhouse, days)
    assert said in first_licence(client).text


def test_a_quota_is_found_by_what_it_is_called(cloud: Cloud) -> None:
    now = SystemClock().now()
    poll = Poll(
        source=cloud.source,
        tenant=cloud.tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=Read.LICENCES,
        started_at=now,
    )
    for total in (9, 10):
        quota = LicenceSeen(
            native_id="general_instances",
            name="general_instances",
            total=total,
            used=8,
            kind="quota",
        )
        with transaction() as conn:
            seen = ReadingPage(readings=(quota,), read_at=now)
            inventory_actions.apply_page(conn, poll, seen)
    client = sign_in("olga")
    changes = Page(client.get("/licences/changes")).count("row")
    assert changes
    for text in ("普通桌面", "通桌", "general_inst"):
        found = Page(client.get("/licences", {"search": text}))
        assert "普通桌面" in found.text
        assert found.count("row") == 1
        assert Page(client.get("/licences/changes", {"search": text})).count("row") == changes
    assert Page(client.get("/licences", {"search": "GPU"})).count("row") == 0
    assert Page(client.get("/licences/changes", {"search": "GPU"})).count("row") == 0
