"""API tokens: shown once, kept as a hash, gone when revoked, expired, or when their person is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.support.people import Standing, make_people
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import FakeClock
from yunwei.base.people import queries
from yunwei.base.people.actions import tokens, users
from yunwei.base.people.facts import SYSTEM, PersonChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    return FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


def test_a_token_is_its_person(people: Standing) -> None:
    made, text = tokens.create_token(people["olga"], name="script")
    viewer = queries.viewer_of_token(text, address="198.51.100.7")
    assert viewer is not None
    assert (viewer.name, viewer.address) == ("olga", "198.51.100.7")
    assert viewer.permissions == people["olga"].permissions
    assert text.startswith("yw_")
    assert text.startswith(made.prefix)


def test_the_secret_is_stored_nowhere(people: Standing) -> None:
    _made, text = tokens.create_token(people["olga"], name="script")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM people_apitoken t")
        rows = cursor.fetchall()
        cursor.execute("SELECT to_jsonb(a)::text FROM people_auditentry a")
        rows += cursor.fetchall()
    assert rows
    assert not any(text[9:] in row[0] for row in rows)


@pytest.mark.parametrize("text", ["", "yw_", "yw_wrong", "Bearer", "yw_" + "x" * 1000, "yw_\0"])
def test_what_is_no_token_is_nobody(people: Standing, text: str) -> None:
    assert queries.viewer_of_token(text) is None


def test_a_revoked_token_is_nobody(people: Standing) -> None:
    made, text = tokens.create_token(people["olga"], name="script")
    revoked = tokens.revoke_token(people["olga"], made.id)
    assert revoked.revoked_at is not None
    assert queries.viewer_of_token(text) is None
    assert tokens.revoke_token(people["olga"], made.id) == revoked


def test_a_token_ends_at_its_instant(people: Standing, clock: FakeClock) -> None:
    ends = clock.now() + timedelta(hours=1)
    _made, text = tokens.create_token(people["olga"], name="short", expires_at=ends, clock=clock)
    clock.advance(timedelta(minutes=59))
    assert queries.viewer_of_token(text, clock=clock) is not None
    clock.advance(timedelta(minutes=1))
    assert queries.viewer_of_token(text, clock=clock) is None


def test_the_last_use_is_known_to_five_minutes(people: Standing, clock: FakeClock) -> None:
    made, text = tokens.create_token(people["olga"], name="script", clock=clock)
    first = clock.now()
    queries.viewer_of_token(text, clock=clock)
    clock.advance(timedelta(minutes=4))
    queries.viewer_of_token(text, clock=clock)
    assert queries.access_token(people["olga"], made.id).last_used_at == first
    clock.advance(timedelta(minutes=2))
    queries.viewer_of_token(text, clock=clock)
    assert queries.access_token(people["olga"], made.id).last_used_at == clock.now()


def test_a_token_goes_with_its_person(people: Standing) -> None:
    _made, text = tokens.create_token(people["olga"], name="script")
    users.change_user(people["root"], people["olga"].user_id or 0, PersonChange(is_active=False))
    assert queries.viewer_of_token(text) is None


def test_tokens_of_others_are_not_there(people: Standing) -> None:
    made, _text = tokens.create_token(people["olga"], name="script")
    with pytest.raises(Refused):
        tokens.revoke_token(people["mia"], made.id)
    with pytest.raises(Refused):
        tokens.create_token(people["una"], name="script")
    with pytest.raises(Refused):
        tokens.create_token(SYSTEM, name="script")
    first = PageRequest(limit=10)
    assert queries.fetch_tokens(people["mia"], {"user": people["olga"].user_id}, first).total == 0
    assert queries.fetch_tokens(people["root"], {}, first).total == 1


@pytest.mark.parametrize(("field", "name", "hours"), [("name", " ", None), ("expires_at", "x", -1)])
def test_what_can_not_be_is_refused(
    people: Standing, clock: FakeClock, field: str, name: str, hours: int | None
) -> None:
    ends = clock.now() + timedelta(hours=hours) if hours else None
    with pytest.raises(Invalid) as refusal:
        tokens.create_token(people["olga"], name=name, expires_at=ends, clock=clock)
    assert refusal.value.field == field
