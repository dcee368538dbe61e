"""Tickets are merged, parted and split on their pages."""

from dataclasses import replace

import pytest
from django.utils import timezone

from tests.support.pages import Page, sign_in
from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.ids import TicketId
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


def open_two(standing: Standing) -> tuple[TicketId, TicketId]:
    now = timezone.now()
    contract = agreed_contract(standing["mia"], standing.a.id, now=now)
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P2, title="login is slow"
    )
    first = tickets.open_ticket(standing["kai"], draft, now=now)
    second = tickets.open_ticket(standing["kai"], replace(draft, title="slow again"), now=now)
    said = EntryDraft(kind=EntryKind.REPLIED, text="and no sound")
    tickets.write_entry(standing["kai"], second, said, now=now)
    return first, second


def test_a_duplicate_is_merged_read_from_there_and_parted(standing: Standing) -> None:
    first, second = open_two(standing)
    client = sign_in("olga")
    form = Page(client.get(f"/tickets/{second}/merge"))
    assert f'value="{first}"' in form.html
    assert f'value="{second}"' not in form.html
    wrong = client.post(f"/tickets/{second}/merge", {"into": str(second)})
    assert wrong.status_code == 422
    answer = client.post(f"/tickets/{second}/merge", {"into": str(first), "note": "the same"})
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{first}")
    target = Page(client.get(f"/tickets/{first}"))
    assert target.html.count('data-test="merged-ticket"') == 1
    assert "and no sound" in target.html
    gone = Page(client.get(f"/tickets/{second}"))
    assert 'data-test="merged-into"' in gone.html
    assert 'data-test="merge"' not in gone.html
    # who asked sees where it goes on, and can not undo it
    theirs = Page(sign_in("kai").get(f"/tickets/{second}"))
    assert f'href="/tickets/{first}"' in theirs.html
    assert 'data-test="part"' not in theirs.html
    assert client.post(f"/tickets/{second}/part").status_code == 303
    assert 'data-test="merged-into"' not in Page(client.get(f"/tickets/{second}")).html
    # once more is told, and changes nothing
    assert client.post(f"/tickets/{second}/part").status_code == 303


def test_a_part_is_split_off_by_what_the_customer_wrote(standing: Standing) -> None:
    _first, second = open_two(standing)
    client = sign_in("olga")
    page = Page(client.get(f"/tickets/{second}"))
    assert page.html.count('data-test="split-entry"') == 1
    entry = page.html.split(f"/tickets/{second}/split?entry=")[1].split('"')[0]
    address = f"/tickets/{second}/split?entry={entry}"
    assert "and no sound" in Page(client.get(address)).html
    sent = {
        "entry": entry,
        "type": "remote",
        "priority": "p4",
        "title": "no sound",
        "description": "and no sound",
        "affected": "",
    }
    answer = client.post(address, sent)
    assert answer.status_code == 303, answer.content.decode()
    part = Page(client.get(answer["Location"]))
    assert 'data-test="split-from"' in part.html
    assert Page(client.get(f"/tickets/{second}")).html.count("no sound") >= 2
    assert client.get(f"/tickets/{second}/split?entry=999999999").status_code == 404
