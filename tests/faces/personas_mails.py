"""Who may pass the doors of mail to the service over REST: part of the table in `personas`; and
the mails that the doors of `personas_service` need."""

from datetime import timedelta
from typing import Any

from tests.faces.doors import MANAGERS, MONITORS, Door, World, door
from tests.support.mailbox import write_mail
from tests.support.service import MINUTES
from yunwei.base.core.ids import ContractId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Viewer
from yunwei.operate.letters.actions import mailboxes
from yunwei.operate.letters.actions import mails as actions
from yunwei.operate.letters.facts.mails import Mailbox
from yunwei.operate.letters.queries import mails as queries
from yunwei.operate.letters.rules.reading import read_mail
from yunwei.operate.service.actions import people
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft

_MAIL, _TICKET = {"mail_id": "mail"}, {"ticket_id": "mail_ticket"}
_MAILBOX: dict[str, Any] = {
    "address": "service@provider.example",
    "host": "127.0.0.1",
    "port": 9,
    "user": "service",
}

REST: dict[str, Door] = {
    "GET /api/v1/mails": door(MANAGERS),
    "GET /api/v1/mails/{mail_id}": door(MANAGERS, at=_MAIL),
    "POST /api/v1/mails/{mail_id}/take": door(
        MANAGERS, at=_MAIL, data=lambda world: {"contract": world["contract"]}
    ),
    "POST /api/v1/mails/{mail_id}/dismiss": door(MANAGERS, at=_MAIL),
    "GET /api/v1/mailbox": door(MANAGERS),
    "PUT /api/v1/mailbox": door(MANAGERS, method="put", data={**_MAILBOX, "password": "p"}),
    "POST /api/v1/mailbox/try": door(MANAGERS, 502),  # nobody is there
    "GET /api/v1/tickets/{ticket_id}/mail-files": door(MONITORS, at=_TICKET),
    "GET /api/v1/tickets/{ticket_id}/mail-files/{file_id}": door(
        MONITORS, at={**_TICKET, "file_id": "mail_file"}
    ),
}


def build_mails(world: World, contract: ContractId, root: Viewer) -> None:
    """A mail that waits for a person, and one that became a ticket with a file."""
    now = SystemClock().now()
    sender = PersonDraft(
        side=ContractSide.CUSTOMER, name="Li", email="li@customer.example", is_deputy=True
    )
    people.add_person(root, contract, sender, now=now - timedelta(hours=1))
    known = write_mail("li@customer.example", "dark", "x", id="a", files=(("m.pdf", MINUTES.data),))
    for raw in (known, write_mail("zhao@new.example", "help", "x", id="b")):
        actions.take_in(read_mail(raw), own_address="", now=now)
    waiting, handled = (queries.fetch_mails(root, waits=waits)[0] for waits in (True, False))
    assert handled.ticket is not None
    world["mail"], world["mail_ticket"] = waiting.id, handled.ticket
    box = open_secret_box(load_settings())
    mailboxes.save_mailbox(root, Mailbox(**_MAILBOX), "p", box=box, now=now)
    world["mail_file"] = queries.fetch_files(root, handled.ticket)[0].id
