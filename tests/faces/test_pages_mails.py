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
