"""What an alarm type means stands with each such alarm, and what a team knows of it as well."""

import pytest

from tests.support.openapi import CheckedClient
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.ids import AlarmId
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.rules.types import find_types
from yunwei.plugins.sdk.alarm_texts import alarm_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture
def alarm_type(cloud: Cloud) -> str:
    viewer = cloud.people["olga"]
    return alarms.access_alarm(viewer, AlarmId(cloud.alarms[0])).alarm.alarm_type


def test_every_type_that_was_heard_of_is_listed(cloud: Cloud, alarm_type: str) -> None:
    page = Page(sign_in("olga").get("/alarm-types"))
    assert page.count("row") == alarms.fetch_alarm_types(cloud.people["olga"]).total
    assert alarm_type in page.text


def test_a_team_note_stands_with_every_alarm_of_its_type(cloud: Cloud, alarm_type: str) -> None:
    client = sign_in("olga")
    written = client.post(f"/alarm-types/{alarm_type}/note", {"note": "先问机房 <b>老李</b>"})
    assert written.status_code == 303
    page = client.get(f"/alarms/{cloud.alarms[0]}").content.decode()
    assert "先问机房 &lt;b&gt;老李&lt;/b&gt;" in page
    listed = Page(client.get("/alarm-types?has_note=yes"))
    assert listed.count("row") == 1


def test_an_empty_note_is_none(cloud: Cloud, alarm_type: str) -> None:
    client = sign_in("olga")
    client.post(f"/alarm-types/{alarm_type}/note", {"note": "call the vendor"})
    client.post(f"/alarm-types/{alarm_type}/note", {"note": " "})
    assert alarms.fetch_type_notes(cloud.people["olga"], alarm_type) == ()


def test_a_note_is_kept_from_other_customers(cloud: Cloud, alarm_type: str) -> None:
    sign_in("olga").post(f"/alarm-types/{alarm_type}/note", {"note": "the provider's own"})
    assert "the provider" not in sign_in("kai").get(f"/alarms/{cloud.alarms[0]}").content.decode()


def test_rest_tells_meaning_and_notes(cloud: Cloud, alarm_type: str) -> None:
    client = CheckedClient()
    client.cookies = sign_in("olga").cookies
    address = f"/api/v1/alarm-types/{alarm_type}"
    assert client.get(address).json()["team_notes"] == []
    headers = {"content_type": "application/json"}
    too_long = client.put(address, {"note": "x" * 5000}, **headers)
    assert (too_long.status_code, too_long.json()["field"]) == (422, "note")
    assert client.put(address, {"note": "ask Li"}, **headers).status_code == 204
    assert [each["note"] for each in client.get(address).json()["team_notes"]] == ["ask Li"]


@pytest.mark.parametrize("words", ["链路断开", "link DOWN"])
def test_a_search_finds_titles_in_both_languages(words: str) -> None:
    assert "snmp.link_down" in find_types(words, alarm_texts())
    assert find_types("no such alarm", alarm_texts()) == []
