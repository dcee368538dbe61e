"""The mails that the doors of `personas_service` need."""

from datetime import timedelta

from tests.faces.doors import World
from tests.support.mailbox import write_mail
from tests.support.service import MINUTES
from yunwei.base.core.ids import ContractId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.operate.letters.actions import mails as actions
from yunwei.operate.letters.queries import mails as queries
from yunwei.operate.letters.rules.reading import read_mail
from yunwei.operate.service.actions import people
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft


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
    world["mail_file"] = queries.fetch_files(root, handled.ticket)[0].id
