"""What the bot makes of wrong settings; its answers are in tests/integration/."""

import pytest

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.wecom_bot import Channel


def test_an_authority_that_is_none_is_permanent() -> None:
    with pytest.raises(SendError, match="not a readable PEM") as caught:
        Channel({"key": "bot-key", "tls": "own_ca", "ca": "nothing"})
    assert caught.value.permanent
