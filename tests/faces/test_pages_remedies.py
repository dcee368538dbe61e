"""The pages of remedies: added with a form, applied from the alarm's page, told in its story."""

import pytest
from django.test import Client
from django.utils import translation

from tests.support.clinic import Clinic
from tests.support.pages import sign_in
from yunwei.base.core.alarm import AlarmAct
from yunwei.faces.web.shared.words import word
from yunwei.operate.remedies import queries
from yunwei.operate.remedies.facts import Mode

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def form(clinic: Clinic, **changes: str) -> dict[str, str]:
    usual = {
        "tenant": str(clinic.stage.cloud.tenant),
        "name": "restart it",
        "condition": 'alarm_type == "desktop.stuck"',
        "script": str(clinic.script),
        "mode": "proposed",
        "wait_s": "0",
        "per_hour": "5",
        "cool_down_s": "60",
        "verify_s": "300",
        "breaker_after": "2",
        "is_enabled": "true",
    }
    return usual | changes


def rows(browser: Client, view: str) -> str:
    return browser.get(f"/alarms?view={view}", headers={"HX-Request": "true"}).content.decode()


def brief(state: str) -> str:
    """What the lists of alarms say of an attempt."""
    with translation.override("zh-hans"):
        return str(word("attempt_brief", state).label)


def test_one_is_added_applied_from_the_alarms_page_and_told_in_its_story(clinic: Clinic) -> None:
    olga = sign_in("olga")
    made = olga.post("/remedies/new", form(clinic))
    assert made.status_code == 303
    remedy = int(made["Location"].rpartition("/")[2])
    assert "restart it" in olga.get("/remedies").content.decode()
    alarm = clinic.falls_ill()
    page = olga.get(f"/alarms/{alarm}").content.decode()
    assert 'data-test="apply-remedy"' in page
    assert brief("running") not in rows(olga, "open")
    assert olga.post(f"/alarms/{alarm}/remedies/{remedy}").status_code == 303
    assert brief("running") in rows(olga, "open")
    assert "/desktop/" in rows(sign_in("kai"), "open")
    assert brief("running") not in rows(sign_in("kai"), "open")
    clinic.run()
    clinic.look()
    clinic.report(AlarmAct.CLEAR)
    clinic.look()
    assert brief("healed") in rows(olga, "history")
    page = olga.get(f"/alarms/{alarm}").content.decode()
    assert 'data-test="remedy-attempt"' in page
    assert "apply-remedy" not in page
    assert 'data-test="attempt"' in olga.get(f"/remedies/{remedy}").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"condition": "alarm_type =="}, "condition"),
        ({"values": "no sign"}, "no sign"),
        ({"per_hour": "0"}, "per_hour"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    clinic: Clinic, changes: dict[str, str], words: str
) -> None:
    answer = sign_in("olga").post("/remedies/new", form(clinic, **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "yw-error" in page
    assert queries.fetch_remedies(clinic.stage.olga).total == 0


def test_one_that_is_stopped_says_so_and_is_turned_on_again(clinic: Clinic) -> None:
    remedy = clinic.add(breaker_after=1)
    clinic.falls_ill()
    clinic.look()
    clinic.run(ends="failed")
    clinic.look()
    olga = sign_in("olga")
    assert 'data-test="broken"' in olga.get(f"/remedies/{remedy}").content.decode()
    assert olga.post(f"/remedies/{remedy}/switch", {"on": "yes"}).status_code == 303
    assert 'data-test="broken"' not in olga.get(f"/remedies/{remedy}").content.decode()
    assert olga.post(f"/remedies/{remedy}/remove").status_code == 303
    assert queries.fetch_remedies(clinic.stage.olga, {"mode": Mode.AUTOMATIC.value}).total == 0
