"""The connector of Huawei Cloud Workspace: which read is done by which module. Thin."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime

import httpx

from yunwei.base.core.errors import Bug
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.huawei_workspace import acts, changes
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient
from yunwei.plugins.connectors.huawei_workspace.probe import probe
from yunwei.plugins.connectors.huawei_workspace.reads.activity import read_activity
from yunwei.plugins.connectors.huawei_workspace.reads.alarms import read_alarms
from yunwei.plugins.connectors.huawei_workspace.reads.current_alarms import (
    list_current_alarms,
)
from yunwei.plugins.connectors.huawei_workspace.reads.inventory import read_inventory
from yunwei.plugins.connectors.huawei_workspace.reads.licences import read_licences
from yunwei.plugins.connectors.huawei_workspace.reads.metrics import read_metrics
from yunwei.plugins.connectors.huawei_workspace.reads.sessions import read_sessions
from yunwei.plugins.connectors.huawei_workspace.scripts import (
    find_orders,
    read_output,
    read_records,
    start_script,
)
from yunwei.plugins.sdk.contract import (
    ChangeOrder,
    CurrentAlarms,
    DesktopAct,
    FarAct,
    FarDesktop,
    FarOutcome,
    FarRecord,
    ProbeResult,
    Read,
    ScriptOrder,
    SourceContext,
    Wanted,
)

type _Reader = Callable[[WorkspaceClient, SourceContext, Wanted], AsyncIterator[ReadingPage]]

READERS: Mapping[Read, _Reader] = {
    Read.INVENTORY: read_inventory,
    Read.LICENCES: read_licences,
    Read.SESSIONS: read_sessions,
    Read.METRICS: read_metrics,
    Read.ACTIVITY: read_activity,
    Read.ALARMS: read_alarms,
}


class Connector:
    """Reads one project of Huawei Cloud Workspace; see `plugins.sdk.contract.Connector`.

    transport: another way to reach the service, for tests.
    """

    def __init__(
        self, context: SourceContext, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._context = context
        self._client = WorkspaceClient(
            context.settings,
            clock=context.clock,
            timeout_s=context.timeout_s,
            transport=transport,
        )

    async def probe(self) -> ProbeResult:
        """Ask every endpoint once; see `probe.probe`."""
        return await probe(self._client, now=self._context.clock.now())

    def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        """Return the pages of one read; raises Bug for one that the manifest does not declare."""
        reader = READERS.get(what)
        if reader is None:
            raise Bug(f"huawei_workspace does not read {what!r}")
        return reader(self._client, self._context, wanted)

    async def list_current_alarms(self) -> CurrentAlarms:
        """Return what stands by the service's own records; see `sdk.contract.ListsAlarms`."""
        return await list_current_alarms(self._client, self._context)

    async def start_script(self, order: ScriptOrder) -> str:
        """Give an order; see `sdk.contract.RunsScripts`. Raises Invalid, SourceError."""
        return await start_script(self._client, order)

    async def find_script_orders(
        self, desktops: tuple[str, ...], canary: tuple[str, ...], since: datetime
    ) -> tuple[str, ...]:
        """Look for an order whose answer was lost; see `sdk.contract.RunsScripts`."""
        return await find_orders(self._client, desktops, canary, since)

    def read_script_records(self, order_id: str) -> AsyncIterator[tuple[FarRecord, ...]]:
        """Return the records of an order, 100 a page."""
        return read_records(self._client, order_id)

    async def read_script_output(self, record_id: str) -> str:
        return await read_output(self._client, record_id)

    async def stop_script(self, order_id: str) -> None:
        await self._client.stop_script(order_id)

    async def begin_act(self, act: DesktopAct, desktop: str) -> str:
        """Ask for an act; see `sdk.contract.ControlsDesktops`. Raises SourceError, Refused."""
        return await acts.begin_act(self._client, act, desktop)

    async def find_act(self, act: DesktopAct, desktop: str, since: datetime) -> str | None:
        return await acts.find_act(self._client, act, desktop, since)

    async def read_act(self, act: DesktopAct, desktop: str, number: str) -> FarAct:
        return await acts.read_act(self._client, act, desktop, number)

    async def read_desktop(self, desktop: str) -> FarDesktop:
        return await acts.read_desktop(self._client, desktop)

    async def begin_change(self, order: ChangeOrder) -> str:
        """Ask for a change; see `sdk.contract.ChangesDesktops`. Raises SourceError, Refused."""
        return await changes.begin_change(self._client, order)

    async def read_change(self, order: ChangeOrder, number: str) -> FarAct:
        return await changes.read_change(self._client, order, number)

    async def look_up_change(self, order: ChangeOrder) -> FarOutcome:
        return await changes.look_up_change(self._client, order)

    async def close(self) -> None:
        await self._client.close()
