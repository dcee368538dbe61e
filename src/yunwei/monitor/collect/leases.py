"""Which copy of collect reads which source. Leases in PostgreSQL; its clock alone decides."""

from dataclasses import dataclass, field

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import Connection, cursor, transaction
from yunwei.monitor.collect.store.sources import SQL

LEASE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a copy holds now. revisions: source → the revision it is to be read at."""

    revisions: dict[SourceId, int] = field(default_factory=dict)
    unsettled: tuple[SourceId, ...] = ()


def share_out(holder: str, *, lease_s: float = LEASE_S) -> Held:
    """Renew this copy's leases, take free ones up to its share, give back what is over it.

    Call it every second. The share is the sources divided by the living copies, rounded up.
    """
    with transaction() as conn, cursor(conn) as opened:
        mine = {"holder": holder, "lease_s": lease_s}
        opened.execute(SQL["say_alive"], mine)
        alive = opened.execute(SQL["count_alive"], mine).fetchone() or {"copies": 1, "sources": 0}
        share = -(-alive["sources"] // max(1, alive["copies"]))
        renewed = sorted(row["source"] for row in opened.execute(SQL["renew_leases"], mine))
        surplus = renewed[share:]
        if surplus:
            opened.execute(SQL["drop_leases"], mine | {"sources": surplus})
        elif len(renewed) < share:
            opened.execute(SQL["claim_leases"], mine | {"count": share - len(renewed)})
        held = opened.execute(SQL["fetch_held"], mine).fetchall()
        unsettled = opened.execute(SQL["list_unsettled"]).fetchall()
    return Held(
        revisions={SourceId(row["id"]): row["revision"] for row in held},
        unsettled=tuple(SourceId(row["id"]) for row in unsettled),
    )


def hold_lease(conn: Connection, source: SourceId, holder: str) -> None:
    """Make sure that no other copy writes for this source before this transaction ends.

    Raises Conflict when the lease is not this copy's any more.
    """
    with cursor(conn) as opened:
        mine = {"source": source, "holder": holder}
        if opened.execute(SQL["hold_lease"], mine).fetchone() is None:
            raise Conflict("another copy of collect reads this source now")


def give_back(holder: str, source: SourceId) -> None:
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(SQL["drop_leases"], {"holder": holder, "sources": [source]})


def leave(holder: str) -> None:
    """Give everything back at an orderly end, so that another copy need not wait."""
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(SQL["leave"], {"holder": holder})
