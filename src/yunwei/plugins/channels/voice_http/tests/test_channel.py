"""Numbers that are none, and templates that are damaged."""

import pytest

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.voice_http import Channel
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

MESSAGE = OutgoingMessage(key="k", subject="s", body="b")


@pytest.mark.parametrize(
    ("number", "template"),
    [("anna", "{}"), ("138", "{}"), ("13800000000", "not JSON"), ("13800000000", "[")],
)
async def test_what_can_never_be_sent_is_permanent(number: str, template: str) -> None:
    channel = Channel({"url": "http://127.0.0.1:9/", "template": template})
    with pytest.raises(SendError) as caught:
        await channel.send(MESSAGE, Recipient(name="", address=number))
    assert caught.value.permanent
    await channel.close()
