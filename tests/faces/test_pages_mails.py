"""The mailbox is set up on its page and tried; mail that waits is taken or dismissed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from tests.support.mailbox import PASSWORD, USER, Post, open_post, write_mail
from tests.support.pages import Page, sign_in
from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.operate.letters.actions import mails as actions
from yunwei.operate.letters.rules.reading import read_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with open_post(tmp_path) as made:
        yield made


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


def test_a_mailbox_is_set_up_and_tried(standing: Standing, post: Post) -> None:
    client = sign_in("mia")
    assert 'data-test="try"' not in Page(client.get("/mailbox")).html
    sent = {
        "address": "service@provider.example",
        "host": "127.0.0.1",
        "port": str(post.port),
        "security": "starttls",
        "user": USER,
        "password": "",
        "folder": "INBOX",
        "trust": "own_ca",
        "ca": post.ca,
        "is_enabled": "true",
    }
    assert client.post("/mailbox", sent).status_code == 422
    assert client.post("/mailbox", {**sent, "password": PASSWORD}).status_code == 303
    form = Page(client.get("/mailbox"))
    assert PASSWORD not in form.html
    assert post.ca.splitlines()[1] in form.html
    # the password stays as it is when none is typed
    assert client.post("/mailbox", sent).status_code == 303
    post.puts(write_mail("li@customer.example", "dark", "x", id="p1"))
    answer = client.post("/mailbox/try")
    assert answer.status_code == 303
    reached = Page(client.get("/mailbox")).html
    assert "1" in reached
    assert 'data-tone="critical"' not in reached
    assert post.count_unseen() == 1
    client.post("/mailbox", {**sent, "password": "wrong-password-here"})
    client.post("/mailbox/try")
    refused = Page(client.get("/mailbox")).html
    assert "wrong-password-here" not in refused
    assert f"127.0.0.1:{post.port}" in refused


def test_mail_that_waits_is_taken_or_dismissed(standing: Standing) -> None:
    now = timezone.now()
    contract = agreed_contract(standing["mia"], standing.a.id, now=now)
    for name in ("zhao", "qian"):
        raw = write_mail(f"{name}@new.example", f"from {name}", "<b>help</b>", id=name)
        actions.take_in(read_mail(raw), own_address="", now=now)
    client = sign_in("mia")
    page = Page(client.get("/mails"))
    assert page.html.count('data-test="mail"') == 2
    assert "<b>help</b>" not in page.html
    first, second = (
        int(each.split("/decide")[0]) for each in page.html.split('action="/mails/')[1:]
    )
    taken = client.post(f"/mails/{first}/decide", {"act": "take", "contract": str(contract)})
    assert taken["Location"].startswith("/tickets/")
    assert client.post(f"/mails/{second}/decide", {"act": "dismiss"}).status_code == 303
    assert 'data-test="mail"' not in Page(client.get("/mails")).html
    assert client.post(f"/mails/{second}/decide", {"act": "other"}).status_code == 404


def test_the_mailbox_is_set_up_and_tried_over_rest(standing: Standing, post: Post) -> None:
    client = sign_in("mia")
    assert client.get("/api/v1/mailbox").status_code == 404
    told = {
        "address": "service@provider.example",
        "host": "127.0.0.1",
        "port": post.port,
        "security": "starttls",
        "user": USER,
        "trust": "own_ca",
        "ca": post.ca,
    }
    json = "application/json"
    refused = client.put("/api/v1/mailbox", told, json)
    assert (refused.status_code, "password" in refused.content.decode()) == (422, True)
    saved = client.put("/api/v1/mailbox", {**told, "password": PASSWORD}, json)
    assert saved.status_code == 200
    assert saved.json()["has_password"] is True
    post.puts(write_mail("li@customer.example", "dark", "x", id="r1"))
    assert client.post("/api/v1/mailbox/try").json() == {"unread": 1}
    # kept for the same server, never told, not even in the audit log
    assert client.put("/api/v1/mailbox", told, json).status_code == 200
    assert client.put("/api/v1/mailbox", {**told, "host": "localhost"}, json).status_code == 422
    for address in ("mailbox", "audit?limit=200"):
        assert PASSWORD not in client.get(f"/api/v1/{address}").content.decode()


def test_mail_is_listed_taken_and_dismissed_over_rest(standing: Standing) -> None:
    client, now = sign_in("mia"), timezone.now()
    json = "application/json"
    contract = agreed_contract(standing["mia"], standing.a.id, now=now)
    for id in ("r2", "r3"):
        raw = write_mail("zhao@new.example", f"help {id}", "x", id=id)
        actions.take_in(read_mail(raw), own_address="", now=now)
    waiting = client.get("/api/v1/mails?waits=true&search=help").json()
    assert [each["subject"] for each in waiting["items"]] == ["help r3", "help r2"]
    first, second = (each["id"] for each in waiting["items"])
    taken = client.post(f"/api/v1/mails/{first}/take", {"contract": contract}, json).json()
    assert (taken["state"], taken["by"]) == ("taken", "mia")
    of_ticket = client.get(f"/api/v1/mails?ticket={taken['ticket']}").json()["items"]
    assert [each["id"] for each in of_ticket] == [first]
    assert client.post(f"/api/v1/mails/{second}/dismiss").json()["state"] == "dismissed"
    assert client.post(f"/api/v1/mails/{second}/dismiss").status_code == 409
    assert client.get("/api/v1/mails?waits=true").json()["total"] == 0
    assert sign_in("olga").get("/api/v1/mails").status_code == 404
