"""The link in a message: one person acknowledges one alarm, once, without signing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.pages import Cloud, Page, make_cloud
from yunwei.base.core.ids import AlarmId, OccurrenceId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.faces.web.acknowledge import link_signer
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import Alarm, OperatorState
from yunwei.monitor.notify.actions.links import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def alarm_of(cloud: Cloud) -> Alarm:
    return alarms.access_alarm(cloud.people["root"], AlarmId(cloud.alarms[0])).alarm


def link(cloud: Cloud, name: str = "olga", *, age: timedelta = timedelta(), **other: Any) -> str:
    """Return the address of the link that was sent to somebody that long ago."""
    alarm = alarm_of(cloud)
    given = {"alarm": alarm.id, "occurrence": alarm.occurrence, **other}
    user = cloud.people[name].user_id or UserId(0)
    token = make_token(link_signer(), user=user, now=cloud.now - age, **given)
    return f"/acknowledge/{token}"


def asked(address: str) -> tuple[int, str]:
    """Return status and what the page says of the link."""
    response = Client().get(address)
    return response.status_code, state_of(response)


def state_of(response: Any) -> str:
    html = response.content.decode()
    return html.split('data-state="')[1].split('"')[0] if "data-state=" in html else ""


def test_asking_for_the_page_changes_nothing(cloud: Cloud) -> None:
    address = link(cloud)
    for _ in range(3):
        response = Client().get(address)
        assert response.status_code == 200
        assert Page(response).count("acknowledge") == 1
        assert Client().head(address).status_code == 200
    assert alarm_of(cloud).operator_state is OperatorState.NONE
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"


def test_confirmed_it_is_acknowledged_as_that_person_by_link(cloud: Cloud) -> None:
    address = link(cloud)
    response = Client().post(address, {"length": "60"})
    assert (response.status_code, state_of(response)) == (200, "done")
    alarm = alarm_of(cloud)
    assert (alarm.operator_state, alarm.operator) == (OperatorState.ACKNOWLEDGED, "olga")
    assert alarm.acknowledged_until is not None
    [entry] = people.fetch_audit(
        cloud.people["root"], {"verb": "alarms.acknowledge"}, PageRequest(limit=5)
    ).items
    assert (entry.user_name, entry.detail) == ("olga", "by link")


def test_it_works_once(cloud: Cloud) -> None:
    address = link(cloud)
    Client().post(address)
    alarm_actions.unacknowledge_alarm(cloud.people["olga"], alarm_of(cloud).id, now=cloud.now)
    assert asked(address) == (410, "used")
    again = Client().post(address)
    assert (again.status_code, state_of(again)) == (410, "used")
    assert alarm_of(cloud).operator_state is OperatorState.NONE


def test_after_a_day_it_has_expired(cloud: Cloud) -> None:
    address = link(cloud, age=timedelta(hours=25))
    assert asked(address) == (410, "expired")
    assert Client().post(address).status_code == 410
    assert alarm_of(cloud).operator_state is OperatorState.NONE


def test_of_a_cleared_alarm_there_is_nothing_to_acknowledge(cloud: Cloud) -> None:
    address = link(cloud)
    alarm_actions.clear_alarm(cloud.people["root"], alarm_of(cloud).id, now=cloud.now)
    assert asked(address) == (410, "over")


def test_of_an_earlier_occurrence_it_is_over(cloud: Cloud) -> None:
    address = link(cloud, occurrence=OccurrenceId(alarm_of(cloud).occurrence + 999))
    assert asked(address) == (410, "over")


def test_changed_on_its_way_it_is_refused_and_says_so(cloud: Cloud) -> None:
    address = link(cloud)
    changed = address[:-2] + ("AA" if not address.endswith("AA") else "BB")
    assert asked(changed) == (404, "forged")
    assert Client().post(changed).status_code == 404
    assert asked("/acknowledge/no-such-token") == (404, "forged")


@pytest.mark.parametrize("name", ["kai", "audrey", "chen"])
def test_who_may_not_acknowledge_can_not_by_link_either(cloud: Cloud, name: str) -> None:
    assert asked(link(cloud, name)) == (404, "forged")


def test_what_somebody_has_taken_up_may_be_joined(cloud: Cloud) -> None:
    address = link(cloud)
    alarm_actions.acknowledge_alarm(cloud.people["mia"], alarm_of(cloud).id, now=cloud.now)
    page = Client().get(address).content.decode()
    assert "mia" in page
    assert state_of(Client().post(address)) == "done"
    assert alarm_of(cloud).operator == "mia"


def test_many_attempts_are_slowed_down(cloud: Cloud) -> None:
    statuses = [Client().get("/acknowledge/guess").status_code for _ in range(70)]
    assert statuses[0] == 404
    assert 429 in statuses
