"""What a process says of its health."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra import health
from yunwei.base.infra.health import Health
from yunwei.faces.api.health import HealthMiddleware


@pytest.fixture(autouse=True)
def no_checks_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_checks", {})


def failing() -> Health:
    raise EngineAway("PostgreSQL: no route")


def test_all_well_is_one_word() -> None:
    assert health.report() == (True, {"status": "ok"})


def test_each_check_has_its_name_and_figures() -> None:
    health.register("nats", lambda: Health(is_ok=True, figures={"waiting": 3}))
    assert health.report() == (True, {"status": "ok", "nats": {"status": "ok", "waiting": 3}})


def test_one_that_fails_fails_the_whole_and_says_why() -> None:
    health.register("nats", lambda: Health(is_ok=True))
    health.register("postgres", failing)
    is_ok, body = health.report()
    assert not is_ok
    assert body["status"] == "failing"
    assert body["postgres"] == {"status": "failing", "text": "PostgreSQL: no route"}


def test_a_check_can_be_taken_back_but_not_its_successor() -> None:
    forget_first = health.register("x", lambda: Health(is_ok=False))
    health.register("x", lambda: Health(is_ok=True))
    forget_first()
    assert health.report()[1]["x"] == {"status": "ok"}


def nothing_behind(request: HttpRequest) -> HttpResponse:
    return HttpResponse("behind")


def test_it_is_answered_before_anything_else() -> None:
    middleware = HealthMiddleware(nothing_behind)
    # a host that nobody allowed: load balancers ask by address
    request = RequestFactory(HTTP_HOST="10.0.0.7:8000").get("/healthz")
    assert middleware(request).status_code == 200
    health.register("postgres", failing)
    answer = middleware(request)
    assert answer.status_code == 503
    assert answer["Cache-Control"] == "no-store"


def test_metrics_are_what_prometheus_reads() -> None:
    answer = HealthMiddleware(nothing_behind)(RequestFactory().get("/metrics"))
    assert isinstance(answer, HttpResponse)
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"\nprocess_start_time_seconds " in answer.content


def test_all_else_goes_on() -> None:
    answer = HealthMiddleware(nothing_behind)(RequestFactory().post("/healthz"))
    assert isinstance(answer, HttpResponse)
    assert answer.content == b"behind"
