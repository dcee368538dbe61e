"""Mails from outside become tickets and answers; each once, and none is lost."""

from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused, YunweiError
from yunwei.base.core.ids import ContractId, TenantId, TicketId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Role, Viewer
from yunwei.base.people.rules import PERMISSIONS, require
from yunwei.operate.letters.facts.mails import KeptMail, Mail, MailState, Sender
from yunwei.operate.letters.queries.mails import MANAGES
from yunwei.operate.letters.rules.reading import find_ticket, strip_quoted, title_of
from yunwei.operate.letters.store import mails as store
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, ContractState, ServiceType
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    Ticket,
    TicketDraft,
    TicketState,
)
from yunwei.operate.service.queries import contracts
from yunwei.operate.service.queries import tickets as ticket_queries
from yunwei.operate.service.rules.uploads import Upload, check_upload

BY_MAIL = "by mail"
_REOPENS_WITHIN = timedelta(days=14)
"""What was solved longer ago is not reopened by an answer: it becomes another ticket."""
_LONGEST_TEXT = 7900
_MOST_AN_HOUR = 30
"""So much a person writes; more is a machine that answers ours."""

type Became = tuple[MailState, str, TenantId | None, TicketId | None]


def take_in(mail: Mail, *, own_address: str, now: datetime) -> MailState | None:
    """Handle a mail that came and return what became of it; None when it was handled before. What
    can not be placed waits for a person. own_address: of our mailbox."""
    files, noted = _sort_files(mail)
    with transaction() as conn:
        kept = replace(noted, text=_with_note(noted.text, noted))
        number = store.add_mail(conn, kept, MailState.UNPLACED, tenant=None, now=now)
        if number is None:
            return None
        for each in files:
            store.add_file(conn, number, each)
        state, why, tenant, ticket = _place(conn, noted, own_address, now)
        store.note_mail(conn, number, (state, why), (tenant, ticket), by=BY_MAIL, now=now)
        if tenant is not None:
            announce_live("service", tenant)
    return state


def _sort_files(mail: Mail) -> tuple[list[Upload], Mail]:
    """Return what can be kept, and the mail with a note of what can not."""
    files: list[Upload] = []
    notes = [mail.note] if mail.note else []
    for each in mail.enclosures:
        try:
            files.append(check_upload(each.name, each.data))
        except Invalid as error:
            notes.append(f"（附件 {each.name} 未保留 / attachment not kept: {error.message}）")
    return files, replace(mail, note="\n".join(notes))


def _with_note(text: str, mail: Mail) -> str:
    return "\n\n".join(each for each in (text, mail.note) if each)[:_LONGEST_TEXT]


def _place(conn: Connection, mail: Mail, own_address: str, now: datetime) -> Became:
    if mail.automatic or mail.sender == own_address:
        return MailState.AUTOMATIC, mail.automatic or "From", None, None
    if store.count_lately(conn, mail.sender, now - timedelta(hours=1)) > _MOST_AN_HOUR:
        return MailState.AUTOMATIC, "too many mails within an hour", None, None
    known = store.fetch_senders(conn, mail.sender, now) if mail.sender else ()
    tenants = {each.tenant for each in known}
    if len(tenants) != 1:
        why = "this address belongs to several customers" if tenants else ""
        return MailState.UNKNOWN, why, None, None
    sender = next((each for each in known if each.user is not None), known[0])
    viewer = _viewer(sender, mail)
    try:
        with transaction() as inner:
            return _answer_or_open(inner, viewer, mail, now)
    except YunweiError as error:
        return MailState.UNPLACED, error.message, sender.tenant, None


def _viewer(sender: Sender, mail: Mail) -> Viewer:
    """Return as whom a mail's sender writes: as one of the customer, whatever else they may."""
    name = sender.name if sender.user is not None else f"{sender.name} <{mail.sender}>"
    return Viewer(
        user_id=sender.user,
        name=name,
        role=Role.CUSTOMER_CONTACT,
        tenant=sender.tenant,
        tenants=(sender.tenant,),
        permissions=PERMISSIONS[Role.CUSTOMER_CONTACT],
    )


def _answer_or_open(conn: Connection, viewer: Viewer, mail: Mail, now: datetime) -> Became:
    tenant = viewer.tenant
    about = _find(conn, viewer, mail, now)
    kind = _kind_of_answer(about, now) if about else None
    if about is None or kind is None:
        contract = _contract_of(viewer, now)
        again = f"（续 {about.code} / after {about.code}）\n" if about else ""
        made = tickets.open_ticket(viewer, _draft(mail, contract, again), now=now)
        return MailState.OPENED, "", tenant, made
    text = _with_note(strip_quoted(mail.text) or mail.subject or "–", mail)
    tickets.write_within(conn, viewer, about.id, EntryDraft(kind=kind, text=text), now=now)
    return MailState.ANSWERED, "", tenant, about.id


def _draft(mail: Mail, contract: ContractId, before: str = "") -> TicketDraft:
    return TicketDraft(
        contract=contract,
        type=ServiceType.REMOTE,
        priority=Priority.P3,
        title=title_of(mail),
        description=before + _with_note(mail.text, mail),
    )


def _find(conn: Connection, viewer: Viewer, mail: Mail, now: datetime) -> Ticket | None:
    """Return the ticket of the sender's own customer that a mail is an answer about; of one that
    went on in another, the other."""
    wanted = find_ticket(mail)
    for _step in range(20):
        if wanted is None:
            return None
        try:
            known = ticket_queries.system_ticket(conn, wanted, viewer.tenants, now=now).ticket
        except Refused:
            return None
        if known.merged_into is None:
            return known
        wanted = known.merged_into
    return None


def _kind_of_answer(ticket: Ticket, now: datetime) -> EntryKind | None:
    """Return as what an answer is written; None where it becomes another ticket."""
    if ticket.state.is_open:
        return EntryKind.REPLIED
    is_lately = now - ticket.changed_at <= _REOPENS_WITHIN
    return EntryKind.REOPENED if ticket.state is TicketState.RESOLVED and is_lately else None


def _contract_of(viewer: Viewer, now: datetime) -> ContractId:
    """Return by which contract the customer's mail asks: the first in force with remote support."""
    in_force = {"state": ContractState.IN_FORCE.value}
    for head, _state in contracts.fetch_contracts(viewer, in_force, now=now).items[::-1]:
        whole = contracts.access_contract(viewer, head.id, now=now)
        if whole.agreed and whole.agreed.terms.service(ServiceType.REMOTE) is not None:
            return head.id
    raise Conflict("no contract with the customer is in force today")


def take_mail(viewer: Viewer, mail: int, contract: ContractId, *, now: datetime) -> TicketId:
    """Open a ticket of a mail that waits, by a contract that a person chose. Raises Refused;
    Conflict when it waits no more."""
    whole = contracts.access_contract(viewer, contract, now=now)
    tenant = whole.contract.tenant
    require(viewer, Permission.WORK_REQUESTS, tenant)
    with transaction() as conn:
        known = _lock_waiting(conn, viewer, mail)
        label = f"{known.sender_name or known.sender} <{known.sender}>"
        asked = Mail(
            key="",
            sender=known.sender,
            sender_name=known.sender_name,
            subject=known.subject,
            text=known.text,
        )
        draft = replace(_draft(asked, contract), reported_at=known.received_at)
        by = (label, ContractSide.CUSTOMER)
        made = tickets.open_within(conn, viewer, draft, whole, by=by, now=now)
        _decide(conn, viewer, known, (MailState.TAKEN, tenant, made), now)
    return made


def dismiss_mail(viewer: Viewer, mail: int, *, now: datetime) -> None:
    """Let a mail that waits be. Raises Refused; Conflict when it waits no more."""
    with transaction() as conn:
        known = _lock_waiting(conn, viewer, mail)
        _decide(conn, viewer, known, (MailState.DISMISSED, known.tenant, None), now)


def _lock_waiting(conn: Connection, viewer: Viewer, mail: int) -> KeptMail:
    require(viewer, MANAGES)
    store.lock_mail(conn, mail)
    found = store.fetch_mails(conn, viewer.tenants, mail=mail)
    if not found:
        raise Refused()
    if not found[0].state.waits:
        raise Conflict("somebody has dealt with this mail already")
    return found[0]


def _decide(
    conn: Connection,
    viewer: Viewer,
    mail: KeptMail,
    became: tuple[MailState, TenantId | None, TicketId | None],
    now: datetime,
) -> None:
    state, tenant, ticket = became
    store.note_mail(conn, mail.id, (state, mail.why), (tenant, ticket), by=viewer.name, now=now)
    record(
        conn,
        viewer,
        "letters.take_mail" if state is MailState.TAKEN else "letters.dismiss_mail",
        object_kind="mail",
        object_id=mail.id,
        object_name=f"{mail.sender} {mail.subject}",
        tenant=tenant or viewer.tenant,
    )
    announce_live("service", tenant or viewer.tenant)
