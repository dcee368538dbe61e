"""What people are told when something goes wrong: in words, in their language, nothing inside."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from tests.support.people import make_people
from yunwei.base.core.errors import (
    Bug,
    Conflict,
    EngineAway,
    Invalid,
    Refused,
    SourceUnreachable,
)
from yunwei.base.people import queries
from yunwei.run import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.test_problems")]

PROBLEMS: dict[str, tuple[Exception, int]] = {
    "refused": (Refused(), 404),
    "invalid": (Invalid("name", "this is required"), 422),
    "conflict": (Conflict(), 409),
    "source": (SourceUnreachable(), 502),
    "away": (EngineAway(), 503),
    "database": (OperationalError("password=hunter2"), 503),
    "bug": (Bug("hunter2"), 500),
}


def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise PROBLEMS[name][0]


urlpatterns = [path("fails/<str:name>", fail, name="fails"), *urls.urlpatterns]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500


@pytest.fixture
def olga() -> Client:
    make_people()
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get(username="olga"))
    return client


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_page_says_what_is_wrong(olga: Client, name: str) -> None:
    answer = olga.get(f"/fails/{name}")
    assert answer.status_code == PROBLEMS[name][1]
    text = answer.content.decode()
    assert 'data-test="problem"' in text
    assert "hunter2" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name != "bug"])
def test_an_open_page_gets_a_word_and_no_page(olga: Client, name: str) -> None:
    answer = olga.get(f"/fails/{name}", headers={"HX-Request": "true"})
    assert answer.status_code == PROBLEMS[name][1]
    assert answer.content == b""
    assert "hunter2" not in unquote(answer["HX-Problem"])
    assert unquote(answer["HX-Problem"])


def test_it_is_said_in_the_language_of_who_asks(olga: Client) -> None:
    chinese = olga.get("/fails/refused").content.decode()
    get_user_model().objects.filter(username="olga").update(language="en")
    english = olga.get("/fails/refused").content.decode()
    assert "There is no such thing, or you may not see it." in english
    assert "There is no such thing" not in chinese


def test_nobody_gets_the_page_without_the_frame() -> None:
    answer = Client().get("/no/such/page")
    assert answer.status_code == 404
    assert 'class="yw-bare"' in answer.content.decode()


def test_a_host_name_that_nobody_allowed_is_told_so() -> None:
    client = Client(raise_request_exception=False)
    for address in ("/", "/api/v1/me"):
        answer = client.get(address, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("error", [EngineAway(), OperationalError("hunter2")], ids=str)
@pytest.mark.parametrize("address", ["/", "/people", "/api/v1/me"])
def test_without_postgres_every_address_says_so(
    olga: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, address: str
) -> None:
    def broken(*_arguments: Any, **_more: Any) -> None:
        raise error

    monkeypatch.setattr(queries, "viewer_of", broken)
    answer = olga.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "hunter2" not in answer.content.decode()


def test_rest_tells_it_as_json_even_before_it_is_reached(
    olga: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any, **_more: Any) -> None:
        raise EngineAway()

    monkeypatch.setattr(queries, "viewer_of", broken)
    answer = olga.get("/api/v1/me")
    assert answer.json().keys() == {"code", "message", "field"}
    assert answer.json()["code"] == "engine_away"
