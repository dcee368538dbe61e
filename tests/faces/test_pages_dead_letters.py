"""Dead letters on their pages and over REST: read, mended, replayed, put away and taken back."""

import json
from dataclasses import dataclass, field

import pytest
from django.test import Client

from tests.support.openapi import CheckedClient
from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.tokens import create_token
from yunwei.monitor.collect.actions import dead_letters as actions
from yunwei.monitor.collect.actions import sources
from yunwei.monitor.collect.facts import (
    DeadLetter,
    LetterKind,
    LetterState,
    NewLetter,
    SourceDraft,
    SourceRow,
)
from yunwei.monitor.collect.queries import dead_letters as queries

pytestmark = pytest.mark.django_db


@dataclass
class Stream:
    """Takes what is replayed."""

    batches: list[IntakeBatch] = field(default_factory=list)


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    made = Stream()
    monkeypatch.setattr(actions.Way, "append", made.batches.append)
    return made


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def console(people: Standing) -> Client:
    client = CheckedClient()
    client.post("/account/sign-in", {"login": "root", "password": PASSWORD})
    client.post("/preferences", {"language": "en"})
    return client


@pytest.fixture
def source(people: Standing) -> SourceRow:
    draft = SourceDraft(tenant=people.a.id, connector="webhook_in", name="Prometheus", settings={})
    return sources.add_source(people["root"], draft)


def bury(
    people: Standing,
    source: SourceRow | None = None,
    *,
    kind: LetterKind = LetterKind.PAYLOAD,
    data: bytes = b'{"name": "H-7"}',
    error: str = "managed_object: there is no value for host",
) -> int:
    letter = NewLetter(
        intake_id=f"b:{len(queries.fetch_dead_letters(people['root']).items)}",
        tenant=people.a.id,
        source=SourceId(source.id) if source else None,
        received_at=SystemClock().now(),
        address="192.0.2.7",
        kind=kind,
        error=error,
        data=data,
    )
    with transaction() as conn:
        actions.keep_letters(conn, [letter], fallback=people.a.id)
    return queries.fetch_dead_letters(people["root"]).items[0].id


def look(people: Standing, letter: int) -> DeadLetter:
    return queries.access_dead_letter(people["root"], letter)


def test_the_list_says_why_in_the_viewers_language_and_finds_by_content(
    console: Client, people: Standing, source: SourceRow
) -> None:
    bury(people, source, data=b"x" * 500 + b"needle")
    bury(people, source, error="cut short", kind=LetterKind.DATAGRAM, data=b"\x30\x05")

    both = console.get("/dead-letters?state=open", headers={"Accept-Language": "en"})
    found = console.get("/dead-letters?search=needle")
    exported = console.get("/dead-letters?export=csv")

    assert both.content.count(b'data-test="row"') == 2
    assert found.content.count(b'data-test="row"') == 1
    assert len(exported.content.splitlines()) == 3


def test_a_letter_shows_its_content_and_the_way_to_its_mapping(
    console: Client, people: Standing, source: SourceRow
) -> None:
    page = console.get(f"/dead-letters/{bury(people, source)}").content.decode()

    assert "&quot;name&quot;: &quot;H-7&quot;" in page
    assert f"/sources/{source.id}/change" in page


def test_a_repair_is_kept_beside_what_came_and_can_be_taken_back(
    console: Client, people: Standing, source: SourceRow
) -> None:
    letter = bury(people, source)
    wrong = console.post(f"/dead-letters/{letter}/repair", {"data": "{"})
    assert wrong.status_code == 422
    assert 'data-test="repair-form"' in wrong.content.decode()
    assert ">{</textarea>" in wrong.content.decode()

    console.post(f"/dead-letters/{letter}/repair", {"data": '{"host": "H-7"}'})
    repaired = look(people, letter)
    assert (repaired.data, repaired.original) == (b'{"host": "H-7"}', b'{"name": "H-7"}')

    console.post(f"/dead-letters/{letter}/revert")
    reverted = look(people, letter)
    assert (reverted.data, reverted.original) == (b'{"name": "H-7"}', None)


def test_a_letter_is_repaired_and_replayed_in_one_step_and_once(
    console: Client, people: Standing, source: SourceRow, stream: Stream
) -> None:
    letter = bury(people, source)
    for _ in range(2):
        console.post(f"/dead-letters/{letter}/repair", {"data": '{"host": "H-7"}', "replay": "yes"})

    (batch,) = stream.batches
    assert [json.loads(each.data) for each in batch.payloads] == [{"host": "H-7"}]
    assert look(people, letter).state is LetterState.REPLAYING


def test_chosen_letters_are_discarded_with_a_reason_and_taken_back(
    console: Client, people: Standing, source: SourceRow
) -> None:
    chosen = [bury(people, source), bury(people, source)]
    asked = console.post("/dead-letters/act", {"act": "discard", "id": chosen})
    assert 'name="reason"' in asked.content.decode()

    form = {"act": "discard", "id": chosen, "is_confirmed": "yes"}
    assert console.post("/dead-letters/act", form).status_code == 422
    console.post("/dead-letters/act", form | {"reason": "a test of theirs"})
    assert {look(people, each).state for each in chosen} == {LetterState.DISCARDED}

    console.post("/dead-letters/act", {"act": "restore", "id": chosen})
    assert {look(people, each).state for each in chosen} == {LetterState.OPEN}


def test_the_page_of_sources_counts_what_waits(
    console: Client, people: Standing, source: SourceRow
) -> None:
    bury(people, source)
    page = console.get("/sources").content.decode()
    assert f"/dead-letters?state=open&amp;source={source.id}" in page


def test_a_broken_datagram_is_shown_in_hex_and_a_sound_one_decoded(
    console: Client, people: Standing, source: SourceRow
) -> None:
    letter = bury(people, source, kind=LetterKind.DATAGRAM, data=b"\x30\x05abc", error="cut short")
    page = console.get(f"/dead-letters/{letter}").content.decode()
    assert "30 05 61 62 63" in page
    raw = console.get(f"/dead-letters/{letter}/raw")
    assert raw.content == b"\x30\x05abc"


def test_rest_does_what_the_pages_do(
    client: Client, people: Standing, source: SourceRow, stream: Stream
) -> None:
    _, token = create_token(people["root"], name="t")
    auth = {"Authorization": f"Bearer {token}"}
    letter = bury(people, source)

    def send(method: str, path: str, body: object) -> dict[str, object]:
        answer = getattr(client, method)(
            f"/api/v1/dead-letters{path}",
            data=json.dumps(body),
            content_type="application/json",
            headers=auth,
        )
        assert answer.status_code == 200, answer.content
        found: dict[str, object] = answer.json()
        return found

    listed = client.get("/api/v1/dead-letters?state=open", headers=auth).json()
    assert [each["id"] for each in listed["items"]] == [letter]
    repaired = send("put", f"/{letter}/content", {"text": '{"host": "H-7"}'})
    assert (repaired["text"], repaired["is_repaired"]) == ('{"host": "H-7"}', True)
    assert send("post", "/discard", {"ids": [letter], "reason": "x"})["done"] == [letter]
    assert send("post", "/replay", {"ids": [letter]})["done"] == []
    assert send("post", "/restore", {"ids": [letter]})["done"] == [letter]
    assert send("post", "/replay", {"ids": [letter]})["done"] == [letter]
    assert len(stream.batches) == 1


def test_what_was_dealt_with_is_forgotten_in_time_and_what_waits_never(
    people: Standing, source: SourceRow
) -> None:
    waiting, away = bury(people, source), bury(people, source)
    actions.discard_letters(people["root"], [away], reason="noise", now=SystemClock().now())

    actions.system_forget_letters(before=SystemClock().now())

    assert [each.id for each in queries.fetch_dead_letters(people["root"]).items] == [waiting]
