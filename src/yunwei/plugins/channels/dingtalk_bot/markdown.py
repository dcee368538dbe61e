"""A message in the Markdown that DingTalk shows. Pure."""

import re
from dataclasses import dataclass

from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import cut_bytes, cut_characters, one_line, without_markup

# DingTalk takes 20,000 bytes of a message; nobody reads more than this on a phone.
MAX_BYTES = 5000
_TITLE_CHARACTERS = 100

_COLOURS = {
    Severity.CRITICAL: "#D63939",
    Severity.MAJOR: "#F76707",
    Severity.MINOR: "#B8860B",
    Severity.WARNING: "#4299E1",
    Severity.INDETERMINATE: "#667382",
}
_CLEAR_COLOUR = "#2FB344"
_WAKING = frozenset({Severity.CRITICAL, Severity.MAJOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """title: what the list of chats shows."""

    title: str
    body: str


def find_mentions(message: OutgoingMessage, mobiles: str) -> tuple[str, ...]:
    """Return the mobiles to mention: of critical and major alarms that are not over."""
    if message.severity not in _WAKING or message.is_clear:
        return ()
    return tuple(filter(None, re.split(r"[\s,]+", mobiles)))


def render_message(message: OutgoingMessage, *, keyword: str, mobiles: tuple[str, ...]) -> Text:
    """Return the Markdown: subject, body, link, mentions. At most `MAX_BYTES`.

    What does not fit is cut off the body at a whole character; the rest stays.
    """
    title = cut_characters(without_markup(one_line(message.subject)), _TITLE_CHARACTERS)
    head = f"#### {_colour(title, message)}\n\n"
    link = f"\n\n[{message.link}]({message.link})" if _is_link(message.link) else ""
    if _is_link(message.acknowledge_link):
        link += f"\n\n[{message.acknowledge_label}]({message.acknowledge_link})"
    mentions = "\n\n" + " ".join(f"@{mobile}" for mobile in mobiles) if mobiles else ""
    tail = link + mentions
    lines = "  \n".join(without_markup(message.body).split("\n"))
    if keyword and keyword not in head + lines:
        tail += f"\n\n{keyword}"
    room = MAX_BYTES - len((head + tail).encode())
    return Text(title=title, body=head + cut_bytes(lines, room) + tail)


def _colour(title: str, message: OutgoingMessage) -> str:
    if message.severity is None and not message.is_clear:
        return title
    colour = _CLEAR_COLOUR if message.is_clear or not message.severity else None
    return f'<font color="{colour or _COLOURS[message.severity]}">{title}</font>'  # type: ignore[index]


def _is_link(link: str) -> bool:
    """Say whether it is an address that can not break out of a Markdown link."""
    return re.fullmatch(r"https?://[^\s()\[\]<>\"'`\\]{1,1000}", link) is not None
