"""The pages of diagnoses: asked for with one button, read part by part, taken away as Markdown."""

from datetime import timedelta

import pytest

from tests.integration.telemetry.support import write
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import ConnectionRecord
from yunwei.base.infra.clickhouse import ClickHouse

pytestmark = pytest.mark.django_db
BROKER_AWAY = "The access service is unavailable."


def attempt(cloud: Cloud, number: int, failure: str = "") -> ConnectionRecord:
    started = cloud.now - timedelta(minutes=5, seconds=number)
    return ConnectionRecord(
        native_id=f"c{number}",
        login=f"user{number:02d}",
        desktop=f"d{number}",
        started_at=started,
        setup_at=None if failure else started + timedelta(seconds=30),
        rtt_s=None if failure else 0.02,
        failure=failure,
    )


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def test_the_button_leads_to_the_verdict(cloud: Cloud, clickhouse: ClickHouse) -> None:
    failed = [attempt(cloud, number, BROKER_AWAY) for number in range(9)]
    write(clickhouse, failed, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-01"))
    desktop = page.link("/desktops/").split("?")[0]
    page = Page(client.get(desktop))
    assert 'data-test="diagnose"' in page.html
    number = desktop.rsplit("/", 1)[1]
    answer = client.post("/diagnoses/new", {"kind": "desktop", "id": number})
    assert answer.status_code == 303
    page = Page(client.get(answer.headers["Location"]))
    for part in ("user", "gateway", "broker", "desktop", "host", "storage"):
        assert f'data-part-name="{part}"' in page.html
    listed = Page(client.get("/diagnoses"))
    assert "PC-01" in listed.text
    told = client.get(f"{answer.headers['Location']}/export.md")
    assert told.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert told.content.decode().startswith("# ")


def test_who_does_not_see_measurements_is_told_so(cloud: Cloud) -> None:
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-01"))
    number = page.link("/desktops/").split("?")[0].rsplit("/", 1)[1]
    answer = client.post("/diagnoses/new", {"kind": "desktop", "id": number})
    page = Page(client.get(answer.headers["Location"]))
    # without ClickHouse nothing is said of those who connect
    assert 'data-part-name="gateway" data-standing="not_measured"' in page.html


@pytest.mark.parametrize(
    "asked", [{"kind": "desktop", "id": "x"}, {"kind": "moon", "id": "1"}, {"kind": "pool"}]
)
def test_what_is_not_there_is_refused_in_words(cloud: Cloud, asked: dict[str, str]) -> None:
    assert sign_in("olga").post("/diagnoses/new", asked).status_code == 422


def test_every_check_is_listed_with_where_it_looks(cloud: Cloud) -> None:
    page = Page(sign_in("olga").get("/diagnoses/checks"))
    assert page.html.count('data-test="check"') >= 30
