"""The board of what is owed: open tickets by how soon something of them is due."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.operate.service.facts.tickets import Ticket, TicketState
from yunwei.operate.service.queries import tickets

_MOST = PageRequest(limit=1000, sort="due_at")
_SHOWN = 25
_SOON, _NEAR = timedelta(hours=2), timedelta(hours=24)


class Lane(StrEnum):
    """overdue: something was owed already. soon: within two hours. near: within a day. standing:
    nothing runs, since the ticket waits."""

    OVERDUE = "overdue"
    SOON = "soon"
    NEAR = "near"
    LATER = "later"
    STANDING = "standing"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is open of one customer."""

    tenant_name: str
    count: int
    overdue: int
    soon: int
    standing: int


@page(*SEE)
def show_board(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /service-board"""
    now = CLOCK.now()
    found = tickets.fetch_tickets(viewer, {"is_open": True}, _MOST)
    placed = [(lane_of(each, now), each) for each in found.items]
    counts = Counter(lane for lane, _ticket in placed)
    lanes = [
        (lane, counts[lane], [each for where, each in placed if where is lane][:_SHOWN])
        for lane in Lane
    ]
    return render(
        request,
        "console/service/board.html",
        parts=("board",),
        lanes=lanes,
        loads=sum_up(placed) if len({each.tenant for _lane, each in placed}) > 1 else (),
        moment=now,
        beyond=max(0, found.total - len(found.items)),
    )


def lane_of(ticket: Ticket, now: datetime) -> Lane:
    """Return where an open ticket stands."""
    if ticket.state is TicketState.WAITING:
        return Lane.STANDING
    if ticket.due_at is None:
        return Lane.LATER
    left = ticket.due_at - now
    if left < timedelta():
        return Lane.OVERDUE
    if left <= _SOON:
        return Lane.SOON
    return Lane.NEAR if left <= _NEAR else Lane.LATER


def sum_up(placed: Iterable[tuple[Lane, Ticket]]) -> Sequence[Load]:
    """Return each customer's load, who waits for something overdue first."""
    counted: dict[str, Counter[Lane]] = {}
    for lane, ticket in placed:
        counted.setdefault(ticket.tenant_name, Counter())[lane] += 1
    loads = [
        Load(
            tenant_name=name,
            count=lanes.total(),
            overdue=lanes[Lane.OVERDUE],
            soon=lanes[Lane.SOON],
            standing=lanes[Lane.STANDING],
        )
        for name, lanes in counted.items()
    ]
    return sorted(loads, key=lambda each: (-each.overdue, -each.soon, each.tenant_name))


urlpatterns = [path("service-board", show_board, name="service_board")]
