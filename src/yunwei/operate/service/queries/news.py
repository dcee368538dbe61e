"""What those who asked for tickets are still to be told."""

from yunwei.base.core.ids import TenantId, TicketId, UserId
from yunwei.base.infra.postgres import Connection
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.tickets import Asker, EntryKind, News
from yunwei.operate.service.store import tickets as store


def system_news(conn: Connection, *, limit: int) -> tuple[News, ...]:
    """Return what is to be told, of all tenants, locked until the transaction ends; whoever asked
    for a ticket that went on in another hears of the other. What nobody of the customer asked for
    has no askers. Cost: two statements."""
    lines = store.entries_to_tell(conn, limit)
    if not lines:
        return ()
    rows = store.asked_for(conn, list({each["ticket"] for each in lines}))
    own = {row["id"]: row for row in rows if row["id"] == row["asked"]}
    return tuple(
        News(
            entry=line["id"],
            ticket=TicketId(line["ticket"]),
            tenant=TenantId(own[line["ticket"]]["tenant"]),
            title=own[line["ticket"]]["title"],
            kind=EntryKind(line["kind"]),
            text=line["text"],
            at=line["at"],
            askers=tuple(
                Asker(
                    ticket=TicketId(row["id"]),
                    user=None if row["user"] is None else UserId(row["user"]),
                    name=row["opened_by"],
                )
                for row in rows
                if row["asked"] == line["ticket"] and row["opened_side"] == ContractSide.CUSTOMER
            ),
        )
        for line in lines
    )


def system_askers(conn: Connection, ticket: TicketId) -> tuple[Asker, ...]:
    """Return who of the customer asked for a ticket itself."""
    return tuple(
        Asker(
            ticket=ticket,
            user=None if row["user"] is None else UserId(row["user"]),
            name=row["opened_by"],
        )
        for row in store.asked_for(conn, [ticket])
        if row["id"] == ticket and row["opened_side"] == ContractSide.CUSTOMER
    )
