"""Questions about the mailbox and the mails that came."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TicketId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.letters.facts.mails import KeptMail, Mailbox, MailboxAccess, MailFile
from yunwei.operate.letters.store import mails as store
from yunwei.operate.service.rules.uploads import Upload

MANAGES = Permission.MANAGE_SERVICE
_MOST = 100
PASSWORD = "password"  # noqa: S105  the name of a secret


def fetch_mailbox(viewer: Viewer) -> Mailbox | None:
    """Return where mail is fetched, None nowhere. Raises Refused."""
    require(viewer, MANAGES)
    with transaction() as conn:
        return store.fetch_mailbox(conn)


def fetch_mails(viewer: Viewer, *, waits: bool | None = None) -> tuple[KeptMail, ...]:
    """Return mails from the viewer's customers and from nobody known, the newest first, at most
    100. waits: only those that wait for a person, or only the others. Raises Refused."""
    require(viewer, MANAGES)
    with transaction() as conn:
        return store.fetch_mails(conn, viewer.tenants, waits=waits, limit=_MOST)


def list_mails(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[KeptMail]:
    """Return one page of the same. Raises Refused, Invalid."""
    require(viewer, MANAGES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.MAILS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(store.build_mail, found.items)), next=found.next, total=found.total)


def access_mail(viewer: Viewer, mail: int) -> KeptMail:
    """Return one of them. Raises Refused."""
    found = list_mails(viewer, {"id": mail}).items
    if not found:
        raise Refused()
    return found[0]


def fetch_files(viewer: Viewer, ticket: TicketId) -> tuple[MailFile, ...]:
    """Return the files that came by mail about a ticket that the viewer sees. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return store.files_of_ticket(conn, ticket)


def read_file(viewer: Viewer, ticket: TicketId, file: int) -> Upload:
    """Return a file of a ticket that the viewer sees; raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        found = store.read_file(conn, ticket, file)
    if found is None:
        raise Refused()
    return found


def system_access(conn: Connection, box: SecretBox) -> MailboxAccess | None:
    """Return the mailbox with its password, for who fetches mail. Raises Misconfigured."""
    mailbox = store.fetch_mailbox(conn)
    if mailbox is None:
        return None
    secrets = box.open(store.fetch_secrets(conn))
    return MailboxAccess(mailbox=mailbox, password=secrets.get(PASSWORD, ""))
