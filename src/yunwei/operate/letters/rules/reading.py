"""Mails are read: who wrote what, whether a machine did, which ticket is meant. Pure."""

import hashlib
import re
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from html import unescape

from yunwei.base.core.ids import TicketId
from yunwei.operate.letters.facts.mails import Enclosure, Mail

LARGEST_BYTES = 40 * 1024 * 1024
_LONGEST_TEXT, _LONGEST_LINE = 7000, 200
_MOST_FILES = 20
_CUT = "（正文过长，其余部分未保留 / the text was too long, its end was not kept）"
_LEFT = "（附件过多，其中 {count} 个未保留 / too many attachments, {count} were not kept）"
_CODE = re.compile(r"\bT-(\d{6,12})\b")
_THREAD = re.compile(r"<thread\.T-(\d{6,12})@")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_MACHINES = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply"})
_TAG = re.compile(r"<(style|script|head)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(br|/p|/div|/tr|/li)\b[^>]*>", re.IGNORECASE)
_QUOTED = re.compile(
    r"^(-{2,}\s*(original message|原始邮件|forwarded message)\s*-{2,}"
    r"|on .{0,200} wrote:|.{0,100}于.{0,100}写道[:：]|发件人[:：].*|from: .*@.*|_{10,})\s*$",
    re.IGNORECASE,
)
"""Where an answer ends and what it answers begins."""


def read_mail(raw: bytes, *, note: str = "") -> Mail:
    """Return what a mail says; never raises, however broken it is. raw: as it came, or its headers
    alone. note: what is said of it besides; what of it is more than is kept is said, too."""
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    sender_name, sender = _sender(message)
    text, enclosures = _text(message), _enclosures(message)
    notes = (
        note,
        _CUT if len(text) > _LONGEST_TEXT else "",
        _LEFT.format(count=len(enclosures) - _MOST_FILES) if len(enclosures) > _MOST_FILES else "",
    )
    return Mail(
        key=_key(message, raw),
        sender=sender,
        sender_name=sender_name,
        subject=_line(_header(message, "Subject")),
        text=text[:_LONGEST_TEXT],
        references=f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"[:8000],
        automatic=_automatic(message, sender),
        enclosures=enclosures[:_MOST_FILES],
        note="\n".join(each for each in notes if each),
    )


def find_ticket(mail: Mail) -> TicketId | None:
    """Return which ticket a mail is an answer about: what it answers says so, else its subject."""
    found = _THREAD.search(mail.references) or _CODE.search(mail.subject)
    return TicketId(int(found[1])) if found else None


def title_of(mail: Mail) -> str:
    """Return what a ticket that a mail opens is called."""
    if mail.subject:
        return mail.subject
    first = next((line.strip() for line in mail.text.splitlines() if line.strip()), "")
    return _line(first) or mail.sender


def strip_quoted(text: str) -> str:
    """Return an answer without what it answers; all of it, where nothing else would be left."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line.strip()):
            break
        lines.append(line)
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    return "\n".join(kept).strip() or text.strip()


def _key(message: object, raw: bytes) -> str:
    id = _header(message, "Message-ID").strip()
    return (
        _line(id)
        if 0 < len(id) <= _LONGEST_LINE and id.isascii()
        else f"sha256:{hashlib.sha256(raw).hexdigest()}"
    )


def _header(message: object, name: str) -> str:
    value = message.get(name, "") if hasattr(message, "get") else ""
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, UnicodeError, ValueError):
        return str(value)


def _sender(message: object) -> tuple[str, str]:
    for name, address in getaddresses([_header(message, "From")]):
        if "@" in address:
            return _line(name), address.strip().lower()[:_LONGEST_LINE]
    return "", ""


def _automatic(message: object, sender: str) -> str:
    """Return by which sign a machine wrote it (RFC 3834), "" when none shows."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {_line(submitted)}"
    precedence = _header(message, "Precedence").strip().lower()
    if precedence in _BULK:
        return f"Precedence: {precedence}"
    for name in ("X-Autoreply", "X-Autorespond", "List-Id"):
        if _header(message, name):
            return name
    if _header(message, "Return-Path").strip() == "<>":
        return "Return-Path: <>"
    if sender.partition("@")[0] in _MACHINES:
        return "From"
    return ""


def _parts(message: object) -> list[EmailMessage]:
    return [each for each in message.walk() if not each.is_multipart()]  # type: ignore[attr-defined]


def _text(message: object) -> str:
    html = ""
    for part in _parts(message):
        if part.get_filename() or part.get_content_maintype() != "text":
            continue
        text = _decode(part)
        if part.get_content_subtype() == "plain" and text.strip():
            return _clean(text)
        html = html or (text if part.get_content_subtype() == "html" else "")
    return _clean(unescape(re.sub(r"<[^>]*>", "", _BREAK.sub("\n", _TAG.sub("", html)))))


def _decode(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    for each in (charset, "utf-8", "gb18030"):
        try:
            return raw.decode(each)
        except (LookupError, UnicodeError):
            continue
    return raw.decode("utf-8", "replace")


def _clean(text: str) -> str:
    plain = _whole(text).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return re.sub(r"\n{3,}", "\n\n", plain)


def _enclosures(message: object) -> tuple[Enclosure, ...]:
    found: list[Enclosure] = []
    for part in _parts(message):
        name = part.get_filename()
        data = part.get_payload(decode=True)
        if name and isinstance(data, bytes):
            found.append(Enclosure(name=_decoded_name(name), data=data))
    return tuple(found)


def _decoded_name(name: str) -> str:
    try:
        return _line(str(make_header(decode_header(name))))
    except (LookupError, UnicodeError, ValueError):
        return _line(name)


def _line(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in _whole(text))
    return " ".join(plain.split())[:_LONGEST_LINE]


def _whole(text: str) -> str:
    """Return a text without halves of characters, which nothing can keep."""
    return text.encode("utf-8", "replace").decode("utf-8")
