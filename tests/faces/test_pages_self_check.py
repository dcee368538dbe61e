"""The self-check's page: what is overdue in words, and where the outside monitor is."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.support.openapi import CheckedClient
from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.notify.actions import audit as actions
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def console(people: Standing) -> Client:
    client = CheckedClient()
    client.post("/account/sign-in", {"login": "root", "password": PASSWORD})
    return client


def looked(*findings: Finding, minutes_ago: int = 0) -> None:
    at = SystemClock().now() - timedelta(minutes=minutes_ago)
    with transaction() as conn:
        actions.claim_audit(conn, now=at)
        actions.save_audit(conn, Audit(at=at, findings=findings))


def test_before_the_first_look_nothing_is_said_to_be_well(console: Client) -> None:
    page = console.get("/self-check").content.decode()
    assert 'data-test="check-message"' in page
    assert 'data-test="overdue"' not in page


def test_what_is_overdue_is_said_with_its_number(console: Client) -> None:
    since = SystemClock().now() - timedelta(minutes=9)
    looked(Finding(kind=Overdue.MESSAGE, count=31, oldest_at=since, example="4"))
    page = console.get("/self-check").content.decode()
    assert 'data-test="overdue"' in page
    assert ">31<" in page


def test_an_auditor_that_does_not_run_is_said(console: Client) -> None:
    looked(minutes_ago=9)
    assert 'data-test="silent"' in console.get("/self-check").content.decode()


def test_the_address_is_kept_and_not_shown_again(console: Client) -> None:
    looked()
    wrong = console.post("/self-check/heartbeat", {"url": "outside"})
    assert wrong.status_code == 422

    url = "https://outside.example/ping/s3cret"
    assert console.post("/self-check/heartbeat", {"url": url}).status_code == 303
    page = console.get("/self-check").content.decode()
    assert "outside.example" in page
    assert "s3cret" not in page

    # saved with nothing typed it stays; only the other button takes it away
    console.post("/self-check/heartbeat", {"url": ""})
    assert "outside.example" in console.get("/self-check").content.decode()
    console.post("/self-check/heartbeat", {"url": "", "stop": "yes"})
    assert "outside.example" not in console.get("/self-check").content.decode()
