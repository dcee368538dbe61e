"""The mailbox is set up, tried and looked into."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, SourceError, SourceUnreachable
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Viewer
from yunwei.base.people.rules import require
from yunwei.operate.letters.facts.mails import Mailbox, MailboxAccess
from yunwei.operate.letters.queries.mails import MANAGES, PASSWORD, system_access
from yunwei.operate.letters.rules.mailboxes import check_mailbox
from yunwei.operate.letters.store import mails as store
from yunwei.plugins.sdk.http import TlsTrust, scrub

PART = "letters"
_TIMEOUT_S = 20.0


def save_mailbox(
    viewer: Viewer, mailbox: Mailbox, password: str, *, box: SecretBox, now: datetime
) -> None:
    """Fetch mail there from now on. password: "" keeps the one that is there, as long as the server
    and its user are the same. Raises Refused, Invalid at the field."""
    require(viewer, MANAGES)
    with transaction() as conn:
        before = system_access(conn, box)
        known = before.mailbox if before else None
        is_same = known is not None and (known.host, known.port, known.user) == (
            mailbox.host.strip(),
            mailbox.port,
            mailbox.user.strip(),
        )
        if not password and not is_same:
            raise Invalid("password", "this is required")
        checked = check_mailbox(mailbox, password or (before.password if before else ""))
        kept = password or (before.password if before else "")
        store.save_mailbox(conn, checked, box.seal({PASSWORD: kept}), by=viewer.name, now=now)
        record(
            conn,
            viewer,
            "letters.save_mailbox",
            object_kind="mailbox",
            object_id="1",
            object_name=checked.address,
            tenant=viewer.tenant,
            after={"host": checked.host, "user": checked.user, "is_enabled": checked.is_enabled},
        )
        announce_config(PART)


def try_mailbox(viewer: Viewer, *, box: SecretBox, now: datetime) -> int:
    """Sign in to the mailbox and return how many unread mails there are; nothing is fetched.
    Raises Refused; Invalid without one; SourceError with what went wrong."""
    require(viewer, MANAGES)
    with transaction() as conn:
        access = system_access(conn, box)
        record(
            conn,
            viewer,
            "letters.try_mailbox",
            object_kind="mailbox",
            object_id="1",
            object_name=access.mailbox.address if access else "",
            tenant=viewer.tenant,
        )
    if access is None:
        raise Invalid("host", "this is required")
    error = ""
    try:
        with open_mailbox(access) as server:
            return len(find_unseen(server))
    except SourceError as failure:
        error = failure.message
        raise
    finally:
        with transaction() as conn:
            store.note_looked(conn, error, now)


@contextmanager
def open_mailbox(access: MailboxAccess) -> Iterator[imaplib.IMAP4]:
    """Yield the mailbox's folder, opened. Raises SourceError for whatever goes wrong, also inside;
    it never says the password."""
    mailbox = access.mailbox
    where = f"{mailbox.host}:{mailbox.port}"
    server: imaplib.IMAP4 | None = None
    try:
        server = _connect(mailbox)
        server.login(mailbox.user, access.password)
        _check(server.select(f'"{mailbox.folder}"'))
        yield server
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        text = scrub(str(error) or type(error).__name__, (access.password,))
        raise SourceUnreachable(f"{where}: {text}") from error
    finally:
        if server is not None:
            _leave(server)


def find_unseen(server: imaplib.IMAP4) -> list[bytes]:
    """Return the numbers of the mails that nobody has handled, the oldest first."""
    found = _check(server.uid("SEARCH", "UNSEEN"))
    return bytes(found[0] or b"").split() if found else []


def fetch_mail(server: imaplib.IMAP4, uid: bytes, *, largest_bytes: int) -> tuple[bytes, bool]:
    """Return a mail, and whether it is whole: of one that is larger, only its headers."""
    number = uid.decode()
    said = _check(server.uid("FETCH", number, "(RFC822.SIZE)"))
    size = int("".join(filter(str.isdigit, str(said[0]).rpartition("RFC822.SIZE")[2])) or 0)
    is_whole = size <= largest_bytes
    answer = _check(server.uid("FETCH", number, "(BODY.PEEK[])" if is_whole else _HEADERS))
    for each in answer:
        if isinstance(each, tuple):
            return bytes(each[1]), is_whole
    raise imaplib.IMAP4.error("the server sent no mail")


def note_seen(server: imaplib.IMAP4, uid: bytes) -> None:
    """Have the server remember that a mail was handled."""
    _check(server.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)"))


_HEADERS = "(BODY.PEEK[HEADER])"


def _connect(mailbox: Mailbox) -> imaplib.IMAP4:
    own = TlsTrust(mailbox.trust, ca=mailbox.ca).context
    context = own or ssl.create_default_context()
    if mailbox.security == "starttls":
        server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_TIMEOUT_S)
        server.starttls(context)
        return server
    return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_TIMEOUT_S)


def _check(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, said = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(str(said[0]) if said else kind)
    return said


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError):
        server.shutdown()
