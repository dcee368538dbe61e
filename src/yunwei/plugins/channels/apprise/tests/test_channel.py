"""Addresses that Apprise does not know, and what it is given."""

import pytest

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.apprise import Channel
from yunwei.plugins.channels.apprise.channel import _build
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient


async def test_an_unknown_address_is_permanent_and_not_repeated() -> None:
    with pytest.raises(SendError) as caught:
        await Channel({"url": "nosuch://s3cret"}).send(
            OutgoingMessage(key="k", subject="s", body="b"), Recipient(name="")
        )
    assert caught.value.permanent
    assert "s3cret" not in caught.value.message


def test_texts_are_plain_and_the_kind_says_how_bad_it_is() -> None:
    message = OutgoingMessage(
        key="k", subject="<b>宕机</b>", body="[a](b) @all", severity=Severity.CRITICAL
    )
    assert _build(message) == {
        "title": "＜b＞宕机＜/b＞",
        "body": "［a］(b) ＠all",
        "notify_type": "failure",
        "body_format": "text",
    }
