"""A change as a whole: begun in its window, rolled back, given up, concluded."""

from datetime import datetime

from yunwei.base.core.errors import Conflict
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Viewer
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.moving import access, act_of, end_change, lock
from yunwei.operate.changes.actions.telling import tell
from yunwei.operate.changes.facts import (
    Change,
    ChangeState,
    LineKind,
    Phase,
    StepState,
    WholeChange,
)
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.rules import check_text, check_window
from yunwei.operate.service.actions import tickets as ticket_actions
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketState
from yunwei.operate.service.queries import tickets

_BEGINS = {
    TicketState.NEW: EntryKind.STARTED,
    TicketState.ASSIGNED: EntryKind.STARTED,
    TicketState.WAITING: EntryKind.RESUMED,
}
"""What is written into a ticket when its change begins."""


def start_change(viewer: Viewer, change: int, *, now: datetime) -> None:
    """Begin a change in its window, and work on its ticket. Raises Refused; Conflict outside the
    window, where the customer has not authorised it, and while changes are frozen."""
    whole = access(viewer, change)
    _check_startable(whole, now)
    pass_gate(act_of(viewer, whole.change), by=viewer.name, now=now)
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        _check_startable(whole, now)
        store.run(conn, "note_started", {"id": change, "now": now, "by": viewer.name})
        store.add_line(conn, change, LineKind.STARTED, (viewer.name, now))
        _begin_ticket(conn, viewer, whole.change, now)
        tell(conn, viewer, "changes.start", whole.change)


def roll_back(viewer: Viewer, change: int, *, reason: str, now: datetime) -> None:
    """Bring back the state before, step by step. Raises Refused, Invalid; Conflict unless the
    change is under way, and while a step is worked on."""
    text = check_text("reason", reason, needed="say why")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        if whole.change.state not in (ChangeState.WORKING, ChangeState.HALTED):
            raise Conflict("this is not possible while the change is as it is")
        if any(each.state is StepState.STARTED for each in whole.steps):
            raise Conflict("a step is worked on; end it first")
        store.run(conn, "note_state", {"id": change, "state": ChangeState.ROLLING_BACK.value})
        about = (viewer.name, now)
        store.add_line(conn, change, LineKind.ROLLING_BACK, about, text=text)
        tell(conn, viewer, "changes.roll_back", whole.change, detail=text)


def give_up(viewer: Viewer, change: int, *, reason: str, now: datetime) -> None:
    """End a roll-back that does not come to its end: the change has failed. Raises Refused,
    Invalid, Conflict."""
    text = check_text("reason", reason, needed="say why")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        is_stuck = any(each.state is StepState.FAILED for each in whole.phase(Phase.ROLLBACK))
        if whole.change.state is not ChangeState.ROLLING_BACK or not is_stuck:
            raise Conflict("only a roll-back of which a step failed is given up")
        end_change(
            conn,
            viewer.name,
            whole.change,
            (ChangeState.FAILED, LineKind.GIVEN_UP),
            text=text,
            now=now,
        )
        tell(conn, viewer, "changes.give_up", whole.change, detail=text)


def cancel_change(viewer: Viewer, change: int, *, reason: str, now: datetime) -> None:
    """Give up a change that was not begun. Raises Refused, Invalid, Conflict."""
    text = check_text("reason", reason, needed="say why")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        if whole.change.state is not ChangeState.PLANNED:
            raise Conflict("a change that has begun is rolled back, not cancelled")
        end_change(
            conn,
            viewer.name,
            whole.change,
            (ChangeState.CANCELLED, LineKind.CANCELLED),
            text=text,
            now=now,
        )
        tell(conn, viewer, "changes.cancel", whole.change, detail=text)


def conclude(viewer: Viewer, change: int, *, text: str, now: datetime) -> None:
    """Say of a change that has ended what it came to; its ticket says so to the customer: solved,
    when it succeeded. Raises Refused, Invalid; Conflict while it has not ended, and afterwards."""
    said = check_text("text", text, needed="say something about it")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = whole.change
        if known.state.is_open or known.state is ChangeState.CANCELLED:
            raise Conflict("only a change that has come to an end is concluded")
        if known.concluded_at is not None:
            raise Conflict("this is written already")
        values = {"id": change, "text": said, "now": now, "by": viewer.name}
        store.run(conn, "note_conclusion", values)
        store.add_line(conn, change, LineKind.CONCLUDED, (viewer.name, now), text=said)
        _tell_ticket(conn, viewer, known, said, now)
        tell(conn, viewer, "changes.conclude", known, after={"state": known.state})


def note_taken(viewer: Viewer, change: int, kind: str) -> None:
    """Write into the audit log that somebody took the record as a file. Raises Refused."""
    known = queries.access_change(viewer, change).change
    with transaction() as conn:
        tell(conn, viewer, "changes.take_record", known, after={"file": kind})


def _check_startable(whole: WholeChange, now: datetime) -> None:
    if whole.change.state is not ChangeState.PLANNED:
        raise Conflict("this is not possible while the change is as it is")
    check_window(whole, now=now)


def _begin_ticket(conn: Connection, viewer: Viewer, change: Change, now: datetime) -> None:
    ticket = tickets.access_ticket(viewer, change.ticket, now=now).ticket
    if not ticket.state.is_open:
        raise Conflict("the ticket is not open")
    kind = _BEGINS.get(ticket.state)
    if kind is not None:
        draft = EntryDraft(kind=kind, text=change.code)
        ticket_actions.write_within(conn, viewer, ticket.id, draft, now=now)


def _tell_ticket(
    conn: Connection, viewer: Viewer, change: Change, text: str, now: datetime
) -> None:
    """Say in the ticket what its change came to; one that was closed meanwhile stays as it is."""
    ticket = tickets.access_ticket(viewer, change.ticket, now=now).ticket
    if not ticket.state.is_open:
        return
    is_well = change.state is ChangeState.SUCCEEDED
    kind = EntryKind.RESOLVED if is_well else EntryKind.REPLIED
    draft = EntryDraft(kind=kind, text=f"{change.code}: {text}"[:8000])
    ticket_actions.write_within(conn, viewer, ticket.id, draft, now=now)
