"""REST's rules: who asks, how lists are read, how errors are told."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.support.openapi import CheckedClient, document
from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.people.actions.tokens import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def token(people: Standing) -> str:
    return create_token(people["root"], name="test")[1]


def bearer(token: str) -> CheckedClient:
    return CheckedClient(headers={"Authorization": f"Bearer {token}"}, enforce_csrf_checks=True)


def post(client: Client, address: str, body: Any, **options: Any) -> Any:
    sent = body if isinstance(body, str) else json.dumps(body)
    return client.post(address, sent, content_type="application/json", **options)


def test_a_token_needs_no_csrf_token(token: str) -> None:
    assert post(bearer(token), "/api/v1/tokens", {"name": "another"}).status_code == 201


def test_a_session_does(people: Standing) -> None:
    client = CheckedClient(enforce_csrf_checks=True)
    client.get("/api/docs")
    known = client.cookies["yunwei_csrf"].value
    form = {"login": "root", "password": PASSWORD, "csrfmiddlewaretoken": known}
    assert client.post("/account/sign-in", form).status_code == 302
    refused = post(client, "/api/v1/tokens", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    headers = {"X-CSRFToken": client.cookies["yunwei_csrf"].value}
    assert post(client, "/api/v1/tokens", {"name": "x"}, headers=headers).status_code == 201


def test_a_wrong_token_is_not_saved_by_a_session(people: Standing) -> None:
    client = CheckedClient()
    client.post("/account/sign-in", {"login": "root", "password": PASSWORD})
    assert client.get("/api/v1/me").status_code == 200
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer yw_wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_what_is_not_there_is_told_alike_everywhere(token: str) -> None:
    client = bearer(token)
    answers = [
        client.get(f"/api/v1/{path}") for path in ("users/999999", "no-such-noun", "users/x")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json().keys() == {"code", "message", "field"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("sort=colour", "sort"),
        ("cursor=nonsense", "cursor"),
        ("role=king", "role"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(token: str, query: str, field: str) -> None:
    answer = bearer(token).get(f"/api/v1/users?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["field"] == field


def test_a_time_without_a_zone_is_refused(token: str) -> None:
    client = bearer(token)
    assert client.get("/api/v1/audit?since=2026-11-23T08:00:00").json()["field"] == "since"
    assert client.get("/api/v1/audit?since=2026-11-23T08:00:00Z").status_code == 200
    assert client.get("/api/v1/audit?since=2026-11-23T08:00:00%2B08:00").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "x", "colour": "red"}, 422, "colour"),
        ({}, 422, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, 422, "expires_at"),
        ({"name": "x", "expires_at": "soon"}, 422, "expires_at"),
        ("not JSON", 400, None),
    ],
)
def test_a_body_that_is_wrong_is_named(
    token: str, body: Any, status: int, field: str | None
) -> None:
    answer = post(bearer(token), "/api/v1/tokens", body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_pages_of_a_list_hold_each_item_once(token: str) -> None:
    client = bearer(token)
    seen: list[str] = []
    address = "/api/v1/users?limit=3&sort=username"
    cursor = ""
    while cursor is not None:
        page = client.get(f"{address}&cursor={cursor}").json()
        seen += [item["username"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["audrey", "chen", "kai", "mia", "olga", "root", "una"]
    assert page["total"] == len(seen)


def test_messages_are_in_the_language_of_who_asks(people: Standing, token: str) -> None:
    client = bearer(token)
    chinese = client.get("/api/v1/users/999999").json()["message"]
    client.patch("/api/v1/me", json.dumps({"language": "en"}), content_type="application/json")
    english = client.get("/api/v1/users/999999").json()["message"]
    assert english == "There is no such thing, or you may not see it."
    assert chinese != english


def test_the_document_names_no_host_and_its_errors() -> None:
    operation = document()["paths"]["/api/v1/users"]["post"]
    assert {"201", "400", "401", "403", "404", "409", "422", "503"} <= operation["responses"].keys()
    assert "servers" not in document() or document()["servers"] == []


def test_the_docs_page_needs_nothing_of_others() -> None:
    page = Client().get("/api/docs").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert "<script>" not in page
