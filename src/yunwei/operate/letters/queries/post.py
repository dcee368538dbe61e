"""By which addresses conversations about tickets go on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yunwei.base.infra.postgres import Connection
from yunwei.operate.letters.store import mails as store
from yunwei.operate.service.facts.tickets import News


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """address: of our mailbox, to which answers go; "" without one. openers: who asked for a ticket
    by mail."""

    address: str
    openers: Mapping[int, str]


def system_post(conn: Connection, news: Iterable[News]) -> Post:
    """Return what is needed to write about some tickets. Cost: two small statements."""
    mailbox = store.fetch_mailbox(conn)
    asked = {asker.ticket for each in news for asker in each.askers if asker.user is None}
    return Post(
        address=mailbox.address if mailbox and mailbox.is_enabled else "",
        openers=store.fetch_openers(conn, list(asked)),
    )
