"""The card within its limits, and an address that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.wecom_app import Channel
from yunwei.plugins.channels.wecom_app.card import (
    DESCRIPTION_CHARACTERS,
    TEXT_BYTES,
    TITLE_CHARACTERS,
    build_content,
)
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

texts = st.text(st.characters(codec="utf-8"), max_size=3000)


@given(subject=texts, body=texts, link=st.sampled_from(["", "https://y.test/1", "x" * 9000]))
def test_never_more_than_the_limits(subject: str, body: str, link: str) -> None:
    message = OutgoingMessage(key="k", subject=subject, body=body, link=link)
    content = build_content(message, user="anna", agent=7)
    card, text = content.get("textcard"), content.get("text")
    assert (card is None) is (content["msgtype"] == "text")
    if isinstance(card, dict):
        assert len(card["title"]) <= TITLE_CHARACTERS
        assert len(card["description"]) <= DESCRIPTION_CHARACTERS
    if isinstance(text, dict):
        assert len(text["content"].encode()) <= TEXT_BYTES


def test_one_member_stays_one_member() -> None:
    message = OutgoingMessage(key="k", subject="s", body="b")
    assert build_content(message, user="anna|@all", agent=7)["touser"] == "anna@all"


async def test_without_a_member_nothing_is_asked() -> None:
    channel = Channel({"corp_id": "c", "agent_id": "7", "secret": "s"})
    with pytest.raises(SendError) as caught:
        await channel.send(OutgoingMessage(key="k", subject="s", body="b"), Recipient(name="Anna"))
    assert caught.value.permanent
    await channel.close()
