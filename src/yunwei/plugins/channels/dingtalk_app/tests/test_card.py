"""The card within its limits; tries of a message say the same. And a userid that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.dingtalk_app import Channel
from yunwei.plugins.channels.dingtalk_app.card import MARKDOWN_BYTES, build_content
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

texts = st.text(st.characters(codec="utf-8"), max_size=3000)


@given(subject=texts, body=texts, link=st.sampled_from(["", "https://y.test/1", "x" * 900]))
def test_never_more_than_the_limits(subject: str, body: str, link: str) -> None:
    message = OutgoingMessage(key="k", subject=subject, body=body, link=link)
    content = build_content(message)
    inner = content[str(content["msgtype"])]
    assert isinstance(inner, dict)
    assert len(inner["title"]) <= 100
    assert len(str(inner.get("markdown") or inner.get("text")).encode()) <= MARKDOWN_BYTES


def test_tries_are_the_same_and_messages_are_not() -> None:
    def say(key: str, *, again: bool = False) -> object:
        message = OutgoingMessage(key=key, subject="s", body="b", may_be_repeat=again)
        return build_content(message)

    assert say("1") == say("1", again=True)
    assert say("1") != say("2")


def test_two_ways_to_go_are_two_buttons() -> None:
    message = OutgoingMessage(
        key="k",
        subject="s",
        body="b",
        link="https://y.test/1",
        acknowledge_link="https://y.test/acknowledge/x",
    )
    card = build_content(message)["action_card"]
    assert isinstance(card, dict)
    assert [each["action_url"] for each in card["btn_json_list"]] == [
        "https://y.test/1",
        "https://y.test/acknowledge/x",
    ]


async def test_without_a_userid_nothing_is_asked() -> None:
    channel = Channel({"app_key": "k", "app_secret": "s", "agent_id": "7"})
    with pytest.raises(SendError) as caught:
        await channel.send(OutgoingMessage(key="k", subject="s", body="b"), Recipient(name="Anna"))
    assert caught.value.permanent
    await channel.close()
