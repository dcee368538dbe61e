"""The usage explorer: its answers are those of the page of activity; its addresses stay true."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model

from tests.faces.test_pages_usage import NOON, TOLD, tile, used
from tests.integration.telemetry.support import write
from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.faces.web.console.usage import asked
from yunwei.operate.usage.store import frames

pytestmark = pytest.mark.django_db

SPAN = "since=2026-11-18T16:00:00Z&until=2026-11-25T06:30:00Z&time_zone=Asia/Shanghai"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(NOON)
    monkeypatch.setattr(asked, "CLOCK", clock)
    monkeypatch.setattr("yunwei.operate.usage.queries.ground.SystemClock", lambda: clock)


@pytest.fixture
def told(clickhouse: ClickHouse) -> Cloud:
    cloud = make_cloud()
    write(clickhouse, TOLD, tenant=cloud.tenant, source=cloud.source, read_at=NOON)
    return cloud


def rest() -> CheckedClient:
    client = CheckedClient()
    client.force_login(get_user_model().objects.get(username="olga"))
    return client


def explore(measure: str, *by: str, **filters: str) -> dict[str, Any]:
    asked = urlencode([("measure", measure), *(("by", each) for each in by), *filters.items()])
    found: dict[str, Any] = rest().get(f"/api/v1/usage/explore?{SPAN}&{asked}").json()
    return found


def values(found: dict[str, Any]) -> dict[str, float]:
    return {"|".join(cell["keys"]): cell["value"] for cell in found["cells"]}


@pytest.mark.parametrize("filters", [{}, {"department": "财务部"}, {"client": "macOS 15"}])
def test_the_whole_is_what_activity_says(told: Cloud, filters: dict[str, str]) -> None:
    more = urlencode(filters)
    whole = rest().get(f"/api/v1/usage/activity?{SPAN}&{more}").json()
    attempts = whole["attempts"]
    wanted = {
        "users": whole["active"]["users"],
        "hours": whole["active"]["connected_s"],
        "peak_users": whole["users_at_once"]["count"],
        "peak_sessions": whole["sessions_at_once"]["count"],
        "attempts": attempts["attempts"],
        "failures": attempts["failures"],
        "reconnects": attempts["reconnects"],
        "logon_p50": attempts["p50_s"],
        "logon_p95": attempts["p95_s"],
    }
    for measure, value in wanted.items():
        assert explore(measure, "day", **filters)["whole"] == value, measure


@pytest.mark.parametrize("by", ["department", "pool", "client"])
def test_parts_are_those_of_activity(told: Cloud, by: str) -> None:
    parts = rest().get(f"/api/v1/usage/parts?{SPAN}&by={by}").json()
    used = [part for part in parts if part["users"]]
    for measure, field in (("users", "users"), ("hours", "connected_s")):
        assert values(explore(measure, by)) == {part["key"]: part[field] for part in used}
    assert values(explore("peak_users", by)) == {part["key"]: part["top"]["count"] for part in used}
    tried = [part for part in parts if part["attempts"]["attempts"]]
    assert values(explore("attempts", by)) == {
        part["key"]: part["attempts"]["attempts"] for part in tried
    }
    assert values(explore("logon_p95", by)) == {
        part["key"]: part["attempts"]["p95_s"] for part in tried
    }


def test_days_are_those_of_activity(told: Cloud) -> None:
    days = rest().get(f"/api/v1/usage/days?{SPAN}").json()
    for measure, field in (("users", "users"), ("hours", "connected_s")):
        wanted = {each["day"]: each[field] for each in days if each["users"]}
        assert values(explore(measure, "day")) == wanted


def test_users_are_those_of_activity(told: Cloud) -> None:
    rows = rest().get(f"/api/v1/usage/users?{SPAN}").json()["items"]
    wanted = {f"{each['source']}:{each['login']}": each["connected_s"] for each in rows}
    assert values(explore("hours", "user")) == wanted


def test_two_dimensions_tell_more_apart(told: Cloud) -> None:
    found = values(explore("users", "day", "client"))
    assert found == {
        "2026-11-24|Windows 11": 2,
        "2026-11-24|macOS 15": 1,
        "2026-11-25|Windows 11": 1,
    }
    # 24 November is a Tuesday; user02 and user03 are there together from 11:30 on
    heat = values(explore("peak_users", "weekday", "hour"))
    assert (heat["2|10"], heat["2|11"], heat["2|17"], heat["3|08"]) == (1, 2, 1, 1)
    assert "2|18" not in heat


def test_the_page_shows_a_table_a_figure_and_what_is_asked(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/explorer?measure=hours&by=department&period=7d"))
    assert "11 h 29 min" in tile(page, "whole")
    assert "财务部" in page.text
    assert page.count("row") == 1
    assert page.count("figure") == 1
    # changing the period keeps the question
    assert page.link("period=today").count("measure=hours&by=department") == 1


def test_a_matrix_has_a_column_for_each_of_the_second_dimension(told: Cloud) -> None:
    page = Page(sign_in("olga").get("/explorer?measure=users&by=client&and=day&period=7d"))
    assert page.count("row") == 2
    assert "2026-11-24" in page.text


def test_the_time_before_is_laid_beside(told: Cloud, clickhouse: ClickHouse) -> None:
    # the time before is compared with only where most of it is known
    earlier = [used("c0", "user09", "23T08:00", "23T08:30")]
    write(clickhouse, earlier, tenant=told.tenant, source=told.source, read_at=NOON)
    address = "/explorer?measure=users&by=department&period=today&compare=yes"
    page = Page(sign_in("olga").get(address))
    # today user03 alone, the day before user02 as well
    assert 'data-label="上一时段">2</td>' in page.html
    assert "-50%" in page.text


def test_the_answer_is_a_file(told: Cloud) -> None:
    client = sign_in("olga")
    address = "/explorer?measure=users&by=day&and=client&period=7d&export="
    text = client.get(f"{address}csv").content.decode("utf-8-sig")
    assert "2026-11-24,macOS 15,1.0" in text.splitlines()
    assert client.get(f"{address}xlsx").content[:2] == b"PK"


def test_a_question_is_saved_shared_and_bookmarked(told: Cloud) -> None:
    client = sign_in("olga")
    query = "measure=hours&by=user&period=30d"
    made = client.post(
        "/views/new", {"page": "explorer", "query": query, "name": "月度", "is_shared": "true"}
    )
    assert made.status_code == 303
    assert made.headers["Location"].startswith("/explorer?by=user&measure=hours&period=30d&saved=")
    assert "月度" in Page(sign_in("mia").get("/explorer")).text


@pytest.mark.parametrize(
    "wrong",
    [
        "measure=x",
        "by=x",
        "and=x",
        "by=day&and=day",
        "period=9y",
        "since=2026-01-01",
        "export=pdf",
    ],
)
def test_a_wrong_question_is_told(told: Cloud, wrong: str) -> None:
    assert sign_in("olga").get(f"/explorer?{wrong}").status_code == 422
    if wrong == "by=day&and=day":
        assert rest().get(f"/api/v1/usage/explore?{SPAN}&by=day&by=day").status_code == 422


def test_what_is_not_yours_is_not_there(told: Cloud) -> None:
    assert Page(sign_in("chen").get("/explorer")).count("nothing") == 1
    assert sign_in("chen").get(f"/explorer?tenant={told.tenant}").status_code == 404


@pytest.fixture
def slowly(told: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """One day is read in each step."""
    monkeypatch.setattr(frames, "_MOST_READ", 1)
    monkeypatch.setattr("yunwei.faces.web.console.usage.explorer.STEP_S", 0.0)
    return told


def test_a_long_question_says_how_far_it_is_and_goes_on(slowly: Cloud) -> None:
    address = "/explorer?measure=users&by=day&period=7d"
    browser = sign_in("olga")
    page = Page(browser.get(address))
    assert page.count("reading") == 1
    assert page.count("table") == 0
    # of the 15 days of each of three tenants all but one: only two have connections
    part = page.html.split('data-test="reading"')[1].split("</p>")[0]
    assert "97.8%" in part
    following = part.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert "step=1" in following
    done = Page(sign_in("olga", htmx_target="usage").get(following))
    assert done.count("reading") == 0
    assert done.count("table") == 1
    # the next who asks waits for nothing, and the step is in no address that the page offers
    assert Page(browser.get(address)).count("table") == 1
    assert "step=" not in done.html


def test_what_is_read_in_steps_is_what_is_read_at_once(
    slowly: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, address = sign_in("olga"), "/explorer?measure=hours&by=user&period=7d"
    for step in range(2):
        browser.get(f"{address}&step={step}")
    in_steps = browser.get(f"{address}&export=csv").content
    assert b"user02" in in_steps
    # again from the beginning, in one piece
    monkeypatch.setattr(frames, "_MOST_READ", 60_000)
    frames._forget()
    assert browser.get(f"{address}&export=csv").content == in_steps


def test_who_cancels_sees_that_nothing_more_is_read(slowly: Cloud) -> None:
    browser = sign_in("olga", htmx_target="usage")
    page = Page(browser.get("/explorer?measure=users&by=day&period=7d&stop=yes"))
    assert (page.count("stopped"), page.count("reading"), page.count("table")) == (1, 0, 0)
    assert 'hx-trigger="load"' not in page.html
    # nothing was read meanwhile
    assert Page(browser.get("/explorer?measure=users&by=day&period=7d")).count("reading") == 1


def test_a_question_that_takes_too_long_is_refused_with_advice(
    told: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yunwei.operate.usage.queries.exploring.MOST_S", -1.0)
    answer = rest().get(f"/api/v1/usage/explore?{SPAN}&measure=peak_users&by=user")
    assert answer.status_code == 422
    assert "选择更短的时间" in answer.json()["message"]
    page = sign_in("olga").get("/explorer?measure=peak_users&by=user&period=7d")
    assert page.status_code == 422
    assert "选择更短的时间" in page.content.decode()
