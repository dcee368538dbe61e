"""Reads what is owned and until when: quotas, and the directory's certificate. Cheap, so often."""

from collections.abc import AsyncIterator

from yunwei.base.core.readings import ReadingPage, SeenKind
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient, unless_refused
from yunwei.plugins.connectors.huawei_workspace.mapping import inventory as mapping
from yunwei.plugins.connectors.huawei_workspace.mapping.measures import observe_licence
from yunwei.plugins.sdk.contract import SourceContext, Wanted


def read_licences(
    client: WorkspaceClient, context: SourceContext, _wanted: Wanted
) -> AsyncIterator[ReadingPage]:
    """Yield one page with all licences; none when the credentials may not read quotas."""
    return unless_refused(_read(client, context))


async def _read(client: WorkspaceClient, context: SourceContext) -> AsyncIterator[ReadingPage]:
    quotas = await client.fetch_quotas()
    workspace = await client.fetch_workspace()
    licences = (
        *mapping.map_licences(quotas),
        *mapping.map_directory_certificate(workspace),
    )
    read_at = context.clock.now()
    numbers = (each for licence in licences for each in observe_licence(licence, at=read_at))
    yield ReadingPage(
        readings=(*licences, *numbers),
        read_at=read_at,
        completes=frozenset({SeenKind.LICENCE}),
    )
