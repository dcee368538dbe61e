"""Which tickets may become one, and what the one says of the other. Pure."""

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import SplitDraft, Ticket, TicketState

_LONGEST_NOTE = 1000


def check_merge(ticket: Ticket, into: Ticket) -> None:
    """Raise Invalid or Conflict unless a ticket may go on in another. Both are open, so that no
    circle can come about: what went on elsewhere takes in nothing."""
    if ticket.id == into.id:
        raise Invalid("into", "a ticket can not be merged into itself")
    if ticket.tenant != into.tenant:
        raise Invalid("into", "there is no such ticket of this customer")
    if ticket.type is ServiceType.CHANGE:
        raise Conflict("a change is carried out by its own ticket")
    if not ticket.state.is_open:
        raise Conflict("this is not possible while the ticket is as it is")
    if into.state is TicketState.MERGED:
        raise Invalid("into", "that ticket goes on in another one itself")
    if not into.state.is_open:
        raise Invalid("into", "that ticket is not open any more")


def check_merge_note(text: str, field: str = "note") -> str:
    said = text.strip()
    if len(said) > _LONGEST_NOTE or "\0" in said:
        raise Invalid(field, "at most 1000 characters")
    return said


def check_split(ticket: Ticket, draft: SplitDraft) -> None:
    """Raise Conflict unless a part of a ticket may become one of its own."""
    if ticket.state in (TicketState.CANCELLED, TicketState.MERGED):
        raise Conflict("this is not possible while the ticket is as it is")
    if draft.entry is None and not draft.description.strip():
        raise Invalid("description", "say something about it")
