"""Whether a mailbox can be as somebody writes it. Pure."""

import re
from dataclasses import replace

from yunwei.base.core.errors import Invalid
from yunwei.operate.letters.facts.mails import Mailbox

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_LONGEST = 200
_PORTS = range(1, 65536)


def check_mailbox(mailbox: Mailbox, password: str) -> Mailbox:
    """Return a mailbox that can be so; raises Invalid at the field. password: "" keeps the one that
    is there."""
    cleaned = replace(
        mailbox,
        address=mailbox.address.strip().lower(),
        host=mailbox.host.strip(),
        user=mailbox.user.strip(),
        folder=mailbox.folder.strip() or "INBOX",
    )
    _check_texts(cleaned)
    if cleaned.port not in _PORTS:
        raise Invalid("port", "between 1 and 65535")
    _check_trust(cleaned)
    if not password and not mailbox.has_password:
        raise Invalid("password", "this is required")
    return cleaned


def _check_texts(mailbox: Mailbox) -> None:
    if not _ADDRESS.fullmatch(mailbox.address):
        raise Invalid("address", "this is not an e-mail address")
    for key in ("host", "user", "folder"):
        text = str(getattr(mailbox, key))
        if not text:
            raise Invalid(key, "this is required")
        if len(text) > _LONGEST or not text.isprintable() or '"' in text:
            raise Invalid(key, "at most 200 characters")


def _check_trust(mailbox: Mailbox) -> None:
    if mailbox.security not in ("tls", "starttls"):
        raise Invalid("security", "this is required")
    if mailbox.trust not in ("verify", "own_ca"):
        raise Invalid("trust", "this is required")
    if mailbox.trust == "own_ca" and "-----BEGIN CERTIFICATE-----" not in mailbox.ca:
        raise Invalid("ca", "this is required")
