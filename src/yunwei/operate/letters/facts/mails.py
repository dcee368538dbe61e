"""Mail from outside as plain data: what came, from whom, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import TenantId, TicketId, UserId


class MailState(StrEnum):
    """opened: a ticket was opened. answered: it went into one. automatic: a machine wrote it, and
    it is kept aside. unknown: nobody knows the sender; unplaced: nobody knows where it belongs. A
    person takes these, or dismisses them."""

    OPENED = "opened"
    ANSWERED = "answered"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"
    UNPLACED = "unplaced"
    TAKEN = "taken"
    DISMISSED = "dismissed"

    @property
    def waits(self) -> bool:
        return self in (MailState.UNKNOWN, MailState.UNPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file of a mail as it came; nobody has looked at it yet."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it was read. key: by which it is handled once. references: of the letters that it
    answers. automatic: why it is a machine's, "" when a person wrote it."""

    key: str
    sender: str
    sender_name: str
    subject: str
    text: str
    references: str = ""
    automatic: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Somebody of a customer who is known by their address. user: None without an account."""

    tenant: TenantId
    name: str
    user: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail and what became of it. why: it waits, or was kept aside. by: whoever decided."""

    id: int
    received_at: datetime
    sender: str
    sender_name: str
    subject: str
    text: str
    state: MailState
    why: str
    tenant: TenantId | None
    tenant_name: str
    ticket: TicketId | None
    by: str
    decided_at: datetime | None
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file that came with a mail and can be kept."""

    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    sender: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where mail to the service is fetched. security: tls or starttls. trust: verify, or own_ca by
    ca. has_password: one is kept. error: of the last look, "" when it went well."""

    address: str
    host: str
    port: int = 993
    security: str = "tls"
    user: str
    folder: str = "INBOX"
    trust: str = "verify"
    ca: str = ""
    is_enabled: bool = True
    has_password: bool = False
    looked_at: datetime | None = None
    ok_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAccess:
    """A mailbox with its password; never shown."""

    mailbox: Mailbox
    password: str = field(repr=False)
