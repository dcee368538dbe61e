"""The link of a survey: a customer answers once, without signing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.pages import Cloud, make_cloud, sign_in
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.faces.web.survey import survey_signer
from yunwei.operate.service.actions import surveys as actions
from yunwei.operate.service.facts.surveys import PeriodDraft, Survey
from yunwei.operate.service.queries import surveys as queries
from yunwei.operate.service.rules.surveys import LIFE

pytestmark = pytest.mark.django_db
SAID = {"csat": "5", "nps": "9", "comment": "很好 = good", "name": "李主任"}


@pytest.fixture
def cloud() -> Cloud:
    calendar_actions.bootstrap()
    return make_cloud()


def ask(cloud: Cloud, *, age: timedelta = timedelta()) -> Survey:
    manager, now = cloud.people["mia"], cloud.now - age
    contract = agreed_contract(manager, cloud.people.a.id, now=now)
    last = now.date() - timedelta(days=1)
    draft = PeriodDraft(contract=contract, first_on=last - timedelta(days=30), last_on=last)
    made = actions.ask_about_period(manager, draft, now=now)
    return queries.access_survey(manager, made, now=cloud.now)


def link(survey: Survey) -> str:
    return f"/survey/{queries.make_token(survey_signer(), survey)}"


def state_of(response: Any) -> tuple[int, str]:
    html = response.content.decode()
    found = html.split('data-state="')[1].split('"')[0] if "data-state=" in html else ""
    return response.status_code, found


def test_asking_for_the_page_changes_nothing_and_is_kept_by_nobody(cloud: Cloud) -> None:
    survey = ask(cloud)
    for _ in range(2):
        response = Client().get(link(survey))
        assert response.status_code == 200
        assert 'data-test="survey-form"' in response.content.decode()
        assert Client().head(link(survey)).status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert queries.access_survey(cloud.people["mia"], survey.id, now=cloud.now) == survey


def test_one_answers_once_without_signing_in(cloud: Cloud) -> None:
    survey = ask(cloud)
    assert state_of(Client().post(link(survey), SAID)) == (200, "done")
    found = queries.access_survey(cloud.people["kai"], survey.id, now=cloud.now).answer
    assert found is not None
    assert (found.csat, found.nps, found.comment, found.name) == (5, 9, "很好 = good", "李主任")
    assert state_of(Client().post(link(survey), SAID | {"csat": "1"})) == (410, "used")
    assert state_of(Client().get(link(survey))) == (410, "used")


def test_a_link_that_is_late_or_changed_says_so(cloud: Cloud) -> None:
    late = ask(cloud, age=LIFE + timedelta(seconds=1))
    assert state_of(Client().post(link(late), SAID)) == (410, "expired")
    address = link(late)
    changed = address[:-1] + ("A" if address[-1] != "A" else "B")
    assert state_of(Client().get(changed)) == (404, "forged")
    assert state_of(Client().post("/survey/x", SAID)) == (404, "forged")


def test_what_is_missing_is_told_at_its_place(cloud: Cloud) -> None:
    survey = ask(cloud)
    response = Client().post(link(survey), {"csat": "4", "comment": "kept"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in html.split('data-field="nps"')[1].split("</fieldset>")[0]
    assert "kept" in html
    assert Client().post(link(survey), SAID | {"csat": "9"}).status_code == 422


def test_the_provider_s_people_do_not_answer_for_the_customer(cloud: Cloud) -> None:
    survey = ask(cloud)
    assert state_of(sign_in("olga").post(link(survey), SAID)) == (200, "ours")
    assert queries.access_survey(cloud.people["mia"], survey.id, now=cloud.now).answer is None
    assert state_of(sign_in("kai").post(link(survey), SAID)) == (200, "done")
