"""A message as a text card of WeCom, within its limits. Pure."""

import re

from yunwei.plugins.sdk.contract import OutgoingMessage
from yunwei.plugins.sdk.texts import cut_bytes, cut_characters, one_line, without_markup

# Limits of `textcard` and `text` (发送应用消息): characters, and bytes of UTF-8.
TITLE_CHARACTERS = 128
DESCRIPTION_CHARACTERS = 512
TEXT_BYTES = 2048
URL_BYTES = 2048


def build_content(message: OutgoingMessage, *, user: str, agent: int) -> dict[str, object]:
    """Return the request: a text card, or a text where there is no address to lead to.

    WeCom's own check for duplicates is on: the same request within half an hour, as after a lost
    answer, reaches nobody twice.
    """
    head = {
        "touser": user.replace("|", ""),
        "agentid": agent,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }
    subject = without_markup(one_line(message.subject))
    body = without_markup(message.body).strip()
    if not _is_link(message.link):
        text = cut_bytes(f"{subject}\n\n{body}".strip(), TEXT_BYTES)
        return {**head, "msgtype": "text", "text": {"content": text}}
    card = {
        "title": cut_characters(subject, TITLE_CHARACTERS),
        "description": cut_characters(body or subject, DESCRIPTION_CHARACTERS),
        "url": message.link,
        "btntxt": "详情",
    }
    return {**head, "msgtype": "textcard", "textcard": card}


def _is_link(link: str) -> bool:
    return re.fullmatch(r"https?://\S+", link) is not None and len(link.encode()) <= URL_BYTES
