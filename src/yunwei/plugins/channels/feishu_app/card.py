"""A message as a card of Feishu. Texts from elsewhere stand in plain_text elements only. Pure.

Source: Feishu card structure, v1; 发送消息 (30 kB of a card).
"""

import re
from collections.abc import Mapping

from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import clean_lines, cut_bytes, cut_characters, one_line

BODY_BYTES = 8000
_FACTS = 12
_FACT_CHARACTERS = 300
_TITLE_CHARACTERS = 200
_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "orange",
    Severity.MINOR: "yellow",
    Severity.WARNING: "blue",
    Severity.INDETERMINATE: "grey",
}

type Element = Mapping[str, object]


def build_card(message: OutgoingMessage) -> dict[str, object]:
    """Return the card: header, text without what the facts say, facts, buttons."""
    body = cut_bytes(_without_facts(message), BODY_BYTES)
    elements: list[Element] = [{"tag": "div", "text": _plain(body)}] if body else []
    if message.facts:
        fields = [_field(*fact) for fact in message.facts[:_FACTS]]
        elements.append({"tag": "div", "fields": fields})
    buttons = [
        {"tag": "button", "type": "primary", "text": _plain(label), "url": link}
        for label, link in (
            ("查看 / Open", message.link),
            (message.acknowledge_label, message.acknowledge_link),
        )
        if re.fullmatch(r"https?://\S{1,2000}", link)
    ]
    if buttons:
        elements.append({"tag": "action", "actions": buttons})
    colour = _COLOURS[message.severity] if message.severity else "grey"
    title = _plain(cut_characters(one_line(message.subject), _TITLE_CHARACTERS))
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": "green" if message.is_clear else colour, "title": title},
        "elements": elements,
    }


def _plain(text: str) -> dict[str, object]:
    return {"tag": "plain_text", "content": text}


def _field(label: str, value: str) -> Element:
    text = cut_characters(f"{one_line(label)}\n{one_line(value)}", _FACT_CHARACTERS)
    return {"is_short": len(value) <= 24, "text": _plain(text)}


def _without_facts(message: OutgoingMessage) -> str:
    # The body lists the facts for plain text; the card has them as fields.
    labels = tuple(label for label, _ in message.facts)
    lines = clean_lines(message.body).split("\n")
    return "\n".join(line for line in lines if not (labels and line.startswith(labels))).strip()
