"""A message in the Markdown that WeCom shows, within its 4,096 bytes. Pure."""

import re

from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage

# Limit of `markdown.content`, in bytes of UTF-8 (WeCom group bot documentation).
MAX_BYTES = 4096
_CUT = "…"

# WeCom knows three colours: info green, comment grey, warning orange.
_COLOURS = {
    Severity.CRITICAL: "warning",
    Severity.MAJOR: "warning",
    Severity.MINOR: "comment",
    Severity.WARNING: "comment",
    Severity.INDETERMINATE: "comment",
}
_CLEAR_COLOUR = "info"

# An alarm's text comes from machines and people elsewhere. WeCom has no escape, so what would
# make a link, a mention (<@all>), a font or a heading is replaced by its full-width twin.
_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "｀"})
_STRESS = re.compile(r"\*{2,}")
_HEADING = re.compile(r"^(\s*)#", re.MULTILINE)


def render_message(message: OutgoingMessage) -> str:
    """Return the Markdown: subject, body as a quotation, link. At most 4,096 bytes.

    What does not fit is cut off the body at a whole character; subject and link stay.
    """
    head = _render_subject(message)
    tail = f"\n[{message.link}]({message.link})" if message.link else ""
    if message.acknowledge_link:
        tail += f"\n[{message.acknowledge_label}]({message.acknowledge_link})"
    if len(tail.encode()) > MAX_BYTES // 2:
        tail = ""
    room = MAX_BYTES - len(tail.encode())
    quoted = "\n".join(f"> {line}" for line in make_harmless(message.body).splitlines())
    return cut(f"{head}\n{quoted}", room) + tail


def _render_subject(message: OutgoingMessage) -> str:
    subject = cut(" ".join(make_harmless(message.subject).split()), MAX_BYTES // 4)
    if message.severity is None:
        return f"**{subject}**"
    colour = _CLEAR_COLOUR if message.is_clear else _COLOURS[message.severity]
    return f'**<font color="{colour}">{subject}</font>**'


def make_harmless(text: str) -> str:
    """Return the text without anything that WeCom would read as markup."""
    return _HEADING.sub(r"\1＃", _STRESS.sub("＊", text.translate(_HARMLESS)))


def cut(text: str, max_bytes: int) -> str:
    """Return the text in at most `max_bytes` of UTF-8, ended with … where it was cut."""
    encoded = text.encode()
    if len(encoded) <= max_bytes:
        return text
    kept = encoded[: max_bytes - len(_CUT.encode())].decode("utf-8", "ignore")
    return kept + _CUT
