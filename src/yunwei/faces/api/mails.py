"""REST of mail to the service: what came, what waits for a person; the mailbox it comes from; the
files that came with mails about a ticket."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.letters.actions import mailboxes
from yunwei.operate.letters.actions import mails as actions
from yunwei.operate.letters.facts.mails import Mailbox, MailState
from yunwei.operate.letters.queries import mails as queries
from yunwei.operate.service.queries import tickets

router = Router()
mailbox = Router()
of_ticket = Router()
_clock = SystemClock()
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILE_ANSWER = {
    "responses": {200: {"description": "The file.", "content": {"application/octet-stream": _FILE}}}
}


class ServiceMailOut(Schema):
    id: int
    received_at: datetime
    sender: str
    sender_name: str
    subject: str
    text: str
    state: MailState
    why: str = Field(description="It waits, or was kept aside.")
    tenant: int | None = Field(description="null: of nobody who is known.")
    tenant_name: str
    ticket: int | None
    by: str = Field(description="Who decided what becomes of it.")
    decided_at: datetime | None
    files: int


class ServiceMailQuery(ListQuery):
    tenant: int | None = None
    ticket: int | None = None
    state: MailState | None = None
    waits: bool | None = Field(None, description="For a person.")
    search: str | None = None


class ServiceMailTakeIn(Body):
    contract: int


class MailFileOut(Schema):
    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    sender: str
    at: datetime


class MailboxIn(Body):
    address: str = Field(description="To which customers write.")
    host: str
    port: int = 993
    security: str = Field("tls", description="tls or starttls.")
    user: str
    password: str = Field("", description="Empty: as it is, for the same server and user.")
    folder: str = "INBOX"
    trust: str = Field("verify", description="verify, or own_ca by ca.")
    ca: str = Field("", description="Certificates (PEM).")
    is_enabled: bool = True


class MailboxOut(Schema):
    """The password is never told."""

    address: str
    host: str
    port: int
    security: str
    user: str
    folder: str
    trust: str
    ca: str
    is_enabled: bool
    has_password: bool
    looked_at: datetime | None
    ok_at: datetime | None
    error: str = Field(description="Of the last look; empty when it went well.")


class MailboxReachedOut(Schema):
    unread: int


@router.get("", response=Listed[ServiceMailOut], summary="List mails to the service")
def list_mails(request: HttpRequest, query: Query[ServiceMailQuery]) -> Any:
    return answer_list(request, query, queries.list_mails)


@router.get("/{int:mail_id}", response=ServiceMailOut, summary="Get a mail to the service")
def get_mail(request: HttpRequest, mail_id: int) -> Any:
    return queries.access_mail(viewer_of_request(request), mail_id)


@router.post("/{int:mail_id}/take", response=ServiceMailOut, summary="Open a ticket of a mail")
def take_mail(request: HttpRequest, mail_id: int, body: ServiceMailTakeIn) -> Any:
    """By a contract that is in force. Answers 409 unless it waits for a person."""
    viewer = viewer_of_request(request)
    actions.take_mail(viewer, mail_id, ContractId(body.contract), now=_clock.now())
    return queries.access_mail(viewer, mail_id)


@router.post("/{int:mail_id}/dismiss", response=ServiceMailOut, summary="Dismiss a mail")
def dismiss_mail(request: HttpRequest, mail_id: int) -> Any:
    """Answers 409 unless it waits for a person."""
    viewer = viewer_of_request(request)
    actions.dismiss_mail(viewer, mail_id, now=_clock.now())
    return queries.access_mail(viewer, mail_id)


@mailbox.get("", response=MailboxOut, summary="Get the mailbox of the service")
def get_mailbox(request: HttpRequest) -> Any:
    """Answers 404 while none is set up."""
    return _mailbox(viewer_of_request(request))


@mailbox.put("", response=MailboxOut, summary="Set up the mailbox of the service")
def save_mailbox(request: HttpRequest, body: MailboxIn) -> Any:
    viewer = viewer_of_request(request)
    draft = Mailbox(**body.model_dump(exclude={"password"}))
    mailboxes.save_mailbox(viewer, draft, body.password, box=_box(), now=_clock.now())
    return _mailbox(viewer)


@mailbox.post("/try", response=MailboxReachedOut, summary="Try the mailbox of the service")
def try_mailbox(request: HttpRequest) -> Any:
    """Signs in and fetches nothing. Answers 502 with what the server said."""
    unread = mailboxes.try_mailbox(viewer_of_request(request), box=_box(), now=_clock.now())
    return {"unread": unread}


@of_ticket.get(
    "/{int:ticket_id}/mail-files",
    response=list[MailFileOut],
    summary="List the files that came by mail about a ticket",
)
def list_files(request: HttpRequest, ticket_id: int) -> Any:
    return queries.fetch_files(*_of_ticket(request, ticket_id))


@of_ticket.get(
    "/{int:ticket_id}/mail-files/{int:file_id}",
    openapi_extra=_FILE_ANSWER,
    summary="Take a file that came by mail",
)
def get_file(request: HttpRequest, ticket_id: int, file_id: int) -> HttpResponse:
    found = queries.read_file(*_of_ticket(request, ticket_id), file_id)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpResponse(found.data, content_type=found.content_type, headers=headers)


def _of_ticket(request: HttpRequest, ticket: int) -> tuple[Viewer, TicketId]:
    """The ticket itself says who sees its files."""
    viewer, id = viewer_of_request(request), TicketId(ticket)
    tickets.access_ticket(viewer, id, now=_clock.now())
    return viewer, id


def _mailbox(viewer: Viewer) -> Mailbox:
    known = queries.fetch_mailbox(viewer)
    if known is None:
        raise Refused()
    return known


def _box() -> SecretBox:
    return open_secret_box(load_settings())
