"""A message as a card of Feishu. Texts from elsewhere stand in plain_text elements only. Pure."""

import re
from collections.abc import Mapping

from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import clean_lines, cut_bytes, cut_characters, one_line

# A request is 20 kB at most; a fact or two and the body stay well below.
BODY_BYTES = 8000
_FACTS = 12
_FACT_CHARACTERS = 300
_TITLE_CHARACTERS = 200

_TEMPLATES = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "orange",
    Severity.MINOR: "yellow",
    Severity.WARNING: "blue",
    Severity.INDETERMINATE: "grey",
}
_WAKING = frozenset({Severity.CRITICAL, Severity.MAJOR})
_OPEN_ID = re.compile(r"[A-Za-z0-9_-]+")

type Element = Mapping[str, object]


def build_card(message: OutgoingMessage, *, keyword: str, open_ids: str) -> dict[str, object]:
    """Return the card: header, text without what the facts say, facts, button, mentions."""
    title = cut_characters(one_line(message.subject), _TITLE_CHARACTERS)
    body = cut_bytes(_without_facts(message), BODY_BYTES)
    elements: list[Element] = [{"tag": "div", "text": _plain(body)}] if body else []
    if message.facts:
        elements.append(
            {"tag": "div", "fields": [_field(*fact) for fact in message.facts[:_FACTS]]}
        )
    buttons = [
        _button(text, link)
        for text, link in (
            ("查看 / Open", message.link),
            (message.acknowledge_label, message.acknowledge_link),
        )
        if re.fullmatch(r"https?://\S{1,2000}", link)
    ]
    if buttons:
        elements.append({"tag": "action", "actions": buttons})
    mentions = _mention(message, open_ids)
    if mentions:
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": mentions}})
    if keyword and keyword not in title + body:
        elements.append({"tag": "note", "elements": [_plain(keyword)]})
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": _template(message), "title": _plain(title)},
        "elements": elements,
    }


def _template(message: OutgoingMessage) -> str:
    if message.is_clear:
        return "green"
    return _TEMPLATES[message.severity] if message.severity else "grey"


def _plain(text: str) -> dict[str, object]:
    return {"tag": "plain_text", "content": text}


def _field(label: str, value: str) -> Element:
    text = cut_characters(f"{one_line(label)}\n{one_line(value)}", _FACT_CHARACTERS)
    return {"is_short": len(value) <= 24, "text": _plain(text)}


def _button(text: str, link: str) -> Element:
    return {"tag": "button", "type": "primary", "text": _plain(text), "url": link}


def _mention(message: OutgoingMessage, open_ids: str) -> str:
    if message.severity not in _WAKING or message.is_clear:
        return ""
    return "".join(f"<at id={each}></at>" for each in _OPEN_ID.findall(open_ids))


def _without_facts(message: OutgoingMessage) -> str:
    # The body lists the facts for plain text; the card has them as fields.
    labels = tuple(label for label, _ in message.facts)
    lines = clean_lines(message.body).split("\n")
    return "\n".join(line for line in lines if not (labels and line.startswith(labels))).strip()
