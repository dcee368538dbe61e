"""That those who asked for tickets were told."""

from collections.abc import Iterable

from yunwei.base.infra.postgres import Connection
from yunwei.operate.service.facts.tickets import News
from yunwei.operate.service.store import tickets as store


def note_told(conn: Connection, told: Iterable[News]) -> None:
    """Note it in the transaction that writes the messages."""
    store.note_told(conn, [each.entry for each in told])
