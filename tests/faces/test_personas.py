"""Every door, tried by everybody: the table in personas.py against all pages and all of REST."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.faces.doors import Door, World
from tests.faces.personas import BUILDERS, PAGES, REST
from tests.faces.personas_intake import StrangersDesk
from tests.support.openapi import CheckedClient, document
from tests.support.people import NOBODY, PERSONAS, make_people
from yunwei.faces.api.intake import Door as IntakeDoor

MISSING = 987_654_321
_SESSIONS = "sessions"


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door for other systems is open, as in a running platform."""
    monkeypatch.setattr(IntakeDoor, "desk", StrangersDesk())


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, in a transaction that is never committed; each test runs in one inside it."""
    with django_db_blocker.unblock(), transaction.atomic():
        built: World = {}
        standing = make_people()
        for build in BUILDERS:
            build(built, standing)
        built[_SESSIONS] = {name: sign_in(name) for name in PERSONAS}
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def step(world: World, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def sign_in(persona: str) -> str:
    """Return the cookie of a new session; signing in anew for each test took a third of all."""
    if persona == NOBODY:
        return ""
    client = CheckedClient()
    client.force_login(get_user_model().objects.get(username=persona))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def client_of(persona: str, world: World) -> CheckedClient:
    client = CheckedClient(raise_request_exception=True)
    if cookie := world[_SESSIONS][persona]:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def call(client: CheckedClient, method: str, address: str, door: Door, world: World) -> Any:
    sent = door.data(world) if callable(door.data) else door.data
    if method == "get":
        return client.get(f"{address}{door.query}")
    if address.startswith("/api/"):
        return client.generic(method.upper(), address, json.dumps(sent or {}), "application/json")
    return client.post(address, sent or {})


def page_address(name: str, door: Door, world: World, *, is_missing: bool = False) -> str:
    return reverse(name, kwargs=fill(door, world, is_missing=is_missing))


def rest_address(operation: str, door: Door, world: World, *, is_missing: bool = False) -> str:
    path = operation.split(" ")[1]
    filled = fill(door, world, is_missing=is_missing)
    return re.sub(r"\{([^}]+)\}", lambda found: str(filled[found[1]]), path)


def fill(door: Door, world: World, *, is_missing: bool) -> dict[str, Any]:
    return {name: MISSING if is_missing else world[key] for name, key in door.at.items()}


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, persona: str, world: World, step: None) -> None:
    door = PAGES[name]
    address = page_address(name, door, world)
    response = call(client_of(persona, world), door.method, address, door, world)
    assert response.status_code == door.expected(persona, usual_for_nobody=302)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("operation", REST)
def test_rest(operation: str, persona: str, world: World, step: None) -> None:
    door = REST[operation]
    method = operation.split(" ", maxsplit=1)[0].lower()
    response = call(
        client_of(persona, world), method, rest_address(operation, door, world), door, world
    )
    assert response.status_code == door.expected(persona, usual_for_nobody=401), response.content


@pytest.mark.parametrize("persona", [*PERSONAS[:-1]])
@pytest.mark.parametrize("name", [name for name, door in PAGES.items() if door.at])
def test_page_not_yours_is_page_not_there(
    name: str, persona: str, world: World, step: None
) -> None:
    door, client = PAGES[name], client_of(persona, world)
    there = call(client, door.method, page_address(name, door, world), door, world)
    missing = call(
        client, door.method, page_address(name, door, world, is_missing=True), door, world
    )
    assert missing.status_code == 404
    assert there.status_code != 404 or without_traces(there) == without_traces(missing)


@pytest.mark.parametrize("persona", [*PERSONAS[:-1]])
@pytest.mark.parametrize("operation", [name for name, door in REST.items() if door.at])
def test_rest_not_yours_is_rest_not_there(
    operation: str, persona: str, world: World, step: None
) -> None:
    door, client = REST[operation], client_of(persona, world)
    method = operation.split(" ", maxsplit=1)[0].lower()
    there = call(client, method, rest_address(operation, door, world), door, world)
    address = rest_address(operation, door, world, is_missing=True)
    missing = call(client, method, address, door, world)
    assert missing.status_code == 404
    assert there.status_code != 404 or there.content == missing.content


def without_traces(response: Any) -> str:
    """The page without what differs from answer to answer: tokens, and the address asked for."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    return re.sub(r'name="back" value="[^"]*"', "", text)


def test_every_page_has_its_line() -> None:
    assert set(page_names(get_resolver())) == set(PAGES)


def test_every_rest_operation_has_its_line() -> None:
    served = {
        f"{method.upper()} {path}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    assert served == set(REST)


def page_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """All names that an address has, but those of REST's operations: they are in the document."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{each.namespace}:" if each.namespace else namespace
            yield from page_names(each, inner)
        elif isinstance(each, URLPattern) and not is_operation(each):
            assert each.name, f"an address without a name: {each.pattern}"
            yield f"{namespace}{each.name}"


def is_operation(pattern: URLPattern) -> bool:
    return pattern.callback.__module__ == "ninja.operation"
