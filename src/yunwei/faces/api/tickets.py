"""REST of tickets: what customers ask for, the log, and the clocks with how they are worked out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ContractId, TicketId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import merging
from yunwei.operate.service.actions import tickets as actions
from yunwei.operate.service.facts.clocks import ClockState, ClockView, Metric, Priority, Stand
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType
from yunwei.operate.service.facts.tickets import (
    Entry,
    EntryDraft,
    EntryKind,
    SplitDraft,
    Ticket,
    TicketDraft,
    TicketState,
    WaitReason,
)
from yunwei.operate.service.queries import tickets as queries

router = Router()
_clock = SystemClock()


class TicketOut(Schema):
    id: int
    code: str
    tenant: int
    tenant_name: str
    contract: int
    contract_name: str
    terms: int = Field(description="The version of the terms by which it is measured.")
    type: ServiceType
    priority: Priority
    state: TicketState
    title: str
    description: str
    details: dict[str, str]
    alarm: int | None
    assignee: int | None
    assignee_name: str
    opened_by: str
    opened_side: ContractSide
    opened_at: datetime
    reported_at: datetime
    changed_at: datetime
    due_at: datetime | None = Field(description="Next due, as it stood at its last change.")
    minutes: int = Field(description="Of work, in all.")
    merged_into: int | None = Field(description="The ticket in which it goes on.")
    split_from: int | None = Field(description="The ticket of which it was a part.")


class TicketEntryOut(Schema):
    id: int
    at: datetime
    by: str
    side: ContractSide
    kind: EntryKind
    text: str
    minutes: int
    reason: WaitReason | None
    priority: Priority | None
    assignee_name: str
    is_public: bool


class StretchOut(Schema):
    since: datetime
    until: datetime
    stand: Stand
    reason: str
    counted_s: float = Field(description="Service time in it.")


class ServiceClockOut(Schema):
    metric: Metric
    state: ClockState
    goal_s: float
    hours_zone: str
    elapsed_s: float
    paused_s: float
    due_at: datetime | None
    overdue_at: datetime | None
    presumed_years: list[int]
    stretches: list[StretchOut] = Field(description="Whose counted time is what has elapsed.")


class MergedTicketOut(TicketOut):
    entries: list[TicketEntryOut]


class WholeTicketOut(TicketOut):
    entries: list[TicketEntryOut]
    clocks: list[ServiceClockOut]
    merged: list[MergedTicketOut] = Field(description="Those that went on in it, with their logs.")


class TicketQuery(ListQuery):
    tenant: int | None = None
    contract: int | None = None
    type: ServiceType | None = None
    priority: Priority | None = None
    state: TicketState | None = None
    is_open: bool | None = None
    assignee: int | None = None
    alarm: int | None = None
    merged_into: int | None = None
    split_from: int | None = None
    overdue_at: datetime | None = Field(None, description="Open ones that are due before this.")
    search: str | None = None


class TicketIn(Body):
    contract: int
    type: ServiceType
    priority: Priority
    title: str
    description: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    alarm: int | None = None
    reported_at: datetime | None = Field(None, description="By the provider only; absent: now.")


class TicketEntryIn(Body):
    kind: EntryKind
    text: str = ""
    minutes: int = 0
    reason: WaitReason | None = None
    priority: Priority | None = None
    assignee: int | None = None


class TicketMergeIn(Body):
    into: int
    note: str = ""


class TicketPartIn(Body):
    note: str = ""


class TicketSplitIn(Body):
    title: str
    description: str = ""
    entry: int | None = Field(None, description="The line of the log that it is made of.")
    type: ServiceType | None = Field(None, description="Absent: as the ticket's.")
    priority: Priority | None = Field(None, description="Absent: as the ticket's.")
    details: dict[str, str] = Field(default_factory=dict)


@router.get("", response=Listed[TicketOut], summary="List tickets")
def list_tickets(request: HttpRequest, query: Query[TicketQuery]) -> Any:
    return answer_list(request, query, queries.fetch_tickets)


@router.post("", response={201: WholeTicketOut}, summary="Open a ticket")
def open_ticket(request: HttpRequest, body: TicketIn) -> Any:
    """By a contract that is in force; its clocks run from when the customer said it."""
    given = body.model_dump()
    draft = TicketDraft(**{**given, "contract": ContractId(body.contract)})
    made = actions.open_ticket(viewer_of_request(request), draft, now=_clock.now())
    return Status(201, _fetch(request, made))


@router.get("/{int:ticket_id}", response=WholeTicketOut, summary="Get a ticket")
def get_ticket(request: HttpRequest, ticket_id: int) -> Any:
    return _fetch(request, ticket_id)


@router.post(
    "/{int:ticket_id}/entries", response={201: WholeTicketOut}, summary="Write into a ticket"
)
def write_entry(request: HttpRequest, ticket_id: int, body: TicketEntryIn) -> Any:
    """What happened: the kind of entry moves the ticket and its clocks."""
    given = body.model_dump()
    assignee = None if body.assignee is None else UserId(body.assignee)
    draft = EntryDraft(**{**given, "assignee": assignee})
    actions.write_entry(viewer_of_request(request), TicketId(ticket_id), draft, now=_clock.now())
    return Status(201, _fetch(request, ticket_id))


@router.post("/{int:ticket_id}/merge", response=WholeTicketOut, summary="Merge into another")
def merge_ticket(request: HttpRequest, ticket_id: int, body: TicketMergeIn) -> Any:
    """The ticket goes on in another of the same customer; its clocks stand still."""
    viewer, now = viewer_of_request(request), _clock.now()
    ids = TicketId(ticket_id), TicketId(body.into)
    merging.merge_ticket(viewer, *ids, note=body.note, now=now)
    return _fetch(request, ticket_id)


@router.post("/{int:ticket_id}/part", response=WholeTicketOut, summary="Undo a merge")
def part_ticket(request: HttpRequest, ticket_id: int, body: TicketPartIn) -> Any:
    """It goes on by itself again, its clocks from where they stood."""
    viewer = viewer_of_request(request)
    merging.part_ticket(viewer, TicketId(ticket_id), note=body.note, now=_clock.now())
    return _fetch(request, ticket_id)


@router.post("/{int:ticket_id}/split", response={201: WholeTicketOut}, summary="Split off a part")
def split_ticket(request: HttpRequest, ticket_id: int, body: TicketSplitIn) -> Any:
    """A part becomes a ticket of its own, which is returned; what the customer wrote counts from
    when they wrote it."""
    draft = SplitDraft(**body.model_dump())
    viewer = viewer_of_request(request)
    made = merging.split_ticket(viewer, TicketId(ticket_id), draft, now=_clock.now())
    return Status(201, _fetch(request, made))


def _fetch(request: HttpRequest, ticket: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    whole = queries.access_ticket(viewer, TicketId(ticket), now=_clock.now())
    merged = queries.fetch_merged(viewer, TicketId(ticket))
    return _show_ticket(whole.ticket, whole.entries) | {
        "merged": [_show_ticket(each.ticket, each.entries) for each in merged],
        "clocks": [_show_clock(metric, view) for metric, view in whole.clocks.items()],
    }


def _show_ticket(ticket: Ticket, entries: Iterable[Entry]) -> dict[str, Any]:
    known = {name: getattr(ticket, name) for name in TicketOut.model_fields}
    return known | {
        "entries": [
            {name: getattr(each, name) for name in TicketEntryOut.model_fields} for each in entries
        ]
    }


def _show_clock(metric: Metric, view: ClockView) -> dict[str, Any]:
    return {
        "metric": metric,
        "state": view.state,
        "goal_s": view.goal.time.total_seconds(),
        "hours_zone": view.goal.hours.time_zone,
        "elapsed_s": view.elapsed.total_seconds(),
        "paused_s": view.paused.total_seconds(),
        "due_at": view.due_at,
        "overdue_at": view.overdue_at,
        "presumed_years": list(view.presumed),
        "stretches": [
            {
                "since": each.span.start,
                "until": each.span.end,
                "stand": each.stand,
                "reason": each.reason,
                "counted_s": each.time.total_seconds(),
            }
            for each in view.stretches
        ],
    }
