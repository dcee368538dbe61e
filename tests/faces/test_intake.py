"""What other systems post: over REST without signing in; its source's form, preview and address."""

import json
import re
from dataclasses import dataclass, field

import pytest
from django.test import Client

from tests.support.openapi import CheckedClient
from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.errors import EngineAway
from yunwei.base.people.actions.tokens import create_token
from yunwei.faces.api.intake import Door
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.facts import SourceDraft, SourceRow
from yunwei.monitor.collect.payload_desk import LARGEST_PAYLOAD_BYTES, NotTaken
from yunwei.monitor.collect.queries.sources import system_payload_sources
from yunwei.monitor.collect.receive_tally import RejectReason
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest

pytestmark = pytest.mark.django_db
PAYLOAD = {"host": "H-03", "name": "disk full", "message": "Disk full"}


@dataclass
class ScriptedDesk:
    """Takes everything, or raises what a test wants."""

    error: Exception | None = None
    taken: list[tuple[str, bytes, str]] = field(default_factory=list)

    async def take(self, token: str, body: bytes, *, address: str, header: object) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append((token, body, header("X-Signature-256")))  # type: ignore[operator]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> ScriptedDesk:
    made = ScriptedDesk()
    monkeypatch.setattr(Door, "desk", made)
    return made


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def console(people: Standing) -> Client:
    client = CheckedClient()
    client.post("/account/sign-in", {"login": "root", "password": PASSWORD})
    return client


@pytest.fixture
def source(people: Standing) -> SourceRow:
    draft = SourceDraft(
        tenant=people.a.id, connector="webhook_in", name="Prometheus", settings={"mapping": "own"}
    )
    return actions.add_source(people["root"], draft)


def form_of(**typed: str) -> dict[str, str]:
    """Return the form as it stands, with what was typed into it."""
    fields = get_manifest(CONNECTORS, "webhook_in").field
    stands = {each.key: each.default for each in fields if not each.is_generated}
    settings = {f"settings.{key}": value for key, value in (stands | typed).items()}
    return {"name": "Alerts", "history_days": "30", **settings}


def post(body: bytes, **headers: str) -> object:
    return CheckedClient().post(
        "/api/v1/intake/a-token", body, content_type="application/json", headers=headers
    )


def test_a_post_is_accepted_without_signing_in(desk: ScriptedDesk) -> None:
    answer = post(b'{"a": 1}', **{"X-Signature-256": "sha256=00"})

    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert desk.taken == [("a-token", b'{"a": 1}', "sha256=00")]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotTaken(RejectReason.UNKNOWN_TOKEN), 404, "not_found"),
        (NotTaken(RejectReason.WRONG_SIGNATURE), 403, "wrong_signature"),
        (NotTaken(RejectReason.TOO_LARGE), 413, "too_large"),
        (NotTaken(RejectReason.TOO_OFTEN), 503, "too_often"),
        (EngineAway("away"), 503, "engine_away"),
    ],
)
def test_what_is_not_taken_is_answered_so(
    desk: ScriptedDesk, error: Exception, status: int, code: str
) -> None:
    desk.error = error

    answer = post(b"{}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_token_that_nobody_has_is_told_as_what_is_not_there(desk: ScriptedDesk) -> None:
    desk.error = NotTaken(RejectReason.UNKNOWN_TOKEN)
    unknown = CheckedClient().get("/api/v1/alarms/1", headers={"Authorization": "Bearer x"})

    assert post(b"{}").json()["message"] != ""
    assert unknown.status_code == 401


def test_of_a_large_post_no_more_is_read_than_tells_that_it_is(desk: ScriptedDesk) -> None:
    post(b"x" * (LARGEST_PAYLOAD_BYTES + 100))

    assert len(desk.taken[0][1]) == LARGEST_PAYLOAD_BYTES + 1


def test_before_the_desk_is_open_senders_are_sent_away() -> None:
    assert post(b"{}").status_code == 503


def test_the_address_is_shown_once(console: Client, people: Standing) -> None:
    form = form_of() | {"tenant": str(people.a.id)}
    made = console.post("/sources/new/webhook_in", form)

    assert made.status_code == 201
    address = re.search(r"http://[^<\s]+/api/v1/intake/[\w-]{32}", made.content.decode())
    assert address is not None
    (row,) = system_payload_sources()
    assert address.group().endswith(row.token)
    assert made["Cache-Control"] == "no-store"
    detail = console.get(f"/sources/{row.source}").content.decode()
    assert row.token not in detail
    assert row.token not in console.get(f"/sources/{row.source}/change").content.decode()


def test_a_new_address_makes_the_old_one_void(console: Client, source: SourceRow) -> None:
    before = system_payload_sources()[0].token

    answer = console.post(f"/sources/{source.id}/renew")

    after = system_payload_sources()[0].token
    assert before == source.issued["token"] != after
    assert after in answer.content.decode()


def test_the_form_shows_what_would_become_of_a_payload(console: Client, source: SourceRow) -> None:
    typed = {"mapping": "own", "alarm_type": "disk.{name}"}
    pasted = {"preview": "yes", "pasted": json.dumps([PAYLOAD, {"name": "x"}])}
    form = form_of(**typed) | pasted
    address = f"/sources/{source.id}/change"

    shown = console.post(address, form).content.decode()

    assert "/host/H-03" in shown
    assert "disk.disk_full" in shown
    assert "managed_object: " in shown
    assert system_payload_sources()[0].token == source.issued["token"]
    wrong = console.post(address, {**form, "settings.managed_object": "host"})
    assert wrong.status_code == 422


def test_rest_gives_the_token_once_and_previews(people: Standing) -> None:
    token = create_token(people["root"], name="test")[1]
    client = CheckedClient(headers={"Authorization": f"Bearer {token}"})

    def send(address: str, **body: object) -> object:
        return client.post(address, json.dumps(body), content_type="application/json")

    made = send(
        "/api/v1/sources", connector="webhook_in", name="W", settings={"mapping": "own"}
    ).json()
    assert len(made["issued"]["token"]) == 32
    assert "issued" not in client.get(f"/api/v1/sources/{made['id']}").json()
    renewed = send(f"/api/v1/sources/{made['id']}/renew").json()
    assert renewed["issued"]["token"] != made["issued"]["token"]
    shown = send(
        "/api/v1/sources/preview",
        connector="webhook_in",
        name="W",
        settings={"mapping": "own"},
        payload=json.dumps(PAYLOAD),
    ).json()
    assert shown[0]["outcome"]["alarms"][0]["managed_object"] == "/host/H-03"
