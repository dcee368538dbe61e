"""The card: where texts stand, how long it is, whom it mentions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.feishu_bot import Channel
from yunwei.plugins.channels.feishu_bot.card import build_card
from yunwei.plugins.sdk.contract import OutgoingMessage

texts = st.text(st.characters(codec="utf-8"), max_size=9000)


def message(**more: object) -> OutgoingMessage:
    fields: dict[str, object] = {
        "key": "k",
        "subject": "主机宕机",
        "body": "主机 H-03 宕机\n对象：/host/H-03",
        "severity": Severity.CRITICAL,
        "facts": (("对象", "/host/H-03"),),
    }
    return OutgoingMessage(**{**fields, **more})  # type: ignore[arg-type]


def test_a_raise_and_its_clear_differ_in_colour() -> None:
    raised = build_card(message(), keyword="", open_ids="")
    cleared = build_card(message(is_clear=True), keyword="", open_ids="")
    assert [raised["header"]["template"], cleared["header"]["template"]] == ["red", "green"]  # type: ignore[index]


def test_mentions_come_from_the_settings_and_only_when_it_is_serious() -> None:
    serious = build_card(message(), keyword="", open_ids="ou_1, ou_2")
    assert "<at id=ou_1></at><at id=ou_2></at>" in json.dumps(serious)
    over = build_card(message(is_clear=True), keyword="", open_ids="ou_1")
    assert "<at" not in json.dumps(over)


@given(body=texts, value=texts)
def test_never_more_than_a_request_may_have(body: str, value: str) -> None:
    facts = tuple((f"label {number}", value) for number in range(20))
    card = build_card(message(body=body, facts=facts), keyword="告警", open_ids="")
    assert len(json.dumps(card, ensure_ascii=False).encode()) <= 20 * 1024


def test_an_authority_that_is_none_is_permanent() -> None:
    with pytest.raises(SendError) as caught:
        Channel({"token": "t", "tls": "own_ca", "ca": "nothing"})
    assert caught.value.permanent
