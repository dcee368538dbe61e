"""Which links in messages were used."""

from datetime import datetime

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.notify.facts.links import AckLink

SQL = load_statements("yunwei.monitor.notify", "links")


def use_link(conn: Connection, link: AckLink, now: datetime) -> bool:
    """Note that a link is used; False when it was before."""
    parameters = {"nonce": link.nonce, "alarm": link.alarm, "user": link.user, "now": now}
    with cursor(conn) as opened:
        return opened.execute(SQL["use_link"], parameters).fetchone() is not None


def used_at(conn: Connection, link: AckLink) -> datetime | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["link_use"], {"nonce": link.nonce}).fetchone()
    return row["used_at"] if row else None
