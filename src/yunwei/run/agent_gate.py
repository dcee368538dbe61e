"""Opens the gate for agents, in the process that serves REST."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra.agent_keys import open_agent_keys
from yunwei.run.doors import Doors

logger = logging.getLogger(__name__)


@asynccontextmanager
async def letting_agents_in(doors: Doors) -> AsyncIterator[None]:
    """Let machines enrol within the block, where there is a NATS for agents."""
    from yunwei.faces.api.agents import Door  # it needs Django set up
    from yunwei.operate.agents.jobs.gate import Gate

    keys = await asyncio.to_thread(open_agent_keys, doors.settings)
    try:
        Door.gate = Gate(doors.settings, keys, doors.clock)
    except Misconfigured as error:
        logger.info("no agent is let in: %s", error)
    try:
        yield
    finally:
        Door.gate = None
