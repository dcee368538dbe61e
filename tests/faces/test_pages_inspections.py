"""The pages of inspections: asking, answering on site, sealing, templates as text."""

import pytest
from django.test import Client

from tests.faces.personas_inspection import TEXT
from tests.support.people import Standing, make_people
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.inspection.actions import inspections, plans
from yunwei.operate.inspection.jobs.making import system_make_next
from yunwei.operate.inspection.queries import inspections as queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def standing() -> Standing:
    return make_people()


def client_of(name: str) -> Client:
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return client


@pytest.fixture
def made(standing: Standing) -> int:
    root, now = standing["root"], SystemClock().now()
    template = plans.add_template(root, standing.a.id, TEXT, now=now)
    asked = inspections.ask_inspection(root, standing.a.id, template, now=now)
    assert system_make_next(SystemClock(), time_zone="Asia/Shanghai")
    return asked


def test_one_asks_for_an_inspection_and_is_told_that_it_is_being_made(standing: Standing) -> None:
    client = client_of("olga")
    answer = client.post("/inspections/new", {"tenant": standing.a.id, "template": ""})
    assert answer.status_code == 303
    page = client.get(answer["Location"]).content.decode()
    assert 'data-test="being-made"' in page
    assert 'data-test="findings"' not in page


def test_a_wrong_answer_is_said_at_its_item_and_nothing_typed_is_lost(made: int) -> None:
    client = client_of("olga")
    sent = {"level.room": "failed", "note.room": ""}
    answer = client.post(f"/inspections/{made}/answers", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('class="yw-error"') == 1
    assert 'value="failed" checked' in page


def test_it_is_answered_sealed_and_then_seen_by_the_customer(made: int, standing: Standing) -> None:
    olga, kai = client_of("olga"), client_of("kai")
    assert kai.get(f"/inspections/{made}").status_code == 404
    assert 'data-test="seal"' not in olga.get(f"/inspections/{made}").content.decode()
    olga.post(f"/inspections/{made}/answers", {"level.room": "passed", "note.room": "24 °C"})
    assert 'data-test="seal"' in olga.get(f"/inspections/{made}").content.decode()
    olga.post(f"/inspections/{made}/act", {"act": "seal"})
    page = kai.get(f"/inspections/{made}").content.decode()
    seal = queries.find_inspection(standing["root"], made).seal
    assert seal in page
    assert "24 °C" in page
    assert 'data-test="save-answers"' not in page
    file = kai.get(f"/inspections/{made}/file/pdf")
    assert file.content.startswith(b"%PDF-")
    assert kai.get(f"/inspections/{made}/file/exe").status_code == 404


def test_a_template_that_is_wrong_says_where_and_keeps_the_text(standing: Standing) -> None:
    client = client_of("mia")
    wrong = TEXT.replace("[[item]]", "[[item]]\nweight = 0")
    answer = client.post("/inspections/templates/new", {"tenant": standing.a.id, "text": wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "weight = 0" in page
    assert page.count('class="yw-error"') == 1
    right = client.post("/inspections/templates/new", {"tenant": standing.a.id, "text": TEXT})
    assert right.status_code == 303
    assert "机房" in client.get(right["Location"]).content.decode()


def test_a_schedule_is_made_and_ended(standing: Standing) -> None:
    client = client_of("mia")
    sent = {
        "tenant": standing.a.id,
        "template": "",
        "rhythm": "month",
        "first_day": "2026-11-01",
        "at": "25:00",
        "time_zone": "Asia/Shanghai",
    }
    assert client.post("/inspections/schedules/new", sent).status_code == 422
    assert client.post("/inspections/schedules/new", {**sent, "at": "07:30"}).status_code == 303
    page = client.get("/inspections/schedules").content.decode()
    assert "/inspections/schedules/" in page
