"""What people do about alarms on the pages: with scripts, without them, one or many at once."""

import json
from typing import Any

import pytest

from tests.support.pages import Cloud, Page, make_cloud, sign_in, tomorrow
from yunwei.base.core.ids import AlarmId
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import OperatorState

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def states(cloud: Cloud) -> list[OperatorState]:
    viewer = cloud.people["olga"]
    return [
        alarms.access_alarm(viewer, AlarmId(each)).alarm.operator_state for each in cloud.alarms
    ]


def act(target: str | None = None, who: str = "olga", **sent: Any) -> Any:
    return sign_in(who, htmx_target=target).post("/alarms/act", sent)


def test_the_worst_can_be_found_first(cloud: Cloud) -> None:
    page = sign_in("olga").get("/alarms?sort=-severity").content.decode()
    assert page.index("紧急</span>") < page.index("重要</span>") < page.index("提示</span>")


def test_what_an_alarm_says_is_no_markup(cloud: Cloud) -> None:
    page = sign_in("olga").get("/alarms").content.decode()
    assert "磁盘将满 &lt;b&gt;0&lt;/b&gt;" in page


def test_filters_of_severity_time_and_object(cloud: Cloud) -> None:
    client = sign_in("olga")
    for query, rows in (
        ("severity=critical", 1),
        ("raised_since=2026-11-23", 3),
        ("raised_until=2026-11-22", 0),
        ("object=/desktop/PC-01", 1),
        ("operator_state=acknowledged", 0),
        ("view=history", 0),
    ):
        assert Page(client.get(f"/alarms?{query}")).count("row") == rows, query


def test_the_counts_of_the_lists_come_with_the_rows(cloud: Cloud) -> None:
    part = sign_in("olga", htmx_target="rows").get("/alarms").content.decode()
    assert 'hx-swap-oob="true"' in part
    assert '<span class="yw-count">3</span>' in part
    assert "hx-swap-oob" not in sign_in("olga").get("/alarms").content.decode()


def test_without_scripts_the_chosen_alarms_are_acknowledged(cloud: Cloud) -> None:
    client = sign_in("olga")
    response = client.post(
        "/alarms/act",
        {"act": "acknowledge", "id": cloud.alarms[:2], "back": "/alarms?severity=major"},
        follow=True,
    )
    assert response.redirect_chain == [("/alarms?severity=major", 303)]
    assert "已处理 2 条告警。" in response.content.decode()
    assert states(cloud) == ["acknowledged", "acknowledged", "none"]


def test_with_scripts_the_open_page_is_told(cloud: Cloud) -> None:
    response = act(target="", act="acknowledge", id=cloud.alarms[0])
    assert response.status_code == 204
    told = json.loads(response["HX-Trigger"])["yw:done"]
    assert told == {"text": "已处理 1 条告警。", "tone": "good", "parts": ["alarms"]}


def test_one_row_s_button_leaves_the_ticked_rows_alone(cloud: Cloud) -> None:
    sign_in("olga").post(
        "/alarms/act?act=acknowledge", {"only": cloud.alarms[2], "id": cloud.alarms[:2]}
    )
    assert states(cloud) == ["none", "none", "acknowledged"]


def test_shelving_asks_for_an_end_and_a_reason_first(cloud: Cloud) -> None:
    asked = act(target="dialog-body", act="shelve", id=cloud.alarms)
    assert asked.status_code == 200
    assert b"<html" not in asked.content
    assert states(cloud) == ["none"] * 3
    wrong = act(target="dialog-body", act="shelve", id=cloud.alarms, is_confirmed="yes")
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.content.decode()
    act(
        act="shelve",
        id=cloud.alarms,
        is_confirmed="yes",
        until=tomorrow(cloud),
        note="施工",
    )
    assert states(cloud) == ["shelved"] * 3
    assert Page(sign_in("olga").get("/alarms?view=shelved")).count("row") == 3


def test_what_is_not_possible_is_said_and_the_rest_is_done(cloud: Cloud) -> None:
    act(act="acknowledge", id=cloud.alarms[0])
    told = json.loads(act(target="", act="acknowledge", id=cloud.alarms)["HX-Trigger"])["yw:done"]
    assert told["tone"] == "major"
    assert "已处理 2 条告警。" in told["text"]
    assert "告警已经确认" in told["text"]


def test_a_stranger_s_alarm_is_not_there(cloud: Cloud) -> None:
    told = json.loads(
        act(target="", who="chen", act="clear", id=cloud.alarms[0], is_confirmed="y")["HX-Trigger"]
    )
    assert told["yw:done"]["tone"] == "critical"
    assert states(cloud)[0] == "none"


@pytest.mark.parametrize(
    "sent", [{"act": "drop", "id": "1"}, {"act": "clear"}, {"act": "clear", "id": "x"}]
)
def test_nonsense_is_refused(cloud: Cloud, sent: dict[str, str]) -> None:
    assert act(**sent).status_code == 422


def test_an_alarm_s_page_tells_its_story(cloud: Cloud) -> None:
    client = sign_in("olga")
    address = f"/alarms/{cloud.alarms[0]}"
    about = {"only": cloud.alarms[0], "is_confirmed": "yes"}
    client.post("/alarms/act", {"act": "comment", "note": "<i>看过</i>", **about})
    client.post("/alarms/act", {"act": "clear", **about})
    page = Page(client.get(address))
    assert page.count("is-cleared") == 1
    assert page.count("change") == 3
    assert "&lt;i&gt;看过&lt;/i&gt;" in page.html
    part = sign_in("olga", htmx_target="history").get(address)
    assert Page(part).count("change") == 3
    assert b"<html" not in part.content
