"""An agent's connection, as far as it can be seen without a server."""

import asyncio
import contextlib
from collections.abc import Mapping

import pytest
from nats.aio.client import Client

from yunwei_agent.identity import Identity
from yunwei_agent.link import Link

TRUSTED: Mapping[str, bytes] = {}


@pytest.fixture
def link() -> Link:
    return Link(
        Identity(
            url="",
            seed=b"s" * 32,
            machine="m",
            agent="a7",
            jwt="",
            ends_at_s=0,
            urls=(),
            authority="",
            trusted=TRUSTED,
        )
    )


class Broken:
    """The transport of a server that was killed while something was to be sent."""

    def writelines(self, _data: object) -> None:
        """As if it were sent."""

    async def drain(self) -> None:
        raise ConnectionResetError("Connection lost")


async def test_a_connection_that_broke_while_it_was_closed_is_known_to_be_over(link: Link) -> None:
    client = link._client
    client._closed_cb = link._on_closed
    client._status = Client.CONNECTED
    client.options = {"allow_reconnect": False}
    client._current_server = object()  # type: ignore[assignment]
    client._transport = Broken()  # type: ignore[assignment]
    client._flush_queue = asyncio.Queue()
    client._pending, client._pending_data_size = [b"PUB"], 3
    with contextlib.suppress(ConnectionResetError):
        await client._process_op_err(ConnectionResetError("Connection lost"))
    # when this fails, the client has begun to tell it, and we need not look any more
    assert not link.closed.is_set()
    await link.wait_closed(0.01)
    assert link.closed.is_set()


async def test_a_connection_that_was_closed_in_order_is_over_at_once(link: Link) -> None:
    waiting = asyncio.create_task(link.wait_closed(3600))
    await asyncio.sleep(0)
    await link._on_closed()
    await waiting
