"""What an address is, as Feishu calls it."""

import pytest

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.feishu_app import Channel
from yunwei.plugins.channels.feishu_app.channel import find_kind
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("ou_7d8a6e6df7621556ce0d21922b676706ccs", "open_id"),
        ("on_cad4860e7af114fb4ff6c5d496d1dd76", "union_id"),
        ("anna@yw.example", "email"),
        ("a1b2c3d4", "user_id"),
    ],
)
def test_an_address_tells_what_it_is(address: str, kind: str) -> None:
    assert find_kind(address) == kind


@pytest.mark.parametrize("address", ["", " ", "a b", "a\nb", "x" * 300])
async def test_without_a_user_nothing_is_asked(address: str) -> None:
    channel = Channel({"app_id": "i", "app_secret": "s"})
    message = OutgoingMessage(key="k", subject="s", body="b")
    with pytest.raises(SendError) as caught:
        await channel.send(message, Recipient(name="Anna", address=address))
    assert caught.value.permanent
    await channel.close()
