"""The pages of reclaims: chosen among the idle, why one is not asked back, the list, the ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faces.test_pages_idle import used
from tests.integration.telemetry.support import write
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.reclaim import store
from yunwei.operate.reclaim.facts import ReclaimState
from yunwei.operate.selfservice.actions import requests
from yunwei.operate.selfservice.facts.requests import RequestKind, RequestRule

pytestmark = pytest.mark.django_db
DAYS = {"grace_days": "14", "remind_days": "3", "keep_days": "7", "quiet_days": "180"}


@pytest.fixture
def told(clickhouse: ClickHouse) -> Cloud:
    """Of desktops that are somebody's, PC-17 was used 50 days ago and PC-05 three days ago."""
    cloud = make_cloud()
    readings = [used(cloud, 0, 60), used(cloud, 5, 3), used(cloud, 17, 50)]
    write(clickhouse, readings, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    return cloud


def desktops(*names: str) -> list[int]:
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "SELECT id, name FROM inventory_desktop WHERE name = ANY(%s) ORDER BY name",
            ([*names],),
        ).fetchall()
    return [row["id"] for row in rows]


def test_chosen_ones_are_asked_back_or_it_is_said_why_not(told: Cloud) -> None:
    olga = sign_in("olga")
    chosen = olga.post("/reclaims/choose", {"id": desktops("PC-05", "PC-17")})
    assert chosen.status_code == 303
    form = Page(olga.get(chosen["Location"]))
    assert "PC-05" in form.text
    assert "PC-17" in form.text
    refused = Page(olga.post(chosen["Location"], DAYS))
    assert "该客户尚未同意回收桌面" in refused.text
    assert "闲置时间不够长" in refused.text
    rule = RequestRule(kind=RequestKind.RECLAIM, approvers=("kai",), needs_provider=False)
    requests.save_rule(told.people["root"], told.tenant, rule, time_zone="UTC")
    begun = Page(olga.post(chosen["Location"], DAYS))
    assert "已对 1 台桌面发起回收" in begun.text
    listed = Page(olga.get("/reclaims?search=PC-17"))
    assert "PC-17" in listed.text
    assert "user17" in listed.text
    wrong = olga.post(chosen["Location"], DAYS | {"remind_days": "14"})
    assert wrong.status_code == 422
    assert "须少于答复期的天数" in Page(wrong).text


def test_the_ledger_adds_up_what_was_given_back_and_is_taken_as_a_file(told: Cloud) -> None:
    [first, second] = desktops("PC-05", "PC-17")
    for desktop, disk in ((first, 80), (second, None)):
        values = {
            "tenant": told.tenant,
            "desktop": desktop,
            "source": told.source,
            "native": "d",
            "name": "PC",
            "logins": [],
            "asked": [],
            "by": "olga",
            "now": told.now,
            "due_at": told.now,
            "unused_days": 60,
            "last_used_at": None,
            **{name: int(days) for name, days in DAYS.items()},
            "cpu": 4,
            "memory_mb": 8192,
            "disk_gib": disk,
        }
        with transaction() as conn:
            made = store.add_reclaim(conn, values)
            assert made is not None
            row = store.fetch_reclaim(conn, made)
            over = told.now - timedelta(minutes=1)
            ended = replace(row, state=ReclaimState.RECLAIMED, ended_at=over, given_back_at=over)
            store.note_reclaim(conn, ended, None)
    olga = sign_in("olga")
    page = Page(olga.get("/reclaims/ledger"))
    assert 'yw-tile-value">2<' in page.html.split('data-test="ledger-desktops"')[1]
    assert "1 台桌面未知" in page.text
    lines = olga.get("/reclaims/ledger?export=csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[2:7] == ["2", "8", "16.0", "80", "1"]
    assert olga.get("/reclaims/ledger?export=pdf").status_code == 422
    assert "PC" not in Page(sign_in("chen").get("/reclaims")).text
