"""How a newer agent that is offered is tried as an act on a customer's desktop."""

import asyncio
from types import SimpleNamespace
from typing import Any

from tests.support.acting import World
from tests.support.reading_acts import Try
from yunwei.base.infra.agent_keys import SigningKey
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.agents.actions import releases
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei_wire.nkeys import Kind


def offer(world: World) -> Try:
    """A release is offered; an agent on a desktop of the customer asks what is open for it."""
    root = world.stage.cloud.people["root"]
    releases.offer_release(root, "9.9", b"newer", now=world.now)
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute("SELECT min(id) AS id FROM agents_agent").fetchall()
    keys: Any = SimpleNamespace(commands=(SigningKey(bytes(32), Kind.ACCOUNT),))

    def go() -> bool:
        shelf = ReleaseShelf(keys, world.clock)
        return bool(asyncio.run(_offer(shelf, rows[0]["id"])))

    return go


async def _offer(shelf: ReleaseShelf, agent: int) -> dict[int, bytes]:
    return dict(await shelf.offer_to([(agent, "1.0")]))
