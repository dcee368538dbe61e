"""A message in the Markdown that WeCom shows, within its 4,096 bytes. Pure."""

import re

from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import cut_bytes, one_line, without_markup

# Limit of `markdown.content`, in bytes of UTF-8 (WeCom group bot documentation).
MAX_BYTES = 4096

# WeCom knows three colours: info green, comment grey, warning orange.
_COLOURS = {
    Severity.CRITICAL: "warning",
    Severity.MAJOR: "warning",
    Severity.MINOR: "comment",
    Severity.WARNING: "comment",
    Severity.INDETERMINATE: "comment",
}
_CLEAR_COLOUR = "info"

# An address that can not break out of a Markdown link.
_LINK = re.compile(r"https?://[^\s()\[\]<>\"'`\\]{1,1000}")


def render_message(message: OutgoingMessage) -> str:
    """Return the Markdown: subject, body as a quotation, link. At most 4,096 bytes.

    What does not fit is cut off the body at a whole character; subject and link stay.
    """
    head = _render_subject(message)
    tail = f"\n[{message.link}]({message.link})" if _LINK.fullmatch(message.link) else ""
    if _LINK.fullmatch(message.acknowledge_link):
        tail += f"\n[{message.acknowledge_label}]({message.acknowledge_link})"
    room = MAX_BYTES - len(tail.encode())
    quoted = "\n".join(f"> {line}" for line in without_markup(message.body).splitlines())
    return cut_bytes(f"{head}\n{quoted}", room) + tail


def _render_subject(message: OutgoingMessage) -> str:
    subject = cut_bytes(without_markup(one_line(message.subject)), MAX_BYTES // 4)
    if message.severity is None:
        return f"**{subject}**"
    colour = _CLEAR_COLOUR if message.is_clear else _COLOURS[message.severity]
    return f'**<font color="{colour}">{subject}</font>**'
