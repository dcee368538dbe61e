"""People are told of what other parts do by way of self-service."""

from datetime import datetime

from yunwei.base.infra.postgres import Connection
from yunwei.operate.selfservice.facts.telling import Untold
from yunwei.operate.selfservice.store.telling import add_untold


def system_tell(conn: Connection, untold: Untold, now: datetime) -> None:
    """Have something said, once for its key, as soon as the transaction is there."""
    add_untold(conn, untold, now)
