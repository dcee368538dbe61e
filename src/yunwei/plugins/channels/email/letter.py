"""A message as an e-mail: headers that can not be injected into, text, simple HTML. Pure."""

import hashlib
import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
# RFC 5322 dot-atom before the @; quoted forms and comments are not in use for people.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[\w.-]+")
_NO_ID = re.compile(r"[^A-Za-z0-9-]")
_NAMED_ADDRESS = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]+)>")

_COLOURS = {
    Severity.CRITICAL: "#d63939",
    Severity.MAJOR: "#f76707",
    Severity.MINOR: "#f59f00",
    Severity.WARNING: "#4299e1",
    Severity.INDETERMINATE: "#667382",
}
_CLEAR_COLOUR = "#2fb344"
_PLAIN_COLOUR = "#667382"


def parse_address(text: str, *, name: str = "") -> Address:
    """Return the address that `text` (`a@b` or `Name <a@b>`) names.

    The domain is put into its ASCII form. Raises SendError, permanent, when it is no address.
    """
    named = _NAMED_ADDRESS.fullmatch(text.strip())
    bare = named["address"] if named else text.strip()
    shown = _one_line(name or (named["name"].strip('" ') if named else ""))
    if not _ADDRESS.fullmatch(bare):
        raise SendError(f"not an e-mail address: {_one_line(text)[:80]!r}", permanent=True)
    local, _, domain = bare.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        return Address(display_name=shown, username=local, domain=ascii_domain)
    except (UnicodeError, HeaderParseError, ValueError, IndexError) as error:
        raise SendError(f"not an e-mail address: {bare[:80]!r}", permanent=True) from error


def build_letter(
    message: OutgoingMessage, *, sender: Address, recipient: Recipient, at: datetime
) -> EmailMessage:
    """Return the e-mail. Its Message-ID comes from the message's key, the same for every try.

    Raises SendError, permanent, when the recipient's address is none.
    """
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = parse_address(recipient.address, name=recipient.name)
    letter["Subject"] = _one_line(message.subject)
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{make_id(message.key)}@{sender.domain}>"
    if message.reply_to:
        letter["Reply-To"] = parse_address(message.reply_to)
    if message.thread:
        # RFC 5322: what names the same root is shown as one conversation, and so are the answers
        root = f"<{make_thread_id(message.thread)}@{sender.domain}>"
        letter["In-Reply-To"] = root
        letter["References"] = root
    # RFC 3834: keeps holiday replies from answering a machine.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(render_text(message))
    letter.add_alternative(render_html(message), subtype="html")
    for each in message.attachments:
        kind, _slash, subkind = each.content_type.partition(";")[0].partition("/")
        letter.add_attachment(
            each.data, maintype=kind, subtype=subkind.strip(), filename=_one_line(each.name)
        )
    return letter


def make_id(key: str) -> str:
    """Return what a Message-ID may hold, and what two different keys never share."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def make_thread_id(thread: str) -> str:
    """Return the left part of the Message-ID of which all letters of a conversation are answers;
    whoever reads an answer finds the conversation in it."""
    return f"thread.{_NO_ID.sub('-', thread)}"


def render_text(message: OutgoingMessage) -> str:
    """Return body and links; the body already tells the facts."""
    acknowledge = message.acknowledge_link and (
        f"{message.acknowledge_label}\n{message.acknowledge_link}"
    )
    parts = (message.body.rstrip(), message.link, acknowledge)
    return "\n\n".join(part for part in parts if part) + "\n"


def render_html(message: OutgoingMessage) -> str:
    """Return a page without images, scripts or style sheets, everything from outside escaped."""
    colour = _COLOURS.get(message.severity, _PLAIN_COLOUR) if message.severity else _PLAIN_COLOUR
    colour = _CLEAR_COLOUR if message.is_clear else colour
    rows = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#667382">{escape(label)}</td>'
        f'<td style="padding:2px 0">{escape(value)}</td></tr>'
        for label, value in message.facts
    )
    link = escape(message.link)
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;font-size:14px;line-height:1.5">'
        f'<div style="border-left:4px solid {colour};padding-left:12px">'
        f'<h1 style="font-size:16px;margin:0 0 8px">{escape(message.subject)}</h1>'
        f'<p style="white-space:pre-line;margin:0 0 8px">{escape(_without_facts(message))}</p>'
        f'<table style="border-collapse:collapse">{rows}</table>'
        + (f'<p style="margin:8px 0 0"><a href="{link}">{link}</a></p>' if link else "")
        + _render_acknowledge(message)
        + "</div></body></html>"
    )


def _render_acknowledge(message: OutgoingMessage) -> str:
    if not message.acknowledge_link:
        return ""
    style = "display:inline-block;padding:6px 16px;background:#206bc4;color:#ffffff"
    return (
        f'<p style="margin:12px 0 0"><a href="{escape(message.acknowledge_link)}"'
        f' style="{style};border-radius:4px;text-decoration:none">'
        f"{escape(message.acknowledge_label)}</a></p>"
    )


def _without_facts(message: OutgoingMessage) -> str:
    # The body lists the facts for plain text; the HTML has them in its table.
    labels = tuple(label for label, _ in message.facts)
    lines = (line for line in message.body.splitlines() if not (labels and line.startswith(labels)))
    return "\n".join(lines).strip()


def _one_line(text: str) -> str:
    return _BLANK.sub(" ", text).strip()
