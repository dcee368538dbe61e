"""Reads who is connected now, and counts it at that instant."""

from collections.abc import AsyncIterator
from functools import partial

from yunwei.base.core.errors import SourceRefused
from yunwei.base.core.readings import Observation, ReadingPage, SeenKind
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import (
    CONNECTIONS_LIMIT,
    WorkspaceClient,
    every_page,
)
from yunwei.plugins.connectors.huawei_workspace.mapping import measures
from yunwei.plugins.sdk.contract import SourceContext, Wanted

# The service documents offsets up to 2,000 with pages of 2,000. A larger cloud is asked only for
# the desktops that somebody is connected to, state by state.
_MOST_IN_ONE_LIST = 2 * CONNECTIONS_LIMIT
_STATES_WITH_A_SESSION = ("CONNECTED", "DISCONNECTED")


async def read_sessions(
    client: WorkspaceClient, context: SourceContext, _wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield all sessions with their counts at `read_at`, then a page of desktop counters.

    Desktop counters are left out when the credentials may not read them.
    """
    desktops, is_whole = await _list_connected(client)
    read_at = context.clock.now()
    sessions = tuple(measures.map_sessions(desktops))
    yield ReadingPage(
        readings=(*sessions, *measures.count_sessions(sessions, at=read_at)),
        read_at=read_at,
        completes=frozenset({SeenKind.SESSION}) if is_whole else frozenset(),
    )
    try:
        counters = await _count_desktops(client, context)
    except SourceRefused:
        return
    yield ReadingPage(readings=counters, read_at=context.clock.now())


async def _list_connected(
    client: WorkspaceClient,
) -> tuple[list[answers.ConnectedDesktop], bool]:
    """Return the desktops, and whether none was missed because the list moved while it was read."""
    by_id: dict[str, answers.ConnectedDesktop] = {}
    expected = 0
    async for items, total in every_page(client.list_connections):
        if total is not None and total > _MOST_IN_ONE_LIST:
            return await _list_by_state(client), True
        by_id |= {each.desktop_id: each for each in items}
        expected = total or 0
    return list(by_id.values()), len(by_id) >= expected


async def _list_by_state(client: WorkspaceClient) -> list[answers.ConnectedDesktop]:
    by_id: dict[str, answers.ConnectedDesktop] = {}
    for state in _STATES_WITH_A_SESSION:
        async for items, _ in every_page(partial(client.list_connections, status=state)):
            by_id |= {each.desktop_id: each for each in items}
    return list(by_id.values())


async def _count_desktops(
    client: WorkspaceClient, context: SourceContext
) -> tuple[Observation, ...]:
    whole = await client.fetch_statistics()
    counters = measures.map_statistics(whole, at=context.clock.now())
    pools = await client.fetch_statistics(of_pools=True)
    return (*counters, *measures.map_pool_statistics(pools, at=context.clock.now()))
