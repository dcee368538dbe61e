"""A message as a work notification of DingTalk, within its limits. Pure.

Source: DingTalk 消息类型与数据格式 (markdown, action_card).
"""

import re
import zlib

from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import cut_bytes, cut_characters, one_line, without_markup

MARKDOWN_BYTES = 4000
TITLE_CHARACTERS = 100

type Content = dict[str, object]


def build_content(message: OutgoingMessage) -> Content:
    """Return `msg`: a card with buttons, or Markdown where there is no address to lead to.

    DingTalk shows nobody the same text twice a day. The mark at the end is another for each
    message and the same for each try of it, so that just the tries are not told twice.
    """
    title = cut_characters(without_markup(one_line(message.subject)), TITLE_CHARACTERS)
    mark = f"\n\n#{zlib.crc32(message.key.encode()):08x}"
    head = f"#### {title}\n\n"
    lines = "  \n".join(without_markup(message.body).split("\n"))
    room = MARKDOWN_BYTES - len((head + mark).encode())
    text = head + cut_bytes(lines, room) + mark
    buttons = [
        {"title": label, "action_url": link}
        for label, link in (
            ("查看 / Open", message.link),
            (one_line(message.acknowledge_label), message.acknowledge_link),
        )
        if is_link(link)
    ]
    if not buttons:
        return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    card: Content = {"title": title, "markdown": text}
    if len(buttons) == 1:
        card |= {"single_title": buttons[0]["title"], "single_url": buttons[0]["action_url"]}
    else:
        card |= {"btn_orientation": "1", "btn_json_list": buttons}
    return {"msgtype": "action_card", "action_card": card}


def is_link(link: str) -> bool:
    return re.fullmatch(r"https?://\S{1,400}", link) is not None
